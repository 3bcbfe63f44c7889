import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MemoryRouter } from 'react-router-dom'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Member } from '@/features/team/queries/members'

// A Data API on loopback that knows some keys, or refuses.
let server: Server
let answer: { status: number; body: unknown }
const asked: URLSearchParams[] = []
let Dialog: (typeof import('@/features/team/member-dialogs'))['RemoveMemberDialog']
let useSession: (typeof import('@/lib/session'))['useSession']

beforeAll(async () => {
  server = createServer((request, response) => {
    const headers = { 'content-type': 'application/json', 'access-control-allow-origin': '*', 'access-control-allow-headers': '*, authorization' }
    if (request.method === 'OPTIONS') return response.writeHead(204, headers).end()
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://api.test')
    if (pathname.endsWith('/api_keys')) asked.push(searchParams)
    response.writeHead(answer.status, headers).end(JSON.stringify(answer.body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  document.head.innerHTML = `<meta name="supabase-url" content="http://127.0.0.1:${port}"><meta name="supabase-publishable-key" content="key">`
  ;({ useSession } = await import('@/lib/session'))
  ;({ RemoveMemberDialog: Dialog } = await import('@/features/team/member-dialogs'))
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

const ada: Member = { id: 'ada', email: 'ada@example.com', fullName: 'Ada Lovelace', role: 'admin', isOwner: false, since: '2026-11-01T10:00:00Z' }
const key = (name: string, expires_at: string | null = null) => ({ name, expires_at })

function show(body: unknown, status = 200) {
  answer = { status, body }
  asked.splice(0)
  useSession.setState({ status: 'signed-in', user: { id: 'me' } as never, organizationId: 'o', role: 'admin' })
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <MemoryRouter>
        <Dialog open onOpenChange={() => undefined} member={ada} organizationName="Northwind" />
      </MemoryRouter>
    </QueryClientProvider>,
  )
}

const words = () => screen.getByRole('alertdialog').textContent

describe('removing a member', () => {
  it('says what goes with them, and names the keys in use that stay', async () => {
    show([key('CI'), key('Long gone', '2020-01-01T00:00:00Z'), key('Static build', '2999-01-01T00:00:00Z')])
    await screen.findByText('2 API keys that they created keep working:')
    screen.getByRole('alertdialog', { name: 'Remove Ada Lovelace from Northwind?' })
    expect(words()).toContain('open invitations that they made are revoked')
    expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual(['CI', 'Static build'])
    expect(screen.getByRole('link', { name: 'API keys page' }).getAttribute('href')).toBe('/settings/api-keys')
    expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({ organization_id: 'eq.o', created_by: 'eq.ada', revoked_at: 'is.null' })
  })

  it('names the first five of many', async () => {
    show(Array.from({ length: 7 }, (_, n) => key(`Key ${n + 1}`)))
    await screen.findByText('7 API keys that they created keep working:')
    expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual(['Key 1', 'Key 2', 'Key 3', 'Key 4', 'Key 5', 'and 2 more'])
  })

  it('says nothing of keys where there is none', async () => {
    show([])
    await expect.poll(words).not.toContain('Looking for API keys')
    expect(words()).not.toContain('API key')
    expect(screen.queryByRole('link')).toBeNull()
  })

  it('says that it does not know where the keys could not be read', async () => {
    show({ code: '57014', message: 'canceling statement', hint: null, details: null }, 500)
    await screen.findByText(/which those are could not be read/)
    screen.getByRole('link', { name: 'API keys page' })
    expect(screen.getByRole('button', { name: 'Remove member' }).hasAttribute('disabled')).toBe(false)
  })
})
