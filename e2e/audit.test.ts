import { readFile } from 'node:fs/promises'
import type { Browser, Download, Locator, Page } from 'playwright-core'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { plainText } from '../src/lib/csv.ts'
import { openWorld } from '../supabase/tests/support/actors.ts'
import { violations } from './support/axe.ts'
import { openDemo } from './support/demo.ts'
import { accessToken, newPerson, type Person } from './support/person.ts'
import { settled } from './support/settle.ts'

// Who changed what: from the change to its entry, and from the entry to the proof.

const app = inject('app')
const sql = postgres(app.db_url, { onnotice: () => undefined })
const world = openWorld(app)
let browser: Browser
let person: Person
let page: Page
let organization: string

beforeAll(async () => {
  ;({ browser, person, page, organization } = await openDemo(app.app_url, sql))
})
afterAll(async () => {
  await browser.close()
  await world.close()
  await sql.end()
})

const log = (): Locator => page.getByRole('table', { name: 'Audit log' })
const entry = (what: string | RegExp): Locator => log().getByRole('link', { name: what }).first()
const drawer = (): Locator => page.getByRole('dialog')
const open = async (query = ''): Promise<void> => {
  await page.goto(`${app.app_url}/settings/audit${query}`)
  await settled(page)
}

/** As the app would: through the Data API, in the person's name. */
async function change(slug: string, values: object): Promise<void> {
  const answer = await fetch(`${app.api_url}/rest/v1/sites?slug=eq.${slug}`, {
    method: 'PATCH',
    headers: { apikey: app.publishable_key, authorization: `Bearer ${await accessToken(person)}`, 'content-type': 'application/json', 'user-agent': 'a script' },
    body: JSON.stringify(values),
  })
  expect(answer.status).toBe(204)
}

async function exported(format: RegExp): Promise<{ name: string; text: string }> {
  await page.getByRole('button', { name: 'Export' }).click()
  const [download] = await Promise.all<[Promise<Download>, Promise<void>]>([page.waitForEvent('download'), page.getByRole('menuitem', { name: format }).click()])
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
}

test('a site that is changed in the app leaves an entry with what was and what is, and a way back to it', async () => {
  const [site] = await sql<{ id: string }[]>`select id from public.sites where organization_id = ${organization} and slug = 'google'`
  await sql`update public.sites set name = 'Google Campaign' where id = ${site?.id ?? ''}`
  await page.goto(`${app.app_url}/sites/${site?.id ?? ''}`)
  await page.getByRole('main').getByRole('button', { name: 'Edit' }).click()
  await drawer().getByLabel('Name').fill('Search ads')
  await drawer().getByRole('button', { name: 'Save site' }).click()
  await expect.poll(() => sql`select name from public.sites where id = ${site?.id ?? ''}`).toMatchObject([{ name: 'Search ads' }])

  await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Audit log' }).click()
  await entry('changed site Search ads: name').click()
  await drawer().getByText('Google Campaign').waitFor()
  await drawer().getByText(person.email).waitFor()
  await drawer().getByText(/Chrome/).waitFor()
  // The address of the entry is its own: it opens again.
  await expect.poll(() => page.url()).toMatch(/\?entry=\d+$/)
  await page.reload()
  await drawer().getByText('Google Campaign').waitFor()
  expect(await violations(page)).toEqual([])
  await drawer().getByRole('link', { name: 'Open the site' }).click()
  await page.waitForURL(`**/sites/${site?.id ?? ''}`)
})

test('filters are in the address, and what they leave is exported, safe for a spreadsheet', async () => {
  const formula = '=HYPERLINK("http://example.com")'
  await change('instagram', { name: formula })
  await change('instagram', { name: 'Instagram' })
  await open()
  await page.getByLabel('Search names').fill('hyperlink')
  await page.waitForURL('**q=hyperlink**')
  await page.getByRole('combobox', { name: 'Kind of object' }).click()
  await page.getByRole('option', { name: 'Site', exact: true }).click()
  await page.getByRole('combobox', { name: 'Action' }).click()
  await page.getByRole('option', { name: 'Changed' }).click()
  await page.getByRole('combobox', { name: 'Who' }).fill(person.email)
  await page.getByRole('option', { name: person.email }).click()
  await expect.poll(() => Object.fromEntries(new URL(page.url()).searchParams)).toMatchObject({ q: 'hyperlink', kind: 'sites', action: 'updated' })
  await page.reload()
  await settled(page)
  await entry(/HYPERLINK/).waitFor()
  const rows = await log().getByRole('link').count()
  const found = Number(await sql<{ n: number }[]>`
    select count(*)::integer as n from public.audit_log where organization_id = ${organization} and subject_name ilike '%hyperlink%' and action = 'updated'`.then(([row]) => row?.n))
  expect(rows).toBe(found)

  const csv = await exported(/CSV/)
  expect(csv.name).toMatch(/^audit-log-\d{4}-\d\d-\d\d\.csv$/)
  const lines = csv.text.trimEnd().split('\r\n')
  expect(lines).toHaveLength(found + 1)
  expect(lines[1]).toContain(`"'=HYPERLINK(""http://example.com"")"`)
  expect(plainText(`'${formula}`)).toBe(formula)
  const json = JSON.parse((await exported(/JSON/)).text) as { subject_name: string; hash: string }[]
  expect(json).toHaveLength(found)
  expect(json[0]).toMatchObject({ subject_name: formula, hash: expect.stringMatching(/^[0-9a-f]{64}$/) })

  await page.getByRole('button', { name: 'Clear filters' }).click()
  await expect.poll(() => new URL(page.url()).search).toBe('')
  await open('?q=there-is-no-such-name')
  await page.getByText('Nothing matches these filters').waitFor()
})

test('what others do meanwhile is announced, and comes when it is asked for', async () => {
  await open()
  await change('facebook', { failure_rate: 7 })
  await page.getByRole('button', { name: /^\d+ new entr/ }).click()
  await entry(/failure_rate .* 7$/).waitFor()
})

test('the log is verified: as it was written, and then not', async () => {
  await open()
  await page.getByRole('button', { name: 'Verify' }).click()
  await page.getByText(/entries, all as they were written/).waitFor()
  const [last] = await sql<{ seq: number; hash: string }[]>`select seq::integer as seq, hash from public.audit_log where organization_id = ${organization} order by audit_log.seq desc limit 1`
  await page.getByText(`The last is entry ${last!.seq.toLocaleString('en')}, with the hash ${last!.hash}`).waitFor()
  await page.getByRole('button', { name: 'Copy number and hash' }).waitFor()

  const url = new URL(app.db_url)
  url.username = 'supabase_admin'
  const superuser = postgres(url.href, { max: 1, onnotice: () => undefined })
  const tamper = (actor: string) => superuser.begin(async (transaction) => {
    await transaction`set local session_replication_role = replica`
    await transaction`update public.audit_log set actor_name = ${actor} where organization_id = ${organization} and seq = 3`
  })
  try {
    await tamper('somebody else')
    await page.getByRole('button', { name: 'Verify' }).click()
    await page.getByText('The log is not as it was written, from entry 3 on').waitFor()
    await page.getByRole('link', { name: 'Open entry 3' }).click()
    await drawer().getByText('somebody else').waitFor()
  } finally {
    await tamper(person.email)
    await superuser.end()
  }
})

test('a long log is read to its end by scrolling, and never more of it is in the page than is seen', async () => {
  await sql.begin(async (transaction) => {
    await transaction`
      insert into public.content_types (organization_id, name, title, schema) select ${organization}, 'long_' || n, 'Long ' || n, '{"type": "object", "properties": {}}' from generate_series(1, 350) n
      on conflict do nothing`
    await transaction`delete from public.content_types where organization_id = ${organization} and name like 'long\\_%'`
  })
  await open()
  // The end is said as soon as it is read; the first entry is drawn when it is in sight.
  await expect.poll(async () => {
    await page.mouse.wheel(0, 20_000)
    return entry(/created organization|added member/).isVisible()
  }, { timeout: 60_000 }).toBe(true)
  await page.getByText(/^[\d,]+ entries, to the first that is kept$/).waitFor()
  expect(await log().getByRole('row').count()).toBeLessThan(120)
})

test('whoever is no admin is told who may read it, and no entry reaches them', async () => {
  const [row] = await sql<{ id: string; slug: string; name: string }[]>`select id, slug, name from public.organizations where id = ${organization}`
  if (row === undefined) throw new Error('the organization is gone')
  const member = await world.newMember(row, 'editor')
  const reader = await newPerson(browser, { reducedMotion: 'reduce' })
  await reader.page.goto(`${app.app_url}/sign-in?next=%2Fsettings%2Faudit`)
  await reader.page.getByLabel('E-mail').fill(member.email)
  await reader.page.getByLabel('Password').fill(member.password)
  await reader.page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await reader.page.getByText('Admins read this').waitFor()
  expect(await reader.page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Audit log' }).count()).toBe(0)
  expect(reader.complaints).toEqual([])
  await reader.context.close()
})

test('no page complained', () => {
  expect(person.complaints).toEqual([])
})
