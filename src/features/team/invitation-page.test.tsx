import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MemoryRouter } from 'react-router-dom'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Invitation } from '@/features/team/queries/invitation'

// A Data API on loopback that knows one invitation, or refuses.
let server: Server
let answer: { status: number; body: unknown }
let Page: (typeof import('@/features/team/invitation-page'))['Component']
let useSession: (typeof import('@/lib/session'))['useSession']

beforeAll(async () => {
  server = createServer((_, response) => {
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
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
  expires_at: new Date(Date.now() + 6 * 86_400_000).toISOString(), state: 'open', mine: true, member: false,
}

function show(invitation: Partial<Invitation> | { status: number; body: unknown }, { address = '/invitation?token=t', signedIn = true } = {}) {
  answer = 'status' in invitation ? invitation : { status: 200, body: { ...open, ...invitation } }
  useSession.setState(
    signedIn ? { status: 'signed-in', user: { id: 'u', email: 'ada@example.com' } as never, organizationId: null, role: null } : { status: 'signed-out', user: null },
  )
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <MemoryRouter initialEntries={[address]}>
        <Page />
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
