import type { ComponentType } from 'react'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { showView } from '@/test-view'

let refused = false
let Page: ComponentType

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
const FIRST = { content_items: [{ id: 'i0', title: 'Sale', status: 'published', type_id: 't' }, { id: 'i1', title: 'News', status: 'published', type_id: 't' }], sites: [{ id: 's0', name: 'Shop', slug: 'shop', region: null, enabled: true }] }

beforeAll(async () => {
  const real = window.fetch.bind(window)
  vi.spyOn(window, 'fetch').mockImplementation((input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input), window.location.href)
    if (!url.pathname.startsWith('/rest/v1/')) return real(input, init)
    const name = url.pathname.split('/').at(-1) ?? ''
    if (name === 'changed_bases') return Promise.resolve(refused ? json({ code: '57014', message: 'canceling statement due to statement timeout' }, 500) : json({ s0: { i0: ['headline'] } }))
    const rows = name === 'content_items' || name === 'sites' ? FIRST[name] : []
    return Promise.resolve(json(rows, 200, { 'content-range': rows.length === 0 ? '*/0' : `0-${rows.length - 1}/${rows.length}` }))
  })
  const { useSession } = await import('@/lib/session')
  useSession.setState({ status: 'signed-in', organizationId: 'o', role: 'editor' })
  ;({ Component: Page } = await import('@/features/mappings/mappings-page'))
})
beforeEach(() => {
  refused = false
})

describe('the page of mappings', () => {
  it('says when the rows of a filter could not be worked out, and asks again', async () => {
    refused = true
    const { screen } = await showView(<Page />, { at: '/mappings?show=changed' })
    await expect.element(screen.getByText('The database took too long')).toBeVisible()
    refused = false
    await screen.getByRole('button', { name: /try again|retry/i }).click()
    await expect.element(screen.getByRole('grid')).toHaveAttribute('aria-rowcount', '2')
    await expect.element(screen.getByRole('rowheader', { name: /Sale/ })).toBeVisible()
  })

  it('says that a filter leaves nothing, and lets go of it', async () => {
    const { screen, address } = await showView(<Page />, { at: '/mappings?q=nothing+like+it' })
    await expect.element(screen.getByText('No item matches these filters')).toBeVisible()
    await screen.getByRole('button', { name: 'Clear filters' }).last().click()
    await expect.element(screen.getByRole('grid')).toHaveAttribute('aria-rowcount', '3')
    expect(address()).toBe('/mappings')
  })
})
