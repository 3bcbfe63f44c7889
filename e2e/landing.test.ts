import { randomUUID } from 'node:crypto'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { read } from '../supabase/tests/support/actors.ts'
import { violations } from './support/axe.ts'
import { launchBrowser } from './support/browser.ts'
import { newCampaign, type Campaign } from './support/campaign.ts'
import { PATIENCE_MS } from './support/person.ts'
import { settled } from './support/settle.ts'

const app = inject('app')
let browser: Browser
let campaign: Campaign

interface Visit {
  width?: number
  of?: Campaign
}

async function visit<T>(site: string, look: (page: Page, context: BrowserContext) => Promise<T>, { width = 1280, of = campaign }: Visit = {}): Promise<T> {
  const context = await browser.newContext({ viewport: { width, height: 800 } })
  context.setDefaultTimeout(PATIENCE_MS)
  try {
    const page = await context.newPage()
    await page.goto(`${app.app_url}/c/${of.admin.organization.slug}/${site}`)
    return await look(page, context)
  } finally {
    await context.close()
  }
}

beforeAll(async () => {
  browser = await launchBrowser()
  campaign = await newCampaign(app)
  await campaign.run()
})
afterAll(async () => {
  await browser.close()
  await campaign.close()
})

test('a page waits for its first delivery and then fills itself', async () => {
  const fresh = await newCampaign(app)
  try {
    await visit(
      'instagram',
      async (page) => {
        await page.getByText('Coming soon').waitFor()
        await fresh.run()
        await page.getByRole('heading', { level: 1, name: 'Free installation this month' }).waitFor()
        await page.getByText('Last synced just now').waitFor()
      },
      { of: fresh },
    )
  } finally {
    await fresh.close()
  }
})

test('each site shows what it received: its items, in its order, with its override', async () => {
  const shown = (site: string) =>
    visit(site, async (page) => {
      // It comes with the items, in one piece; a heading is there before.
      await page.getByText('Last synced').waitFor()
      return { headings: await page.getByRole('heading').allTextContents(), links: await page.getByRole('link').allTextContents() }
    })
  const [facebook, google, instagram] = [await shown('facebook'), await shown('google'), await shown('instagram')]
  expect(facebook.headings.join(' | ')).toMatch(/Fall Savings Event.*Free installation this month/)
  expect(facebook.links.join(' | ')).toContain('Book on Facebook')
  expect(google.headings.join(' | ')).toContain('financing')
  expect(google.headings.join(' | ')).not.toContain('Fall Savings')
  expect(instagram.headings.join(' | ')).toMatch(/Free installation.*Fall Savings.*financing/)
  expect(instagram.links.join(' | ')).toContain('Book now')
  expect([facebook, google, instagram].map((page) => page.headings.join()).join()).not.toContain('veterans')
})

test('an open page changes by itself when a new payload arrives', async () => {
  await visit('google', async (page) => {
    await page.getByText('Last synced').waitFor()
    // New at every try, or there would be nothing to change.
    const news = `Pay over a year ${randomUUID().slice(0, 8)}`
    await campaign.retitle('0% Financing 12mo', news)
    await campaign.run()
    await page.getByRole('heading', { level: 1, name: news }).waitFor()
  })
})

test('the last payload is kept and shown when the backend cannot be reached', async () => {
  await visit('facebook', async (page, context) => {
    await page.getByRole('heading', { level: 1, name: 'Fall Savings Event' }).waitFor()
    await context.route('**/rest/v1/**', (route) => route.abort())
    await context.route('**/realtime/v1/**', (route) => route.abort())
    await page.reload()
    await page.getByRole('heading', { level: 1, name: 'Fall Savings Event' }).waitFor()
    await page.getByText(/last version/i).waitFor()
  })
})

test('what an editor types as HTML or a script link stays words', async () => {
  const items = () => campaign.admin.client.from('content_items')
  const { data } = await read<{ data: Record<string, unknown> }>(items().select('data').eq('title', 'Fall Savings Event').single())
  const greeting = `Hello ${randomUUID().slice(0, 8)}`
  const body = `${greeting} <img src=x onerror="window.hacked=1"> [press](javascript:window.hacked=1) <script>window.hacked=1</script>`
  await read(items().update({ data: { ...data, body } }).eq('title', 'Fall Savings Event'))
  await campaign.run()
  await visit('facebook', async (page) => {
    await page.getByText(`${greeting} <img`).waitFor()
    expect(await page.locator('main img, main script, a[href^="javascript"]').count()).toBe(0)
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
  })
})

test('an unknown page is a friendly 404', async () => {
  await visit('no-such-site', async (page) => {
    await page.getByRole('heading', { level: 1 }).waitFor()
    await expect.poll(() => page.title()).not.toBe('')
    await expect.poll(async () => (await page.textContent('main'))?.length).toBeGreaterThan(20)
  })
})

test('no page has an accessibility violation or scrolls sideways, down to 375 px', async () => {
  for (const site of ['facebook', 'google', 'instagram', 'no-such-site']) {
    for (const width of [1280, 375]) {
      await visit(
        site,
        async (page) => {
          await settled(page)
          expect(await violations(page), `${site} at ${width} px`).toEqual([])
          expect(await page.evaluate(() => document.documentElement.scrollWidth), `${site} at ${width} px`).toBeLessThanOrEqual(width)
        },
        { width },
      )
    }
  }
})
