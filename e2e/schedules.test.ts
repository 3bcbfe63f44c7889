import type { Browser, Locator, Page } from 'playwright-core'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openDemo } from './support/demo.ts'
import { newPerson, PASSWORD, signUp, type Person } from './support/person.ts'
import { settled } from './support/settle.ts'

// What happens by itself: schedules, publish windows, and how long history is kept. Each test sets out its own beginning.

const app = inject('app')
const sql = postgres(app.db_url, { onnotice: () => undefined })
let browser: Browser
let person: Person
let page: Page
let organization: string

beforeAll(async () => {
  ;({ browser, person, page, organization } = await openDemo(app.app_url, sql))
})
afterAll(async () => {
  await browser.close()
  await sql.end()
})

const go = (place: string): Promise<void> => page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: place }).click()
const row = (name: string): Locator => page.getByRole('table', { name: 'Schedules' }).getByRole('row').filter({ hasText: name })
/** A row writes some things twice, for the wide screen and for the narrow one; only one of them is seen. */
const says = (name: string, text: string | RegExp): Locator => row(name).getByText(text, { exact: typeof text === 'string' }).filter({ visible: true }).first()
const drawer = (): Locator => page.getByRole('dialog')
const stored = async () => sql`
  select name, cron, time_zone, all_sites, enabled from public.schedules where organization_id = ${organization} order by created_at`

/** The page with this one schedule, or with none. */
async function open(schedule: { name: string; cron: string } | null): Promise<void> {
  await sql`delete from public.schedules where organization_id = ${organization}`
  if (schedule !== null) await sql`insert into public.schedules ${sql({ organization_id: organization, ...schedule })}`
  await page.goto(`${app.app_url}/jobs/schedules`)
  if (schedule === null) await page.getByText('Nothing starts by itself yet').waitFor()
  else await says(schedule.name, schedule.name).waitFor()
}

test('the first offer is every hour; what is created survives a reload, with its next runs', async () => {
  await open(null)
  await go('Jobs')
  await page.getByRole('navigation', { name: 'Jobs' }).getByRole('link', { name: 'Schedules' }).click()
  await page.getByRole('main').getByRole('button', { name: 'Every hour' }).click()
  await drawer().getByRole('radio', { name: 'Hourly', checked: true }).waitFor()
  const runs = drawer().getByRole('region', { name: 'Next five runs' }).getByRole('listitem')
  await expect.poll(() => runs.filter({ hasText: /\d\d:00/ }).count()).toBe(5)
  await drawer().getByRole('button', { name: 'Create schedule' }).click()
  await row('Every hour').getByRole('switch', { checked: true }).waitFor()
  await expect.poll(stored).toMatchObject([{ name: 'Every hour', cron: '0 * * * *', all_sites: true, enabled: true }])

  await page.reload()
  await row('Every hour').getByRole('switch', { checked: true }).waitFor()
  await says('Every hour', /\d\d:00/).waitFor()
  // What the page reckons before the engine has planned is what the engine then plans.
  const planned = async (): Promise<string | undefined> => {
    const [schedule] = await sql<{ next_run_at: Date | null }[]>`select next_run_at from public.schedules where organization_id = ${organization}`
    return schedule?.next_run_at?.toISOString()
  }
  await expect.poll(planned, { timeout: 60_000 }).toMatch(/:00:00\.000Z$/)
})

test('a switch turns it off and on, and the page says so after a reload', async () => {
  await open({ name: 'Nightly', cron: '0 3 * * *' })
  await row('Nightly').getByRole('switch', { checked: true }).click()
  await says('Nightly', 'no run while it is off').waitFor()
  await expect.poll(stored).toMatchObject([{ enabled: false }])
  await page.reload()
  await row('Nightly').getByRole('switch', { checked: false }).click()
  await row('Nightly').getByRole('switch', { checked: true }).waitFor()
  await expect.poll(stored).toMatchObject([{ enabled: true }])
})

test('it is changed: a cron expression in another time zone, for chosen sites; what is wrong is said at the field', async () => {
  await open({ name: 'Every hour', cron: '0 * * * *' })
  await row('Every hour').getByRole('link', { name: 'Every hour', exact: true }).click()
  await drawer().getByRole('button', { name: 'Edit' }).click()
  const form = page.getByRole('dialog', { name: 'Edit "Every hour"' })
  await form.getByLabel('Name').fill('Office hours')
  await form.getByRole('radio', { name: 'Custom' }).click()
  await form.getByLabel('Cron expression').fill('0 25 * * *')
  await form.getByRole('button', { name: 'Save schedule' }).click()
  await form.getByRole('alert').filter({ hasText: 'hour "25"' }).waitFor()
  await form.getByLabel('Cron expression').fill('*/15 8-18 * * 1-5')
  await form.getByRole('combobox', { name: 'Time zone' }).fill('berlin')
  await page.getByRole('option', { name: 'Europe/Berlin' }).click()
  await form.getByRole('radio', { name: 'Chosen sites' }).click()
  await form.getByRole('checkbox', { name: /Facebook/ }).click()
  await form.getByRole('button', { name: 'Save schedule' }).click()
  // Back over the schedule itself, with what it is now; closing it leads back to the list.
  await page.getByRole('dialog', { name: 'Office hours' }).getByText('Every 15 minutes from 08:00 to 18:59, weekdays').waitFor()
  await page.keyboard.press('Escape')
  await page.waitForURL('**/jobs/schedules')
  await says('Office hours', 'Every 15 minutes from 08:00 to 18:59, weekdays').waitFor()
  await says('Office hours', '1 site').waitFor()
  await expect.poll(stored).toMatchObject([{ name: 'Office hours', cron: '*/15 8-18 * * 1-5', time_zone: 'Europe/Berlin', all_sites: false, enabled: true }])
})

test('what cannot be planned says why', async () => {
  await open({ name: 'Nightly', cron: '0 3 * * *' })
  // Planned, or a tick that is on its way would take the problem for solved.
  await sql`update public.schedules set problem = 'the time zone is not known', next_run_at = now() + interval '1 day' where organization_id = ${organization}`
  await page.reload()
  await says('Nightly', 'Cannot be planned: the time zone is not known').waitFor()
})

test('it is deleted by name, and comes back with Undo', async () => {
  await open({ name: 'Nightly', cron: '0 3 * * *' })
  const ids = async () => (await sql<{ id: string }[]>`select id from public.schedules where organization_id = ${organization}`).map(({ id }) => id)
  const [before = ''] = await ids()
  await row('Nightly').getByRole('button', { name: 'Actions for "Nightly"' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  const dialog = page.getByRole('alertdialog')
  await dialog.getByText('Delete the schedule "Nightly"?').waitFor()
  await dialog.getByRole('button', { name: 'Delete schedule' }).click()
  // At once, because the offer passes.
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(ids).toEqual([expect.not.stringMatching(before)])
  await says('Nightly', 'Every day at 03:00').waitFor()
  await expect.poll(stored).toMatchObject([{ name: 'Nightly', cron: '0 3 * * *', enabled: true }])
})

test('it is said in words: what is understood is set, what is not is said, and closing asks first', async () => {
  await open(null)
  await page.getByRole('main').getByRole('button', { name: 'At another time' }).click()
  const words = drawer().getByLabel('Say it in words')
  await words.fill('every monday and thursday at 18:30 in Springfield')
  await drawer().getByText('Not understood, and passed over: "springfield".').waitFor()
  await words.fill('every 7 minutes')
  await drawer().getByText('Every 7 minutes does not come out even within an hour.', { exact: false }).waitFor()
  await words.fill('every monday and thursday at 18:30 in Chicago')
  await drawer().getByText('Mondays and Thursdays at 18:30', { exact: true }).waitFor()
  await expect.poll(() => drawer().getByLabel('Cron expression').inputValue()).toBe('30 18 * * 1,4')
  await expect.poll(() => drawer().getByRole('combobox', { name: 'Time zone' }).inputValue()).toBe('America/Chicago')
  await expect.poll(() => drawer().getByLabel('Name').inputValue()).toBe('Mondays and Thursdays at 18:30')

  await page.keyboard.press('Escape')
  const question = page.getByRole('alertdialog', { name: 'Close without saving?' })
  await question.getByRole('button', { name: 'Keep editing' }).click()
  await question.waitFor({ state: 'hidden' })
  await drawer().getByRole('button', { name: 'Create schedule' }).click()
  await row('Mondays and Thursdays at 18:30').waitFor()
  await expect.poll(stored).toMatchObject([{ cron: '30 18 * * 1,4', time_zone: 'America/Chicago' }])
})

test('it runs now, and its history says what came of it, at an address of its own', async () => {
  await open({ name: 'Nightly', cron: '0 3 * * *' })
  await sql`update public.sites set failure_rate = 0, fail_next = 0 where organization_id = ${organization}`
  await row('Nightly').getByRole('link', { name: 'Nightly', exact: true }).click()
  await page.waitForURL(/\/jobs\/schedules\/[0-9a-f-]{36}$/)
  await drawer().getByText('It has not run yet.', { exact: false }).waitFor()
  await drawer().getByRole('button', { name: 'Run now' }).click()
  const runs = drawer().getByRole('region', { name: 'History' }).getByRole('listitem')
  await runs.getByRole('link', { name: /success Run 1 3 sites sent/ }).waitFor()
  await runs.filter({ hasText: `by hand, by ${person.email}` }).waitFor()
  // The same again: nothing has changed since.
  await drawer().getByRole('button', { name: 'Run now' }).click()
  await runs.filter({ hasText: 'nothing to send' }).waitFor()
  await page.reload()
  await expect.poll(() => runs.count()).toBe(2)
  await drawer().getByRole('switch').click()
  await drawer().getByText('paused', { exact: true }).waitFor()
  await expect.poll(stored).toMatchObject([{ enabled: false }])
})

test('the calendar shows what ran, what will and when content goes out; by keys, by week and in another zone', async () => {
  await open({ name: 'Nightly', cron: '0 3 * * *' })
  const day = (ahead: number): string => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10)
  await sql`
    update public.content_items set publish_at = ${`${day(1)}T22:30:00Z`}, unpublish_at = null where organization_id = ${organization} and title = 'Free Installation'`
  await page.getByRole('navigation', { name: 'Jobs' }).getByRole('link', { name: 'Calendar' }).click()
  const cell = (iso: string): Locator => page.locator(`[role=gridcell][data-day="${iso}"]`)
  await page.goto(`${app.app_url}/jobs/calendar?zone=UTC&at=${day(1)}`)
  await expect.poll(() => cell(day(1)).textContent()).toContain('1 planned run, 1 publishing time')
  // Keys: from one day to the next, and into it.
  await cell(day(1)).focus()
  await page.keyboard.press('ArrowRight')
  await page.waitForURL(`**at=${day(2)}**`)
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Enter')
  await page.waitForURL(`**day=${day(1)}**`)
  const entries = drawer().getByRole('list', { name: 'Entries' })
  await entries.getByRole('link', { name: /22:30 Free Installation\s*goes out/ }).waitFor()
  await entries.getByRole('link', { name: /03:00 Nightly/ }).waitFor()
  await page.keyboard.press('Escape')
  await page.waitForURL((url) => !url.searchParams.has('day'))
  // The same moment is the next day in Tokyo.
  await page.goto(`${app.app_url}/jobs/calendar?view=week&zone=Asia%2FTokyo&at=${day(2)}`)
  await page.getByRole('link', { name: /07:30 Free Installation/ }).waitFor()
  await page.goto(`${app.app_url}/jobs/calendar?view=list&zone=UTC`)
  await page.getByRole('link', { name: /Run Sync|Nightly/ }).first().waitFor()
  await page.setViewportSize({ width: 375, height: 800 })
  await page.goto(`${app.app_url}/jobs/calendar?zone=UTC&at=${day(1)}`)
  await page.getByRole('link', { name: /22:30 Free Installation/ }).waitFor()
  await page.setViewportSize({ width: 1280, height: 800 })
  await sql`update public.content_items set publish_at = null where organization_id = ${organization}`
})

test('an item with a window is scheduled: in its page, in the list, and for whoever looks for those', async () => {
  const month = (ahead: number): string => `${new Date(Date.now() + ahead * 30 * 86_400_000).toISOString().slice(0, 10)}T00:00`
  await sql`update public.content_items set publish_at = null, unpublish_at = null where organization_id = ${organization}`
  await page.goto(`${app.app_url}/content`)
  await page.getByRole('link', { name: 'Free Installation' }).click()
  await page.getByRole('textbox', { name: 'Publish from' }).fill(month(2))
  await page.getByRole('textbox', { name: 'Unpublish at' }).fill(month(1))
  await page.getByText(/come off before it goes out/).waitFor()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText(/come off before it goes out/).waitFor()
  expect(await sql`select 1 from public.content_items where organization_id = ${organization} and title = 'Free Installation' and publish_at is not null`).toHaveLength(0)
  await page.getByRole('button', { name: 'Clear the end' }).click()
  await page.getByText(/Goes out on .* with an automatic run\./).first().waitFor()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.locator('main h1 + *').getByText('scheduled').waitFor()
  const window = () => sql`
    select publish_at > now() as later, unpublish_at from public.content_items where organization_id = ${organization} and title = 'Free Installation'`
  await expect.poll(window).toEqual([{ later: true, unpublish_at: null }])

  await go('Content')
  const items = page.getByRole('table', { name: 'Content items' })
  await items.getByRole('row', { name: /Free Installation/ }).getByText('scheduled').waitFor()
  for (const [choice, there] of [['Scheduled', true], ['Published', false], ['Ended', false]] as const) {
    await page.goto(`${app.app_url}/content?status=${choice.toLowerCase()}`)
    await page.getByRole('button', { name: `Status: ${choice}` }).waitFor()
    await settled(page)
    const free = page.getByRole('link', { name: 'Free Installation' })
    await expect.poll(() => free.count()).toBe(there ? 1 : 0)
  }
})

test('history is kept for fewer days only after a question', async () => {
  const days = async (): Promise<unknown> => (await sql`select retention_days from public.organizations where id = ${organization}`)[0]?.['retention_days']
  await sql`update public.organizations set retention_days = 90 where id = ${organization}`
  await page.goto(`${app.app_url}/settings`)
  const field = page.getByLabel(/Keep log lines and attempts/)
  await field.fill('3')
  await page.getByRole('button', { name: 'Save days' }).click()
  await page.getByRole('alert').filter({ hasText: 'From 7 to 3,650 days.' }).waitFor()
  await field.fill('30')
  await page.getByRole('button', { name: 'Save days' }).click()
  await page.getByRole('alertdialog').getByText('Keep only 30 days instead of 90?').waitFor()
  expect(await days()).toBe(90)
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove what is older' }).click()
  await expect.poll(days).toBe(30)
})

test('somebody who is no admin reads the schedules and changes nothing', async () => {
  await open({ name: 'Nightly', cron: '0 3 * * *' })
  const reader = await newPerson(browser, { reducedMotion: 'reduce' })
  await signUp(reader, app.app_url)
  const { email } = reader
  await sql`
    insert into public.profiles (id, email, organization_id) select id, email, ${organization} from auth.users where email = ${email}
    on conflict (id) do update set organization_id = excluded.organization_id`
  await sql`insert into public.memberships (organization_id, user_id, role) select ${organization}, id, 'viewer' from auth.users where email = ${email}`
  // The token names the organization and the role, so it takes a new one.
  await reader.page.evaluate(() => localStorage.clear())
  await reader.page.goto(`${app.app_url}/sign-in?next=%2Fjobs%2Fschedules`)
  await reader.page.getByLabel('E-mail').fill(email)
  await reader.page.getByLabel('Password').fill(PASSWORD)
  await reader.page.getByRole('button', { name: 'Sign in' }).click()
  await reader.page.getByText('You can read these, not change them').waitFor()
  await reader.page.getByRole('cell', { name: /Every day at 03:00/ }).waitFor()
  await expect.poll(() => reader.page.getByRole('switch').isDisabled()).toBe(true)
  await expect.poll(() => reader.page.getByRole('button', { name: /Actions for|New schedule/ }).count()).toBe(0)
  expect(reader.complaints).toEqual([])
})

test('nothing on the way complained', () => {
  expect(person.complaints).toEqual([])
})
