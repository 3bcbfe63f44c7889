import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { openDatabase } from '../supabase/tests/support/actors.ts'
import { launchBrowser } from './support/browser.ts'
import { linkFromInbox } from './support/inbox.ts'
import { makeOrganization, newPerson, PASSWORD, signUp, type Person } from './support/person.ts'
import { settled } from './support/settle.ts'

// People in and out of an organization, each in a browser of their own. Every test begins with people of its own.

const app = inject('app')
const sql = openDatabase(app, 1)
let browser: Browser
let admin: Person
let guest: Person

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
  await sql.end()
})
beforeEach(async () => {
  admin = await newPerson(browser)
  guest = await newPerson(browser)
  await signUp(admin, app.app_url)
  await makeOrganization(admin, 'Northwind Traders')
})
afterEach(async () => {
  for (const { context } of [admin, guest]) await context.close()
})

/** The guest, signed up, as a member of the admin's organization. */
async function joined(role: string): Promise<void> {
  await signUp(guest, app.app_url)
  await sql`
    with guest as (insert into public.profiles (id, email) select id, email from auth.users where email = ${guest.email} returning id)
    insert into public.memberships (organization_id, user_id, role)
    select m.organization_id, guest.id, ${role} from guest, public.memberships m join public.profiles p on p.id = m.user_id and p.email = ${admin.email}`
  await guest.page.reload()
  await guest.page.getByRole('button', { name: 'Open Northwind Traders' }).click()
  await guest.page.getByRole('link', { name: 'Run Sync' }).waitFor()
}

async function openMembers({ page }: Person): Promise<void> {
  await page.goto(`${app.app_url}/settings/members`)
  await page.getByRole('table', { name: 'Members of the organization' }).waitFor()
  await settled(page)
}

/** Through the dialog; returns the link that it shows. */
async function invite({ page }: Person, email: string, role: string): Promise<string> {
  await page.getByRole('button', { name: 'Invite', exact: true }).click()
  await page.getByLabel('E-mail').fill(email)
  await page.getByRole('radio', { name: role }).check()
  await page.getByRole('button', { name: 'Send invitation' }).click()
  await page.getByRole('heading', { name: 'The invitation is on its way' }).waitFor()
  const link = await page.getByLabel('Link of the invitation').inputValue()
  await page.getByRole('button', { name: 'Done' }).click()
  return link
}

const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name })
const switcher = (page: Page, name: string) => page.getByRole('button', { name: new RegExp(`${name}.*switch organization`) }).first()

test('somebody without an account comes in by the mail of an invitation', async () => {
  await openMembers(admin)
  await admin.page.getByRole('heading', { name: 'Only you belong to Northwind Traders so far' }).waitFor()
  await invite(admin, guest.email, 'Editor')
  await row(admin.page, guest.email).getByText('Editor').waitFor()

  const { page } = guest
  await page.goto(await linkFromInbox(app.inbox_url, guest.email))
  await page.getByRole('heading', { name: 'Join Northwind Traders' }).waitFor()
  await page.getByText(`${admin.email} invited you to work in it as an editor.`).waitFor()
  await page.getByRole('button', { name: 'Accept the invitation' }).click()
  await page.getByRole('link', { name: 'Run Sync' }).waitFor()
  await switcher(page, 'Northwind Traders').waitFor()

  // The admin's page has heard of it.
  await admin.page.getByRole('heading', { name: 'Two people belong to Northwind Traders' }).waitFor()
  await admin.page.getByText('Nobody is invited at the moment').waitFor()
  expect([...admin.complaints, ...guest.complaints]).toEqual([])
})

test('an editor sees no controls; a change of role and a removal reach the page that is open', async () => {
  await joined('editor')
  await openMembers(guest)
  const { page } = guest
  await row(page, admin.email).getByText('owner').waitFor()
  expect(await page.getByRole('button', { name: 'Invite', exact: true }).count()).toBe(0)
  expect(await page.getByRole('combobox').count()).toBe(0)
  expect(await page.getByRole('button', { name: /^Actions for/ }).count()).toBe(0)
  expect(await page.getByRole('heading', { name: 'Open invitations' }).count()).toBe(0)
  expect(await page.getByRole('link', { name: 'API keys' }).count()).toBe(0)
  await page.getByRole('button', { name: 'Leave Northwind Traders' }).waitFor()

  await openMembers(admin)
  const role = row(admin.page, guest.email).getByRole('combobox', { name: `Role of ${guest.email}` })
  await role.click()
  await admin.page.getByRole('option', { name: 'Admin' }).click()
  await admin.page.getByText(`${guest.email} is an admin now`).waitFor()
  await page.getByRole('button', { name: 'Invite', exact: true }).waitFor()
  await role.click()
  await admin.page.getByRole('option', { name: 'Viewer' }).click()
  await admin.page.getByText(`${guest.email} is a viewer now`).waitFor()
  await page.getByRole('button', { name: 'Invite', exact: true }).waitFor({ state: 'detached' })

  await row(admin.page, guest.email).getByRole('button', { name: `Actions for ${guest.email}` }).click()
  await admin.page.getByRole('menuitem', { name: 'Remove' }).click()
  await admin.page.getByRole('heading', { name: `Remove ${guest.email} from Northwind Traders?` }).waitFor()
  await admin.page.getByRole('button', { name: 'Remove member' }).click()
  await admin.page.getByRole('heading', { name: 'Only you belong to Northwind Traders so far' }).waitFor()
  await page.getByRole('heading', { name: 'Name your organization' }).waitFor()
  await page.getByText('You are no longer a member of the organization that was open here').waitFor()
})

test('a link that was handed over asks for the right person, works once, and adds an organization', async () => {
  await signUp(guest, app.app_url)
  await makeOrganization(guest, 'Somewhere Else')
  await openMembers(admin)
  const link = await invite(admin, guest.email, 'Viewer')

  // The admin is somebody else.
  const { page: other } = admin
  await other.goto(link)
  await other.getByRole('heading', { name: 'This invitation is for somebody else' }).waitFor()
  await other.getByRole('button', { name: 'Sign out' }).click()
  await other.getByRole('heading', { name: 'You are invited' }).waitFor()
  await other.getByRole('link', { name: 'Create an account' }).click()
  expect(await other.getByLabel('E-mail').inputValue()).toBe(guest.email)
  await other.goBack()
  await other.getByRole('link', { name: 'Sign in' }).click()
  expect(await other.getByLabel('E-mail').inputValue()).toBe(guest.email)
  await other.getByLabel('Password').fill(PASSWORD)
  await other.getByRole('button', { name: 'Sign in', exact: true }).click()
  await other.getByRole('heading', { name: 'Join Northwind Traders' }).waitFor()

  const { page } = guest
  await page.goto(link)
  // Signed in by a password that anybody could have chosen for this address: it takes a mail.
  await page.getByRole('heading', { name: `Show that ${guest.email} is yours` }).waitFor()
  expect(await page.getByRole('button', { name: 'Accept the invitation' }).count()).toBe(0)
  await page.getByRole('button', { name: 'E-mail me a sign-in link' }).click()
  await page.getByText('Check your mail').waitFor()
  await page.goto(await linkFromInbox(app.inbox_url, guest.email, 1))
  await page.getByRole('button', { name: 'Accept the invitation' }).click()
  await page.getByRole('link', { name: 'Run Sync' }).waitFor()
  await page.getByText('Choose a password under Your account').waitFor()
  await switcher(page, 'Northwind Traders').click()
  await page.getByRole('menuitem', { name: 'Create another organization' }).waitFor()
  await page.getByRole('menuitemradio', { name: /Somewhere Else/ }).click()
  await switcher(page, 'Somewhere Else').waitFor()

  await page.goto(link)
  await page.getByRole('heading', { name: 'You belong to Northwind Traders already' }).waitFor()
  await page.getByRole('button', { name: 'Open Northwind Traders' }).click()
  await switcher(page, 'Northwind Traders').waitFor()
})

test('a revoked invitation and a link that is none say so', async () => {
  await openMembers(admin)
  const link = await invite(admin, guest.email, 'Viewer')
  await row(admin.page, guest.email).getByRole('button', { name: `Actions for the invitation of ${guest.email}` }).click()
  await admin.page.getByRole('menuitem', { name: 'Revoke' }).click()
  await admin.page.getByRole('button', { name: 'Revoke invitation' }).click()
  await admin.page.getByText('Nobody is invited at the moment').waitFor()

  // The invitation's mail has made an account without a password: the way in is another mail.
  const { page } = guest
  await page.goto(link)
  await page.getByRole('button', { name: 'E-mail me a sign-in link' }).click()
  await page.getByText('Check your mail').waitFor()
  await page.goto(await linkFromInbox(app.inbox_url, guest.email, 1))
  await page.getByRole('heading', { name: 'This invitation was revoked' }).waitFor()
  await page.goto(`${app.app_url}/invitation?token=nonsense`)
  await page.getByRole('heading', { name: 'There is no such invitation' }).waitFor()
  await page.goto(`${app.app_url}/invitation`)
  await page.getByRole('heading', { name: 'This link is incomplete' }).waitFor()
})

test('the owner confirms who they are, hands the organization on, and may then leave it', async () => {
  await joined('viewer')
  const { page } = admin
  // As if the last sign-in had been an hour ago; the token that the page holds is renewed before it is used again.
  await sql`
    update auth.mfa_amr_claims set updated_at = now() - interval '1 hour'
    where session_id in (select s.id from auth.sessions s join auth.users u on u.id = s.user_id where u.email = ${admin.email})`
  await page.evaluate(() => {
    for (const [key, value] of Object.entries(localStorage)) {
      if (key.endsWith('-auth-token')) localStorage.setItem(key, JSON.stringify({ ...(JSON.parse(value as string) as object), expires_at: 1 }))
    }
  })
  await openMembers(admin)
  await page.getByText('You are the owner of Northwind Traders, and an owner stays.').waitFor()
  await row(page, guest.email).getByRole('button', { name: `Actions for ${guest.email}` }).click()
  await page.getByRole('menuitem', { name: 'Make owner' }).click()
  await page.getByRole('button', { name: 'Transfer ownership' }).click()
  await page.getByRole('heading', { name: 'Confirm that it is you' }).waitFor()
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Confirm', exact: true }).click()
  await row(page, guest.email).getByText('owner').waitFor()

  await page.getByRole('button', { name: 'Leave Northwind Traders' }).click()
  await page.getByRole('button', { name: 'Leave organization' }).click()
  await page.getByRole('heading', { name: 'Name your organization' }).waitFor()
  await page.getByText('You have left Northwind Traders').waitFor()
})
