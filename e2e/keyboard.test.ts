import type { Browser, Page } from 'playwright-core'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { launchBrowser } from './support/browser.ts'
import { countPointers, focusedName, tabTo } from './support/keys.ts'
import { newPerson, PASSWORD } from './support/person.ts'
import { settled } from './support/settle.ts'

// The whole demo by keyboard alone: nothing here moves a pointer, and the page itself counts whether one was used.

const app = inject('app')
const sql = postgres(app.db_url, { onnotice: () => undefined })
let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
  await sql.end()
})

const first = (rows: readonly Record<string, unknown>[], column: string): unknown => rows[0]?.[column]

/** Keys that every page knows come a moment after the page: pressed until they have led there. */
async function goTo(page: Page, keys: string, path: string): Promise<void> {
  const there = (): boolean => new URL(page.url()).pathname === path
  await expect
    .poll(async () => {
      if (there()) return true
      for (const key of keys) await page.keyboard.press(key)
      await page.waitForURL((url) => url.pathname === path, { timeout: 2000 }).catch(() => undefined)
      return there()
    })
    .toBe(true)
  await settled(page)
}

/** The key of the review waits until the plan may be sent; pressed once more, it sends nothing twice. */
async function send(page: Page): Promise<void> {
  await expect
    .poll(async () => {
      if (/\/jobs\/[0-9a-f-]{36}/.test(page.url())) return true
      await page.keyboard.press('Control+Enter')
      return false
    }, { interval: 500 })
    .toBe(true)
}

async function paletteTo(page: Page, words: string, option: RegExp, path: RegExp): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search or jump to' }).waitFor()
  await page.keyboard.type(words)
  const chosen = page.locator('[role=option][aria-selected=true]')
  await expect
    .poll(async () => {
      const text = (await chosen.count()) === 0 ? '' : ((await chosen.textContent()) ?? '')
      if (option.test(text)) return true
      if (text !== '') await page.keyboard.press('ArrowDown')
      return false
    })
    .toBe(true)
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => path.test(url.pathname))
  await settled(page)
}

test('from the sign-up to the rollback, without a pointer', { timeout: 480_000 }, async () => {
  const person = await newPerson(browser, { reducedMotion: 'reduce' })
  const { page, email } = person
  const pointers = await countPointers(page)
  const organization = () => sql`(select organization_id from public.profiles where email = ${email})`

  // Sign up.
  await page.goto(`${app.app_url}/sign-up`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await tabTo(page, /^E-mail/)
  await page.keyboard.type(email)
  await tabTo(page, /^Password/)
  await page.keyboard.type(PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/welcome**')
  await page.getByRole('button', { name: 'Create organization' }).waitFor()

  // An organization of one's own, and the demo data into it.
  await tabTo(page, /^Name of the organization/)
  await page.keyboard.press('Control+a')
  await page.keyboard.type('Keys Alone')
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'Run Sync' }).waitFor()
  await settled(page)
  await tabTo(page, /^Load Demo Data$/)
  await page.keyboard.press('Enter')
  await expect.poll(async () => first(await sql`select count(*)::int as n from public.sites where organization_id = ${organization()}`, 'n')).toBe(3)
  await sql`update public.sites set failure_rate = 0, fail_next = 0 where organization_id = ${organization()}`

  // The content, and one item of it.
  await goTo(page, 'gc', '/content')
  await tabTo(page, /^Fall Savings Event/)
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/content\/[0-9a-f-]{36}/)
  await settled(page)
  await page.goBack()

  // A mapping: the first cell of the grid, another mode by its letter.
  await goTo(page, 'gm', '/mappings')
  await expect
    .poll(async () => {
      await page.keyboard.press('Tab')
      return page.evaluate(() => document.activeElement?.closest('[role=grid]') !== null)
    })
    .toBe(true)
  const cellInFocus = (): Promise<string | null> =>
    page.evaluate(() => {
      const grid = document.activeElement?.closest('[role=grid]')
      const id = grid?.getAttribute('aria-activedescendant') ?? document.activeElement?.getAttribute('aria-activedescendant')
      const cell = document.activeElement?.closest('[role=gridcell]') ?? (id === null || id === undefined ? null : document.getElementById(id))
      return cell?.getAttribute('data-cell') ?? null
    })
  await expect
    .poll(async () => {
      const at = await cellInFocus()
      if (at === null) await page.keyboard.press('ArrowDown')
      return at !== null
    })
    .toBe(true)
  const modes = () => sql<{ mode: string }[]>`select mode from public.site_item_mappings where organization_id = ${organization()}`
  const blocked = async (): Promise<number> => (await modes()).filter(({ mode }) => mode === 'block').length
  const before = await blocked()
  await page.keyboard.press('b')
  await expect.poll(blocked).not.toBe(before)
  // And taken back, so that the demo is as it was.
  await page.keyboard.press('Control+z')
  await expect.poll(blocked).toBe(before)

  // The review, and the run.
  await goTo(page, 'r', '/review')
  await page.getByText('Facebook Campaign').first().waitFor()
  await send(page)
  const log = page.getByRole('log')
  await log.getByText(/Run 1: success in .*3 of 3 sites accepted/).waitFor()

  // The landing page of a site, in a tab of its own.
  await settled(page)
  const opened = person.context.waitForEvent('page')
  await tabTo(page, /open page/i)
  await page.keyboard.press('Enter')
  const landing = await opened
  await landing.getByText(/Last synced/).waitFor()
  await landing.close()

  // Another headline, another run.
  await paletteTo(page, 'free inst', /Free Installation/, /^\/content\/[0-9a-f-]{36}$/)
  await tabTo(page, /^Headline/)
  await page.keyboard.press('Control+a')
  await page.keyboard.type('Typed without a mouse')
  await page.keyboard.press('Control+s')
  await expect
    .poll(async () => first(await sql`select data->>'headline' as headline from public.content_items where organization_id = ${organization()} and title = 'Free Installation'`, 'headline'))
    .toBe('Typed without a mouse')
  // The focus is in a field, where letters are text: the palette is the way out.
  await paletteTo(page, 'review what', /Review what would be sent/, /^\/review$/)
  await page.getByText('Typed without a mouse').first().waitFor()
  await send(page)
  await log.getByText(/Run 2: success/).waitFor()

  // Undone for one site, by a rollback to its first version.
  await paletteTo(page, 'instagram', /Instagram Campaign/, /^\/sites\/[0-9a-f-]{36}/)
  const site = new URL(page.url()).pathname.split('/')[2] ?? ''
  await page.getByRole('main').getByRole('link', { name: 'History', exact: true }).waitFor()
  await tabTo(page, /^History$/)
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/sites/${site}/history`)
  await page.getByRole('button', { name: /^Version 1/ }).waitFor()
  await tabTo(page, /^Version 1(?!\d)/)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: /^Roll back to version 1/ }).waitFor()
  await tabTo(page, /^Roll back to version 1/)
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByRole('button', { name: 'Roll back', exact: true }).waitFor()
  await tabTo(page, /^Roll back$/)
  await page.keyboard.press('Enter')
  await expect.poll(async () => first(await sql`select on_hold from public.site_states where site_id = ${site}`, 'on_hold')).toBe(true)
  await expect
    .poll(async () => first(await sql`select body from public.destination_snapshots where site_id = ${site}`, 'body'))
    .not.toContain('Typed without a mouse')

  // Wherever the act has led, whoever listens is told where they are.
  await expect.poll(() => focusedName(page), { message: `the focus on ${page.url()}` }).not.toBe('')
  expect(await pointers()).toBe(0)
  expect(person.complaints).toEqual([])
})

test('the first Tab of a page leads past the rail, and the focus follows a navigation to the heading', async () => {
  const { page } = await (async () => {
    const person = await newPerson(browser, { reducedMotion: 'reduce' })
    await person.page.goto(`${app.app_url}/sign-up`)
    await tabTo(person.page, /^E-mail/)
    await person.page.keyboard.type(person.email)
    await tabTo(person.page, /^Password/)
    await person.page.keyboard.type(PASSWORD)
    await person.page.keyboard.press('Enter')
    await person.page.waitForURL('**/welcome**')
    await person.page.getByRole('button', { name: 'Load Demo Data' }).waitFor()
    await tabTo(person.page, /^Load Demo Data$/)
    await person.page.keyboard.press('Enter')
    await person.page.getByRole('link', { name: 'Run Sync' }).waitFor()
    return person
  })()
  await page.goto(`${app.app_url}/sites`)
  await settled(page)
  await page.keyboard.press('Tab')
  await expect.poll(() => focusedName(page)).toBe('Skip to the content')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('main')
  await goTo(page, 'gj', '/jobs')
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
  await expect.poll(() => page.title()).toBe('Jobs · DataSync')
})
