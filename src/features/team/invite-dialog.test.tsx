import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { useState } from 'react'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { SentInvitation } from '@/features/team/queries/invite'

// The function on loopback, as it answers.
let server: Server
let answer: { status: number; body: unknown }
const asked: unknown[] = []
let Dialog: (typeof import('@/features/team/invite-dialog'))['InviteDialog']

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      response.writeHead(request.method === 'OPTIONS' ? 204 : answer.status, {
        'content-type': 'application/json', 'access-control-allow-origin': '*', 'access-control-allow-headers': '*, authorization',
      })
      if (request.method !== 'OPTIONS') asked.push(JSON.parse(body))
      response.end(request.method === 'OPTIONS' ? undefined : JSON.stringify(answer.body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  document.head.innerHTML = `<meta name="supabase-url" content="http://127.0.0.1:${port}"><meta name="supabase-publishable-key" content="key">`
  ;({ InviteDialog: Dialog } = await import('@/features/team/invite-dialog'))
})
afterAll(() => new Promise((resolve) => server.close(resolve)))
beforeEach(() => void asked.splice(0))

function Page() {
  const [sent, setSent] = useState<SentInvitation | null>(null)
  return <Dialog open onOpenChange={() => undefined} sent={sent} onSent={setSent} />
}

async function send(email: string, role?: string) {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Page />
    </QueryClientProvider>,
  )
  await userEvent.type(screen.getByRole('textbox', { name: 'E-mail' }), email)
  if (role !== undefined) await userEvent.click(screen.getByRole('radio', { name: role }))
  await userEvent.click(screen.getByRole('button', { name: 'Send invitation' }))
}

const link = 'http://localhost:3000/invitation?token=t&email=ada%40example.com'
const invitation = { id: '5f0c1c8e-0000-4000-8000-000000000000', email: 'ada@example.com', role: 'admin', expires_at: '2026-11-28T12:00:00Z' }

describe('inviting', () => {
  it('sends address and role, and shows the link', async () => {
    answer = { status: 200, body: { invitation, link, mail: 'sent' } }
    await send(' ada@example.com ', 'Admin')
    await screen.findByRole('heading', { name: 'The invitation is on its way' })
    expect(asked).toEqual([{ email: 'ada@example.com', role: 'admin', app_url: window.location.origin }])
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Link of the invitation' }).value).toBe(link)
    await userEvent.click(screen.getByRole('button', { name: 'Invite somebody else' }))
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'E-mail' }).value).toBe('')
  })

  it('says when and why no mail went out, with the link to hand over', async () => {
    answer = { status: 200, body: { invitation, link, mail: 'not_sent', reason: 'the mail server does not accept this address' } }
    await send('ada@example.com')
    await screen.findByRole('heading', { name: 'Invited, but the mail was not sent' })
    expect(document.body.textContent).toContain('The reason: the mail server does not accept this address. Hand over the link below yourself.')
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Link of the invitation' }).value).toBe(link)
  })

  it('shows a refusal at the field that it is about', async () => {
    answer = { status: 409, body: { error: 'ada@example.com is a member already.', code: 'DS045', hint: 'Change the role in the list of members instead.' } }
    await send('ada@example.com')
    expect((await screen.findByRole('alert')).textContent).toBe('ada@example.com is a member already. Change the role in the list of members instead.')
    expect(screen.getByRole('textbox', { name: 'E-mail' }).getAttribute('aria-invalid')).toBe('true')
  })

  it('shows any other refusal for the form', async () => {
    answer = { status: 429, body: { error: 'Too many requests.', code: 'PT429', hint: 'Try again in 12 seconds.' } }
    await send('ada@example.com')
    expect((await screen.findByRole('alert')).textContent).toBe('Too many requests. Try again in 12 seconds.')
    expect(screen.getByRole('textbox', { name: 'E-mail' }).getAttribute('aria-invalid')).not.toBe('true')
  })

  it('asks for an address before it asks anybody', async () => {
    await send('ada')
    expect((await screen.findByRole('alert')).textContent).toBe('This does not look like an e-mail address.')
    expect(asked).toEqual([])
  })
})
