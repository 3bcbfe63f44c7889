import postgres from 'postgres'
import type { Browser, Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { violations } from './support/axe.ts'
import { launchBrowser } from './support/browser.ts'
import { loadDemo, newPerson, PASSWORD, signUp, type Person } from './support/person.ts'

// A signing secret is shown to an admin who asks for it, and to one who signed in long ago only after they have shown who they are.

const app = inject('app')
const sql = postgres(app.db_url, { max: 1, onnotice: () => undefined })
let browser: Browser
let person: Person
let card: Locator
let siteId: string

beforeAll(async () => {
  browser = await launchBrowser()
  person = await newPerson(browser, { reducedMotion: 'reduce' })
  await signUp(person, app.app_url)
  await loadDemo(person)
  const [site] = await sql<{ id: string }[]>`
    select s.id from public.sites s join public.profiles p on p.organization_id = s.organization_id where p.email = ${person.email} and s.slug = 'facebook'`
  siteId = site?.id ?? ''
  await person.page.goto(`${app.app_url}/sites/${siteId}/connection`)
  card = person.page.getByRole('region', { name: 'Signing secret' })
  await card.getByRole('button', { name: 'Make it now' }).click()
  await card.getByRole('button', { name: 'Reveal' }).waitFor()
})
afterAll(async () => {
  await browser.close()
  await sql.end()
})

const secret = () => card.locator('code')
const reveals = async () =>
  (await sql<{ actor_name: string }[]>`select actor_name from public.audit_log where subject_id = ${siteId} and action = 'revealed'`).map(({ actor_name }) => actor_name)

test('a secret is covered until an admin reveals it, and when they hide it', async () => {
  const before = (await reveals()).length
  expect(await secret().count()).toBe(0)
  await card.getByRole('button', { name: 'Reveal' }).click()
  await secret().waitFor()
  expect(await secret().textContent()).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(await card.getByText(/Hides itself in/).isVisible()).toBe(true)
  expect(await violations(person.page)).toEqual([])
  expect(await reveals()).toEqual(Array.from({ length: before + 1 }, () => person.email))
  await card.getByRole('button', { name: 'Hide' }).click()
  await secret().waitFor({ state: 'detached' })
  await card.getByRole('link', { name: 'audit log' }).click()
  await person.page.waitForURL('**/settings/audit')
})

test('after a while they are asked who they are first', async () => {
  const { page } = person
  await sql`update auth.mfa_amr_claims set updated_at = now() - interval '1 hour' where session_id in (
    select s.id from auth.sessions s join auth.users u on u.id = s.user_id where u.email = ${person.email})`
  // The app asks for a new token when the one that it holds is about to end.
  await page.evaluate(() => {
    for (const key of Object.keys(localStorage)) {
      if (!key.endsWith('-auth-token')) continue
      localStorage.setItem(key, JSON.stringify({ ...(JSON.parse(localStorage.getItem(key) ?? '{}') as object), expires_at: 1 }))
    }
  })
  await page.goto(`${app.app_url}/sites/${siteId}/connection`)
  const dialog = page.getByRole('dialog', { name: 'Confirm that it is you' })

  await card.getByRole('button', { name: 'Reveal' }).click()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await dialog.waitFor({ state: 'detached' })
  expect(await secret().count()).toBe(0)

  await card.getByRole('button', { name: 'Reveal' }).click()
  await dialog.getByLabel('Password').fill(PASSWORD)
  await dialog.getByRole('button', { name: 'Confirm' }).click()
  await secret().waitFor()
  expect(await secret().textContent()).toMatch(/^whsec_/)
})
