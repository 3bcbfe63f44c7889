import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { openDatabase } from '../supabase/tests/support/actors.ts'
import { openDemo } from './support/demo.ts'
import { accessToken, newPerson, PATIENCE_MS, signUp, type Person } from './support/person.ts'
import { settled } from './support/settle.ts'

// What is sent is looked at first: by whoever sends it, and where the organization wants it, by somebody else as well.

const app = inject('app')
const sql = openDatabase(app, 2)
let browser: Browser
let admin: Person
let editor: Person
let organization: string

beforeAll(async () => {
  ;({ browser, person: admin, organization } = await openDemo(app.app_url, sql))
  await sql`update public.sites set failure_rate = 0, fail_next = 0 where organization_id = ${organization}`
  editor = await newPerson(browser, { reducedMotion: 'reduce' })
  await signUp(editor, app.app_url)
  await sql`
    with guest as (insert into public.profiles (id, email) select id, email from auth.users where email = ${editor.email} returning id)
    insert into public.memberships (organization_id, user_id, role) select ${organization}, guest.id, 'editor' from guest`
  await editor.page.reload()
  await editor.page.getByRole('button', { name: 'Open Acme Holdings' }).click()
  await editor.page.getByRole('link', { name: 'Run Sync' }).waitFor()
})
afterAll(async () => {
  await browser.close()
  await sql.end()
})
beforeEach(async () => {
  await sql`update public.organizations set approval_required = false where id = ${organization}`
  await sql`update public.plan_approvals set state = 'withdrawn' where organization_id = ${organization} and state in ('pending', 'approved')`
  await editEverything()
})

async function editEverything(): Promise<void> {
  await sql`
    update public.content_items set data = data || ${sql.json({ headline: `Headline ${Math.random().toString(36).slice(2, 8)}` })}
    where organization_id = ${organization} and status = 'published'`
}

async function open({ page }: Person, path: string): Promise<void> {
  await page.goto(`${app.app_url}${path}`)
  await settled(page)
}

const require = () => sql`update public.organizations set approval_required = true where id = ${organization}`
const status = (page: Page) => page.locator('main h1 + *').textContent()
const newestRun = async () => {
  const [job] = await sql<{ id: string; number: number; created_by: string | null }[]>`
    select id, number, created_by from public.sync_jobs where organization_id = ${organization} order by number desc limit 1`
  return job
}
async function ended(page: Page, expected = 'success'): Promise<void> {
  await page.waitForURL(/\/jobs\/[0-9a-f-]{36}$/)
  await expect.poll(() => status(page), { timeout: PATIENCE_MS }).toBe(expected)
}

/** Through the page, as the editor does; ends where the page says that it waits. */
async function ask(note: string): Promise<string> {
  const { page } = editor
  await open(editor, '/review')
  await page.getByRole('button', { name: 'Ask for approval' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Note').fill(note)
  await dialog.getByRole('button', { name: 'Ask for approval' }).click()
  await page.getByText('Waits for the approval of an admin').waitFor()
  const [asked] = await sql<{ id: string }[]>`select id from public.plan_approvals where organization_id = ${organization} and state = 'pending'`
  return asked?.id ?? ''
}

test('sites are chosen by hand, the address says which, and only they receive', async () => {
  const { page } = admin
  await open(admin, '/review')
  await page.getByText('All 3 chosen').waitFor()
  await page.getByRole('checkbox', { name: /^Choose Facebook/ }).click()
  await page.getByRole('button', { name: 'Send to 2 sites' }).waitFor()
  expect(new URL(page.url()).searchParams.get('except')).toBe('facebook')
  await page.reload()
  await settled(page)
  await page.getByText('2 of 3 chosen').waitFor()
  // The hash that the page counts for two of three sites is the one that the database finds for them: else it would refuse.
  await page.getByRole('button', { name: 'Send to 2 sites' }).click()
  await ended(page)
  const job = await newestRun()
  const sent = await sql<{ slug: string }[]>`select target_slug as slug from public.sync_deliveries where job_id = ${job?.id ?? ''} order by 1`
  expect(sent.map(({ slug }) => slug)).toEqual(['google', 'instagram'])

  await open(admin, '/review?choose=changed')
  await page.getByText('1 of 3 chosen').waitFor()
  await page.getByRole('button', { name: 'None' }).click()
  await page.getByRole('heading', { name: 'No site is chosen' }).waitFor()
  expect(await page.getByRole('button', { name: 'Send anyway' }).isDisabled()).toBe(true)
})

test('a review is done by keyboard alone', async () => {
  const { page } = admin
  await open(admin, '/review')
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '')
  // What hears the keys comes with the first one, which it hears too.
  await page.keyboard.press('j')
  await expect.poll(focused).toMatch(/^Facebook/)
  const expanded = () => page.evaluate(() => document.activeElement?.getAttribute('aria-expanded'))
  expect(await expanded()).toBe('true')
  await page.keyboard.press('Enter')
  expect(await expanded()).toBe('false')
  await page.keyboard.press('x')
  await page.getByText('2 of 3 chosen').waitFor()
  await page.keyboard.press('j')
  expect(await focused()).toMatch(/^Google/)
  await page.keyboard.press('k')
  await page.keyboard.press('x')
  await page.getByText('All 3 chosen').waitFor()
  await page.keyboard.press('Control+Enter')
  await ended(page)
})

test('a run by an editor is approved by a second person, and then runs once', async () => {
  await open(admin, '/settings')
  await admin.page.getByRole('switch', { name: 'Runs by editors need an admin’s approval' }).click()
  await admin.page.getByText('Runs by editors need an approval now').waitFor()

  await ask('The autumn offers')
  await editor.page.getByRole('button', { name: 'Waits for approval' }).waitFor()

  // The admin hears of it without a reload.
  const { page } = admin
  await open(admin, '/jobs')
  await page.getByRole('link', { name: 'Approvals 1 waiting' }).click()
  await page.getByRole('row').filter({ hasText: 'The autumn offers' }).getByRole('link', { name: /^Plan/ }).click()
  await page.getByText('The autumn offers').waitFor()
  await page.getByRole('list', { name: 'Sites' }).getByText('Facebook Campaign').first().waitFor()
  await page.getByLabel('Comment').fill('Looks right')
  await page.getByRole('button', { name: 'Approve', exact: true }).click()
  await page.getByText('Approved: the run can be started').waitFor()

  await editor.page.getByText(/^Approved by/).waitFor()
  await editor.page.getByText(/Looks right/).waitFor()
  await editor.page.getByRole('button', { name: 'Send to 3 sites' }).click()
  await ended(editor.page)
  await editor.page.getByText(`Plan approved by ${admin.email}, asked for by ${editor.email}`).waitFor()

  await open(editor, '/jobs/approvals?show=all')
  await editor.page.getByRole('row').filter({ hasText: 'The autumn offers' }).getByText('run', { exact: true }).waitFor()
  await editEverything()
  await open(editor, '/review')
  await editor.page.getByRole('button', { name: 'Ask for approval' }).waitFor()
})

test('content that changes after the approval is refused, and asks again', async () => {
  await require()
  const id = await ask('First version')
  await open(admin, `/review?approval=${id}`)
  await admin.page.getByRole('button', { name: 'Approve', exact: true }).click()
  await editor.page.getByRole('button', { name: 'Send to 3 sites' }).waitFor()

  await editEverything()
  // Whoever starts it past the page is refused by the database.
  const answer = await fetch(`${app.api_url}/rest/v1/rpc/start_sync`, {
    method: 'POST',
    headers: { apikey: app.publishable_key, authorization: `Bearer ${await accessToken(editor)}`, 'content-type': 'application/json' },
    body: '{}',
  })
  expect(await answer.json()).toMatchObject({ code: 'DS102' })
  await editor.page.getByText('The content changed while you were reading').waitFor()
  await editor.page.getByRole('button', { name: 'Ask for approval' }).waitFor()

  await open(admin, `/review?approval=${id}`)
  await admin.page.getByText('The content has changed since this was asked').waitFor()
  await admin.page.getByText('3 sites would be sent something else by now, marked below.', { exact: false }).waitFor()
  await admin.page.getByRole('link', { name: 'Review it as it is now' }).waitFor()
})

test('a request for content that changed is not approved, and one’s own is somebody else’s to decide', async () => {
  await require()
  const id = await ask('Will change')
  await open(admin, `/review?approval=${id}`)
  await admin.page.getByRole('button', { name: 'Approve', exact: true }).waitFor()
  await editEverything()
  await admin.page.getByText('The content has changed since this was asked').waitFor()
  await expect.poll(() => admin.page.getByRole('button', { name: 'Approve', exact: true }).isDisabled()).toBe(true)
  await admin.page.getByLabel('Comment').fill('Ask again, please')
  await admin.page.getByRole('button', { name: 'Reject' }).click()
  await admin.page.locator('main h1 + *').getByText('rejected').waitFor()

  await open(editor, `/review?approval=${id}`)
  await editor.page.getByText('Ask again, please').waitFor()
  const own = await ask('Mine')
  await open(editor, `/review?approval=${own}`)
  await editor.page.getByText('You asked for this, so another admin decides on it.').waitFor()
  expect(await editor.page.getByRole('button', { name: 'Approve', exact: true }).count()).toBe(0)
  await editor.page.getByRole('button', { name: 'Withdraw' }).click()
  await editor.page.locator('main h1 + *').getByText('withdrawn').waitFor()
})

test('a thousand sites are reviewed in a window, in detail only where somebody looks', async () => {
  await sql`
    insert into public.sites (organization_id, slug, name, region)
    select ${organization}, 'branch-' || n, 'Branch ' || lpad(n::text, 4, '0'), null from generate_series(1, 1000) n`
  await sql`
    insert into public.site_item_mappings (organization_id, site_id, item_id, mode, position)
    select s.organization_id, s.id, (select i.id from public.content_items i where i.organization_id = s.organization_id and i.status = 'published' order by i.title limit 1), 'full', 0
    from public.sites s where s.organization_id = ${organization} and s.slug like 'branch-%'`
  try {
    const { page } = admin
    await open(admin, '/review')
    await page.getByText('All 1,003 chosen').waitFor()
    const rows = page.getByRole('list', { name: 'Sites' }).getByRole('listitem')
    expect(await rows.count()).toBeLessThan(80)
    await page.getByLabel('Search the sites').fill('branch 0777')
    await expect.poll(() => rows.count()).toBe(1)
    await page.getByRole('button', { name: /^Branch 0777/ }).click()
    await page.getByText('first delivery', { exact: false }).first().waitFor()
    await page.getByRole('checkbox', { name: 'Choose Branch 0777' }).click()
    await page.getByText('1,002 of 1,003 chosen').waitFor()
    expect(new URL(page.url()).searchParams.get('except')).toBe('branch-777')
    await page.getByRole('button', { name: /^Send to 1,?002 sites$/ }).waitFor()
  } finally {
    await sql`delete from public.sites where organization_id = ${organization} and slug like 'branch-%'`
  }
})

test('no page complained', () => {
  // What the database refuses is said on the page; the browser notes the refused request as well.
  expect([...admin.complaints, ...editor.complaints].filter((line) => !/status of 4\d\d/.test(line))).toEqual([])
})
