import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MemoryRouter } from 'react-router-dom'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

// A Data API on loopback whose log holds these entries.
let server: Server
let entries: { seq: number; hash: string }[]
let verdict: { ok: boolean; checked: number; last_seq: number; done: boolean; problem: unknown }
const asked: string[] = []
let useVerification: (typeof import('@/features/audit/use-verification'))['useVerification']
let VerificationNotice: (typeof import('@/features/audit/verification-notice'))['VerificationNotice']

beforeAll(async () => {
  server = createServer((request, response) => {
    const headers = { 'content-type': 'application/json', 'access-control-allow-origin': '*', 'access-control-allow-headers': '*, authorization' }
    if (request.method === 'OPTIONS') return response.writeHead(204, headers).end()
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://api.test')
    asked.push(pathname)
    const end = searchParams.get('order') === 'seq.asc' ? entries.at(0) : entries.at(-1)
    const body = pathname.endsWith('/verify_audit_log') ? verdict : end === undefined ? [] : [end]
    response.writeHead(200, headers).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  document.head.innerHTML = `<meta name="supabase-url" content="http://127.0.0.1:${port}"><meta name="supabase-publishable-key" content="key">`
  ;({ useVerification } = await import('@/features/audit/use-verification'))
  ;({ VerificationNotice } = await import('@/features/audit/verification-notice'))
})
afterAll(() => new Promise((resolve) => server.close(resolve)))
beforeEach(() => void asked.splice(0))

function Page() {
  const { state, start, stop } = useVerification('an-organization')
  return (
    <>
      <button onClick={() => void start()}>Verify</button>
      <VerificationNotice state={state} onDismiss={stop} />
    </>
  )
}

async function verify() {
  render(
    <MemoryRouter>
      <Page />
    </MemoryRouter>,
  )
  await userEvent.click(screen.getByRole('button', { name: 'Verify' }))
}

const hash = 'ab'.repeat(32)

describe('a verification', () => {
  it('says which entry is the last, with its hash, to be noted elsewhere', async () => {
    entries = [{ seq: 3, hash: 'cd'.repeat(32) }, { seq: 1234, hash }]
    verdict = { ok: true, checked: 1232, last_seq: 1234, done: true, problem: null }
    await verify()
    await screen.findByText('1,232 entries, all as they were written')
    const words = document.body.textContent
    expect(words).toContain(`The last is entry 1,234, with the hash ${hash}`)
    expect(words).toContain('Note it elsewhere: ')
    // With user-event's clipboard, which comes with its setup.
    await userEvent.setup().click(screen.getByRole('button', { name: 'Copy number and hash' }))
    await screen.findByRole('button', { name: 'Copied' })
    expect(await navigator.clipboard.readText()).toBe(`an-organization:1234:${hash}`)
  })

  it('reads the last before it verifies, so that what is noted was verified', async () => {
    entries = [{ seq: 1, hash }]
    verdict = { ok: true, checked: 1, last_seq: 1, done: true, problem: null }
    await verify()
    await screen.findByText('1 entry, as it was written')
    expect(asked.map((path) => path.split('/').at(-1))).toEqual(['audit_log', 'audit_log', 'verify_audit_log'])
  })

  it('has nothing to note of an empty log, nor of one that is not as it was written', async () => {
    entries = []
    verdict = { ok: true, checked: 0, last_seq: 0, done: true, problem: null }
    await verify()
    await screen.findByText('No entries yet, so none was altered')
    expect(screen.queryByText(/Note it elsewhere/)).toBeNull()

    entries = [{ seq: 1, hash }, { seq: 2, hash }]
    verdict = { ok: false, checked: 2, last_seq: 2, done: true, problem: { seq: 2, kind: 'altered', message: 'Entry 2 is not as it was written.' } }
    await userEvent.click(screen.getByRole('button', { name: 'Verify' }))
    await screen.findByText('The log is not as it was written, from entry 2 on')
    expect(screen.queryByText(/Note it elsewhere/)).toBeNull()
  })
})
