import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { launchBrowser } from './support/browser.ts'
import { linkFromInbox } from './support/inbox.ts'
import { makeOrganization, newPerson, PASSWORD, signUp, type Person } from './support/person.ts'

const app = inject('app')
let browser: Browser
let person: Person

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(async () => browser.close())
beforeEach(async () => {
  person = await newPerson(browser)
})
afterEach(async () => person.context.close())

async function signOut({ page, email }: Person): Promise<void> {
  await page.getByRole('button', { name: `${email}, account menu` }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.waitForURL('**/sign-in**')
}

test('a new person signs up, names an organization and lands in it', async () => {
  await signUp(person, app.app_url)
  await makeOrganization(person, 'Northwind Traders')
  await person.page.waitForURL((url) => url.pathname === '/')
  await person.page.getByText('Northwind Traders').first().waitFor()
  expect(person.complaints).toEqual([])
})

test('an address that is taken and a short password are said in words beside the field', async () => {
  await signUp(person, app.app_url)
  const second = await newPerson(browser)
  await second.page.goto(`${app.app_url}/sign-up`)
  await second.page.getByLabel('E-mail').fill(person.email)
  await second.page.getByLabel('Password').fill('short')
  await second.page.getByRole('button', { name: 'Create account' }).click()
  await second.page.getByLabel('Password').and(second.page.locator('[aria-invalid=true]')).waitFor()
  await second.page.getByLabel('Password').fill(PASSWORD)
  await second.page.getByRole('button', { name: 'Create account' }).click()
  await second.page.getByLabel('E-mail').and(second.page.locator('[aria-invalid=true]')).waitFor()
  await second.context.close()
})

test('a deep link survives signing in', async () => {
  await signUp(person, app.app_url)
  await makeOrganization(person, 'Deep Links Ltd')
  await signOut(person)
  const { page } = person
  await page.goto(`${app.app_url}/jobs?status=failed`)
  await page.waitForURL('**/sign-in**')
  await page.getByLabel('E-mail').fill(person.email)
  await page.getByLabel('Password').fill('not the password')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByText('E-mail and password do not belong together').waitFor()
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.waitForURL('**/jobs?status=failed')
})

test('a magic link signs in, and works once', async () => {
  await signUp(person, app.app_url)
  await makeOrganization(person, 'Magic Links Ltd')
  await signOut(person)
  const { page } = person
  await page.getByLabel('E-mail').fill(person.email)
  await page.getByRole('button', { name: 'E-mail me a sign-in link' }).click()
  await page.getByRole('heading', { name: 'Check your mail' }).waitFor()
  const link = await linkFromInbox(app.inbox_url, person.email)
  await page.goto(link)
  await page.getByRole('link', { name: 'Run Sync' }).waitFor()
  const other = await newPerson(browser)
  await other.page.goto(link)
  await other.page.getByText(/expired|no longer|used/i).first().waitFor()
  await other.context.close()
})

test('a forgotten password is replaced through the mail', async () => {
  await signUp(person, app.app_url)
  await makeOrganization(person, 'Forgetful Ltd')
  await signOut(person)
  const { page } = person
  await page.goto(`${app.app_url}/forgot-password`)
  await page.getByLabel('E-mail').fill(person.email)
  await page.getByRole('button', { name: 'Send the link' }).click()
  await page.goto(await linkFromInbox(app.inbox_url, person.email))
  await page.getByLabel('New password').fill('a much better password')
  await page.getByRole('button', { name: 'Save the password' }).click()
  await page.getByRole('link', { name: 'Run Sync' }).waitFor()
  await signOut(person)
  await page.getByLabel('E-mail').fill(person.email)
  await page.getByLabel('Password').fill('a much better password')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('link', { name: 'Run Sync' }).waitFor()
})
