import type { Browser, Locator, Page } from 'playwright-core'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { launchBrowser } from './support/browser.ts'
import { newPerson, signUp, type Person } from './support/person.ts'
import { isFurtherTry } from './support/tries.ts'

// The home page of somebody who begins with nothing: the list of first steps that ticks itself, and what comes after it.

const app = inject('app')
const sql = postgres(app.db_url, { onnotice: () => undefined })
let browser: Browser
let person: Person
let page: Page
let organization: string

beforeAll(async () => {
  browser = await launchBrowser()
  person = await newPerson(browser, { reducedMotion: 'reduce' })
  page = person.page
  await signUp(person, app.app_url)
  await page.getByLabel('Name of the organization').fill('Fresh Start')
  await page.getByRole('button', { name: 'Create organization' }).click()
  await page.getByRole('heading', { level: 1, name: 'No site is set up yet' }).waitFor()
  const [row] = await sql<{ id: string }[]>`select organization_id as id from public.profiles where email = ${person.email}`
  organization = row?.id ?? ''
})
afterAll(async () => {
  await browser.close()
  await sql.end()
})

const steps = (): Locator => page.getByRole('region', { name: 'First steps' })
const step = (title: string): Locator => steps().getByRole('listitem').filter({ hasText: title })
const isDone = (title: string) => step(title).getByText(', done').waitFor({ state: 'attached' })
const isOpen = (title: string) => step(title).getByText(', to do').waitFor({ state: 'attached' })

test('begins with nothing done, and can be put away and brought back', async () => {
  await page.goto(app.app_url)
  await steps().waitFor()
  for (const title of ['Load the demo', 'Publish an item', 'Add a site', 'Map the item', 'Review what', 'Run the sync', 'Open the landing page']) await isOpen(title)
  await steps().getByRole('button', { name: 'Put the first steps away' }).click()
  await steps().waitFor({ state: 'detached' })
  await page.reload()
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.getByText('Published items').waitFor()
  expect(await steps().count()).toBe(0)
  await page.getByRole('main').getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Show the first steps' }).click()
  await steps().waitFor()
})

test('ticks what the demo brings, then the review, the run and the page, without a reload', async ({ task }) => {
  if (isFurtherTry(task)) {
    // As if nobody had been here.
    await sql`delete from public.sites where organization_id = ${organization}`
    await sql`delete from public.sync_jobs where organization_id = ${organization}`
    await sql`delete from public.content_items where organization_id = ${organization}`
    await sql`delete from public.content_types where organization_id = ${organization}`
    await sql`delete from private.first_steps where organization_id = ${organization}`
    await sql`update private.organization_counters set job_number = 0 where organization_id = ${organization}`
  }
  await page.goto(app.app_url)
  await steps().getByRole('button', { name: 'Load Demo Data' }).click()
  for (const title of ['Load the demo', 'Publish an item', 'Add a site', 'Map the item']) await isDone(title)
  await isOpen('Run the sync')
  await sql`update public.sites set failure_rate = 0, fail_next = 0 where organization_id = ${organization}`
  // It goes on where somebody left it.
  await page.reload()
  await steps().getByText('4 of 7 done').first().waitFor()
  await steps().getByRole('link', { name: 'Review what would be sent' }).click()
  await page.waitForURL('**/review**')
  await page.getByRole('main').getByRole('button', { name: /run sync|send/i }).first().click()
  await page.waitForURL('**/jobs/*')
  await page.getByRole('log').getByText(/Run 1: success/).waitFor()
  await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: 'Home' }).click()
  await isDone('Review what')
  await isDone('Run the sync')
  const opened = person.context.waitForEvent('page')
  await steps().getByRole('link', { name: /Open the landing page/ }).click()
  const landing = await opened
  await landing.getByText('Last synced').first().waitFor()
  await landing.close()
  // All seven are done: the list has had its day.
  await steps().waitFor({ state: 'detached' })
})

test('names the sites that are behind and those that are unhealthy, and says when all is well, live', async () => {
  // As the run has left it, also on a further try.
  await sql`update public.site_states set last_status = 'success', last_error = null where organization_id = ${organization}`
  await sql`update public.content_items i set data = r.data from public.content_item_revisions r where i.organization_id = ${organization} and i.title = 'Free Installation' and r.item_id = i.id and r.revision = 1`
  await page.goto(app.app_url)
  const look = page.getByRole('region', { name: 'Sites to look at' })
  await look.getByText('All 3 sites are healthy, with the newest content.').waitFor()
  await sql`update public.content_items set data = data || '{"headline": "Changed since"}' where organization_id = ${organization} and title = 'Free Installation'`
  await look.getByRole('listitem').filter({ hasText: 'Facebook Campaign' }).getByText(/behind: what it shows is from/).waitFor()
  await sql`update public.site_states st set last_status = 'failed', last_error = '503 from destination' from public.sites s where s.id = st.site_id and s.organization_id = ${organization} and s.slug = 'google'`
  await look.getByRole('listitem').first().getByText('unhealthy: 503 from destination').waitFor()
  const [google] = await sql<{ id: string }[]>`select id from public.sites where organization_id = ${organization} and slug = 'google'`
  await look.getByRole('link', { name: 'Google Campaign' }).click()
  await page.waitForURL(`**/sites/${google?.id ?? ''}`)
})

test('says what runs next, by schedule and by publish window', async () => {
  await page.goto(app.app_url)
  const next = page.getByRole('region', { name: 'Next runs' })
  await next.getByText('No run is planned.').waitFor()
  const [schedule] = await sql<{ id: string }[]>`insert into public.schedules (organization_id, name, cron) values (${organization}, 'Every night', '0 3 * * *') returning id`
  await sql`update public.content_items set unpublish_at = now() + interval '10 minutes' where organization_id = ${organization} and title = 'Free Installation'`
  await next.getByRole('listitem').filter({ hasText: 'Free Installation' }).getByText(/is taken down/).waitFor()
  const line = next.getByRole('listitem').filter({ hasText: 'Every night' })
  await line.getByText(/sends to all sites/).waitFor()
  expect(await next.getByRole('link').allTextContents()).toEqual(['Schedules', 'Free Installation', 'Every night'])
  await line.getByRole('link').click()
  await page.waitForURL(`**/jobs/schedules/${schedule?.id ?? ''}`)
})

test('shows how long runs took: by pointer, by keys, and as a way to each', async () => {
  const [first] = await sql<{ id: string }[]>`select id from public.sync_jobs where organization_id = ${organization} and number = 1`
  await sql`
    insert into public.sync_jobs (organization_id, number, status, succeeded, failed, total, created_at, started_at, finished_at)
    select ${organization}, 100 + n, case n when 2 then 'partial' else 'success' end, 2, (n = 2)::integer, 3, now() + n * interval '1 second', now() + n * interval '1 second', now() + n * interval '1 second' + n * interval '250 milliseconds'
    from generate_series(1, 3) n on conflict do nothing`
  await page.goto(app.app_url)
  const bars = page.getByRole('slider', { name: 'Duration of the last 4 runs' })
  await bars.focus()
  await expect.poll(() => bars.getAttribute('aria-valuetext')).toBe('Run 103: 750 ms, success')
  await page.keyboard.press('ArrowLeft')
  await expect.poll(() => bars.getAttribute('aria-valuetext')).toBe('Run 102: 500 ms, partial')
  await page.getByText('Run 102: 500 ms, partial').waitFor()
  await page.keyboard.press('Home')
  await expect.poll(() => bars.getAttribute('aria-valuetext')).toMatch(/^Run 1: /)
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/jobs/${first?.id ?? ''}`)
})

test('lists the last five runs, and those that nobody started as "auto"', async () => {
  await sql`update public.sync_jobs set trigger = 'schedule' where organization_id = ${organization} and number = 103`
  await page.goto(app.app_url)
  const rows = page.getByRole('table', { name: 'Recent runs' }).getByRole('row')
  await rows.filter({ hasText: '103' }).getByText(/auto/).first().waitFor()
  expect(await rows.count()).toBeLessThanOrEqual(6)
  expect(person.complaints).toEqual([])
})
