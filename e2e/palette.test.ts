import type { Browser, Locator, Page } from 'playwright-core'
import postgres from 'postgres'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { openDemo } from './support/demo.ts'
import type { Person } from './support/person.ts'
import { settled } from './support/settle.ts'

// From anywhere to anywhere by a few letters, and the keys that every page knows.

const app = inject('app')
const sql = postgres(app.db_url, { onnotice: () => undefined })
let browser: Browser
let person: Person
let page: Page
let organization: string

beforeAll(async () => {
  ;({ browser, person, page, organization } = await openDemo(app.app_url, sql))
})
beforeEach(async () => {
  await page.goto(app.app_url)
  await settled(page)
})
afterAll(async () => {
  await browser.close()
  await sql.end()
})

const palette = (): Locator => page.getByRole('dialog', { name: 'Search or jump to' })
const option = (name: string | RegExp): Locator => palette().getByRole('option', { name })
const chosen = (): Locator => palette().locator('[role=option][aria-selected=true]')

async function search(words: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await palette().getByRole('combobox').waitFor()
  await page.keyboard.type(words)
}

/** Arrow keys until this one is meant. */
async function choose(name: string | RegExp): Promise<void> {
  await option(name).first().waitFor()
  await expect
    .poll(async () => {
      if (name instanceof RegExp ? name.test((await chosen().textContent()) ?? '') : ((await chosen().textContent()) ?? '').includes(name)) return true
      await page.keyboard.press('ArrowDown')
      return false
    })
    .toBe(true)
  await page.keyboard.press('Enter')
}

test('an item, a site, a type, a schedule and a run are found by their names and opened', async () => {
  await sql`delete from public.schedules where organization_id = ${organization}`
  const [schedule] = await sql<{ id: string }[]>`insert into public.schedules (organization_id, name, cron) values (${organization}, 'Nightly sync', '0 3 * * *') returning id`
  await sql`delete from public.sync_jobs where organization_id = ${organization} and number = 4711`
  const [run] = await sql<{ id: string }[]>`
    insert into public.sync_jobs (organization_id, number, status, started_at, finished_at) values (${organization}, 4711, 'success', now(), now()) returning id`
  const [item] = await sql<{ id: string }[]>`select id from public.content_items where organization_id = ${organization} and title = 'Fall Savings Event'`
  const [site] = await sql<{ id: string }[]>`select id from public.sites where organization_id = ${organization} and slug = 'instagram'`
  const journeys: [words: string, name: string | RegExp, path: string][] = [
    ['fall sav', 'Fall Savings Event', `/content/${item?.id ?? ''}`],
    ['insta', /Instagram Campaign/, `/sites/${site?.id ?? ''}`],
    ['nightly', /Nightly sync/, `/jobs/schedules/${schedule?.id ?? ''}`],
    ['4711', 'Run 4711', `/jobs/${run?.id ?? ''}`],
  ]
  for (const [words, name, path] of journeys) {
    await search(words)
    await choose(name)
    await page.waitForURL(`**${path}`)
    await settled(page)
    // Closed with the choice: no dialog of its own is left over the page.
    await expect.poll(() => palette().count()).toBe(0)
    await page.goto(app.app_url)
    await settled(page)
  }
  await sql`delete from public.sync_jobs where id = ${run?.id ?? ''}`
})

test('what was opened last stands first, before anything is typed', async () => {
  await page.goto(`${app.app_url}/content`)
  await page.getByRole('link', { name: 'Free Installation' }).first().click()
  await page.waitForFunction(() => document.title.startsWith('Free Installation'))
  await page.getByRole('link', { name: 'Home' }).first().click()
  await page.keyboard.press('Control+k')
  await expect.poll(() => chosen().textContent()).toContain('Free Installation')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/content\/[0-9a-f-]{36}$/)
})

test('pages and acts are found by other words too, with their keys; nothing found says so', async () => {
  await search('hourly')
  await choose('Schedules')
  await page.waitForURL('**/jobs/schedules')
  await search('new sche')
  await choose('New schedule')
  await page.getByRole('dialog', { name: 'New schedule' }).waitFor()
  await page.keyboard.press('Escape')
  await search('review what')
  await expect.poll(() => chosen().textContent()).toContain('R')
  await page.keyboard.press('Escape')
  await search('zzz nothing zzz')
  await palette().getByText('Nothing is called "zzz nothing zzz"').waitFor()
  await page.keyboard.press('Escape')
  await search('theme dark')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark')
  await page.evaluate(() => localStorage.removeItem('datasync-theme'))
})

test('letters that are signs elsewhere are searched as letters', async () => {
  await sql`delete from public.sites where organization_id = ${organization} and slug = 'odd-name'`
  await sql`insert into public.sites (organization_id, name, slug) values (${organization}, '100% (a,b) "quoted" _x', 'odd-name')`
  await search('% (a,b) "q')
  await option(/100% \(a,b\)/).waitFor()
  // An underscore would match anything.
  await page.keyboard.press('Escape')
  await search('__________')
  await palette().getByText('Nothing is called').waitFor()
  await sql`delete from public.sites where organization_id = ${organization} and slug = 'odd-name'`
})

test('a search that fails says so, keeps the pages, and tries again', async () => {
  await page.route('**/rest/v1/content_items?**ilike**', (route) => route.abort())
  await search('fall')
  await palette().getByRole('alert').filter({ hasText: 'Data could not be searched' }).waitFor()
  await page.unroute('**/rest/v1/content_items?**ilike**')
  await palette().getByRole('button', { name: 'Try again' }).press('Enter')
  await option(/Fall Savings Event/).waitFor()
  person.complaints.splice(0, person.complaints.length, ...person.complaints.filter((line) => !line.includes('ERR_FAILED')))
})

test('two letters lead to every place, and ? lists what can be pressed', async () => {
  for (const [keys, path] of [['gc', '/content'], ['gt', '/content/types'], ['gs', '/sites'], ['gm', '/mappings'], ['gj', '/jobs'], ['gd', '/jobs/schedules'], ['g,', '/settings'], ['gh', '/']] as const) {
    await expect
      .poll(async () => {
        if (new URL(page.url()).pathname !== path) for (const key of keys) await page.keyboard.press(key)
        return new URL(page.url()).pathname
      })
      .toBe(path)
    await settled(page)
  }
  await page.goto(`${app.app_url}/jobs/schedules`)
  await page.getByRole('button', { name: 'New schedule' }).or(page.getByRole('button', { name: 'Every hour' })).first().waitFor()
  const list = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await expect
    .poll(async () => {
      if (!(await list.isVisible())) await page.keyboard.press('?')
      return list.isVisible()
    })
    .toBe(true)
  await list.getByRole('region', { name: 'On this page' }).getByText('New schedule').waitFor()
  await list.getByRole('region', { name: 'Go to' }).getByText('Mappings').waitFor()
  // They rest while the list is open.
  await page.keyboard.press('r')
  await page.keyboard.press('Escape')
  await list.waitFor({ state: 'hidden' })
  expect(new URL(page.url()).pathname).toBe('/jobs/schedules')
  await page.keyboard.press('r')
  await page.waitForURL('**/review')
})

test('nothing on the way complained', () => {
  expect(person.complaints).toEqual([])
})
