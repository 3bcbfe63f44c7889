import { beforeAll, expect, it, vi } from 'vitest'
import type { PeoplePicker as Picker } from '@/features/alerts/people-picker'
import { showView } from '@/test-view'

let refused = true
let PeoplePicker: typeof Picker
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', 'content-range': '0-0/1' } })

beforeAll(async () => {
  const real = window.fetch.bind(window)
  vi.spyOn(window, 'fetch').mockImplementation((input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input), window.location.href)
    if (!url.pathname.endsWith('/memberships')) return real(input, init)
    return Promise.resolve(refused ? json({ code: '57014', message: 'canceling statement due to statement timeout' }, 500) : json([{ user_id: 'u1', profiles: { email: 'ann@example.com', full_name: 'Ann' } }]))
  })
  const { useSession } = await import('@/lib/session')
  useSession.setState({ status: 'signed-in', organizationId: 'o', role: 'admin' })
  ;({ PeoplePicker } = await import('@/features/alerts/people-picker'))
})

it('members who could not be read are asked for again', async () => {
  const { screen } = await showView(<PeoplePicker value={[]} onChange={vi.fn()} />)
  await expect.element(screen.getByRole('alert')).toHaveTextContent('Members could not be read: The database took too long')
  refused = false
  await screen.getByRole('button', { name: 'Try again' }).click()
  await expect.element(screen.getByRole('checkbox', { name: 'Ann' })).toBeVisible()
  expect(screen.getByRole('alert').elements()).toHaveLength(0)
})
