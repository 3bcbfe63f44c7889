import type { Browser, Page } from 'playwright-core'
import postgres from 'postgres'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { launchBrowser } from './support/browser.ts'
import { accessToken, loadDemo, newPerson, signUp, type Person } from './support/person.ts'
import { settled } from './support/settle.ts'
import { isFurtherTry } from './support/tries.ts'

// A site goes back to what it had, drifts and is mended, and gets a new secret. Each test goes on where the one before ended,
// and can be repeated: what an earlier try has done already is not done again, or is put back first.

const app = inject('app')
const sql = postgres(app.db_url, { onnotice: () => undefined })
let browser: Browser
let person: Person
let page: Page
let organization: string
let site: string
let landing: string

const FIRST = 'Nothing to pay for a year'
const SECOND = 'Twelve months, no interest'
const PAINTED = 'Somebody wrote this over it'

beforeAll(async () => {
  browser = await launchBrowser()
  person = await newPerson(browser, { reducedMotion: 'reduce' })
  page = person.page
  await signUp(person, app.app_url)
  await loadDemo(person)
  const [row] = await sql<{ id: string; organization: string; slug: string }[]>`
    select s.id, o.id as organization, o.slug from public.sites s join public.organizations o on o.id = s.organization_id
    join public.profiles p on p.organization_id = o.id where p.email = ${person.email} and s.slug = 'google'`
  if (row === undefined) throw new Error('the demo has no site "google"')
  site = row.id
  landing = `${app.app_url}/c/${row.slug}/google`
  organization = row.organization
  await sql`update public.sites set failure_rate = 0, fail_next = 0 where organization_id = ${organization}`
})
beforeEach(async ({ task }) => {
  // Away from whatever dialog the failed try has left open.
  if (isFurtherTry(task)) await page.goto(app.app_url)
})
afterAll(async () => {
  await browser.close()
  await sql.end()
})

/** A run of this site alone, sent whether or not anything has changed; ends when it was accepted. */
async function run(): Promise<void> {
  const authorization = `Bearer ${await accessToken(person)}`
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const answer = await fetch(`${app.api_url}${path}`, {
      method: 'POST',
      headers: { apikey: app.publishable_key, authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }
  const { job_id } = (await post('/rest/v1/rpc/start_sync', { site_ids: [site], options: { force: true } })) as { job_id: string }
  await post('/functions/v1/sync', { job_id })
  await ended(job_id)
}

async function ended(jobId: string): Promise<void> {
  const status = async (): Promise<unknown> => (await sql`select status from public.sync_jobs where id = ${jobId}`)[0]?.['status']
  await expect.poll(status, { timeout: 90_000, message: 'the run' }).toBe('success')
}

/** Of the run whose page the click has led to. */
async function endedHere(): Promise<void> {
  await page.waitForURL('**/jobs/*')
  await ended(new URL(page.url()).pathname.split('/').at(-1) ?? '')
}

async function openSite(section = ''): Promise<void> {
  await page.goto(`${app.app_url}/sites/${site}${section}`)
  await settled(page)
}

async function state(column: 'on_hold' | 'drift' | 'secret_version' | 'secret_overlap_until'): Promise<unknown> {
  return (await sql`select ${sql(column)} as value from public.site_states where site_id = ${site}`)[0]?.['value']
}

async function landingSays(headline: string): Promise<void> {
  const tab = await person.context.newPage()
  await tab.goto(landing)
  await tab.getByRole('heading', { level: 1, name: headline }).waitFor()
  await tab.close()
}

/** The number of the run that the site has accepted this headline from first; undefined: it never has. */
async function acceptedFrom(headline: string): Promise<number | undefined> {
  const [job] = await sql<{ number: number }[]>`
    select j.number from public.sync_deliveries d join public.sync_jobs j on j.id = d.job_id
    where d.site_id = ${site} and d.status = 'success' and position(${headline} in d.body) > 0 order by j.number limit 1`
  return job?.number
}

const card = (name: string) => page.getByRole('region', { name, exact: true })

test('the site has accepted two versions, one after the other', async () => {
  for (const headline of [FIRST, SECOND]) {
    if ((await acceptedFrom(headline)) !== undefined) continue
    await sql`
      update public.content_items set data = data || jsonb_build_object('headline', ${headline}::text)
      where organization_id = ${organization} and title = '0% Financing 12mo'`
    await run()
  }
  await landingSays(SECOND)
})

test('a rollback says what it would change, sends the old content, and holds the site there', async () => {
  const first = await acceptedFrom(FIRST)
  if ((await state('on_hold')) !== true) {
    await openSite('/history')
    await page.getByRole('region', { name: 'Versions' }).getByRole('button', { name: /^Version 1/ }).click()
    await page.getByRole('button', { name: `Roll back to version 1, run ${first ?? ''}` }).click()
    const dialog = page.getByRole('dialog')
    const change = dialog.getByRole('region', { name: 'What would change' })
    await expect.poll(() => change.textContent(), { message: 'the difference' }).toMatch(new RegExp(`${SECOND}.*${FIRST}`))
    await dialog.getByText('The site will be on hold').waitFor()
    await dialog.getByRole('button', { name: 'Roll back', exact: true }).click()
    await endedHere()
  }
  await landingSays(FIRST)
  await openSite()
  await page.getByText('On hold: scheduled runs pass this site by').waitFor()
  await page.getByText(`Rolled back to run ${first ?? ''}`).first().waitFor()
  await openSite('/history')
  await page.getByRole('region', { name: 'Versions' }).getByRole('listitem').first().getByText('current').waitFor()
  await page.getByRole('region', { name: 'Versions' }).getByRole('listitem').first().getByText('rollback').waitFor()
})

test('somebody lifts the hold', async () => {
  // As the rollback has left it, or as it was before an earlier try of this.
  await sql`update public.site_states set on_hold = true where site_id = ${site}`
  await openSite()
  await page.getByRole('button', { name: 'Lift hold' }).click()
  await expect.poll(() => state('on_hold')).toBe(false)
  await expect.poll(() => page.getByText('On hold: scheduled runs pass this site by').count()).toBe(0)
  await landingSays(FIRST)
})

test('a site that shows something else is found out, field by field, and mended', async () => {
  // The headline that the receiver holds, whichever it is after the tries so far.
  await sql`
    update public.destination_snapshots set
      body = replace(replace(body, ${FIRST}, ${PAINTED}), ${SECOND}, ${PAINTED}),
      payload = replace(replace(payload::text, ${FIRST}, ${PAINTED}), ${SECOND}, ${PAINTED})::jsonb
    where site_id = ${site}`
  await landingSays(PAINTED)
  await openSite()
  await card('Drift').getByRole('button', { name: 'Check now' }).click()
  await card('Drift').getByText('drifted', { exact: true }).waitFor()
  await expect.poll(() => card('Drift').textContent()).toContain('headline')
  await expect.poll(() => card('Drift').textContent()).toContain(PAINTED)
  await card('Drift').getByRole('button', { name: 'Send again' }).click()
  await endedHere()
  await landingSays(SECOND)
  await openSite()
  await card('Drift').getByRole('button', { name: 'Check now' }).click()
  await card('Drift').getByText('in sync', { exact: true }).waitFor()
  expect(await state('drift')).toBe('in_sync')
})

test('the secret is rotated with an overlap, which can be ended, and deliveries stay accepted', async () => {
  await openSite('/connection')
  const before = Number(await state('secret_version'))
  await card('Signing secret').getByRole('button', { name: 'Rotate…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Overlap, hours').waitFor()
  await dialog.getByRole('button', { name: 'Rotate', exact: true }).click()
  await expect.poll(() => state('secret_version')).toBe(before + 1)
  await card('Signing secret').getByText('signs too, ends').waitFor()
  await run()
  await card('Signing secret').getByRole('button', { name: 'End overlap now' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'End overlap now' }).click()
  await expect.poll(() => card('Signing secret').getByText('signs too, ends').count()).toBe(0)
  await run()
})

test('the secret is rotated at once', async () => {
  await openSite('/connection')
  const before = Number(await state('secret_version'))
  await card('Signing secret').getByRole('button', { name: 'Rotate…' }).click()
  await page.getByRole('radio', { name: 'Rotate now' }).click()
  await page.getByRole('dialog').getByText('The old secret ends at once').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Rotate now' }).click()
  await expect.poll(() => state('secret_version')).toBe(before + 1)
  await run()
  await landingSays(SECOND)
})

test('nothing on the way complained', () => {
  expect(person.complaints).toEqual([])
})
