import type { Browser, Locator, Page } from 'playwright-core'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { violations } from './support/axe.ts'
import { openDemo } from './support/demo.ts'
import { newPerson, PASSWORD, signUp, type Person } from './support/person.ts'
import { settled } from './support/settle.ts'

// A key from its creation to its end: made and copied in the app, used by a program, seen to be used, revoked, refused.

const app = inject('app')
const sql = postgres(app.db_url, { onnotice: () => undefined })
let browser: Browser
let person: Person
let page: Page
let organization: string

beforeAll(async () => {
  ;({ browser, person, page, organization } = await openDemo(app.app_url, sql, { permissions: ['clipboard-read', 'clipboard-write'] }))
})
afterAll(async () => {
  await browser.close()
  await sql.end()
})

const drawer = (): Locator => page.getByRole('dialog')
const row = (name: string): Locator => page.getByRole('table', { name: 'API keys' }).getByRole('row').filter({ hasText: name })

/** The fourth column. */
const lastUse = (name: string): Promise<string> => row(name).locator('th, td').nth(3).innerText()

/** The page as it is without any key. */
async function open(): Promise<void> {
  await sql`delete from public.api_keys where organization_id = ${organization}`
  await page.goto(`${app.app_url}/settings/api-keys`)
  await page.getByText('No program has a key yet').waitFor()
}

async function create(name: string, scopes: readonly string[] = []): Promise<void> {
  await page.getByRole('main').getByRole('button', { name: 'Create key' }).click()
  await drawer().getByLabel('Name').fill(name)
  for (const scope of scopes) await drawer().getByRole('checkbox', { name: scope }).click()
  await drawer().getByRole('button', { name: 'Create key' }).click()
  await drawer().getByText('Copy it now: it cannot be seen again').waitFor()
}

/** As the field has it. */
const shownKey = (): Promise<string> => drawer().getByLabel('API key').inputValue()

test('a key is created, copied, used, seen to be used, and refused once it is revoked', async () => {
  await open()
  await create('Deployment', ['Run syncs'])
  const key = await shownKey()
  expect(key).toMatch(/^ds_[0-9a-f]{8}_[0-9a-f]{48}$/)
  await drawer().getByRole('button', { name: 'Copy key' }).click()
  await drawer().getByRole('button', { name: 'Copied' }).waitFor()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(key)
  await drawer().getByRole('button', { name: 'Done' }).click()
  await drawer().waitFor({ state: 'detached' })
  await row('Deployment').getByText(`${key.slice(0, 11)}_••••••••`).waitFor()
  await expect.poll(() => lastUse('Deployment')).toBe('never')
  // It is nowhere any more.
  expect(await page.content()).not.toContain(key.slice(12))

  // The command of the quick start, as a program would send it.
  const command = await page.getByRole('region', { name: 'Pull' }).innerText()
  const url = /https?:\S+$/.exec(command.trim())?.[0] ?? ''
  expect(url).toBe(`${app.app_url}/functions/v1/api/content/facebook`)
  const headers = { authorization: `Bearer ${key}` }
  const content = await fetch(url, { headers })
  expect(content.status).toBe(200)
  expect(await content.json()).toMatchObject({ site: { slug: 'facebook' } })
  await expect.poll(() => lastUse('Deployment')).toMatch(/just now|seconds ago/)

  const started = await fetch(`${app.app_url}/functions/v1/api/syncs`, { method: 'POST', headers })
  expect(started.status).toBe(202)
  const { id, number } = (await started.json()) as { id: string; number: number }
  await page.goto(`${app.app_url}/jobs/${id}`)
  await page.getByText('started by the API key “Deployment”').waitFor()
  await page.goto(`${app.app_url}/jobs`)
  await page.getByRole('row').filter({ hasText: new RegExp(`Run ${number}(?!\\d)`) }).getByText('API, Deployment').waitFor()

  await page.goto(`${app.app_url}/settings/api-keys`)
  await row('Deployment').getByRole('button', { name: 'Revoke "Deployment"' }).click()
  const question = page.getByRole('alertdialog')
  await question.getByText('Revoke the key "Deployment"?').waitFor()
  await question.getByRole('button', { name: 'Revoke key' }).click()
  await page.getByText('No key is in use').waitFor()
  const refused = await fetch(url, { headers })
  expect([refused.status, await refused.json()]).toEqual([401, expect.objectContaining({ code: 'revoked_key' })])
  await page.getByRole('radio', { name: 'Ended 1' }).click()
  const ended = page.getByRole('table', { name: 'API keys that have ended' }).getByRole('row').filter({ hasText: 'Deployment' })
  await ended.getByText('revoked', { exact: true }).filter({ visible: true }).waitFor()
  await expect.poll(() => ended.getByRole('button').count()).toBe(0)
})

test('what is missing is said at the field', async () => {
  await open()
  await page.getByRole('main').getByRole('button', { name: 'Create key' }).click()
  await drawer().getByRole('checkbox', { name: 'Read content' }).click()
  await drawer().getByRole('combobox', { name: 'Expires' }).click()
  await page.getByRole('option', { name: 'On a date' }).click()
  await drawer().getByRole('button', { name: 'Create key' }).click()
  for (const text of ['A key needs a name', 'Choose at least one', 'Choose a date.']) await drawer().getByRole('alert').filter({ hasText: text }).waitFor()
  await drawer().getByLabel('Name').fill('Until the sale is over')
  await drawer().getByRole('checkbox', { name: 'Read content' }).click()
  const year = new Date().getFullYear() + 1
  await drawer().getByLabel('Last day').fill(`${year}-03-31`)
  await drawer().getByRole('button', { name: 'Create key' }).click()
  await drawer().getByText('Copy it now').waitFor()
  await drawer().getByRole('button', { name: 'Copy key' }).click()
  await drawer().getByRole('button', { name: 'Copied' }).waitFor()
  await drawer().getByRole('button', { name: 'Done' }).click()
  await row('Until the sale is over').getByText(`Mar 31, ${year}`).waitFor()
})

test('a key that was not copied is not let go without a question', async () => {
  await open()
  await create('Forgotten')
  const key = await shownKey()
  await page.keyboard.press('Escape')
  const question = page.getByRole('alertdialog')
  await question.getByText('Close without copying the key?').waitFor()
  await question.getByRole('button', { name: 'Back to the key' }).click()
  expect(await shownKey()).toBe(key)
  await drawer().getByRole('button', { name: 'Done' }).click()
  await question.getByRole('button', { name: 'Close without copying' }).click()
  await drawer().waitFor({ state: 'detached' })
  // The next one is another, from the beginning.
  await page.getByRole('main').getByRole('button', { name: 'Create key' }).click()
  await expect.poll(() => drawer().getByLabel('Name').inputValue()).toBe('')
  await drawer().getByRole('button', { name: 'Cancel' }).click()
})

test('after a while they are asked who they are first', async () => {
  await open()
  await sql`
    update auth.mfa_amr_claims set updated_at = now() - interval '1 hour'
    where session_id in (select s.id from auth.sessions s join auth.users u on u.id = s.user_id where u.email = ${person.email})`
  // The app asks for a new token when the one that it holds is about to end.
  await page.evaluate(() => {
    for (const [key, value] of Object.entries(localStorage)) {
      if (key.endsWith('-auth-token')) localStorage.setItem(key, JSON.stringify({ ...(JSON.parse(value as string) as object), expires_at: 1 }))
    }
  })
  await page.reload()
  await page.getByRole('main').getByRole('button', { name: 'Create key' }).click()
  const form = page.getByRole('dialog', { name: 'New API key' })
  const question = page.getByRole('dialog', { name: 'Confirm that it is you' })
  await form.getByLabel('Name').fill('Confirmed')
  await form.getByRole('button', { name: 'Create key' }).click()
  await question.getByRole('button', { name: 'Cancel' }).click()
  await question.waitFor({ state: 'detached' })
  // Nothing is lost, and nothing is complained about.
  expect(await form.getByLabel('Name').inputValue()).toBe('Confirmed')
  expect(await form.getByRole('alert').count()).toBe(0)
  await form.getByRole('button', { name: 'Create key' }).click()
  await question.getByLabel('Password').fill(PASSWORD)
  await question.getByRole('button', { name: 'Confirm' }).click()
  const made = page.getByRole('dialog', { name: '"Confirmed" was created' })
  await made.getByRole('button', { name: 'Copy key' }).click()
  await made.getByRole('button', { name: 'Copied' }).waitFor()
  await made.getByRole('button', { name: 'Done' }).click()
  await row('Confirmed').waitFor()
})

test('the list tells keys that end soon from those that go on', async () => {
  await open()
  await sql`
    insert into public.api_keys (organization_id, name, prefix, scopes, expires_at) values
      (${organization}, 'Goes on', 'ds_11111111', '{sync:run}', null),
      (${organization}, 'Ends soon', 'ds_22222222', '{content:read}', now() + interval '5 days'),
      (${organization}, 'Is over', 'ds_33333333', '{content:read}', now() - interval '1 day')`
  await page.reload()
  await page.getByRole('heading', { name: '2 keys work, 1 expires soon' }).waitFor()
  await row('Ends soon').getByText('expires in 5 days').filter({ visible: true }).waitFor()
  await row('Goes on').getByText('active').filter({ visible: true }).waitFor()
  await expect.poll(() => row('Is over').count()).toBe(0)
  await settled(page)
  expect(await violations(page)).toEqual([])
  await page.setViewportSize({ width: 375, height: 800 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(375)
  expect(await violations(page)).toEqual([])
  await page.setViewportSize({ width: 1280, height: 800 })
})

test('somebody who is no admin neither sees keys nor the way to them', async () => {
  const reader = await newPerson(browser, { reducedMotion: 'reduce' })
  await signUp(reader, app.app_url)
  const { email } = reader
  await sql`
    insert into public.profiles (id, email, organization_id) select id, email, ${organization} from auth.users where email = ${email}
    on conflict (id) do update set organization_id = excluded.organization_id`
  await sql`insert into public.memberships (organization_id, user_id, role) select ${organization}, id, 'editor' from auth.users where email = ${email}`
  // The token names the organization and the role, so it takes a new one.
  await reader.page.evaluate(() => localStorage.clear())
  await reader.page.goto(`${app.app_url}/sign-in?next=%2Fsettings%2Fapi-keys`)
  await reader.page.getByLabel('E-mail').fill(email)
  await reader.page.getByLabel('Password').fill(PASSWORD)
  await reader.page.getByRole('button', { name: 'Sign in' }).click()
  await reader.page.getByText('Admins manage these').waitFor()
  await expect.poll(() => reader.page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'API keys' }).count()).toBe(0)
  await expect.poll(() => reader.page.getByRole('button', { name: 'Create key' }).count()).toBe(0)
  expect(reader.complaints).toEqual([])
})

test('nothing on the way complained', () => {
  // The browser itself writes down that the database wanted a recent sign-in.
  expect(person.complaints.filter((complaint) => !complaint.endsWith('status of 400 (Bad Request)'))).toEqual([])
})
