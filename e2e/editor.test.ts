import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { openDatabase } from '../supabase/tests/support/actors.ts'
import { openDemo } from './support/demo.ts'
import { newPerson, signUp, type Person } from './support/person.ts'

// Editing one item: what is typed is never lost, two people never write over each other unseen, and what was is brought back.
// Every test begins with an item of its own.

const app = inject('app')
const sql = openDatabase(app, 2)
let browser: Browser
let anna: Person
let ben: Person
let organization: string
let item: string

beforeAll(async () => {
  ;({ browser, person: anna, organization } = await openDemo(app.app_url, sql))
  ben = await newPerson(browser, { reducedMotion: 'reduce' })
  await signUp(ben, app.app_url)
  await sql`
    with guest as (insert into public.profiles (id, email, full_name) select id, email, 'Ben Okafor' from auth.users where email = ${ben.email}
      on conflict (id) do update set full_name = excluded.full_name returning id)
    insert into public.memberships (organization_id, user_id, role) select ${organization}, guest.id, 'editor' from guest`
  await sql`update public.profiles set full_name = 'Anna Berg' where email = ${anna.email}`
  await ben.page.reload()
  await ben.page.getByRole('button', { name: 'Open Acme Holdings' }).click()
  await ben.page.getByRole('link', { name: 'Run Sync' }).waitFor()
})
afterAll(async () => {
  await browser.close()
  await sql.end()
})
beforeEach(async () => {
  const [row] = await sql<{ id: string }[]>`
    insert into public.content_items (organization_id, type_id, title, data, status)
    select organization_id, type_id, 'Winter Check', data || '{"headline": "Is your furnace ready?", "theme": "service"}', 'draft'
    from public.content_items where organization_id = ${organization} and title = 'Fall Savings Event' returning id`
  item = row?.id ?? ''
})

const address = (query = '') => `${app.app_url}/content/${item}${query}`
const open = async ({ page }: Person): Promise<Page> => {
  await page.goto(address())
  await page.getByRole('heading', { level: 1, name: 'Winter Check' }).waitFor()
  return page
}
const headline = (page: Page) => page.getByRole('textbox', { name: 'Headline' })
const kept = (page: Page) => page.getByText(/^Saved as your draft \d\d:\d\d$/).waitFor()
const revisions = async () => (await sql<{ headline: string }[]>`select data ->> 'headline' as headline from public.content_item_revisions where item_id = ${item} order by revision`).map((row) => row.headline)
const copies = async () => (await sql`select 1 from public.item_working_copies where item_id = ${item}`).length

test('what is typed survives a reload without a save, makes no revision, and is seen by nobody else', async () => {
  const page = await open(anna)
  await headline(page).fill('Half a thought')
  await kept(page)
  await page.reload()
  await page.getByText('Your draft is here').waitFor()
  expect(await headline(page).inputValue()).toBe('Half a thought')
  expect(await revisions()).toEqual(['Is your furnace ready?'])

  const theirs = await open(ben)
  expect(await headline(theirs).inputValue()).toBe('Is your furnace ready?')
  await ben.page.goto(app.app_url)

  await page.keyboard.press('Control+s')
  await page.getByText('All changes are saved').waitFor()
  expect(await revisions()).toEqual(['Is your furnace ready?', 'Half a thought'])
  expect(await copies()).toBe(0)
})

test('a draft is discarded, and brought back from the message', async () => {
  const page = await open(anna)
  await headline(page).fill('A bad idea')
  await kept(page)
  await page.getByRole('button', { name: 'Discard', exact: true }).click()
  await expect.poll(() => headline(page).inputValue()).toBe('Is your furnace ready?')
  await expect.poll(copies).toBe(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => headline(page).inputValue()).toBe('A bad idea')
  await expect.poll(copies).toBe(1)
})

test('a new item is kept from its first letter, and becomes one item', async () => {
  const { page } = anna
  await page.goto(`${app.app_url}/content/new?type=offer_banner`)
  await page.getByLabel('Title', { exact: true }).fill('Begun and left')
  await kept(page)
  await page.goto(app.app_url)
  await page.goto(`${app.app_url}/content/new?type=offer_banner`)
  await expect.poll(() => page.getByLabel('Title', { exact: true }).inputValue()).toBe('Begun and left')
  await page.getByRole('button', { name: 'Save draft' }).click()
  await page.getByRole('heading', { level: 1, name: 'Begun and left' }).waitFor()
  expect(await sql`select 1 from public.content_items where organization_id = ${organization} and title = 'Begun and left'`).toHaveLength(1)
  await page.goto(`${app.app_url}/content/new?type=offer_banner`)
  await page.getByText('Nothing to save yet').waitFor()
  await sql`delete from public.content_items where organization_id = ${organization} and title = 'Begun and left'`
})

test('a draft that the server cannot be told of is kept in the browser, says so, and gets there later', async () => {
  const page = await open(anna)
  await anna.context.setOffline(true)
  await headline(page).fill('Typed in a tunnel')
  await page.getByText(/The server cannot be reached\. Your draft is kept in this browser/).waitFor()
  expect(await copies()).toBe(0)
  await anna.context.setOffline(false)
  await kept(page)
  expect(await copies()).toBe(1)
  const complaints = anna.complaints.filter((line) => !/ERR_INTERNET_DISCONNECTED/.test(line))
  anna.complaints.splice(0, anna.complaints.length, ...complaints)
})

test('two people see each other, and at which field the other is', async () => {
  const [mine, theirs] = [await open(anna), await open(ben)]
  await mine.getByText('Ben Okafor is editing this too').waitFor()
  await theirs.getByText('Anna Berg is editing this too').waitFor()
  await headline(theirs).focus()
  await mine.getByText('Ben Okafor is here').waitFor()
  await theirs.goto(app.app_url)
  await mine.getByText('Ben Okafor is editing this too').waitFor({ state: 'detached' })
})

test('who saves second chooses field by field, and nothing is lost unseen', async () => {
  const [mine, theirs] = [await open(anna), await open(ben)]
  await headline(mine).fill('Anna\'s headline')
  await mine.getByRole('textbox', { name: 'Button text' }).fill('Anna\'s button')
  await kept(mine)
  await headline(theirs).fill('Ben\'s headline')
  await theirs.getByRole('textbox', { name: 'Button link' }).fill('https://example.com/ben')
  await theirs.getByRole('button', { name: 'Save draft' }).click()
  await theirs.getByText('All changes are saved').waitFor()

  await mine.getByText('Ben Okafor saved this item while you were editing').waitFor()
  await mine.getByText('1 field to choose. Both of you changed it.').waitFor()
  const choice = (field: string, whose: RegExp) => mine.getByRole('group', { name: field, exact: true }).getByRole('radio', { name: whose })
  // What only one of them changed is chosen already.
  expect(await choice('Button text', /^Yours/).isChecked()).toBe(true)
  expect(await choice('Button link', /^Ben Okafor/).isChecked()).toBe(true)
  await choice('Headline', /^Ben Okafor/).check()
  await mine.getByRole('button', { name: 'Use these' }).click()
  await mine.getByRole('button', { name: 'Save draft' }).click()
  await mine.getByText('All changes are saved').waitFor()
  const [stored] = await sql`select data ->> 'headline' as headline, data ->> 'cta_text' as button, data ->> 'cta_url' as link, revision from public.content_items where id = ${item}`
  expect(stored).toEqual({ headline: 'Ben\'s headline', button: 'Anna\'s button', link: 'https://example.com/ben', revision: 3 })
  await theirs.goto(app.app_url)
})

test('any two revisions are compared, and one is restored and taken back', async () => {
  for (const text of ['Second', 'Third']) await sql`update public.content_items set data = data || jsonb_build_object('headline', ${text}::text) where id = ${item}`
  const { page } = anna
  await page.goto(address('?tab=history&from=1&to=3'))
  const drawer = page.getByRole('dialog', { name: 'Winter Check' })
  const diff = drawer.getByRole('region', { name: 'Revision 1 to 3' })
  await diff.getByText('Is your furnace ready?').waitFor()
  await diff.getByText('Third').waitFor()
  await drawer.getByRole('radio', { name: 'Compare from revision 2' }).click()
  await drawer.getByRole('region', { name: 'Revision 2 to 3' }).getByText('Second').waitFor()
  expect(new URL(page.url()).search).toBe('?tab=history&from=2&to=3')

  await drawer.getByRole('button', { name: 'Restore revision 1' }).click()
  await page.getByText('Revision 1 was restored as revision 4').waitFor()
  await expect.poll(revisions).toEqual(['Is your furnace ready?', 'Second', 'Third', 'Is your furnace ready?'])
  await drawer.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('Taken back: revision 5 is as 3 was').waitFor()
  await expect.poll(revisions).toEqual(['Is your furnace ready?', 'Second', 'Third', 'Is your furnace ready?', 'Third'])
  await page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'detached' })
  await expect.poll(() => headline(page).inputValue()).toBe('Third')
})

test('a revision from before a rename comes back under the new name', async () => {
  await sql`update public.content_items set data = data || '{"headline": "Later"}' where id = ${item}`
  const [type] = await sql<{ id: string; schema: object }[]>`
    select t.id, t.schema from public.content_types t join public.content_items i on i.type_id = t.id where i.id = ${item}`
  try {
    const page = await open(anna)
    // As the type builder does, while the form is open with something unsaved in it.
    await headline(page).fill('Typed before the rename')
    await kept(page)
    const token = await anna.page.evaluate(() => {
      const key = Object.keys(localStorage).find((name) => name.endsWith('-auth-token')) ?? ''
      return (JSON.parse(localStorage.getItem(key) ?? '{}') as { access_token: string }).access_token
    })
    const rename = async (from: string, to: string) => {
      const response = await fetch(`${app.api_url}/rest/v1/rpc/rename_field`, {
        method: 'POST',
        headers: { apikey: app.publishable_key, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ type_id: type?.id, from_name: from, to_name: to }),
      })
      expect(response.status).toBe(200)
    }
    await rename('headline', 'main_line')
    await expect.poll(async () => (await sql<{ line: string | null }[]>`select data ->> 'main_line' as line from public.item_working_copies where item_id = ${item}`)[0]?.line).toBe('Typed before the rename')
    await page.goto(address('?tab=history&from=1&to=2'))
    const drawer = page.getByRole('dialog', { name: 'Winter Check' })
    await drawer.getByRole('button', { name: 'Restore revision 1' }).click()
    await page.getByText(/^Revision 1 was restored as revision \d+$/).waitFor()
    const [stored] = await sql`select data ->> 'main_line' as line, data ? 'headline' as old from public.content_items where id = ${item}`
    expect(stored).toEqual({ line: 'Is your furnace ready?', old: false })
    await rename('main_line', 'headline')
  } finally {
    await sql`delete from public.item_working_copies where item_id = ${item}`
  }
})

test('the preview is the landing page itself, with what is typed and the overrides of the site', async () => {
  await sql`
    insert into public.site_item_mappings (organization_id, site_id, item_id, mode, overrides, position)
    select organization_id, id, ${item}, 'override', '{"cta_text": "Only on Google"}', 0 from public.sites where organization_id = ${organization} and slug = 'google'`
  const page = await open(anna)
  await page.getByRole('button', { name: 'Preview', exact: true }).click()
  const frame = page.frameLocator('iframe[title="Google Campaign, as its visitors would see it"]')
  await frame.getByRole('heading', { name: 'Is your furnace ready?' }).waitFor()
  await frame.getByRole('link', { name: 'Only on Google' }).waitFor()
  await headline(page).fill('Typed a moment ago')
  await frame.getByRole('heading', { name: 'Typed a moment ago' }).waitFor()
  await page.getByText('1 field overridden here: Button text.').waitFor()
  await page.getByRole('button', { name: 'Close preview' }).click()
  await page.locator('iframe').waitFor({ state: 'detached' })
})

test('the quick preview shows one item from every side', async () => {
  await sql`
    insert into public.site_item_mappings (organization_id, site_id, item_id, mode, overrides, position)
    select organization_id, id, ${item}, 'override', '{"cta_text": "Only on Google"}', 0 from public.sites where organization_id = ${organization} and slug = 'google'`
  const { page } = anna
  await page.goto(`${app.app_url}/content?preview=${item}`)
  const drawer = page.getByRole('dialog', { name: 'Winter Check' })
  await drawer.getByText('Is your furnace ready?').waitFor()
  await drawer.getByRole('tab', { name: 'JSON' }).click()
  await drawer.getByText('"headline": ').waitFor()
  await drawer.getByRole('tab', { name: 'Mappings' }).click()
  await drawer.getByRole('link', { name: 'Google Campaign' }).waitFor()
  await drawer.getByRole('tab', { name: 'Per site' }).click()
  await drawer.getByText('Not sent now: so it would be, once it is published.').waitFor()
  await drawer.getByText('overridden: Button text').waitFor()
  await drawer.getByRole('tab', { name: /^History/ }).click()
  await drawer.getByText('This is the first revision').waitFor()
})

test('the keyboard saves, publishes, shows what was and leads back', async () => {
  const page = await open(anna)
  await headline(page).fill('By keyboard')
  await page.keyboard.press('Control+Enter')
  await page.locator('main h1 + *').getByText('published').waitFor()
  await page.getByRole('heading', { level: 1 }).focus()
  await page.keyboard.press('h')
  await page.getByRole('dialog', { name: 'Winter Check' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog', { name: 'Winter Check' }).waitFor({ state: 'detached' })
  await page.getByRole('heading', { level: 1 }).focus()
  await page.keyboard.press('Escape')
  await page.waitForURL(`${app.app_url}/content`)
})

test('nothing on the way complained', () => {
  expect([...anna.complaints, ...ben.complaints].filter((line) => !/status of 4\d\d/.test(line))).toEqual([])
})
