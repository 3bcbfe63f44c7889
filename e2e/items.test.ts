import { readFile } from 'node:fs/promises'
import type { Browser, Download, Page } from 'playwright-core'
import postgres from 'postgres'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { openDemo } from './support/demo.ts'
import type { Person } from './support/person.ts'

// What somebody does with many items: find them, keep what was found, act on all of them at once, take it back, bring a table in and
// take one out. Each test lays its own ground, so that it can be repeated.

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
  await sql`delete from public.content_items where organization_id = ${organization} and title like 'Bulk %'`
  await sql`delete from public.saved_views where organization_id = ${organization}`
  await sql`
    insert into public.content_items (organization_id, type_id, title, data)
    select t.organization_id, t.id, 'Bulk ' || n, case when n = 3 then '{}' else jsonb_build_object('headline', 'H ' || n, 'body', 'B', 'cta_text', 'Go', 'cta_url', 'https://example.com', 'theme', 'autumn') end
    from public.content_types t, generate_series(1, 4) n where t.organization_id = ${organization} and t.name = 'offer_banner'`
})
afterAll(async () => {
  expect(person.complaints).toEqual([])
  await browser.close()
  await sql.end()
})

const stored = async (): Promise<string[]> =>
  (await sql<{ title: string; status: string }[]>`
    select title, status from public.content_items where organization_id = ${organization} and title like 'Bulk %' order by title`).map(({ title, status }) => `${title}: ${status}`)
const row = (title: string) => page.getByRole('row').filter({ has: page.getByRole('link', { name: title, exact: true }) })
const toolbar = () => page.getByRole('toolbar', { name: 'Selected items' })
const drafts = ['Bulk 1: draft', 'Bulk 2: draft', 'Bulk 3: draft', 'Bulk 4: draft']

async function exported(format: RegExp): Promise<{ path: string; text: string; download: Download }> {
  await page.getByRole('button', { name: /^Export what is found/ }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: format }).click()])
  const path = await download.path()
  return { path, text: await readFile(path, 'utf8'), download }
}

test('what is found has an address, and can be kept as a view', async () => {
  await page.goto(`${app.app_url}/content`)
  await page.getByRole('searchbox', { name: 'Search titles and text' }).fill('bulk')
  await page.waitForURL('**/content?q=bulk')
  await page.getByRole('button', { name: 'Status: any' }).click()
  await page.getByRole('menuitemcheckbox', { name: 'Draft' }).click()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Title', exact: true }).click()
  await page.waitForURL('**/content?q=bulk&status=draft&sort=title')
  await page.getByText('4 items found').waitFor()
  await page.getByRole('button', { name: 'Save view' }).click()
  await page.getByRole('dialog').getByLabel('Name').fill('My bulk drafts')
  await page.getByRole('dialog').getByRole('checkbox', { name: /Share/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Save view' }).click()
  await page.getByText('The view "My bulk drafts" is saved').waitFor()
  // It is the open one from now on.
  await page.waitForURL('**/content?*view=*')
  await page.getByRole('button', { name: 'Actions for the view "My bulk drafts"' }).waitFor()
  const [view] = await sql<{ id: string; query: string; shared: boolean }[]>`select id, query, shared from public.saved_views where organization_id = ${organization}`
  expect(view).toMatchObject({ query: 'status=draft&q=bulk&sort=title', shared: true })

  await page.goto(`${app.app_url}/content`)
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: /My bulk drafts/ }).click()
  await page.getByText('4 items found').waitFor()
  // Its short address says the same.
  await page.goto(`${app.app_url}/content?view=${view?.id ?? ''}`)
  await page.getByText('4 items found').waitFor()
  await page.getByRole('button', { name: 'Actions for the view "My bulk drafts"' }).click()
  await page.getByRole('menuitem', { name: 'Delete view' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete view' }).click()
  await expect.poll(async () => (await sql`select from public.saved_views where organization_id = ${organization}`).length).toBe(0)
})

test('a selection is published, what cannot be is named, and the rest is taken back', async () => {
  await page.goto(`${app.app_url}/content?q=Bulk&sort=title`)
  await row('Bulk 1').getByRole('checkbox').click()
  await row('Bulk 4').getByRole('checkbox').click({ modifiers: ['Shift'] })
  await toolbar().getByText('4 selected').waitFor()
  await page.keyboard.press('p')
  const refused = page.getByRole('dialog', { name: '1 item could not be published' })
  await refused.getByRole('link', { name: 'Bulk 3' }).waitFor()
  await refused.getByText('Headline is required').waitFor()
  expect(await stored()).toEqual(['Bulk 1: published', 'Bulk 2: published', 'Bulk 3: draft', 'Bulk 4: published'])
  await refused.getByRole('button', { name: 'Close' }).last().click()
  await page.getByRole('button', { name: 'Undo' }).first().click()
  await expect.poll(stored).toEqual(drafts)
  await page.getByText('3 items are as before').waitFor()
})

test('a chip changes its item, and a copy is a draft that can be taken back', async () => {
  await page.goto(`${app.app_url}/content?q=Bulk&sort=title`)
  await row('Bulk 1').getByRole('button', { name: /^Status of "Bulk 1": draft/ }).click()
  await page.getByRole('menuitemradio', { name: 'Archived' }).click()
  await row('Bulk 1').getByText('archived').waitFor()
  await expect.poll(stored).toEqual(['Bulk 1: archived', ...drafts.slice(1)])
  await row('Bulk 2').getByRole('link', { name: 'Bulk 2' }).focus()
  await page.keyboard.press('d')
  await row('Bulk 2 (copy)').waitFor()
  await page.getByText('"Bulk 2 (copy)" is a new draft').waitFor()
  await page.getByRole('listitem').filter({ hasText: 'is a new draft' }).getByRole('button', { name: 'Undo' }).click()
  await expect.poll(stored).toEqual(['Bulk 1: archived', ...drafts.slice(1)])
})

test('deleting asks, says what goes along, and is undone', async () => {
  await page.goto(`${app.app_url}/content?q=Bulk&sort=title`)
  await page.getByRole('checkbox', { name: /^Select all [1-9]/ }).click()
  await toolbar().getByRole('button', { name: 'Delete' }).click()
  const question = page.getByRole('alertdialog', { name: 'Delete 4 items?' })
  await question.getByText('Their 4 revisions go along.').waitFor()
  await question.getByRole('button', { name: 'Delete 4 items' }).click()
  await page.getByText('Nothing matches these filters').waitFor()
  expect(await stored()).toEqual([])
  await page.getByRole('listitem').filter({ hasText: '4 items were deleted' }).getByRole('button', { name: 'Undo' }).click()
  await row('Bulk 4').waitFor()
  expect(await stored()).toEqual(drafts)
})

test('a table is read, looked at before anything is written, and imported', async () => {
  await page.goto(`${app.app_url}/content`)
  const open = async (csv: string) => {
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByLabel('File with items').setInputFiles({ name: 'table.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
  }
  await open('Title,Headline,Discount %,End date\nBulk 1,New words,15,31.03.2027\nBulk 8,Eight,many,\nBulk 9,Nine,"1,5",2027-01-01\n')
  const dialog = page.getByRole('dialog', { name: 'Import items' })
  await dialog.getByRole('combobox', { name: 'Column "Headline" is' }).getByText('Headline').waitFor()
  await dialog.getByRole('combobox', { name: 'An item is there already if it has the same' }).click()
  await page.getByRole('option', { name: 'Title' }).click()
  await dialog.getByRole('button', { name: 'Check 3 rows' }).click()
  await dialog.getByText('"many" is not a number').waitFor()
  await dialog.getByText('Line 3').waitFor()
  expect(await stored()).toEqual(drafts)
  await dialog.getByRole('button', { name: '1 changed' }).click()
  await dialog.getByText(/^Headline, .*End date|^End date, .*Headline|Headline/).first().waitFor()
  await dialog.getByRole('button', { name: 'Import 2 items' }).click()
  await page.getByText('Imported 2 items').waitFor()
  await expect.poll(stored).toEqual([...drafts, 'Bulk 9: draft'])
  const [changed] = await sql`select data ->> 'headline' as headline, data ->> 'end_date' as day, data ->> 'body' as body from public.content_items where organization_id = ${organization} and title = 'Bulk 1'`
  expect(changed).toEqual({ headline: 'New words', day: '2027-03-31', body: 'B' })
})

test('what is exported comes back unchanged, as a table and as JSON', async () => {
  await sql`update public.content_items set data = data || '{"headline": "=1+1; \\"quoted\\",\\nand a line"}', publish_at = '2030-01-01T08:00:00.123456Z' where organization_id = ${organization} and title = 'Bulk 2'`
  for (const format of [/CSV/, /JSON/]) {
    await page.goto(`${app.app_url}/content?q=Bulk&sort=title`)
    await row('Bulk 4').waitFor()
    const { path, text } = await exported(format)
    expect(text).toContain('Bulk 4')
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByLabel('File with items').setInputFiles({ name: `items.${format.source.toLowerCase()}`, mimeType: 'text/plain', buffer: await readFile(path) })
    const dialog = page.getByRole('dialog', { name: 'Import items' })
    await dialog.getByRole('button', { name: 'Check 4 rows' }).click()
    await dialog.getByRole('button', { name: 'Nothing to import' }).waitFor()
    expect(await dialog.getByRole('group', { name: 'Rows by what becomes of them' }).innerText()).toMatch(/0\s+new\s+0\s+changed\s+4\s+unchanged\s+0\s+refused/)
    await dialog.getByRole('button', { name: 'Cancel' }).click()
  }
})

test('a look at an item is an address, and a key', async () => {
  await page.goto(`${app.app_url}/content?q=Bulk&sort=title`)
  await row('Bulk 1').getByRole('link', { name: 'Bulk 1' }).focus()
  await page.keyboard.press('j')
  await expect.poll(() => row('Bulk 2').getByRole('link', { name: 'Bulk 2' }).evaluate((link) => link === document.activeElement)).toBe(true)
  await page.keyboard.press('Space')
  await page.getByRole('dialog').getByText('Bulk 2').first().waitFor()
  await page.waitForURL('**preview=**')
  await page.reload()
  await page.getByRole('dialog').getByText('Bulk 2').first().waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(() => new URL(page.url()).searchParams.get('preview')).toBeNull()
})
