import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { violations } from './support/axe.ts'
import { launchBrowser } from './support/browser.ts'
import type { Person } from './support/person.ts'
import { openGround, visit, type Place } from './support/places.ts'

// Every page of the table (support/places.ts), with data, in both themes, at the widths of a desk and of a hand.

const app = inject('app')
let browser: Browser
let person: Person
let page: Page
let places: Place[]

beforeAll(async () => {
  browser = await launchBrowser()
  ;({ person, places } = await openGround(browser, app))
  page = person.page
})
afterAll(async () => browser.close())

describe.each([
  ['light', 1440],
  ['dark', 1440],
  ['light', 375],
  ['dark', 375],
] as const)('in the %s theme at %i px', (colorScheme, width) => {
  test('no page has an accessibility violation or scrolls sideways', async () => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height: 800 })
    const found: string[] = []
    for (const place of places) {
      const { name, dialog } = place
      await visit(page, app.app_url, place)
      if (dialog === undefined) {
        const scrolled = await page.evaluate(() => document.documentElement.scrollWidth)
        if (scrolled > width) found.push(`${name}: ${scrolled} px wide`)
      }
      found.push(...(await violations(page)).map((violation) => `${name}: ${violation}`))
    }
    expect(found).toEqual([])
  })
})

test('every page is titled by what it is, and no two alike', async () => {
  const titles = new Map<string, string>()
  const doubled: string[] = []
  for (const place of places) {
    const { name, path, dialog } = place
    // The same page in another view is titled the same.
    if (dialog !== undefined || path.includes('?')) continue
    await visit(page, app.app_url, place)
    await expect.poll(() => page.title()).toMatch(/.+ · DataSync$/)
    const title = await page.title()
    const other = titles.get(title)
    if (other !== undefined) doubled.push(`${name} and ${other}: ${title}`)
    titles.set(title, name)
  }
  expect(doubled).toEqual([])
})

test('no page complained', () => {
  expect(person.complaints).toEqual([])
})
