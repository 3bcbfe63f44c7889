import { readFile } from 'node:fs/promises'
import postgres from 'postgres'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { launchBrowser } from './support/browser.ts'
import { accessToken, loadDemo, makeOrganization, newPerson, PASSWORD, signUp, type Person } from './support/person.ts'

// What a session may do, and what wants its owner's word: two browsers of one person, and acts that cannot be undone.

const app = inject('app')
const sql = postgres(app.db_url, { max: 1, onnotice: () => undefined })
let browser: Browser
let person: Person
const opened: Person[] = []

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
  await sql.end()
})
beforeEach(async () => {
  person = await open()
  await signUp(person, app.app_url)
})
afterEach(async () => {
  for (const { context } of opened.splice(0)) await context.close()
})

async function open(): Promise<Person> {
  const next = await newPerson(browser, { reducedMotion: 'reduce', acceptDownloads: true })
  opened.push(next)
  return next
}

/** The same person in another browser. */
async function elsewhere(password = PASSWORD): Promise<Person> {
  const other = { ...(await open()), email: person.email }
  await other.page.goto(`${app.app_url}/sign-in`)
  await other.page.getByLabel('E-mail').fill(person.email)
  await other.page.getByLabel('Password').fill(password)
  await other.page.getByRole('button', { name: 'Sign in', exact: true }).click()
  return other
}

/** As if everybody of this person had signed in an hour ago, so that dangerous acts ask. */
async function anHourLater({ page, email }: Person): Promise<void> {
  await sql`
    update auth.mfa_amr_claims set updated_at = now() - interval '1 hour'
    where session_id in (select s.id from auth.sessions s join auth.users u on u.id = s.user_id where u.email = ${email})`
  // The token is renewed, and says what the session says.
  await page.evaluate(() => {
    for (const key of Object.keys(localStorage)) {
      if (!key.endsWith('-auth-token')) continue
      const held = JSON.parse(localStorage.getItem(key) ?? '{}') as { expires_at?: number }
      localStorage.setItem(key, JSON.stringify({ ...held, expires_at: 1 }))
    }
  })
  await page.reload()
}

const identity = (page: Page) => page.getByRole('dialog', { name: 'Confirm that it is you' })

async function confirmWithPassword(page: Page, password = PASSWORD): Promise<void> {
  await identity(page).getByLabel('Password').fill(password)
  await identity(page).getByRole('button', { name: 'Confirm', exact: true }).click()
}

const sessions = (page: Page) => page.getByRole('region', { name: 'Your sessions' }).getByRole('row')

test('a session that is ended in one browser is over in the other', async () => {
  await makeOrganization(person, 'Two Browsers Ltd')
  const other = await elsewhere()
  await other.page.getByRole('link', { name: 'Run Sync' }).waitFor()
  const { page } = person
  await page.goto(`${app.app_url}/settings/account`)
  await expect.poll(() => sessions(page).count()).toBe(3)
  await sessions(page).filter({ hasText: 'this one' }).waitFor()
  await sessions(page).getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('That session has ended').waitFor()
  await expect.poll(() => sessions(page).count()).toBe(2)
  // The other one learns of it with the next thing that it does.
  await other.page.getByRole('link', { name: 'Jobs' }).first().click()
  await other.page.reload()
  await other.page.waitForURL('**/sign-in**')
  // And this one goes on.
  await page.getByRole('link', { name: 'Home' }).first().click()
  await page.getByText('Two Browsers Ltd').first().waitFor()
})

test('signing out everywhere ends this browser, too', async () => {
  await makeOrganization(person, 'Everywhere Ltd')
  const other = await elsewhere()
  await other.page.getByRole('link', { name: 'Run Sync' }).waitFor()
  const token = await accessToken(other)
  const { page } = person
  await page.goto(`${app.app_url}/settings/account`)
  await page.getByRole('button', { name: 'Sign out everywhere', exact: true }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Sign out everywhere' }).click()
  await page.waitForURL('**/sign-in**')
  const answer = await fetch(`${app.api_url}/rest/v1/rpc/my_sessions`, { method: 'POST', headers: { apikey: app.publishable_key, authorization: `Bearer ${token}` } })
  expect(answer.status).toBe(401)
})

test('a new password wants the old one, and signs other browsers out', async () => {
  await makeOrganization(person, 'Passwords Ltd')
  const other = await elsewhere()
  await other.page.getByRole('link', { name: 'Run Sync' }).waitFor()
  const { page } = person
  await page.goto(`${app.app_url}/settings/account`)
  await page.getByLabel('New password').fill('a much better password')
  await page.getByRole('button', { name: 'Change password' }).click()
  await confirmWithPassword(page, 'not the password')
  await identity(page).getByText('That is not your password.').waitFor()
  await page.keyboard.press('Escape')
  await identity(page).waitFor({ state: 'detached' })
  // Nothing was changed, and what was typed is still there.
  await page.getByRole('button', { name: 'Change password' }).click()
  await confirmWithPassword(page)
  await page.getByText('Your password is changed').waitFor()
  await expect.poll(() => sessions(page).count()).toBe(2)
  const third = await elsewhere('a much better password')
  await third.page.getByRole('link', { name: 'Run Sync' }).waitFor()
})

test('whoever has no password at hand confirms with a code by mail', async () => {
  await makeOrganization(person, 'Codes Ltd')
  const { page } = person
  await page.goto(`${app.app_url}/settings`)
  await anHourLater(person)
  await page.getByRole('button', { name: 'Delete organization' }).click()
  const asking = page.getByRole('alertdialog')
  await asking.getByRole('button', { name: 'Delete organization' }).click()
  await asking.getByText('Type codes-ltd exactly.').or(asking.getByText(/^Type codes-ltd-\w+ exactly\.$/)).waitFor()
  const [organization] = await sql<{ slug: string }[]>`select slug from public.organizations where name = 'Codes Ltd' and deleted_at is null order by created_at desc limit 1`
  await asking.getByRole('textbox').fill(organization!.slug)
  await asking.getByRole('button', { name: 'Delete organization' }).click()
  // Left once: nothing happens, and it says so.
  await identity(page).getByRole('button', { name: 'Cancel' }).click()
  await asking.getByText('Nothing was changed: you did not confirm that it is you.').waitFor()
  await asking.getByRole('button', { name: 'Delete organization' }).click()
  await identity(page).getByRole('button', { name: 'Send me a code instead' }).click()
  const field = identity(page).getByLabel('Code', { exact: true })
  await field.waitFor()
  await field.fill(await codeFromInbox(person.email))
  await identity(page).getByRole('button', { name: 'Confirm', exact: true }).click()
  await page.waitForURL('**/welcome**')
  expect(await sql`select from public.organizations where slug = ${organization!.slug}`).toHaveLength(0)
  // The session that signing in anew made is the only one that is left.
  await expect.poll(async () => (await sql`select from auth.sessions s join auth.users u on u.id = s.user_id where u.email = ${person.email}`).length).toBe(1)
})

test('an organization leaves as a file and comes back as another', async () => {
  await loadDemo(person)
  const { page } = person
  await page.goto(`${app.app_url}/settings`)
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export as JSON' }).click()])
  expect(download.suggestedFilename()).toMatch(/^acme-holdings(-\w+)?-\d{4}-\d\d-\d\d\.json$/)
  const file = await readFile(await download.path(), 'utf8')
  const document = JSON.parse(file) as { content_items: { type: string }[]; sites: unknown[] }
  expect(document.sites).toHaveLength(3)

  await page.getByRole('link', { name: 'Import a file' }).click()
  const dialog = page.getByRole('dialog', { name: 'Import an organization' })
  const choose = (text: string) => dialog.getByLabel('File', { exact: true }).setInputFiles({ name: 'acme.json', mimeType: 'application/json', buffer: Buffer.from(text) })
  await choose('{ "format": ')
  await dialog.getByText('it is not JSON').waitFor()
  document.content_items[1]!.type = 'nowhere'
  await choose(JSON.stringify(document))
  await dialog.getByText('content_items[1].type').waitFor()
  expect(await dialog.getByRole('button', { name: 'Import', exact: true }).isDisabled()).toBe(true)

  await choose(file)
  await dialog.getByRole('region', { name: 'What the file holds' }).getByText('Content items').waitFor()
  await dialog.getByText('They come disabled, and schedules come paused').waitFor()
  await dialog.getByLabel('Name of the new organization').fill('The Copy Ltd')
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()
  await page.getByRole('link', { name: 'Run Sync' }).waitFor()
  await page.getByText('Its sites are disabled and its schedules paused').waitFor()
  await page.getByText('The Copy Ltd').first().waitFor()
  await page.goto(`${app.app_url}/sites`)
  await page.getByText('Instagram Campaign').first().waitFor()
  expect(await sql`
    select s.enabled from public.sites s join public.organizations o on o.id = s.organization_id
    where o.name = 'The Copy Ltd' and o.deleted_at is null and s.enabled`).toEqual([])
  expect(person.complaints).toEqual([])
})

test('an account goes with the organization that nobody else is in', async () => {
  await makeOrganization(person, 'Last One Ltd')
  const { page } = person
  await page.goto(`${app.app_url}/settings/account`)
  await anHourLater(person)
  await page.getByText('This organization has no other member and goes').waitFor()
  await page.getByRole('button', { name: 'Delete account' }).click()
  const asking = page.getByRole('alertdialog')
  await asking.getByText('Last One Ltd').waitFor()
  await asking.getByRole('textbox').fill(person.email)
  await asking.getByRole('button', { name: 'Delete account' }).click()
  await confirmWithPassword(page)
  await page.waitForURL('**/sign-in**')
  await page.getByLabel('E-mail').fill(person.email)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByText('E-mail and password do not belong together').waitFor()
  expect(await sql`select from auth.users where email = ${person.email}`).toHaveLength(0)
})

test('somebody without an organization reaches the account, and can leave', async () => {
  const { page } = person
  await page.getByRole('link', { name: 'your account' }).click()
  await page.getByRole('heading', { name: 'Your account', level: 1 }).waitFor()
  await page.getByLabel('Your name').fill('Ada Lovelace')
  await page.getByRole('button', { name: 'Save name' }).click()
  await page.getByText('Your name is saved').waitFor()
  await page.getByRole('button', { name: 'Delete account' }).click()
  await page.getByRole('alertdialog').getByRole('textbox').fill(person.email)
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete account' }).click()
  await page.waitForURL('**/sign-in**')
})

/** The code of the newest mail to this address; asks until it is there. */
async function codeFromInbox(to: string): Promise<string> {
  let code: string | undefined
  await expect
    .poll(async () => {
      const { messages } = (await (await fetch(`${app.inbox_url}/api/messages`)).json()) as { messages: { to: string; text: string }[] }
      code = /\b\d{6}\b/.exec(messages.find((mail) => mail.to === to)?.text ?? '')?.[0]
      return code
    })
    .toBeDefined()
  return code ?? ''
}
