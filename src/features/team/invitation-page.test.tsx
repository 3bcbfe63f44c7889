import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, fireEvent, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MemoryRouter, Route, Routes } from 'react-router-dom'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Invitation } from '@/features/team/queries/invitation'
import { Toaster } from '@/ui/toaster'

// A Data API on loopback that knows one invitation, or refuses.
let server: Server
let answer: { status: number; body: unknown }
let accepted: { status: number; body: unknown }
const asked: { path: string; body: unknown }[] = []
let Page: (typeof import('@/features/team/invitation-page'))['Component']
// The new token of a session that no Auth has given out.
vi.mock('@/lib/session', async (original) => ({ ...(await original<object>()), refreshSession: () => Promise.resolve() }))
let useSession: (typeof import('@/lib/session'))['useSession']

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const headers = { 'content-type': 'application/json', 'access-control-allow-origin': '*', 'access-control-allow-headers': '*, authorization, x-client-info' }
      if (request.method === 'OPTIONS') return response.writeHead(204, headers).end()
      const path = request.url ?? ''
      asked.push({ path, body: body === '' ? null : JSON.parse(body) })
      const { status, body: said } = path.startsWith('/auth/v1/otp') ? { status: 200, body: {} } : path.endsWith('/accept_invitation') ? accepted : answer
      response.writeHead(status, headers).end(JSON.stringify(said))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  document.head.innerHTML = `<meta name="supabase-url" content="http://127.0.0.1:${port}"><meta name="supabase-publishable-key" content="key">`
  ;({ useSession } = await import('@/lib/session'))
  ;({ Component: Page } = await import('@/features/team/invitation-page'))
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

const open: Invitation = {
  organization_name: 'Northwind', organization_id: null, email: 'ada@example.com', role: 'editor', invited_by: 'Grace Hopper',
  expires_at: new Date(Date.now() + 6 * 86_400_000).toISOString(), state: 'open', mine: true, proven: true, member: false,
}

function show(invitation: Partial<Invitation> | { status: number; body: unknown }, { address = '/invitation?token=t', signedIn = true } = {}) {
  answer = 'status' in invitation ? invitation : { status: 200, body: { ...open, ...invitation } }
  useSession.setState(
    signedIn ? { status: 'signed-in', user: { id: 'u', email: 'ada@example.com' } as never, organizationId: null, role: null } : { status: 'signed-out', user: null },
  )
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <MemoryRouter initialEntries={[address]}>
        <Routes>
          <Route path="/invitation" element={<Page />} />
          <Route path="/" element="At home" />
          <Route path="/settings/account" element="The account" />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  )
}

const title = (name: string) => screen.findByRole('heading', { level: 1, name })
const buttons = () => screen.queryAllByRole('button').map(({ textContent }) => textContent)

describe('the page of an invitation', () => {
  it('shows who invites whom to what, and accepts', async () => {
    show({})
    await title('Join Northwind')
    expect(screen.getByText('Grace Hopper invited you to work in it as an editor.')).toBeTruthy()
    expect(buttons()).toEqual(['Accept the invitation'])
  })

  it('asks whoever came by password to show whose the address is, by a mail that leads back', async () => {
    asked.splice(0)
    show({ proven: false }, { address: '/invitation?token=a%20token' })
    await title('Join Northwind')
    screen.getByRole('heading', { level: 2, name: 'Show that ada@example.com is yours' })
    screen.getByText(/The link in the mail leads back here/)
    expect(buttons()).toEqual(['E-mail me a sign-in link'])
    await userEvent.click(screen.getByRole('button', { name: 'E-mail me a sign-in link' }))
    await screen.findByText('Check your mail')
    expect(buttons()).toEqual([])
    const mail = asked.find(({ path }) => path.startsWith('/auth/v1/otp'))
    expect(mail?.body).toMatchObject({ email: 'ada@example.com', create_user: false })
    const back = new URL(new URL(mail?.path ?? '', 'http://api.test').searchParams.get('redirect_to') ?? '')
    expect(back.pathname).toBe('/auth/callback')
    expect(back.searchParams.get('next')).toBe('/invitation?token=a%20token&email=ada%40example.com')
    expect(asked.some(({ path }) => path.endsWith('/accept_invitation'))).toBe(false)
  })

  it('reads the invitation again for another session of the same person', async () => {
    show({ proven: false })
    await screen.findByRole('heading', { level: 2, name: 'Show that ada@example.com is yours' })
    answer = { status: 200, body: { ...open, proven: true } }
    act(() => useSession.setState({ sessionId: 'by mail' }))
    await screen.findByRole('button', { name: 'Accept the invitation' })
  })

  it('says what the database says when it refuses', async () => {
    accepted = { status: 400, body: { code: 'DS064', message: 'Show that this address is yours.', hint: 'Follow the link in the invitation\'s mail.', details: null } }
    show({})
    await userEvent.click(await screen.findByRole('button', { name: 'Accept the invitation' }))
    expect((await screen.findByRole('alert')).textContent).toContain('Show that this address is yours.')
  })

  it.each([false, true])('goes home, and names a password that is gone (%s)', async (password_removed) => {
    accepted = { status: 200, body: { organization_id: 'o', name: 'Northwind', role: 'editor', password_removed } }
    show({})
    render(<Toaster />)
    const words = /^Choose a password under Your account\. Any that was set before this address was proven to be yours is gone/
    await userEvent.click(await screen.findByRole('button', { name: 'Accept the invitation' }))
    await screen.findByText('At home')
    await screen.findByText('Welcome to Northwind')
    if (!password_removed) return expect(screen.queryByText(words)).toBeNull()
    await screen.findByText(words)
    fireEvent.click(screen.getByRole('button', { name: 'Your account' }))
    await screen.findByText('The account')
  })

  it.each([
    ['accepted', 'This invitation was accepted before'],
    ['revoked', 'This invitation was revoked'],
    ['expired', 'This invitation has expired'],
  ] as const)('has nothing to accept when it was %s', async (state, words) => {
    show({ state })
    await title(words)
    expect(buttons()).toEqual([])
  })

  it.each(['open', 'accepted', 'revoked', 'expired'] as const)('opens the organization for a member, %s or not', async (state) => {
    show({ state, member: true, organization_id: 'o' })
    await title('You belong to Northwind already')
    expect(buttons()).toEqual(['Open Northwind'])
  })

  it('tells somebody else for whom it is, and no more', async () => {
    show({ mine: false, email: 'eve@example.com' })
    await title('This invitation is for somebody else')
    expect(document.body.textContent).toContain('It is for eve@example.com, and you are signed in as ada@example.com.')
    expect(document.body.textContent).not.toContain('Northwind')
    expect(buttons()).toEqual(['Sign out'])
  })

  it('says that a token is none', async () => {
    show({ status: 400, body: { code: 'DS046', message: 'There is no such invitation.', hint: 'Ask.', details: null } })
    await title('There is no such invitation')
  })

  it('can be asked again when the database did not answer', async () => {
    show({ status: 500, body: { code: '57014', message: 'canceling statement', hint: null, details: null } })
    await title('The database took too long')
    expect(buttons()).toEqual(['Try again'])
  })

  it('asks nothing without a token', async () => {
    show({}, { address: '/invitation' })
    await title('This link is incomplete')
  })

  it('leads somebody signed out in and back again, with the address filled in', async () => {
    show({}, { signedIn: false, address: '/invitation?token=t&email=ada%40example.com' })
    await title('You are invited')
    const back = `next=${encodeURIComponent('/invitation?token=t&email=ada%40example.com')}&email=ada%40example.com`
    expect(screen.getAllByRole('link').map((link) => link.getAttribute('href'))).toEqual([`/sign-in?${back}`, `/sign-up?${back}`])
    expect(buttons()).toEqual(['E-mail me a sign-in link'])
  })
})
