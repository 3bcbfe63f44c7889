import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { launchBrowser } from './support/browser.ts'
import { accessToken, loadDemo, newPerson, PATIENCE_MS, signUp, type Person } from './support/person.ts'
import { settled } from './support/settle.ts'

// What failed is sent again, and what was sent can be sent once more. One of the demo's three sites points to a destination that
// this file runs. Every step makes a run of its own to begin with, so that each can be repeated.

const app = inject('app')
const sql = postgres(app.db_url, { onnotice: () => undefined })

/** A destination that takes whatever comes, or refuses it for good. */
const destination = { refuses: false, bodies: [] as string[] }
let server: Server
let browser: Browser
let person: Person
let page: Page
let organization: string

interface Job {
  id: string
  number: number
  status: string
}

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      destination.bodies.push(body)
      response.writeHead(destination.refuses ? 422 : 200, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  browser = await launchBrowser()
  person = await newPerson(browser)
  page = person.page
  await signUp(person, app.app_url)
  await loadDemo(person)
  const [profile] = await sql<{ organization_id: string }[]>`select organization_id from public.profiles where email = ${person.email}`
  organization = profile?.organization_id ?? ''
  await sql`update public.sites set failure_rate = 0, fail_next = 0 where organization_id = ${organization}`
  await sql`
    update public.sites set destination_url = ${`http://127.0.0.1:${port}/receive`} where organization_id = ${organization} and slug = 'google'`
})
afterAll(async () => {
  await browser.close()
  await sql.end()
  await new Promise((resolve) => server.close(resolve))
})

/** Another headline for everything that is published: every site has something new to receive. */
async function editEverything(): Promise<string> {
  const headline = `Headline ${Math.random().toString(36).slice(2, 8)}`
  await sql`
    update public.content_items set data = data || ${sql.json({ headline })} where organization_id = ${organization} and status = 'published'`
  return headline
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

/** A run to its end, without the page. */
async function run(expected: string): Promise<Job> {
  const { job_id } = await call<{ job_id: string }>('/rest/v1/rpc/start_sync', {})
  await call('/functions/v1/sync', { job_id })
  await expect.poll(async () => (await jobOf(job_id)).status, { timeout: PATIENCE_MS }).toBe(expected)
  return jobOf(job_id)
}

async function jobOf(id: string): Promise<Job> {
  const [job] = await sql<Job[]>`select id, number, status from public.sync_jobs where id = ${id}`
  if (job === undefined) throw new Error(`there is no run ${id}`)
  return job
}

async function bodyOf(job: Job, slug: string): Promise<string | null> {
  const [delivery] = await sql<{ body: string | null }[]>`
    select body from public.sync_deliveries where job_id = ${job.id} and target_slug = ${slug}`
  return delivery?.body ?? null
}

/** A run in which the one destination has refused and the two other sites have accepted. */
async function partialRun(): Promise<Job> {
  destination.refuses = true
  await editEverything()
  const job = await run('partial')
  destination.refuses = false
  return job
}

async function open(path: string): Promise<void> {
  await page.goto(`${app.app_url}${path}`)
  await settled(page)
}

const status = () => page.locator('main h1 + *').textContent()

/** After a click that starts a run: the page of a run that is another than the one before, which has ended as expected. */
async function nextRun(before: Job | null, expected: string): Promise<Job> {
  await page.waitForURL((url) => /^\/jobs\/[0-9a-f-]{36}$/.test(url.pathname) && !url.pathname.endsWith(before?.id ?? 'none'))
  const { id, number } = await jobOf(new URL(page.url()).pathname.split('/').at(-1) ?? '')
  // The address changes before the page does.
  await page.getByRole('heading', { level: 1, name: `Run ${number}`, exact: true }).waitFor()
  await expect.poll(status, { timeout: PATIENCE_MS }).toBe(expected)
  return jobOf(id)
}

test('a run with a site that refuses ends as partial, and says who refused', async () => {
  destination.refuses = true
  await editEverything()
  await open('/review')
  await page.getByRole('button', { name: 'Send to 3 sites' }).click()
  await nextRun(null, 'partial')
  const card = page.getByRole('article', { name: 'Google Campaign' })
  await card.getByText('failed', { exact: true }).waitFor()
  await card.getByText(/422/).waitFor()
  await page.getByRole('button', { name: 'Retry 1 failed' }).waitFor()
})

test('what failed is retried alone, with the bytes it had, and heals', async () => {
  const job = await partialRun()
  const refused = await bodyOf(job, 'google')
  // What has been written since is no part of a retry with the original content.
  await editEverything()
  await open(`/jobs/${job.id}`)
  await page.getByRole('button', { name: 'Retry 1 failed' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('1 of 3 sites did not accept this run: Google Campaign.').waitFor()
  await dialog.getByRole('radio', { name: 'Original content' }).check()
  await dialog.getByRole('button', { name: 'Retry 1 failed' }).click()
  const retry = await nextRun(job, 'success')
  await page.getByText(/Replayed by you/).waitFor()
  await page.getByRole('article', { name: 'Google Campaign' }).getByText('success', { exact: true }).waitFor()
  await expect.poll(() => page.getByRole('article').count()).toBe(1)
  expect(await bodyOf(retry, 'google')).toBe(refused)
  expect(destination.bodies.at(-1)).toBe(refused)
})

test('one delivery is replayed with its original body, and names the run that it repeats', async () => {
  destination.refuses = false
  await editEverything()
  const job = await run('success')
  const sent = await bodyOf(job, 'google')
  await editEverything()
  await open(`/jobs/${job.id}`)
  await page.getByRole('article', { name: 'Google Campaign' }).getByRole('button', { name: 'Payload' }).click()
  const drawer = page.getByRole('dialog', { name: 'Google Campaign' })
  await drawer.getByRole('tab', { name: 'Replay' }).click()
  await drawer.getByRole('radio', { name: 'Original content' }).check()
  await drawer.getByRole('button', { name: 'Replay to Google Campaign' }).click()
  const replay = await nextRun(job, 'success')
  expect(await bodyOf(replay, 'google')).toBe(sent)
  expect(destination.bodies.at(-1)).toBe(sent)

  await page.getByRole('article', { name: 'Google Campaign' }).getByRole('button', { name: 'Payload' }).click()
  await drawer.getByText(/Repeats the delivery of/).waitFor()
  await drawer.getByRole('link', { name: `run ${job.number}` }).click()
  await page.waitForURL((url) => url.pathname === `/jobs/${job.id}`)
  // The link opens the very delivery, in its own run.
  await drawer.getByRole('tab', { name: 'Payload' }).waitFor()
  await drawer.getByText('webhook-sequence').waitFor()
})

test('a replay with current content sends what was written since', async () => {
  destination.refuses = false
  await editEverything()
  const job = await run('success')
  const headline = await editEverything()
  await open(`/jobs/${job.id}`)
  await page.getByRole('article', { name: 'Google Campaign' }).getByRole('button', { name: 'Payload' }).click()
  const drawer = page.getByRole('dialog', { name: 'Google Campaign' })
  await drawer.getByRole('tab', { name: 'Replay' }).click()
  await drawer.getByRole('radio', { name: 'Current content' }).check()
  await drawer.getByRole('button', { name: 'Replay to Google Campaign' }).click()
  await nextRun(job, 'success')
  expect(destination.bodies.at(-1)).toContain(headline)
})

test('many deliveries are looked at before they are sent again', async () => {
  const job = await partialRun()
  const refused = await bodyOf(job, 'google')
  await open('/jobs')
  await page.getByRole('button', { name: 'Replay deliveries' }).click()
  const drawer = page.getByRole('dialog', { name: 'Replay deliveries' })
  // What failed within a day is what one comes for; the newest of a site is what counts.
  const row = drawer.getByRole('row', { name: /Google Campaign/ })
  await row.getByRole('cell', { name: String(job.number), exact: true }).waitFor()
  await drawer.getByText('1 delivery would be sent again.').waitFor()

  await drawer.getByRole('checkbox', { name: 'failed' }).uncheck()
  await drawer.getByText('Choose at least one status.').waitFor()
  await drawer.getByRole('checkbox', { name: 'success' }).check()
  await drawer.getByRole('checkbox', { name: 'Facebook Campaign' }).check()
  await drawer.getByRole('row', { name: /Facebook Campaign/ }).waitFor()
  await expect.poll(() => drawer.getByRole('row', { name: /Google Campaign/ }).count()).toBe(0)

  await drawer.getByRole('checkbox', { name: 'success' }).uncheck()
  await drawer.getByRole('checkbox', { name: 'failed' }).check()
  await drawer.getByRole('checkbox', { name: 'Facebook Campaign' }).uncheck()
  await row.waitFor()
  await drawer.getByRole('button', { name: 'Replay 1 delivery' }).click()
  const replay = await nextRun(null, 'success')
  expect(replay.number).toBeGreaterThan(job.number)
  expect(await bodyOf(replay, 'google')).toBe(refused)
})

test('a site that was skipped says since when it has the content', async () => {
  destination.refuses = false
  await editEverything()
  const job = await run('success')
  const idle = await run('success')
  await open(`/jobs/${idle.id}`)
  await page.getByRole('article', { name: 'Google Campaign' }).getByRole('button', { name: 'Payload' }).click()
  const drawer = page.getByRole('dialog', { name: 'Google Campaign' })
  await drawer.getByText(/Unchanged since/).waitFor()
  await drawer.getByRole('link', { name: `run ${job.number}` }).waitFor()
  await drawer.getByRole('tab', { name: 'Replay' }).click()
  await expect.poll(() => drawer.getByRole('radio', { name: 'Original content' }).isDisabled()).toBe(true)
})

test('a plan that grows old under the eyes of its reader is replaced, and says so', async () => {
  await editEverything()
  await open('/review')
  await page.getByRole('button', { name: 'Send to 3 sites' }).waitFor()
  // A page hears of changes from when its line stands: the first edit may be too early for it.
  let headline = ''
  const hasNoticed = async () => {
    headline = await editEverything()
    return page.getByText('The content changed while you were reading').count()
  }
  await expect.poll(hasNoticed, { timeout: PATIENCE_MS, interval: 1_000 }).toBe(1)
  await page.getByText(headline).first().waitFor()
  await page.getByText('new since you looked').first().waitFor()
})

test('nothing on the way complained', () => {
  expect(person.complaints).toEqual([])
})

// Last: a browser notes every refusal of a server in its console.
test('a plan that has grown old unnoticed is not sent, and the new one is shown', async () => {
  await editEverything()
  await open('/review')
  const [before] = await sql<{ runs: number }[]>`select count(*)::int as runs from public.sync_jobs where organization_id = ${organization}`
  let headline = ''
  // Between the click and the start somebody writes something else.
  await page.route('**/rpc/start_sync', async (route) => {
    headline = await editEverything()
    await route.continue()
  })
  await page.getByRole('button', { name: 'Send to 3 sites' }).click()
  await page.getByText('Nothing was sent: look at it again and confirm.').waitFor()
  await page.unroute('**/rpc/start_sync')
  await page.getByText(headline).first().waitFor()
  const [after] = await sql<{ runs: number }[]>`select count(*)::int as runs from public.sync_jobs where organization_id = ${organization}`
  expect(after?.runs).toBe(before?.runs)
  await page.getByRole('button', { name: 'Send to 3 sites' }).click()
  await nextRun(null, 'success')
})
