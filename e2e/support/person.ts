import { randomUUID } from 'node:crypto'
import type { Browser, BrowserContext, Page } from 'playwright-core'

/** How long a page may take to get where it is expected, on a machine that does something else as well. */
export const PATIENCE_MS = 45_000

export const PASSWORD = 'correct horse battery'

/** Somebody with a browser profile of their own, signed in to nothing yet. */
export interface Person {
  email: string
  context: BrowserContext
  page: Page
  /** What the pages complained about: uncaught errors and error lines of the console. */
  complaints: string[]
}

export async function newPerson(browser: Browser, options: Parameters<Browser['newContext']>[0] = {}): Promise<Person> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  context.setDefaultTimeout(PATIENCE_MS)
  const complaints: string[] = []
  context.on('page', (page) => {
    page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`))
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(`${page.url()}: ${message.text()}`)
    })
  })
  return { email: `${randomUUID().slice(0, 8)}@example.test`, context, page: await context.newPage(), complaints }
}

/** Through the sign-up form, to the page that asks for an organization. */
export async function signUp({ page, email }: Person, appUrl: string): Promise<void> {
  await page.goto(`${appUrl}/sign-up`)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.waitForURL('**/welcome**')
}

/** The onboarding's first choice: an organization with nothing in it. Ends on the home page. */
export async function makeOrganization({ page }: Person, name: string): Promise<void> {
  await page.getByLabel('Name of the organization').fill(name)
  await page.getByRole('button', { name: 'Create organization' }).click()
  await page.getByRole('link', { name: 'Run Sync' }).waitFor()
}

/** The onboarding's second choice: "Acme Holdings", filled. Ends on the home page. */
export async function loadDemo({ page }: Person): Promise<void> {
  await page.getByRole('button', { name: 'Load Demo Data' }).click()
  await page.getByRole('link', { name: 'Run Sync' }).waitFor()
}

/** The token that the app holds, to ask the API directly as this person. */
export async function accessToken({ page }: Person): Promise<string> {
  return page.evaluate(() => {
    for (const key of Object.keys(localStorage)) {
      if (!key.endsWith('-auth-token')) continue
      const session = JSON.parse(localStorage.getItem(key) ?? '{}') as { access_token?: string }
      if (session.access_token !== undefined) return session.access_token
    }
    throw new Error('nobody is signed in here')
  })
}
