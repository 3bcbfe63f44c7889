import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { violations } from './support/axe.ts'
import { launchBrowser } from './support/browser.ts'
import type { Person } from './support/person.ts'
import { openGround, visit, type Place } from './support/places.ts'

// Every page of the table (support/places.ts), with data, in both themes, at the widths of a desk and of a hand.

const app = inject('app')
let browser: Browser
let person: Person
let places: Place[]

beforeAll(async () => {
  browser = await launchBrowser()
  ;({ person, places } = await openGround(browser, app))
})
afterAll(async () => browser.close())

const THEMES = ['light', 'dark'] as const
/** By the place's name. */
const titles = new Map<string, string>()

// Side by side: nothing is written, and reading all of it takes long.
test.concurrent.each([1440, 375])('no page at %i px has an accessibility violation in either theme, or scrolls sideways', { timeout: 600_000 }, async (width) => {
  const page = await person.context.newPage()
  await page.setViewportSize({ width, height: 800 })
  const found: string[] = []
  for (const place of places) {
    const { name, path, dialog } = place
    await visit(page, app.app_url, place)
    if (dialog === undefined) {
      const scrolled = await page.evaluate(() => document.documentElement.scrollWidth)
      if (scrolled > width) found.push(`${name}: ${scrolled} px wide`)
      // The same page in another view is titled the same.
      if (!path.includes('?')) {
        await expect.poll(() => page.title()).toMatch(/.+ · DataSync$/)
        titles.set(name, await page.title())
      }
    }
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      found.push(...(await violations(page)).map((violation) => `${name}, ${colorScheme}: ${violation}`))
    }
  }
  await page.close()
  expect(found).toEqual([])
})

test('every page is titled by what it is, and no two alike', () => {
  expect(titles.size).toBeGreaterThan(20)
  const all = [...titles.values()]
  expect([...titles].filter(([, title]) => all.indexOf(title) !== all.lastIndexOf(title))).toEqual([])
})

test('whoever wants no motion sees another theme at once, all the way down', async () => {
  const { page } = person
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await visit(page, app.app_url, { name: 'home', path: '/' })
  const stale = await page.evaluate(() => {
    const colors = (): string[] => [...document.querySelectorAll('main *')].map((element) => getComputedStyle(element).color)
    const root = document.documentElement
    const { theme } = root.dataset
    root.dataset['theme'] = 'light'
    const light = colors()
    root.dataset['theme'] = 'dark'
    const dark = colors()
    if (theme === undefined) delete root.dataset['theme']
    else root.dataset['theme'] = theme
    return { all: light.length, stale: light.filter((color, index) => color === dark[index]).length }
  })
  expect(stale.all).toBeGreaterThan(50)
  expect(stale.stale).toBe(0)
})

test('no page complained', () => {
  expect(person.complaints).toEqual([])
})
