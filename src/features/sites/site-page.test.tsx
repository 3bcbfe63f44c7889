import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, configure, render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MemoryRouter, Route, Routes, useParams } from 'react-router-dom'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Role } from '@/lib/claims'

// A Data API and functions on loopback: they answer with one site, and keep what they were asked to do.
const SITE = '00000000-0000-4000-8000-000000000001'
const NOW_ACCEPTED = '00000000-0000-4000-8000-00000000000b'
const BEFORE = '00000000-0000-4000-8000-00000000000a'

// A busy machine is slow, and what never comes is rare.
configure({ asyncUtilTimeout: 20_000 })

let server: Server
const asked: { what: string; body: unknown }[] = []
let site: Record<string, unknown>
let state: Record<string, unknown>
let answers: Record<string, unknown>

const body = (headline: string) => JSON.stringify({ version: 1, site: { slug: 'google', name: 'Google' }, items: [{ id: 'i', type: 'offer', title: 'Fall', data: { headline } }] })
const bodies: Record<string, string> = { [NOW_ACCEPTED]: body('New words'), [BEFORE]: body('Old words') }

const version = (more: object) => ({
  trigger: 'manual', by: 'ada@example.com', item_count: 1, bytes: 900, hash: 'h', has_body: true, is_received: false, is_current: false, is_shown: null, can_roll_back: true, is_first: false, counts: null, ...more,
})

const report = (verdict: string, tone: string, title: string, status_code: number | null) => ({
  tested_at: new Date().toISOString(), destination: 'https://example.com/in', webhook_id: 'test_1', request_headers: { 'webhook-id': 'test_1' }, request_body: '{"version":1,"test":true}', status_code, error: null,
  duration_ms: 120, connect_ms: 20, first_byte_ms: 110, response_headers: { server: 'a server' }, response_excerpt: 'no', truncated: false, secret_version: 3,
  judgement: { verdict, tone, signature: 'refused', title, advice: 'Compare the secret.' },
})

let Page: (typeof import('@/features/sites/site-page'))['Component']
let useSession: (typeof import('@/lib/session'))['useSession']

function answerFor(method: string, path: string, query: URLSearchParams): unknown {
  if (path === '/rest/v1/sites') return method === 'GET' ? { ...site, site_states: [state], site_item_mappings: [{ count: 2 }] } : [{ id: SITE }]
  if (path === '/rest/v1/sync_deliveries') {
    const id = query.get('id')?.replace('eq.', '')
    if (id === undefined) return []
    return { body: bodies[id] ?? null, sequence: 1, finished_at: '2026-11-21T08:00:00Z', created_at: '2026-11-21T08:00:00Z' }
  }
  if (path === '/rest/v1/rpc/preview_payload') return { body: bodies[NOW_ACCEPTED], hash: 'h', item_count: 1, bytes: 100 }
  if (path === '/rest/v1/site_tests') return answers[path] ?? null
  return answers[path] ?? (path.startsWith('/rest/v1/rpc/') ? null : [])
}

beforeAll(async () => {
  server = createServer((request, response) => {
    let sent = ''
    request.on('data', (chunk: Buffer) => (sent += chunk.toString()))
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
      if (request.method !== 'GET') asked.push({ what: `${request.method ?? ''} ${pathname}`, body: sent === '' ? null : (JSON.parse(sent) as unknown) })
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(answerFor(request.method ?? 'GET', pathname, searchParams)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  document.head.innerHTML = `<meta name="supabase-url" content="http://127.0.0.1:${port}"><meta name="supabase-publishable-key" content="key">`
  // jsdom has no matchMedia and lays nothing out; the toaster and the radio group ask for both.
  window.matchMedia = (query) => ({ matches: true, media: query, addEventListener: () => undefined, removeEventListener: () => undefined }) as unknown as MediaQueryList
  window.ResizeObserver = class {
    observe() {}
    unobserve() {}
    disconnect() {}
  }
  ;({ useSession } = await import('@/lib/session'))
  ;({ Component: Page } = await import('@/features/sites/site-page'))
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

beforeEach(() => {
  asked.length = 0
  site = {
    id: SITE, name: 'Google', slug: 'google', region: null, destination_url: 'https://example.com/in', enabled: true, failure_rate: 0, fail_next: 0,
    max_attempts: 4, first_retry_ms: 500, timeout_seconds: 10, requests_per_minute: null, state_url: 'https://example.com/state',
  }
  state = {
    secret_set_at: '2026-11-20T08:00:00Z', secret_version: 3, accepted_delivery_id: NOW_ACCEPTED, accepted_sequence: 2, accepted_hash: 'h'.repeat(64),
    accepted_at: '2026-11-21T08:00:00Z', accepted_item_count: 1, on_hold: false, circuit: 'closed', drift: 'unknown', last_status: 'success',
  }
  answers = {
    '/rest/v1/organizations': { approval_required: false },
    '/rest/v1/rpc/start_sync': { job_id: 'the-run', number: 8, status: 'running' },
    '/rest/v1/rpc/rollback_site': { job_id: 'the-run', number: 8, status: 'running' },
    '/rest/v1/rpc/site_health': { sites: [{ site_id: SITE, differs: true, behind_by: 3, item_count: 4 }] },
    '/rest/v1/rpc/site_versions': {
      more: false,
      versions: [
        version({ delivery_id: NOW_ACCEPTED, job_id: 'j2', job_number: 7, sequence: 2, at: '2026-11-21T08:00:00Z', is_current: true, can_roll_back: false, counts: { added: 0, changed: 1, removed: 0, reordered: 0, unchanged: 0 } }),
        version({ delivery_id: BEFORE, job_id: 'j1', job_number: 6, sequence: 1, at: '2026-11-20T08:00:00Z', is_first: true, trigger: 'schedule', by: null }),
      ],
    },
    '/functions/v1/send-test': report('signature_refused', 'failure', 'It answered 401: it does not accept the signature', 401),
    '/functions/v1/site-secret': { version: 4, overlap_until: null },
    '/functions/v1/sync': { accepted: true },
    '/functions/v1/drift': { checked: 1, drifted: 1, unreachable: 0 },
  }
})

function Run() {
  return <p>The page of {useParams()['jobId']}</p>
}

async function open(role: Role = 'editor', section = '') {
  useSession.setState({ status: 'signed-in', organizationId: 'o', role })
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <MemoryRouter initialEntries={[`/sites/${SITE}${section}`]}>
        <Routes>
          <Route path="/sites/:siteId/:section?" element={<Page />} />
          <Route path="/jobs/:jobId" element={<Run />} />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  )
  await screen.findByRole('heading', { level: 1, name: 'Google' })
}

const call = (what: string) => asked.find((request) => request.what === what)?.body
const click = async (name: string | RegExp) => userEvent.click(await screen.findByRole('button', { name }))

describe('what keeps deliveries from a site', () => {
  it('is a disabled site, with the destination\'s word and the way back', async () => {
    site['enabled'] = false
    state['disabled_reason'] = 'The destination answered 410 Gone.'
    await open()
    expect(screen.getByText('disabled')).toBeTruthy()
    expect(screen.getByText('The destination answered 410 Gone.')).toBeTruthy()
    await click('Enable again')
    await waitFor(() => expect(call('PATCH /rest/v1/sites')).toEqual({ enabled: true }))
  })

  it('is a hold, with its reason, until it is lifted', async () => {
    state['on_hold'] = true
    state['hold_reason'] = 'Rolled back to run 6.'
    await open()
    expect(screen.getByText('Rolled back to run 6.')).toBeTruthy()
    await click('Lift hold')
    await waitFor(() => expect(call('POST /rest/v1/rpc/lift_hold')).toEqual({ site_id: SITE }))
  })

  it('is an open circuit, which says when it tries again', async () => {
    state['circuit'] = 'open'
    state['circuit_changed_at'] = new Date().toISOString()
    state['not_before'] = new Date(Date.now() + 25_000).toISOString()
    await open()
    expect(screen.getByText('circuit open')).toBeTruthy()
    expect(screen.getByText(/^in \d+ s$/)).toBeTruthy()
  })

  it('can be changed by editors only', async () => {
    site['enabled'] = false
    state['on_hold'] = true
    await open('viewer')
    await screen.findByText('3 items')
    for (const name of ['Enable again', 'Lift hold', 'Check now', 'Edit']) expect(screen.queryByRole('button', { name })).toBeNull()
    expect(screen.queryByRole('link', { name: 'Sync this site' })).toBeNull()
  })
})

describe('drift', () => {
  it('is checked by the database, and by the function where the site has to be asked', async () => {
    answers['/rest/v1/rpc/check_drift'] = { checked: 0, drifted: 0, asked: 1 }
    await open()
    expect(screen.getByText('not checked')).toBeTruthy()
    await click('Check now')
    await waitFor(() => expect(call('POST /functions/v1/drift')).toEqual({ site_ids: [SITE] }))
    expect(call('POST /rest/v1/rpc/check_drift')).toEqual({ site_ids: [SITE] })
  })

  it('asks no function where there is nobody to ask', async () => {
    site['destination_url'] = null
    answers['/rest/v1/rpc/check_drift'] = { checked: 1, drifted: 0, asked: 0 }
    await open()
    await click('Check now')
    await waitFor(() => expect(call('POST /rest/v1/rpc/check_drift')).toEqual({ site_ids: [SITE] }))
    await waitFor(() => expect(screen.getByRole('button', { name: 'Check now' }).getAttribute('aria-busy')).toBeNull())
    expect(call('POST /functions/v1/drift')).toBeUndefined()
  })

  const drifted = () => {
    state['drift'] = 'drifted'
    state['drift_checked_at'] = '2026-11-21T08:05:00Z'
    state['drift_message'] = '1 difference from what the site accepted.'
    state['drift_changes'] = [
      { kind: 'changed', item_id: 'i', type: 'offer', title: 'Fall', from: 1, to: 1, fields: [{ field: 'headline', before: 'Painted over', after: 'New words' }] },
    ]
  }

  it('shows the difference and sends again what has not changed', async () => {
    drifted()
    await open()
    const card = screen.getByRole('region', { name: 'Drift' }).textContent
    for (const words of ['Painted over', 'New words']) expect(card).toContain(words)
    await click('Send again')
    await screen.findByText('The page of the-run')
    expect(call('POST /rest/v1/rpc/start_sync')).toEqual({ site_ids: [SITE], options: { force: true } })
    await waitFor(() => expect(call('POST /functions/v1/sync')).toEqual({ job_id: 'the-run' }))
  })

  it('is not known any more once the site has accepted something since', async () => {
    drifted()
    state['accepted_at'] = '2026-11-21T08:06:00Z'
    await open()
    expect(screen.getByText('not checked')).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Send again' })).toBeNull()
  })

  it('leaves a site on hold at what it accepted', async () => {
    drifted()
    state['on_hold'] = true
    await open()
    await click('Send again')
    await screen.findByText('The page of the-run')
    expect(call('POST /rest/v1/rpc/rollback_site')).toEqual({ site_id: SITE, delivery_id: NOW_ACCEPTED })
  })

  it('cannot be checked where nobody says what the site shows', async () => {
    site['state_url'] = null
    await open()
    expect(screen.getByText(/does not say what it shows/)).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Check now' })).toBeNull()
  })
})

describe('where runs need an approval', () => {
  const why = /Runs need an approval here, so this is for admins\./
  beforeEach(() => {
    answers['/rest/v1/organizations'] = { approval_required: true }
    state['on_hold'] = true
  })

  it('an editor is told why they neither roll back nor lift a hold, and nothing is asked of the database', async () => {
    await open('editor', '/history?version=1')
    for (const name of [/^Roll back to version 1/, 'Lift hold']) {
      await waitFor(() => expect(screen.getByRole('button', { name }).getAttribute('aria-disabled')).toBe('true'))
      const shown = screen.getByRole('button', { name })
      expect(document.getElementById(shown.getAttribute('aria-describedby') ?? '')?.textContent).toMatch(why)
      await userEvent.click(shown)
    }
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(asked.filter(({ what }) => /rollback_site|lift_hold/.test(what))).toEqual([])
  })

  it('an admin does both', async () => {
    await open('admin', '/history?version=1')
    await click('Lift hold')
    await waitFor(() => expect(call('POST /rest/v1/rpc/lift_hold')).toEqual({ site_id: SITE }))
    await click(/^Roll back to version 1/)
    await screen.findByRole('dialog')
  })
})

describe('a rollback', () => {
  it('shows first what it would change, and that the site will be on hold', async () => {
    await open('editor', '/history')
    const list = within(await screen.findByRole('region', { name: 'Versions' }))
    await list.findByText('current')
    expect(list.getByText(/run 6, auto/)).toBeTruthy()
    // What it has accepted last is nothing to go back to.
    expect(screen.queryByRole('button', { name: /Roll back/ })).toBeNull()
    await userEvent.click(list.getByRole('button', { name: /^Version 1/ }))
    await click(/Roll back.*run 6/)
    const dialog = within(await screen.findByRole('dialog'))
    const change = await dialog.findByRole('region', { name: 'What would change' })
    for (const words of ['New words', 'Old words']) expect(change.textContent).toContain(words)
    expect(dialog.getByText('The site will be on hold')).toBeTruthy()
    expect(call('POST /rest/v1/rpc/rollback_site')).toBeUndefined()
    await userEvent.click(dialog.getByRole('button', { name: 'Roll back' }))
    await screen.findByText('The page of the-run')
    expect(call('POST /rest/v1/rpc/rollback_site')).toEqual({ site_id: SITE, delivery_id: BEFORE })
    await waitFor(() => expect(call('POST /functions/v1/sync')).toEqual({ job_id: 'the-run' }))
  })
})

describe('the history', () => {
  it('compares a version with the one before, and with any other', async () => {
    await open('viewer', '/history')
    const differences = await screen.findByRole('region', { name: 'Differences' })
    for (const words of ['New words', 'Old words']) expect(differences.textContent).toContain(words)
    expect(screen.getByText(/− is version 1, \+ is version 2/)).toBeTruthy()
    await userEvent.click(screen.getByRole('button', { name: /^Version 1/ }))
    await screen.findByText(/Nothing came before it/)
    await userEvent.click(screen.getByRole('button', { name: 'Compare version 1 with version 2' }))
    await screen.findByText(/− is version 2, \+ is version 1/)
    expect(screen.queryByRole('button', { name: /Roll back/ })).toBeNull()
  })

  it('says so where there is none, and where a page of the site does not exist', async () => {
    answers['/rest/v1/rpc/site_versions'] = { more: false, versions: [] }
    await open('viewer', '/history')
    await screen.findByText('It has received nothing yet')
  })
})

describe('a test', () => {
  it('is sent by editors, and says what came of it and what to do', async () => {
    await open('editor', '/connection')
    await screen.findByText('It has not been tested yet.')
    await click('Send test')
    await screen.findByText('It answered 401: it does not accept the signature')
    expect(call('POST /functions/v1/send-test')).toEqual({ site_id: SITE })
    expect(screen.getByText('401 after 120 ms')).toBeTruthy()
    expect(screen.getByText('signature refused')).toBeTruthy()
    expect(screen.getByRole('link', { name: 'Open the verifier' }).getAttribute('href')).toBe(`/sites/${SITE}/verify`)
  })

  it('is shown to viewers, who send none', async () => {
    answers['/rest/v1/site_tests'] = { result: report('accepted', 'success', 'It answered 200: accepted', 200) }
    await open('viewer', '/connection')
    await screen.findByText('It answered 200: accepted')
    expect(screen.queryByRole('button', { name: 'Send test' })).toBeNull()
  })
})

describe('the receiver kit', () => {
  it('has the path and the slug of the site in the code, in every language', async () => {
    await open('viewer', '/receiver')
    expect((await screen.findByRole('region', { name: 'Code in Node' })).textContent).toMatch(/"google"[^]*'\/in'/)
    for (const name of ['Edge', 'Python', 'PHP', 'Go', 'Ruby']) {
      await userEvent.click(screen.getByRole('radio', { name }))
      expect((await screen.findByRole('region', { name: `Code in ${name}` })).textContent).toContain('DATASYNC_SECRET')
    }
  })
})

describe('the verifier', () => {
  it('says why a request does not verify, and sends nothing anywhere', async () => {
    await open('viewer', '/verify')
    const before = asked.length
    await screen.findByLabelText('Request')
    expect(screen.queryByRole('button', { name: /Use this site/ })).toBeNull()
    await click('Verify')
    await screen.findByText('There is nothing to read yet.')
    await userEvent.type(screen.getByLabelText('Request'), 'webhook-id: msg_1{Enter}webhook-timestamp: 1763765342000{Enter}webhook-signature: v2,abc')
    await userEvent.type(screen.getByLabelText('Signing secret'), 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')
    await click('Verify')
    await screen.findByText('It does not verify')
    const steps = within(screen.getByRole('list', { name: 'Steps' })).getAllByRole('listitem').map(({ textContent }) => textContent)
    expect(steps.join('|')).toMatch(/milliseconds.*version v2/)
    expect(asked).toHaveLength(before)
  })
})

describe('the signing secret', () => {
  it('is rotated by an admin, with an overlap of a day unless another is chosen', async () => {
    await open('admin', '/connection')
    await click('Rotate…')
    const dialog = within(await screen.findByRole('dialog'))
    const hours = dialog.getByLabelText('Overlap, hours')
    expect((hours as HTMLInputElement).value).toBe('24')
    await userEvent.clear(hours)
    await userEvent.type(hours, '200')
    await userEvent.click(dialog.getByRole('button', { name: 'Rotate' }))
    expect(dialog.getByText('Write a whole number from 1 to 168.')).toBeTruthy()
    expect(call('POST /functions/v1/site-secret')).toBeUndefined()
    await userEvent.clear(hours)
    await userEvent.type(hours, '48{Enter}')
    await waitFor(() => expect(call('POST /functions/v1/site-secret')).toEqual({ site_id: SITE, action: 'rotate', overlap_hours: 48, from_version: 3 }))
  })

  it('ends at once when that is chosen, after a warning', async () => {
    await open('admin', '/connection')
    await click('Rotate…')
    const dialog = within(await screen.findByRole('dialog'))
    await userEvent.click(dialog.getByRole('radio', { name: 'Rotate now' }))
    expect(dialog.getByText('The old secret ends at once')).toBeTruthy()
    await userEvent.click(dialog.getByRole('button', { name: 'Rotate now' }))
    await waitFor(() => expect(call('POST /functions/v1/site-secret')).toEqual({ site_id: SITE, action: 'rotate', overlap_hours: 0, from_version: 3 }))
  })

  it('has an overlap that an admin can end', async () => {
    state['secret_overlap_until'] = new Date(Date.now() + 3_600_000).toISOString()
    await open('admin', '/connection')
    await click('End overlap now')
    await userEvent.click(within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'End overlap now' }))
    await waitFor(() => expect(call('POST /functions/v1/site-secret')).toEqual({ site_id: SITE, action: 'end_overlap' }))
  })

  it('is shown to an admin who asks, and hidden again when they say so or leave it', async () => {
    answers['/functions/v1/site-secret'] = { version: 3, secret: 'whsec_of_the_test', created_at: '2026-11-20T08:00:00Z' }
    await open('admin', '/connection')
    const card = within(screen.getByRole('region', { name: 'Signing secret' }))
    expect(card.getByRole('link', { name: 'audit log' }).getAttribute('href')).toBe('/settings/audit')
    await click('Reveal')
    expect((await card.findByText('whsec_of_the_test')).tagName).toBe('CODE')
    expect(call('POST /functions/v1/site-secret')).toEqual({ site_id: SITE, action: 'reveal' })
    expect(card.getByText(/^in (1 min|\d+ s)$/)).toBeTruthy()
    expect(document.activeElement).toBe(card.getByRole('button', { name: 'Hide' }))
    await click('Hide')
    expect(card.queryByText('whsec_of_the_test')).toBeNull()
    expect(card.getByRole('button', { name: 'Reveal' })).toBeTruthy()
  })

  it('is hidden again after a minute', async () => {
    answers['/functions/v1/site-secret'] = { version: 3, secret: 'whsec_of_the_test', created_at: '2026-11-20T08:00:00Z' }
    await open('admin', '/connection')
    const timers = vi.spyOn(window, 'setTimeout')
    await click('Reveal')
    await screen.findByText('whsec_of_the_test')
    const [hide] = timers.mock.calls.find(([, delay]) => delay === 60_000) ?? []
    timers.mockRestore()
    act(() => (hide as () => void)())
    expect(screen.queryByText('whsec_of_the_test')).toBeNull()
  })

  it('is not for editors to rotate or to see', async () => {
    await open('editor', '/connection')
    expect(screen.getByRole('region', { name: 'Signing secret' })).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Rotate…' })).toBeNull()
    expect(screen.queryByRole('button', { name: 'Reveal' })).toBeNull()
  })
})
