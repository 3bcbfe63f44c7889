import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { HistorySection as Section } from '@/features/sites/history-section'
import type { Site } from '@/features/sites/queries/sites'
import { showView } from '@/test-view'

let refused = false
let HistorySection: typeof Section

const version = (sequence: number) => ({
  sequence, delivery_id: null, job_id: null, job_number: sequence, trigger: sequence === 39 ? 'rollback' : 'manual', by: sequence === 39 ? 'Ann' : 'Ben', at: new Date(Date.UTC(2026, 0, sequence)).toISOString(),
  item_count: 1, bytes: 10, hash: `h${sequence}`, has_body: false, is_received: false, is_current: sequence === 40, is_shown: null, can_roll_back: false, is_first: sequence === 1, counts: null,
})
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })

beforeAll(async () => {
  const real = window.fetch.bind(window)
  vi.spyOn(window, 'fetch').mockImplementation((input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input), window.location.href)
    if (!url.pathname.startsWith('/rest/v1/')) return real(input, init)
    if (url.pathname.endsWith('/organizations')) return Promise.resolve(json({ approval_required: false }))
    if (!url.pathname.endsWith('/site_versions')) return Promise.resolve(json([]))
    if (refused) return Promise.resolve(json({ code: '57014', message: 'canceling statement due to statement timeout' }, 500))
    const { before_sequence: before = 41, most } = JSON.parse(init?.body as string) as { before_sequence?: number; most: number }
    const all = Array.from({ length: 40 }, (_, n) => version(40 - n)).filter(({ sequence }) => sequence < before)
    return Promise.resolve(json({ more: all.length > most, versions: all.slice(0, most) }))
  })
  const { useSession } = await import('@/lib/session')
  useSession.setState({ status: 'signed-in', organizationId: 'o', role: 'viewer' })
  ;({ HistorySection } = await import('@/features/sites/history-section'))
})

describe('the versions of a site', () => {
  it('say which of them were roll backs, and by whom', async () => {
    const { screen } = await showView(<HistorySection site={{ id: 's', name: 'Shop' } as Site} />)
    const entry = screen.getByRole('listitem').filter({ hasText: 'Version 39' })
    await expect.element(entry.getByText('rollback', { exact: true })).toBeVisible()
    await expect.element(entry).toHaveTextContent('Ann')
    expect(screen.getByText('rollback', { exact: true }).elements()).toHaveLength(1)
  })

  it('stay when older ones cannot be read, which is said and asked again', async () => {
    const { screen } = await showView(<HistorySection site={{ id: 's', name: 'Shop' } as Site} />)
    const list = screen.getByRole('region', { name: 'Versions' })
    await expect.element(list.getByText('Version 21', { exact: true })).toBeInTheDocument()
    refused = true
    await list.getByRole('button', { name: 'Show older' }).click()
    await expect.element(list.getByRole('alert')).toHaveTextContent('Older versions could not be read.')
    refused = false
    await list.getByRole('button', { name: 'Try again' }).click()
    await expect.element(list.getByText('Version 1', { exact: true })).toBeInTheDocument()
    expect(list.getByRole('alert').elements()).toHaveLength(0)
  })
})
