import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openDemo } from './support/demo.ts'
import { accessToken, type Person } from './support/person.ts'

// Types that change under their items: through the pages, with the demo's sites beside them. Each test begins by putting things
// where it wants them, so that it can be repeated.

const app = inject('app')
const sql = postgres(app.db_url, { onnotice: () => undefined })
let browser: Browser
let person: Person
let page: Page
let organization: string
let slug: string
let folder: string

beforeAll(async () => {
  ;({ browser, person, page, organization } = await openDemo(app.app_url, sql))
  slug = (await sql<{ slug: string }[]>`select slug from public.organizations where id = ${organization}`)[0]?.slug ?? ''
  await sql`update public.sites set failure_rate = 0, fail_next = 0 where organization_id = ${organization}`
  folder = await mkdtemp(join(tmpdir(), 'datasync-types-'))
})
afterAll(async () => {
  await browser.close()
  await sql.end()
  await rm(folder, { recursive: true, force: true })
})

const typeId = async (name: string) => (await sql<{ id: string }[]>`select id from public.content_types where organization_id = ${organization} and name = ${name}`)[0]?.id ?? ''
const items = async () => (await sql<{ title: string; data: Record<string, unknown>; status: string }[]>`select title, data, status from public.content_items where organization_id = ${organization} order by title`).map((row) => ({ ...row }))
const overrides = async () => (await sql<{ overrides: Record<string, unknown> }[]>`select overrides from public.site_item_mappings where organization_id = ${organization} and mode = 'override'`).map((row) => row.overrides)

async function runSync(): Promise<void> {
  const token = await accessToken(person)
  const call = async (path: string, body: unknown) =>
    (await fetch(`${app.api_url}${path}`, { method: 'POST', headers: { apikey: app.publishable_key, authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify(body) })).json() as Promise<{ job_id: string }>
  const { job_id } = await call('/rest/v1/rpc/start_sync', {})
  await call('/functions/v1/sync', { job_id }).catch(() => undefined)
  await expect.poll(async () => (await sql<{ status: string }[]>`select status from public.sync_jobs where id = ${job_id}`)[0]?.status, { timeout: 60_000 }).toBe('success')
}

const openType = async (name: string) => {
  await page.goto(`${app.app_url}/content/types/${await typeId(name)}`)
  await page.getByRole('button', { name: 'Add field' }).waitFor()
}
const openField = (label: string) => page.getByRole('button', { name: new RegExp(`^${label} `) }).click()
/** The name of the field whose settings are open; the type has one above. */
const fieldName = () => page.getByRole('textbox', { name: 'Name', exact: true })

test('the demo’s type opens unchanged, and its page can be linked to', async () => {
  await page.goto(`${app.app_url}/content/types`)
  await page.getByRole('link', { name: /Offer banner/ }).first().click()
  await page.getByRole('heading', { level: 1, name: 'Offer banner' }).waitFor()
  expect(new URL(page.url()).pathname).toBe(`/content/types/${await typeId('offer_banner')}`)
  expect(await page.getByRole('button', { name: 'Save type' }).isDisabled()).toBe(true)
  const preview = page.getByRole('region', { name: 'Preview of the form' })
  await preview.getByLabel('Headline').fill('x'.repeat(91))
  await preview.getByText('Headline must be at most 90 characters.').waitFor()
})

test('a renamed field loses nothing: items, overrides and what sites show', async () => {
  const before = await items()
  expect(before.filter(({ data }) => 'cta_text' in data)).toHaveLength(4)
  await openType('offer_banner')
  await openField('Button text')
  await fieldName().fill('button_text')
  await page.getByText(/Called “cta_text” until now/).waitFor()
  await page.getByRole('button', { name: 'Save type' }).click()
  await page.getByText(/was saved; 4 items, 1 override rewritten/).waitFor()
  expect(await items()).toEqual(before.map((item) => ({ ...item, data: Object.fromEntries(Object.entries(item.data).map(([key, value]) => [key === 'cta_text' ? 'button_text' : key, value])) })))
  expect(await overrides()).toEqual([{ button_text: 'Book on Facebook' }])
  await runSync()
  const landing = await person.context.newPage()
  await landing.goto(`${app.app_url}/c/${slug}/facebook`)
  await landing.getByText('Book on Facebook').first().waitFor()
  await landing.getByText('Claim 20% off').first().waitFor()

  // And back: the page is as it was, with the override on its button.
  await fieldName().fill('cta_text')
  await page.getByRole('button', { name: 'Save type' }).click()
  await expect.poll(items).toEqual(before)
  await runSync()
  await landing.reload()
  await landing.getByRole('link', { name: 'Book on Facebook' }).waitFor()
  await landing.close()
})

test('a name that is taken is refused beside the field', async () => {
  await openType('offer_banner')
  await openField('Button text')
  await fieldName().fill('headline')
  await page.getByRole('button', { name: 'Save type' }).click()
  await page.getByText('Another field has this name.').waitFor()
  await page.getByRole('button', { name: 'Discard changes' }).click()
  await page.getByRole('button', { name: 'Save type' }).and(page.locator(':disabled')).waitFor()
})

test('a field that holds something goes only with a word', async () => {
  await openType('offer_banner')
  const withDiscount = (await items()).filter(({ data }) => 'discount' in data).map(({ title }) => title)
  expect(withDiscount.length).toBeGreaterThan(0)
  await page.getByRole('button', { name: 'More for “Discount, percent”' }).click()
  await page.getByRole('menuitem', { name: 'Remove' }).click()
  await page.getByText('“Discount, percent” was taken out of the form').waitFor()
  await page.getByRole('button', { name: 'Save type' }).click()
  const dialog = page.getByRole('dialog', { name: 'What this change of “Offer banner” touches' })
  for (const title of withDiscount) await dialog.getByRole('link', { name: title }).waitFor()
  const confirm = dialog.getByRole('button', { name: 'Save and remove data' })
  expect(await confirm.isDisabled()).toBe(true)
  await dialog.getByRole('checkbox', { name: 'Take it out of these items and overrides' }).click()
  await confirm.click()
  await dialog.waitFor({ state: 'detached' })
  expect((await items()).filter(({ data }) => 'discount' in data)).toEqual([])
  const kept = await sql`select from public.content_item_revisions where organization_id = ${organization} and data ? 'discount'`
  expect(kept.length).toBeGreaterThan(0)
})

test('somebody else’s change of the fields is not overwritten', async () => {
  await openType('offer_banner')
  await openField('Headline')
  await page.getByRole('textbox', { name: 'Help' }).fill('Mine')
  await sql`update public.content_types set schema = jsonb_set(schema, '{properties,headline,description}', '"Theirs"') where organization_id = ${organization} and name = 'offer_banner'`
  await page.getByText('were changed by somebody else while you edited them').waitFor()
  await page.getByRole('button', { name: 'Keep mine' }).click()
  await page.getByRole('button', { name: 'Save type' }).click()
  await page.getByText('“Offer banner” was saved').first().waitFor()
  const [row] = await sql<{ help: string }[]>`select schema #>> '{properties,headline,description}' as help from public.content_types where organization_id = ${organization} and name = 'offer_banner'`
  expect(row?.help).toBe('Mine')
})

test('a template becomes a type of one’s own, under a name that is free', async () => {
  await sql`delete from public.content_types where organization_id = ${organization} and name in ('faq', 'offer_banner_2')`
  await page.goto(`${app.app_url}/content/types/templates`)
  await page.getByRole('button', { name: /^Question & answer/ }).click()
  await page.getByRole('region', { name: 'The form, with an example' }).getByLabel('Question', { exact: true }).waitFor()
  await page.getByRole('link', { name: 'Use this template' }).click()
  await page.getByRole('button', { name: 'Create type' }).click()
  await page.getByText('“Question & answer” was made').waitFor()
  await expect.poll(() => new URL(page.url()).pathname).toBe(`/content/types/${await typeId('faq')}`)

  await page.goto(`${app.app_url}/content/types/templates?template=offer_banner`)
  await page.getByRole('link', { name: 'Use this template' }).click()
  await page.getByText('The name “offer_banner” is taken here, so it begins as “offer_banner_2”.').waitFor()
  await page.getByRole('button', { name: 'Create type' }).click()
  await expect.poll(() => typeId('offer_banner_2')).not.toBe('')
  await expect.poll(async () => new URL(page.url()).pathname).toBe(`/content/types/${await typeId('offer_banner_2')}`)
})

test('a type is kept as a template, which is renamed and deleted', async () => {
  await sql`delete from public.content_type_templates where organization_id = ${organization}`
  await openType('offer_banner')
  await page.getByRole('button', { name: 'More for “Offer banner”' }).click()
  await page.getByRole('menuitem', { name: 'Save as template' }).click()
  const dialog = page.getByRole('dialog', { name: 'Save as template' })
  await dialog.getByLabel('Title').fill('House offer')
  await dialog.getByRole('button', { name: 'Save template' }).click()
  await page.getByText('“House offer” is in your templates').waitFor()
  await page.goto(`${app.app_url}/content/types/templates`)
  await page.getByRole('button', { name: /^House offer/ }).click()
  await page.getByRole('button', { name: 'More for the template “House offer”' }).click()
  await page.getByRole('menuitem', { name: 'Rename' }).click()
  await page.getByRole('dialog', { name: 'Rename template' }).getByLabel('Title').fill('Our offer')
  await page.getByRole('dialog', { name: 'Rename template' }).getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'More for the template “Our offer”' }).click()
  await page.getByRole('menuitem', { name: 'Delete template' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete template' }).click()
  await page.getByText('None yet.').waitFor()
})

test('a type leaves as a file and comes back as another, and a spoilt file is told where it is wrong', async () => {
  await sql`delete from public.content_types where organization_id = ${organization} and name = 'taken_along'`
  await openType('offer_banner')
  await page.getByRole('button', { name: 'More for “Offer banner”' }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Export as JSON' }).click()])
  expect(download.suggestedFilename()).toBe('offer_banner.content-type.json')
  const exported = JSON.parse(await readFile(await download.path(), 'utf8')) as { name: string; schema: { properties: Record<string, Record<string, unknown>> } }
  const [row] = await sql<{ schema: unknown }[]>`select schema from public.content_types where organization_id = ${organization} and name = 'offer_banner'`
  expect(exported.schema).toEqual(row?.schema)

  const spoilt = structuredClone(exported)
  Object.assign(spoilt.schema.properties['headline'] ?? {}, { maxLength: -1 })
  await writeFile(join(folder, 'spoilt.json'), JSON.stringify(spoilt))
  await writeFile(join(folder, 'good.json'), JSON.stringify({ ...exported, name: 'taken_along', title: 'Taken along' }))
  await page.goto(`${app.app_url}/content/types`)
  await page.getByRole('button', { name: 'Import' }).click()
  const dialog = page.getByRole('dialog', { name: 'Import a content type' })
  await dialog.getByLabel('File with a content type').setInputFiles(join(folder, 'spoilt.json'))
  await dialog.getByText('fields.headline.maxLength').waitFor()
  expect(await dialog.getByRole('button', { name: 'Continue with these fields' }).isDisabled()).toBe(true)
  await dialog.getByLabel('File with a content type').setInputFiles(join(folder, 'good.json'))
  await dialog.getByRole('region', { name: 'Fields in the file' }).getByText('cta_url').waitFor()
  await dialog.getByRole('button', { name: 'Continue with these fields' }).click()
  await page.getByRole('button', { name: 'Create type' }).click()
  await expect.poll(() => typeId('taken_along')).not.toBe('')
  // The page goes on to what it has made; before that, its address would still be that of a new one.
  await expect.poll(async () => new URL(page.url()).pathname).toBe(`/content/types/${await typeId('taken_along')}`)
})

test('an item refers to another, and the site is sent both', async () => {
  await sql`delete from public.content_items where organization_id = ${organization} and title in ('Referring', 'Maria')`
  // The one that refers first.
  for (const name of ['story', 'member']) await sql`delete from public.content_types where organization_id = ${organization} and name = ${name}`
  const [member] = await sql<{ id: string }[]>`insert into public.content_types (organization_id, name, title, schema) values (${organization}, 'member', 'Member', '{"type": "object", "properties": {"role": {"type": "string", "x-field-id": "f_role"}}}') returning id`
  await sql`insert into public.content_items (organization_id, type_id, title, data, status) values (${organization}, ${member?.id ?? ''}, 'Maria', '{"role": "Lead technician"}', 'published')`
  await page.goto(`${app.app_url}/content/types/new`)
  await page.getByLabel('Title', { exact: true }).fill('Story')
  await page.getByRole('button', { name: 'Add field' }).click()
  await page.getByRole('button', { name: /^Reference/ }).click()
  await page.getByRole('textbox', { name: 'Label' }).fill('Author')
  await page.getByRole('combobox', { name: 'Items of' }).click()
  await page.getByRole('option', { name: 'Member' }).click()
  await page.getByRole('button', { name: 'Create type' }).click()
  await expect.poll(async () => (await sql<{ name: string }[]>`select name from public.content_types where organization_id = ${organization} and title = 'Story'`).map(({ name }) => name)).toEqual(['story'])
  await page.getByRole('heading', { level: 1, name: 'Story' }).waitFor()
  await page.getByText('“Story” was made').waitFor()

  await page.getByRole('region', { name: 'Preview of the form' }).getByRole('combobox', { name: 'Author' }).fill('mar')
  await page.getByRole('option', { name: 'Maria' }).click()
  const [maria] = await sql<{ id: string }[]>`select id from public.content_items where organization_id = ${organization} and title = 'Maria'`
  const [story] = await sql<{ id: string }[]>`
    insert into public.content_items (organization_id, type_id, title, data, status)
    select ${organization}, ${await typeId('story')}, 'Referring', jsonb_build_object('author', ${maria?.id ?? ''}::text), 'published' returning id`
  await sql`insert into public.site_item_mappings (organization_id, site_id, item_id, mode, position)
    select ${organization}, s.id, ${story?.id ?? ''}, 'full', 50 from public.sites s where s.organization_id = ${organization} and s.slug = 'google'`
  await runSync()
  const landing = await person.context.newPage()
  await landing.goto(`${app.app_url}/c/${slug}/google`)
  await landing.getByText('Lead technician').waitFor()
  expect(await landing.getByText(maria?.id ?? 'no such id').count()).toBe(0)
  await landing.close()
})

test('nothing on the way complained', () => {
  // A refusal by the database is an answer that browsers also write to their console; a project without Storage is asked once.
  expect(person.complaints.filter((line) => !/status of 4\d\d/.test(line))).toEqual([])
})
