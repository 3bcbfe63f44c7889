import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { importSecret, signatureHeaders, verify, verifySequenced } from '../supabase/functions/_shared/core/signing.ts'
import { openDatabase } from '../supabase/tests/support/actors.ts'
import { openDemo } from './support/demo.ts'
import { accessToken, PATIENCE_MS, type Person } from './support/person.ts'
import { settled } from './support/settle.ts'

// Runs afterwards: found again, compared, read line by line, and proved outside of the product.

const app = inject('app')
const sql = openDatabase(app, 2)
const run = promisify(execFile)

interface Received {
  headers: Record<string, string>
  body: string
}
/** A destination that takes whatever comes. */
const received: Received[] = []
let server: Server
let browser: Browser
let person: Person
let page: Page
let organization: string

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      received.push({ headers: request.headers as Record<string, string>, body: Buffer.concat(chunks).toString() })
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"taken":true}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ;({ browser, person, page, organization } = await openDemo(app.app_url, sql, { permissions: ['clipboard-read', 'clipboard-write'] }))
  await sql`update public.sites set failure_rate = 0, fail_next = 0 where organization_id = ${organization}`
  await sql`
    update public.sites set destination_url = ${`http://127.0.0.1:${(server.address() as AddressInfo).port}/receive?from=datasync`}
    where organization_id = ${organization} and slug = 'google'`
})
afterAll(async () => {
  await browser.close()
  await sql.end()
  await new Promise((resolve) => server.close(resolve))
})

interface Job {
  id: string
  number: number
}

async function call<Answer>(path: string, body: unknown): Promise<Answer> {
  const answer = await fetch(`${app.api_url}${path}`, {
    method: 'POST',
    headers: { apikey: app.publishable_key, authorization: `Bearer ${await accessToken(person)}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Answer
}

async function edit(headline: string): Promise<void> {
  await sql`update public.content_items set data = data || ${sql.json({ headline })} where organization_id = ${organization} and status = 'published'`
}

/** A run to its end, without the page. */
async function runToEnd(): Promise<Job> {
  const { job_id, number } = await call<{ job_id: string; number: number }>('/rest/v1/rpc/start_sync', {})
  await call('/functions/v1/sync', { job_id })
  const status = async () => (await sql<{ status: string }[]>`select status from public.sync_jobs where id = ${job_id}`)[0]?.status
  await expect.poll(status, { timeout: PATIENCE_MS }).toBe('success')
  return { id: job_id, number }
}

/** Runs as they are long after they have ended, without what they sent. */
async function oldRuns(count: number): Promise<void> {
  await sql`
    with base as (select coalesce(max(number), 0) as n from public.sync_jobs where organization_id = ${organization}), made as (
      insert into public.sync_jobs (organization_id, number, status, trigger, message, total, succeeded, failed, created_at, finished_at)
      select ${organization}, base.n + i, case when i % 100 = 7 then 'failed' else 'success' end, case when i % 3 = 0 then 'schedule' else 'api' end,
        case when i % 100 = 7 then 'connection refused' else '1 of 1 site accepted' end, 1, (i % 100 <> 7)::integer, (i % 100 = 7)::integer,
        now() - interval '30 days' + i * interval '1 minute', now() - interval '30 days' + i * interval '1 minute' + interval '1 second'
      from base, generate_series(1, ${count}) i returning 1)
    update private.organization_counters c set job_number = (select n from base) + ${count} where c.organization_id = ${organization}`
}

async function open(path: string): Promise<void> {
  await page.goto(`${app.app_url}${path}`)
  await settled(page)
}

const table = () => page.getByRole('table', { name: 'Jobs' })
const links = () => table().getByRole('link', { name: /^Run \d+/ })
const numberOf = async (index: number) => Number(/Run\s*(\d+)/.exec((await links().nth(index).textContent()) ?? '')?.[1])

test('hundreds of runs are scrolled through, and every filter is in the address', async () => {
  await oldRuns(420)
  await open('/jobs')
  await links().first().waitFor()
  expect(await links().count()).toBeLessThan(80)
  // To the very first run, page by page.
  await expect.poll(async () => {
    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight))
    return links().last().textContent()
  }, { timeout: PATIENCE_MS }).toMatch(/^Run\s*1\D/)
  expect(await links().count()).toBeLessThan(80)

  await open('/jobs?status=failed')
  await expect.poll(() => links().count()).toBe(5)
  await page.getByRole('combobox', { name: 'Trigger' }).click()
  await page.getByRole('option', { name: 'Auto' }).click()
  await page.waitForURL(/trigger=schedule/)
  await expect.poll(() => links().count()).toBe(1)
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await page.getByLabel('Number, who, or error').fill('connection REFUSED')
  await page.waitForURL(/q=connection/)
  await expect.poll(() => links().count()).toBe(5)
  await page.getByLabel('Number, who, or error').fill('#33')
  await expect.poll(() => links().count()).toBe(1)
  expect(await numberOf(0)).toBe(33)
  await page.getByLabel('Number, who, or error').fill('nothing like it')
  await page.getByText('No run matches').waitFor()
  await page.getByRole('button', { name: 'Show every run' }).click()
  await expect.poll(() => links().count()).toBeGreaterThan(20)
})

test('the runs of one site, and of some days; new ones come in by themselves', async () => {
  await edit('For one site')
  const first = await runToEnd()
  const [google] = await sql<{ id: string }[]>`select id from public.sites where organization_id = ${organization} and slug = 'google'`
  await open(`/jobs?site=${google?.id ?? ''}`)
  await page.getByRole('link', { name: new RegExp(`^Run\\s*${first.number}\\D`) }).waitFor()
  const before = await links().count()
  await edit('And again')
  const second = await runToEnd()
  await page.getByRole('link', { name: new RegExp(`^Run\\s*${second.number}\\D`) }).waitFor()
  await expect.poll(() => links().count()).toBe(before + 1)
  const today = new Date().toLocaleDateString('sv')
  await open(`/jobs?to=${today}&from=${today}`)
  await page.getByRole('link', { name: new RegExp(`^Run\\s*${second.number}\\D`) }).waitFor()
  await open('/jobs?to=2020-01-01')
  await page.getByText('No run matches').waitFor()
})

test('two runs are compared site by site, down to the fields', async () => {
  await edit('The headline before')
  const before = await runToEnd()
  await edit('The headline after')
  const after = await runToEnd()
  await open('/jobs')
  await page.getByRole('checkbox', { name: `Select run ${after.number}` }).click()
  await page.getByText(`Run ${after.number} is selected`).waitFor()
  await page.getByRole('checkbox', { name: `Select run ${before.number}` }).click()
  await page.getByRole('link', { name: 'Compare', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: `Run ${before.number} and run ${after.number}` }).waitFor()
  await page.getByText('3 sites with another payload').waitFor()
  await page.getByRole('button', { name: /^Google Campaign/ }).click()
  await page.getByText('before', { exact: true }).first().waitFor()
  await page.getByText('after', { exact: true }).first().waitFor()
  await page.getByRole('radio', { name: /^In one only/ }).click()
  await page.getByText('No site of the two runs is like that.').waitFor()

  // The same from the run itself.
  await open(`/jobs/${after.id}`)
  await page.getByRole('link', { name: `Compare with run ${before.number}` }).click()
  await page.waitForURL((url) => url.pathname === '/jobs/compare' && url.searchParams.get('a') === before.id && url.searchParams.get('b') === after.id)
  await open('/jobs/compare?a=nonsense')
  await page.getByRole('heading', { name: 'Choose two runs to compare' }).waitFor()
})

const LINES = 6000

/** A finished run with a long log. */
async function longLog(): Promise<Job> {
  await oldRuns(1)
  const [job] = await sql<Job[]>`
    update public.sync_jobs set log_seq = ${LINES} where id = (select id from public.sync_jobs where organization_id = ${organization} order by number desc limit 1) returning id, number`
  if (job === undefined) throw new Error('there is no run')
  await sql`
    insert into public.job_logs (organization_id, job_id, seq, at, level, message, payload)
    select ${organization}, ${job.id}, n, now(), case when n % 100 = 0 then 'error' else 'info' end, 'Line number ' || n, case when n = 4321 then '{"deep": true}'::jsonb end
    from generate_series(1, ${LINES}) n`
  return job
}

test('a link opens at a line of a long log, and every line has one', async () => {
  const job = await longLog()
  await open(`/jobs/${job.id}?line=4321`)
  const line = (seq: number) => page.locator(`[data-seq="${seq}"]`)
  await page.getByText(`6,000 lines`, { exact: true }).waitFor()
  await expect.poll(() => line(4321).isVisible()).toBe(true)
  const inSight = () => line(4321).evaluate((row) => {
    const box = row.closest('[role=log]')!.getBoundingClientRect()
    const { top, bottom } = row.getBoundingClientRect()
    return top >= box.top && bottom <= box.bottom
  })
  await expect.poll(inSight).toBe(true)

  await line(4325).getByRole('link', { name: '4325' }).click()
  await page.waitForURL(/line=4325$/)
  await page.getByText('The link to line 4325 is copied').waitFor()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`${app.app_url}/jobs/${job.id}?line=4325`)

  await open(`/jobs/${job.id}#line-5990`)
  await expect.poll(() => line(5990).isVisible()).toBe(true)
  await open(`/jobs/${job.id}?line=99999`)
  await page.getByText('The link names line 99999; this log ends with line 6000.').waitFor()
})

test('a log is searched, narrowed, and downloaded whole', async () => {
  const job = await longLog()
  await open(`/jobs/${job.id}`)
  await page.getByText(`6,000 lines`, { exact: true }).waitFor()
  await page.getByRole('combobox', { name: 'Level' }).click()
  await page.getByRole('option', { name: 'error', exact: true }).click()
  await page.getByText('60 of 6,000 lines').waitFor()

  const download = async (item: string) => {
    await page.getByRole('button', { name: 'Download' }).click()
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: item }).click()])
    return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') }
  }
  const whole = await download('All lines as JSON, with payloads (.ndjson)')
  expect(whole.name).toBe(`run-${job.number}.ndjson`)
  const rows = whole.text.trimEnd().split('\n').map((row) => JSON.parse(row) as { seq: number; payload: unknown })
  expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: LINES }, (_, index) => index + 1))
  expect(rows[4320]?.payload).toEqual({ deep: true })
  const text = await download('All lines as text (.log)')
  expect(text.text.trimEnd().split('\n')).toHaveLength(LINES)
  const shown = await download('60 shown lines as text (.log)')
  expect(shown.text.trimEnd().split('\n')).toHaveLength(60)
})

test('an attempt is made again by curl, byte for byte, and its signature verifies', async () => {
  await edit(`It's "quoted" & $dollars`)
  const job = await runToEnd()
  const original = received.at(-1)
  await open(`/jobs/${job.id}`)
  await page.getByRole('article', { name: 'Google Campaign' }).getByRole('button', { name: '1 attempt' }).click()
  const drawer = page.getByRole('dialog', { name: 'Google Campaign' })
  await drawer.getByRole('button', { name: 'As cURL of attempt 1' }).click()
  const command = (await drawer.getByRole('region', { name: 'cURL of attempt 1' }).textContent()) ?? ''
  await drawer.getByRole('button', { name: 'Copy attempt 1 as cURL' }).click()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(command)
  expect(command).not.toContain('whsec_')

  const { stdout } = await run('sh', ['-c', command])
  expect(stdout).toContain('{"taken":true}')
  const again = received.at(-1)
  expect(again?.body).toBe(original?.body)
  const signed = ['webhook-id', 'webhook-timestamp', 'webhook-signature', 'webhook-sequence', 'x-dsign', 'content-type', 'user-agent']
  for (const name of signed) expect(again?.headers[name], name).toBe(original?.headers[name])

  const [site] = await sql<{ id: string }[]>`select id from public.sites where organization_id = ${organization} and slug = 'google'`
  const { secret } = await call<{ secret: string }>('/functions/v1/site-secret', { site_id: site?.id, action: 'reveal' })
  const key = await importSecret(secret)
  if (!key.ok || again === undefined) throw new Error('the secret is not one')
  const message = (from: Record<string, string>) => ({ id: from['webhook-id'] ?? null, timestamp: from['webhook-timestamp'] ?? null, signature: from['webhook-signature'] ?? null, body: again.body })
  const sentAt = Number(again.headers['webhook-timestamp']) * 1000
  expect(await verify([key.value], message(again.headers), sentAt)).toEqual({ ok: true })
  // What the page says of it: genuine, and by then too old.
  expect(await verify([key.value], message(again.headers), sentAt + 10 * 60_000)).toMatchObject({ ok: false, error: { code: 'stale' } })
  const fresh = await signatureHeaders([key.value], { id: again.headers['webhook-id'] ?? '', timestamp: Math.floor(sentAt / 1000) + 600, sequence: Number(again.headers['webhook-sequence']), body: again.body })
  const resigned = Object.fromEntries(Object.entries(fresh).map(([name, value]) => [name.toLowerCase(), String(value)]))
  expect(await verify([key.value], message(resigned), sentAt + 10 * 60_000)).toEqual({ ok: true })
  expect(await verifySequenced([key.value], { ...message(resigned), sequence: resigned['webhook-sequence'] ?? null, signature: resigned['x-dsign'] ?? null }, sentAt + 10 * 60_000)).toEqual({ ok: true })
})

test('no page complained', () => {
  expect(person.complaints).toEqual([])
})
