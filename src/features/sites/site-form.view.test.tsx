import { useState } from 'react'
import { useNavigate } from 'react-router-dom'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import type { SiteDrawer as Drawer } from '@/features/sites/site-form'
import { showView } from '@/test-view'

let SiteDrawer: typeof Drawer
beforeAll(async () => {
  const real = window.fetch.bind(window)
  vi.spyOn(window, 'fetch').mockImplementation((input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input), window.location.href)
    const answer = url.pathname.startsWith('/rest/v1/') ? { id: 's9' } : url.pathname.startsWith('/functions/v1/') ? {} : null
    return answer === null ? real(input, init) : Promise.resolve(new Response(JSON.stringify(answer), { headers: { 'content-type': 'application/json' } }))
  })
  ;({ SiteDrawer } = await import('@/features/sites/site-form'))
})

function Page() {
  const navigate = useNavigate()
  const [open, setOpen] = useState(true)
  return <SiteDrawer open={open} onOpenChange={setOpen} site={null} onCreated={(id) => void navigate(`/sites/${id}`)} />
}

async function show() {
  const view = await showView(<Page />, { at: '/sites' })
  const drawer = view.screen.getByRole('dialog', { name: 'New site' })
  await expect.element(drawer).toBeVisible()
  return { ...view, drawer, question: view.screen.getByRole('alertdialog', { name: 'Close without saving?' }) }
}

describe('the drawer of a new site', () => {
  it('closes at once while nothing was written', async () => {
    const { drawer } = await show()
    await drawer.getByRole('button', { name: 'Cancel' }).click()
    await expect.poll(() => drawer.elements().length).toBe(0)
  })

  it('asks before what was written is dropped', async () => {
    const { drawer, question } = await show()
    await drawer.getByRole('textbox', { name: 'Name' }).fill('Blog')
    await userEvent.keyboard('{Escape}')
    await question.getByRole('button', { name: 'Keep editing' }).click()
    await expect.element(drawer.getByRole('textbox', { name: 'Name' })).toHaveValue('Blog')
  })

  it('goes to the site that was made without a question', async () => {
    const { drawer, question, address } = await show()
    await drawer.getByRole('textbox', { name: 'Name' }).fill('Blog')
    await drawer.getByRole('button', { name: 'Create site' }).click()
    await expect.poll(address).toBe('/sites/s9')
    expect(question.elements()).toHaveLength(0)
    await expect.poll(() => drawer.elements().length).toBe(0)
  })
})
