import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Locator, Page } from 'playwright-core'
import postgres from 'postgres'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openDemo } from './support/demo.ts'
import { accessToken, type Person } from './support/person.ts'

// From a rule to its last word: set up in the app, broken by a run, told by mail, webhook and bell, and over again. The tests
// are one story; each begins with what the one before left in the database.

const app = inject('app')
const sql = postgres(app.db_url, { onnotice: () => undefined })
let browser: Browser
let person: Person
let page: Page
let organization: string

interface Received { headers: IncomingHttpHeaders; body: string }
const received: Received[] = []
const receiver = createServer((request, response) => {
  let body = ''
  request.on('data', (data: Buffer) => (body += data.toString()))
  request.on('end', () => {
    received.push({ headers: request.headers, body })
    response.writeHead(204).end()
  })
})
let hook: string
let secret = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
  ;({ browser, person, page, organization } = await openDemo(app.app_url, sql))
  await sql`update public.sites set failure_rate = 0, fail_next = 0, max_attempts = 1 where organization_id = ${organization}`
})
afterAll(async () => {
  await browser.close()
  receiver.close()
  await sql.end()
})

interface Mail { to: string; subject: string; links: string[] }
async function mails(): Promise<Mail[]> {
  const { messages } = (await (await fetch(`${app.inbox_url}/api/messages`)).json()) as { messages: Mail[] }
  return messages.filter(({ to, subject }) => to === person.email && subject.startsWith('['))
}

const bell = (): Locator => page.getByRole('button', { name: /^Alerts/ })
const types = () => received.map(({ body }) => (JSON.parse(body) as { type: string }).type)

/** A run of everything, as the app asks for it. */
async function run(): Promise<void> {
  const token = await accessToken(person)
  const ask = (path: string, body: object) =>
    fetch(`${app.api_url}${path}`, { method: 'POST', headers: { apikey: app.publishable_key, authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const { job_id } = (await (await ask('/rest/v1/rpc/start_sync', { options: { force: true } })).json()) as { job_id: string }
  await ask('/functions/v1/sync', { job_id })
  await expect.poll(async () => (await sql<{ status: string }[]>`select status from public.sync_jobs where id = ${job_id}`)[0]?.status).toMatch(/success|partial|failed/)
}

test('a rule is set up with a webhook, whose secret is shown once', async () => {
  await sql`delete from public.alert_rules where organization_id = ${organization}`
  await page.goto(`${app.app_url}/settings/alerts`)
  await page.getByText('Nobody is told yet').waitFor()
  await page.getByRole('button', { name: 'New rule' }).click()
  const drawer = page.getByRole('dialog', { name: 'New rule' })
  await drawer.getByLabel('Name').fill('Runs')
  await drawer.getByRole('checkbox', { name: /\(you\)$/, checked: true }).waitFor()
  await drawer.getByLabel('Webhook').fill('hooks.example.com')
  await drawer.getByRole('button', { name: 'Create rule' }).click()
  await drawer.getByText('The address must begin with https://.').waitFor()
  await drawer.getByLabel('Webhook').fill(hook)
  await drawer.getByRole('button', { name: 'Create rule' }).click()
  const shown = page.getByRole('dialog', { name: 'The signing secret of "Runs"' })
  secret = await shown.getByLabel('Signing secret').inputValue()
  expect(secret).toMatch(/^whsec_/)
  await shown.getByRole('button', { name: 'I have copied it' }).click()
  const row = page.getByRole('list', { name: 'Alert rules' }).getByRole('listitem').filter({ hasText: 'Runs' })
  await row.getByText('all is well').waitFor()
  await row.getByText('Tells: inbox, 1 mail, webhook').waitFor()
})

test('a test message reaches everybody whom it tells', async () => {
  received.length = 0
  await page.goto(`${app.app_url}/settings/alerts`)
  await page.getByRole('button', { name: 'More about Runs' }).click()
  await page.getByRole('menuitem', { name: 'Send a test message' }).click()
  await page.getByText('The test was taken by 2 addresses').waitFor()
  expect(types()).toEqual(['alert.test'])
  const [message] = received
  expect(new Webhook(secret).verify(message?.body ?? '', message?.headers as Record<string, string>)).toMatchObject({ data: { rule: { name: 'Runs' } } })
  expect((await mails())[0]?.subject).toMatch(/^\[Test\] Test message of "Runs"/)
})

test('a run that fails rings the bell on the open page, is in the mail and in the webhook, once', async () => {
  await page.goto(app.app_url)
  await bell().waitFor()
  // What is there already is no news.
  await sql`insert into private.alert_reads (organization_id, user_id, event_id)
    select e.organization_id, m.user_id, e.id from public.alert_events e join public.memberships m using (organization_id) where e.organization_id = ${organization} on conflict do nothing`
  await page.reload()
  await page.getByRole('button', { name: 'Alerts', exact: true }).waitFor()
  received.length = 0
  await sql`update public.sites set destination_url = 'http://127.0.0.1:9/' where organization_id = ${organization} and slug = 'instagram'`
  await run()
  // Nothing is reloaded from here on.
  await page.getByRole('button', { name: 'Alerts, 1 new' }).waitFor()
  await page.getByRole('region', { name: 'Alerts that fire now' }).getByText('Instagram Campaign').waitFor()
  await expect.poll(async () => (await mails())[0]?.subject).toMatch(/^\[Firing\] Run \d+ was partial: Instagram Campaign \(Acme Holdings/)
  await expect.poll(types).toEqual(['alert.firing'])
  await run()
  await expect.poll(async () => (await sql`select from private.alert_queue where organization_id = ${organization}`).length).toBe(0)
  expect((await sql`select from public.alert_events where organization_id = ${organization} and state = 'firing'`).length).toBe(1)

  await bell().click()
  const drawer = page.getByRole('dialog', { name: 'Alerts' })
  await drawer.getByText('One alert is firing').waitFor()
  await drawer.getByRole('list', { name: 'Inbox' }).getByText('still firing').waitFor()
  await drawer.getByRole('link', { name: /^Run \d+ was partial: Instagram Campaign$/ }).click()
  await page.waitForURL('**/jobs/*')
  // Whoever followed it has read it.
  await page.getByRole('button', { name: 'Alerts', exact: true }).waitFor()
})

test('the mail’s link leads to the run', async () => {
  const [link] = (await mails()).find(({ subject }) => subject.startsWith('[Firing]'))?.links ?? []
  await page.goto(link ?? '')
  await page.getByRole('heading', { level: 1, name: /^Run \d+$/ }).waitFor()
})

test('its recovery is told once, and ends what the page says', async () => {
  await page.goto(app.app_url)
  await page.getByRole('region', { name: 'Alerts that fire now' }).waitFor()
  received.length = 0
  await sql`update public.sites set destination_url = null where organization_id = ${organization} and slug = 'instagram'`
  await run()
  await page.getByRole('region', { name: 'Alerts that fire now' }).waitFor({ state: 'detached' })
  await expect.poll(types).toEqual(['alert.recovered'])
  await expect.poll(async () => (await mails())[0]?.subject).toMatch(/^\[Recovered\] Delivered again: Instagram Campaign/)
  await run()
  await expect.poll(async () => (await sql`select from private.alert_queue where organization_id = ${organization}`).length).toBe(0)
  expect(types()).toEqual(['alert.recovered'])
})

test('the inbox filters by its address, marks all as read, and takes it back', async () => {
  await page.goto(`${app.app_url}/alerts`)
  const list = page.getByRole('list', { name: 'Inbox' })
  await page.getByRole('radio', { name: 'Recovered' }).click()
  await expect.poll(() => new URL(page.url()).search).toBe('?show=recovered')
  await expect.poll(() => list.getByRole('link', { name: /Instagram/ }).allTextContents()).toEqual(['Delivered again: Instagram Campaign'])
  await page.reload()
  await page.getByRole('radio', { name: 'Recovered', checked: true }).waitFor()
  await page.getByRole('radio', { name: 'All' }).click()
  await page.getByRole('button', { name: 'Mark all read' }).click()
  await page.getByRole('button', { name: 'Alerts', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('button', { name: /^Alerts, \d+ new$/ }).waitFor()
})

test('a rule is paused, taken back, muted and deleted', async () => {
  await page.goto(`${app.app_url}/settings/alerts`)
  await page.getByRole('switch', { name: 'Watch: Runs' }).click()
  await page.getByText('"Runs" is paused').waitFor()
  await expect.poll(async () => (await sql<{ enabled: boolean }[]>`select enabled from public.alert_rules where organization_id = ${organization}`)[0]?.enabled).toBe(false)
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('switch', { name: 'Watch: Runs', checked: true }).waitFor()
  await expect.poll(async () => (await sql<{ enabled: boolean }[]>`select enabled from public.alert_rules where organization_id = ${organization}`)[0]?.enabled).toBe(true)
  await page.getByRole('button', { name: 'More about Runs' }).click()
  await page.getByRole('menuitem', { name: 'For 8 hours' }).click()
  await page.getByRole('list', { name: 'Alert rules' }).getByText('muted', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'More about Runs' }).click()
  await page.getByRole('menuitem', { name: 'Delete rule' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete rule' }).click()
  await page.getByText('Nobody is told yet').waitFor()
  expect(person.complaints.filter((line) => !line.includes('ERR_CONNECTION_REFUSED'))).toEqual([])
})
