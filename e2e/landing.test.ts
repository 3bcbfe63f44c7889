import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { violations } from './support/axe.ts'
import { launchBrowser } from './support/browser.ts'
import { newCampaign, type Campaign } from './support/campaign.ts'

const app = inject('app')
let browser: Browser
let campaign: Campaign
const address = (site: string): string => `${app.app_url}/c/${campaign.admin.organization.slug}/${site}`
const heading = (page: Page): Promise<string | null> => page.getByRole('heading', { level: 1 }).textContent()

async function visit<T>(site: string, look: (page: Page, context: BrowserContext) => Promise<T>, width = 1280): Promise<T> {
  const context = await browser.newContext({ viewport: { width, height: 800 } })
  context.setDefaultTimeout(10_000)
  const page = await context.newPage()
  await page.goto(address(site))
  try {
    return await look(page, context)
  } finally {
    await context.close()
  }
}

beforeAll(async () => {
  browser = await launchBrowser()
  campaign = await newCampaign(app)
})
afterAll(async () => {
  await browser.close()
  await campaign.close()
})

test('a page waits for its first delivery and then fills itself', async () => {
  await visit('instagram', async (page) => {
    await page.getByText('Coming soon').waitFor()
    await campaign.run()
    await page.getByRole('heading', { level: 1, name: 'Free installation this month' }).waitFor()
    await page.getByText('Last synced just now').waitFor()
  })
})

test('each site shows what it received: its items, in its order, with its override', async () => {
  const shown = (site: string) =>
    visit(site, async (page) => {
      await page.getByRole('heading', { level: 1 }).waitFor()
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
    const before = await heading(page)
    await campaign.retitle('0% Financing 12mo', 'Pay over a year, at no interest')
    await campaign.run()
    await page.getByRole('heading', { level: 1, name: /Pay over a year/ }).waitFor()
    expect(await heading(page)).not.toBe(before)
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
  const item = campaign.admin.client.from('content_items')
  const { data } = await item.select('data').eq('title', 'Fall Savings Event').single()
  const body = 'Hello <img src=x onerror="window.hacked=1"> [press](javascript:window.hacked=1) <script>window.hacked=1</script>'
  await campaign.admin.client.from('content_items').update({ data: { ...data?.data, body } }).eq('title', 'Fall Savings Event')
  await campaign.run()
  await visit('facebook', async (page) => {
    await page.getByText('Hello <img').waitFor()
    expect(await page.locator('main img, main script, a[href^="javascript"]').count()).toBe(0)
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
  })
})

test('an unknown page is a friendly 404', async () => {
  await visit('no-such-site', async (page) => {
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await page.title()).not.toBe('')
    expect((await page.textContent('main'))?.length).toBeGreaterThan(20)
  })
})

test('no page has an accessibility violation or scrolls sideways, down to 375 px', async () => {
  for (const site of ['facebook', 'google', 'instagram', 'no-such-site']) {
    for (const width of [1280, 375]) {
      await visit(
        site,
        async (page) => {
          await page.getByRole('heading', { level: 1 }).waitFor()
          expect(await violations(page), `${site} at ${width} px`).toEqual([])
          expect(await page.evaluate(() => document.documentElement.scrollWidth), `${site} at ${width} px`).toBeLessThanOrEqual(width)
        },
        width,
      )
    }
  }
})
