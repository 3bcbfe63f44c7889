import type { Browser, Page } from 'playwright-core'
import postgres from 'postgres'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { launchBrowser } from './support/browser.ts'
import { accessToken, loadDemo, newPerson, signUp, type Person } from './support/person.ts'
import { settled } from './support/settle.ts'
import { isFurtherTry } from './support/tries.ts'

// Somebody looks after their sites: finds those that matter, acts on several, tests a destination that refuses, sees why, and goes
// back to a version after comparing two.

const app = inject('app')
const sql = postgres(app.db_url, { max: 2, onnotice: () => undefined })
let browser: Browser
let person: Person
let page: Page
let organization: string
let google: string
let partner: string
let server: Server
/** What the destination answers next, and what it was sent last. */
let answers = 401
let last: { headers: Record<string, string>; body: string } | undefined

const FIRST = 'Nothing to pay for a year'
const SECOND = 'Twelve months, no interest'

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      last = { headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])), body }
      response.writeHead(answers, { 'content-type': 'application/json' }).end(answers === 200 ? '{"applied":false,"test":true}' : '{"error":"who are you","code":"signature_mismatch"}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  browser = await launchBrowser()
  person = await newPerson(browser, { reducedMotion: 'reduce' })
  page = person.page
  await signUp(person, app.app_url)
  await loadDemo(person)
  const rows = await sql<{ id: string; slug: string; organization: string }[]>`
    select s.id, s.slug, s.organization_id as organization from public.sites s join public.profiles p on p.organization_id = s.organization_id where p.email = ${person.email}`
  organization = rows[0]?.organization ?? ''
  google = rows.find(({ slug }) => slug === 'google')?.id ?? ''
  await sql`update public.sites set failure_rate = 0, fail_next = 0 where organization_id = ${organization}`
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/datasync`
  partner = (await sql<{ id: string }[]>`insert into public.sites (organization_id, name, slug, destination_url, region) values (${organization}, 'Partner', 'partner', ${url}, 'North') returning id`)[0]?.id ?? ''
})
beforeEach(async ({ task }) => {
  if (isFurtherTry(task)) await page.goto(app.app_url)
})
afterAll(async () => {
  await browser.close()
  await sql.end()
  await new Promise((resolve) => {
    server.close(resolve)
    server.closeAllConnections()
  })
})

async function run(siteIds: string[]): Promise<void> {
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const answer = await fetch(`${app.api_url}${path}`, {
      method: 'POST',
      headers: { apikey: app.publishable_key, authorization: `Bearer ${await accessToken(person)}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }
  const { job_id } = (await post('/rest/v1/rpc/start_sync', { site_ids: siteIds, options: { force: true } })) as { job_id: string }
  await post('/functions/v1/sync', { job_id })
  await expect.poll(async () => (await sql`select status from public.sync_jobs where id = ${job_id}`)[0]?.['status'] as unknown, { timeout: 90_000 }).toBe('success')
}

const open = async (path: string) => {
  await page.goto(`${app.app_url}${path}`)
  await settled(page)
}
const names = async () => page.getByRole('table', { name: 'Sites' }).locator('[data-row-link]').allTextContents()
const say = (headline: string) => sql`
  update public.content_items set data = data || jsonb_build_object('headline', ${headline}::text) where organization_id = ${organization} and title = '0% Financing 12mo'`

test('the list is filtered and sorted, and its address says how', async () => {
  await say(FIRST)
  await run([google])
  await open('/sites')
  await expect.poll(names).toEqual(['Facebook Campaign', 'Google Campaign', 'Instagram Campaign', 'Partner'])
  const row = (name: string) => page.getByRole('row', { name: new RegExp(name) })
  await row('Google').getByText('in sync').waitFor()
  await row('Facebook').getByText(/^\d items?$/).waitFor()

  await page.getByRole('searchbox', { name: 'Search sites' }).fill('campaign')
  await expect.poll(names).toEqual(['Facebook Campaign', 'Google Campaign', 'Instagram Campaign'])
  await page.getByRole('combobox', { name: 'Behind' }).click()
  await page.getByRole('option', { name: 'In sync' }).click()
  await expect.poll(names).toEqual(['Google Campaign'])
  await expect.poll(() => new URL(page.url()).search).toBe('?q=campaign&behind=in-sync')
  await page.reload()
  await expect.poll(names).toEqual(['Google Campaign'])
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await page.getByRole('columnheader', { name: 'Site' }).getByRole('button').click()
  await expect.poll(names).toEqual(['Partner', 'Instagram Campaign', 'Google Campaign', 'Facebook Campaign'])
  await page.getByRole('combobox', { name: 'Region' }).click()
  await page.getByRole('option', { name: 'North' }).click()
  await expect.poll(names).toEqual(['Partner', 'Facebook Campaign'])
  // What was said first stands first.
  expect(new URL(page.url()).search).toBe('?sort=-name&region=North')
})

test('several are disabled at once, by keyboard, and the toast undoes it', async () => {
  const enabled = async () => (await sql<{ slug: string }[]>`select slug from public.sites where organization_id = ${organization} and enabled order by slug`).map(({ slug }) => slug)
  await sql`update public.sites set enabled = true where organization_id = ${organization}`
  await open('/sites')
  await page.locator('[data-row-link]').first().focus()
  await page.keyboard.press('x')
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  const bar = page.getByRole('region', { name: 'Selected sites' })
  await bar.getByText('2 sites selected').waitFor()
  await bar.getByRole('button', { name: 'Disable' }).click()
  await page.getByText('2 sites disabled').waitFor()
  expect(await enabled()).toEqual(['instagram', 'partner'])
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(enabled).toEqual(['facebook', 'google', 'instagram', 'partner'])
  await bar.getByRole('button', { name: 'Sync selected' }).click()
  await page.waitForURL('**/review?sites=*')
  expect(new URL(page.url()).searchParams.get('sites')?.split(',')).toHaveLength(2)
})

test('a test of a destination that refuses says what to do, and one that it takes says so', async () => {
  answers = 401
  await open(`/sites/${partner}/connection`)
  const card = page.getByRole('region', { name: 'Test', exact: true })
  await card.getByRole('button', { name: 'Send test' }).click()
  await card.getByText('It answered 401: it does not accept the signature').waitFor()
  await card.getByText('signature refused').waitFor()
  expect(JSON.parse(last?.body ?? '{}')).toMatchObject({ test: true, site: { slug: 'partner' } })
  await card.getByText('Request that was sent', { exact: true }).click()
  expect(await card.getByRole('region', { name: 'Request that was sent' }).textContent()).toContain(last?.headers['webhook-signature'] ?? 'none')
  expect(await sql`select from public.sync_deliveries where site_id = ${partner}`).toHaveLength(0)

  answers = 200
  await card.getByRole('button', { name: 'Send test' }).click()
  await card.getByText('Ready: it verified the request and knew it for a test').waitFor()
  await open(`/sites/${partner}`)
  await page.getByRole('region', { name: 'State' }).getByText('Ready: it verified the request').waitFor()
})

test('a request that does not verify is explained, and verifies when it is pasted as it was sent', async () => {
  if (last === undefined) throw new Error('no request was received')
  const { headers, body } = last
  const raw = (text: string) => `POST /hooks/datasync HTTP/1.1\n${Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join('\n')}\n\n${text}`
  await open(`/sites/${partner}/verify`)
  await page.getByRole('button', { name: 'Use this site’s secret' }).click()
  await expect.poll(() => page.getByLabel('Signing secret').inputValue()).toMatch(/^whsec_/)
  await page.getByLabel('It has just arrived').setChecked(false)

  const request = page.getByLabel('Request', { exact: true })
  await request.fill(raw(JSON.stringify(JSON.parse(body), null, 2)))
  await page.getByRole('button', { name: 'Verify' }).click()
  await page.getByText('It does not verify').waitFor()
  await page.getByRole('list', { name: 'Steps' }).getByText('The body was parsed and printed again').waitFor()

  await request.fill(raw(body))
  await page.getByRole('button', { name: 'Verify' }).click()
  await page.getByText('It verifies').waitFor()
  await page.getByRole('list', { name: 'Steps' }).getByText('X-DSIGN matches').waitFor()
})

test('a site goes back to a version after two were compared', async () => {
  const versions = page.getByRole('region', { name: 'Versions' })
  await say(SECOND)
  await run([google])
  await open(`/sites/${google}/history`)
  const differences = page.getByRole('region', { name: 'Differences' })
  await expect.poll(() => differences.textContent()).toMatch(new RegExp(`${FIRST}[^]*${SECOND}`))
  await versions.getByRole('button', { name: /^Version 1/ }).click()
  await page.getByRole('combobox', { name: 'Compare with' }).click()
  await page.getByRole('option', { name: /current/ }).click()
  await expect.poll(() => differences.textContent()).toMatch(new RegExp(`${SECOND}[^]*${FIRST}`))
  expect(new URL(page.url()).searchParams.get('version')).toBe('1')

  await page.getByRole('button', { name: /^Roll back to version 1/ }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('The site will be on hold').waitFor()
  await dialog.getByRole('button', { name: 'Roll back', exact: true }).click()
  await page.waitForURL('**/jobs/*')
  await expect.poll(async () => (await sql<{ body: string }[]>`select body from public.destination_snapshots where site_id = ${google}`)[0]?.body ?? '', { timeout: 60_000 }).toContain(FIRST)
  await open(`/sites/${google}/history`)
  await versions.getByRole('listitem').first().getByText('rollback').waitFor()
  await versions.getByRole('listitem').first().getByText('current').waitFor()
})

test('nothing on the way complained', () => {
  expect(person.complaints).toEqual([])
})
