import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { violations } from './support/axe.ts'
import { launchBrowser } from './support/browser.ts'
import { accessToken, loadDemo, newPerson, signUp, type Person } from './support/person.ts'
import { settled } from './support/settle.ts'

// Every page, with data, in both themes, at the widths of a desk and of a hand.

const app = inject('app')
let browser: Browser
let person: Person
let page: Page
let places: Record<string, string>

/** What stands over a page, and how one gets there. */
const dialogs: Record<string, { path: string; open: () => Promise<void>; role: 'dialog' | 'alertdialog' }> = {
  'import an organization': { path: '/welcome?import', open: async () => undefined, role: 'dialog' },
  'delete the organization': { path: '/settings', open: () => page.getByRole('button', { name: 'Delete organization' }).click(), role: 'alertdialog' },
  'confirm that it is you': {
    path: '/settings/account',
    open: async () => {
      await page.getByLabel('New password').fill('a much better password')
      await page.getByRole('button', { name: 'Change password' }).click()
    },
    role: 'dialog',
  },
}

beforeAll(async () => {
  browser = await launchBrowser()
  // Motion explains changes; here nothing should be in the middle of one.
  person = await newPerson(browser, { reducedMotion: 'reduce' })
  page = person.page
  await signUp(person, app.app_url)
  await loadDemo(person)
  const token = await accessToken(person)
  const api = async (path: string, init: RequestInit = {}): Promise<unknown> => {
    const answer = await fetch(`${app.api_url}${path}`, {
      ...init,
      headers: { apikey: app.publishable_key, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    const text = await answer.text()
    return text === '' ? undefined : JSON.parse(text)
  }
  await api('/rest/v1/sites?slug=neq.none', { method: 'PATCH', body: JSON.stringify({ failure_rate: 0, fail_next: 0 }) })
  const { job_id } = (await api('/rest/v1/rpc/start_sync', { method: 'POST', body: '{}' })) as { job_id: string }
  await api('/functions/v1/sync', { method: 'POST', body: JSON.stringify({ job_id }) })
  const [item] = (await api('/rest/v1/content_items?select=id&title=eq.Free%20Installation')) as { id: string }[]
  const [site] = (await api('/rest/v1/sites?select=id&slug=eq.facebook')) as { id: string }[]
  places = {
    home: '/',
    content: '/content',
    'content types': '/content/types',
    'content item': `/content/${item?.id ?? ''}`,
    sites: '/sites',
    site: `/sites/${site?.id ?? ''}`,
    mappings: '/mappings',
    review: '/review',
    jobs: '/jobs',
    job: `/jobs/${job_id}`,
    schedules: '/jobs/schedules',
    settings: '/settings',
    members: '/settings/members',
    'api keys': '/settings/api-keys',
    'audit log': '/settings/audit',
    account: '/settings/account',
    'another organization': '/welcome',
    'not found': '/no-such-page',
  }
})
afterAll(async () => browser.close())

describe.each([
  ['light', 1280],
  ['dark', 1280],
  ['light', 375],
  ['dark', 375],
] as const)('in the %s theme at %i px', (colorScheme, width) => {
  test('no page has an accessibility violation or scrolls sideways', async () => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height: 800 })
    const found: string[] = []
    for (const [name, path] of Object.entries(places)) {
      await page.goto(`${app.app_url}${path}`)
      await settled(page)
      found.push(...(await violations(page)).map((violation) => `${name}: ${violation}`))
      const scrolled = await page.evaluate(() => document.documentElement.scrollWidth)
      if (scrolled > width) found.push(`${name}: ${scrolled} px wide`)
    }
    for (const [name, { path, open, role }] of Object.entries(dialogs)) {
      await page.goto(`${app.app_url}${path}`)
      await open()
      await page.getByRole(role).waitFor()
      found.push(...(await violations(page)).map((violation) => `${name}: ${violation}`))
    }
    expect(found).toEqual([])
  })
})

test('no page complained', () => {
  expect(person.complaints).toEqual([])
})
