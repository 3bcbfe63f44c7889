import type { Browser, Page } from 'playwright-core'
import postgres from 'postgres'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { cellOf } from './support/matrix.ts'
import { openDemo } from './support/demo.ts'
import type { Person } from './support/person.ts'
import { isFurtherTry } from './support/tries.ts'

// What a team does all day: write, place, override, and take away again. Each test goes on where the one before ended. Each can
// be repeated: it begins by putting back what an earlier try has changed.

const app = inject('app')
const sql = postgres(app.db_url, { onnotice: () => undefined })
let browser: Browser
let person: Person
let page: Page
let organization: string

beforeAll(async () => {
  ;({ browser, person, page, organization } = await openDemo(app.app_url, sql))
})
beforeEach(async ({ task }) => {
  // Away from whatever form or dialog the failed try has left open.
  if (isFurtherTry(task)) await page.goto(app.app_url)
})
afterAll(async () => {
  await browser.close()
  await sql.end()
})

const go = (place: string): Promise<void> => page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: place }).click()

test('an item is written, refused while it is incomplete, corrected and published', async () => {
  await sql`delete from public.content_items where organization_id = ${organization} and title = 'Winter Check'`
  await go('Content')
  await page.getByText('New item').click()
  await page.getByLabel('Title', { exact: true }).fill('Winter Check')
  await page.getByRole('button', { name: 'Publish' }).click()
  await page.getByText('Headline is required').first().waitFor()
  await page.getByLabel('Headline').fill('Is your furnace ready?')
  await page.getByLabel('Button text').fill('Check it')
  await page.getByLabel('Button link').fill('not an address')
  await page.getByText(/must be a web address/).first().waitFor()
  await page.getByLabel('Button link').fill('https://example.com/check')
  await page.getByRole('combobox').first().click()
  await page.getByRole('option', { name: 'autumn' }).click()
  await page.getByRole('button', { name: 'Publish' }).click()
  await page.locator('main h1 + *').getByText('published').waitFor()
  const stored = async (): Promise<unknown> =>
    (await sql`select status, data ->> 'headline' as headline from public.content_items where organization_id = ${organization} and title = 'Winter Check'`)[0]
  await expect.poll(stored).toEqual({ status: 'published', headline: 'Is your furnace ready?' })
})

test('somebody else\'s save is not overwritten', async ({ task }) => {
  if (isFurtherTry(task)) {
    const [item] = await sql<{ id: string }[]>`
      update public.content_items set title = 'Winter Check' where organization_id = ${organization} and title like 'Winter Check%' returning id`
    await page.goto(`${app.app_url}/content/${item?.id ?? ''}`)
  }
  await page.getByRole('heading', { level: 1, name: 'Winter Check' }).waitFor()
  await page.getByLabel('Headline').fill('My own idea')
  await sql`update public.content_items set title = 'Winter Check-up' where organization_id = ${organization} and title = 'Winter Check'`
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText(/saved this item while you were editing/).waitFor()
  const [item] = await sql`select data ->> 'headline' as headline from public.content_items where organization_id = ${organization} and title = 'Winter Check-up'`
  expect(item?.['headline']).toBe('Is your furnace ready?')
  await page.reload()
  await page.getByRole('heading', { level: 1, name: 'Winter Check-up' }).waitFor()
})

test('a site is created with a secret that nobody sees, changed, and refused a slug that is taken', async () => {
  await sql`delete from public.sites where organization_id = ${organization} and slug = 'newsletter'`
  await go('Sites')
  await page.getByRole('button', { name: 'New site' }).first().click()
  const form = page.getByRole('dialog')
  await form.getByLabel('Name').fill('Newsletter')
  await form.getByLabel('Slug').fill('google')
  await form.getByRole('button', { name: /create|save/i }).click()
  await form.getByText('Another site has this slug.').waitFor()
  await form.getByLabel('Slug').fill('newsletter')
  await form.getByRole('button', { name: /create|save/i }).click()
  await page.getByText('"Newsletter" was created').waitFor()
  const sealed = async (): Promise<unknown> =>
    (await sql`
      select length(x.ciphertext) > 16 as sealed from public.sites s join private.site_secrets x on x.site_id = s.id
      where s.organization_id = ${organization} and s.slug = 'newsletter'`)[0]?.['sealed']
  await expect.poll(sealed).toBe(true)
  await page.goto(`${app.app_url}/sites`)
  await page.getByRole('button', { name: 'Edit Newsletter' }).click()
  await page.getByRole('dialog').getByLabel('Region').fill('East')
  await page.getByRole('dialog').getByRole('button', { name: /save/i }).click()
  await page.getByText('"Newsletter" was saved').waitFor()
})

test('cells of the matrix are written by keyboard, and undone', async () => {
  await sql`
    delete from public.site_item_mappings m using public.sites s
    where s.id = m.site_id and m.organization_id = ${organization} and s.slug = 'newsletter'`
  await go('Mappings')
  const cell = await cellOf(page, 'Winter Check-up', 'Newsletter')
  await cell.getByText('not sent').waitFor()
  await cell.click()
  const mode = async (): Promise<unknown> => {
    const [row] = await sql`
      select m.mode from public.site_item_mappings m join public.sites s on s.id = m.site_id join public.content_items i on i.id = m.item_id
      where m.organization_id = ${organization} and s.slug = 'newsletter' and i.title = 'Winter Check-up'`
    return row?.['mode']
  }
  await cell.press('f')
  await cell.getByText('full').waitFor()
  await expect.poll(mode).toBe('full')
  await cell.press('b')
  await cell.getByText('block').waitFor()
  await expect.poll(mode).toBe('block')
  await page.getByRole('button', { name: 'Undo' }).last().click()
  await expect.poll(mode).toBe('full')
  await cell.click()
  await cell.press('Backspace')
  await expect.poll(mode).toBeUndefined()
  await cell.press('o')
  await expect.poll(mode).toBe('override')
})

test('one field is overridden, checked in the same words, and seen in the preview', async ({ task }) => {
  if (isFurtherTry(task)) {
    await sql`
      update public.site_item_mappings m set mode = 'override', overrides = '{}' from public.sites s
      where s.id = m.site_id and m.organization_id = ${organization} and s.slug = 'newsletter'`
    await page.goto(`${app.app_url}/mappings`)
    await (await cellOf(page, 'Winter Check-up', 'Newsletter')).click()
  }
  const panel = page.getByRole('complementary', { name: 'Selected cell' }).or(page.getByLabel('Selected cell')).first()
  await panel.getByRole('button', { name: /Override Button link/ }).click()
  await panel.getByRole('textbox', { name: 'Button link' }).fill('nowhere')
  await panel.getByText(/must be a web address/).waitFor()
  await panel.getByRole('textbox', { name: 'Button link' }).fill('https://example.com/from-the-letter')
  await panel.getByRole('textbox', { name: 'Button link' }).press('Enter')
  const override = async (): Promise<unknown> => {
    const [row] = await sql`
      select m.overrides ->> 'cta_url' as url from public.site_item_mappings m join public.sites s on s.id = m.site_id
      where m.organization_id = ${organization} and s.slug = 'newsletter'`
    return row?.['url']
  }
  await expect.poll(override).toBe('https://example.com/from-the-letter')
  await panel.getByRole('tab', { name: 'Preview' }).click()
  await panel.getByRole('tabpanel').getByText('https://example.com/from-the-letter').first().waitFor()
})

test('a site and an item are deleted by name, and what hung on them goes too', async () => {
  const isThere = async (): Promise<boolean> => (await sql`select 1 from public.sites where organization_id = ${organization} and slug = 'newsletter'`).length > 0
  if (await isThere()) {
    await page.goto(`${app.app_url}/sites`)
    await page.getByRole('button', { name: 'Delete Newsletter' }).click()
    await page.getByRole('alertdialog').or(page.getByRole('dialog')).getByRole('button', { name: 'Delete site' }).click()
    await page.getByText('The site "Newsletter" was deleted').waitFor()
  }
  await expect.poll(isThere).toBe(false)
  await go('Content')
  const item = async (): Promise<number> => (await sql`select 1 from public.content_items where organization_id = ${organization} and title like 'Winter%'`).length
  if ((await item()) > 0) {
    await page.getByRole('button', { name: 'Actions for "Winter Check-up"' }).click()
    await page.getByRole('menuitem', { name: /delete/i }).click()
    await page.getByRole('alertdialog').or(page.getByRole('dialog')).getByRole('button', { name: 'Delete item' }).click()
  }
  await expect.poll(item).toBe(0)
  // The demo's own, of three sites and six items, are all that is left.
  const left = await sql`
    select 1 from public.site_item_mappings m join public.sites s on s.id = m.site_id join public.content_items i on i.id = m.item_id
    where m.organization_id = ${organization} and s.slug in ('facebook', 'google', 'instagram') and i.title not like 'Winter%'`
  expect((await sql`select 1 from public.site_item_mappings where organization_id = ${organization}`).length).toBe(left.length)
})

test('a content type in use is not deleted, and the reason is said', async () => {
  await page.goto(`${app.app_url}/content/types`)
  await page.getByRole('button', { name: 'Delete the type "Offer banner"' }).click()
  const dialog = page.getByRole('alertdialog').or(page.getByRole('dialog'))
  await dialog.getByRole('button', { name: 'Delete type' }).click()
  await dialog.getByRole('alert').getByText(/items are written in it/).waitFor()
  expect((await sql`select 1 from public.content_types where organization_id = ${organization}`).length).toBe(1)
})

test('nothing on the way complained', () => {
  // A refusal by the database is an answer that browsers also write to their console.
  expect(person.complaints.filter((line) => !/status of 4\d\d/.test(line))).toEqual([])
})
