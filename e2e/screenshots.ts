import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startStack } from '../supabase/embedded/stack.ts'
import { launchBrowser } from './support/browser.ts'
import { openGround, visit } from './support/places.ts'

// `npm run build && npm run screenshots [part of a name ...]`: every page of the table in support/places.ts, both themes, on a desk and in a hand,
// with demo data and a run, into screenshots/ (not committed).

const WIDTHS = [1440, 375]
const HIGHEST = 6000
const THEMES = ['light', 'dark'] as const

const wanted = process.argv.slice(2).map((word) => word.toLowerCase())
const folder = fileURLToPath(new URL('../screenshots', import.meta.url))
const dataDir = await mkdtemp(join(tmpdir(), 'datasync-screenshots-'))
const stack = await startStack({ dataDir, port: 0, app: 'dist', quiet: true })
const browser = await launchBrowser()
try {
  await mkdir(folder, { recursive: true })
  const { person, places } = await openGround(browser, stack)
  const { page } = person
  const shown = places.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)))
  for (const width of WIDTHS) {
    const height = width < 600 ? 812 : 900
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      for (const place of shown) {
        const { name, dialog } = place
        const file = `${name.replaceAll(' ', '-')}-${width}-${colorScheme}.png`
        try {
          await page.setViewportSize({ width, height })
          await visit(page, stack.app_url, place)
          await page.evaluate(() => document.fonts.ready)
          await page.waitForLoadState('networkidle')
          // A dialog stands in the window. A page is shown to its end, in a window that is as high: bars at the bottom stay at the bottom.
          if (dialog === undefined) {
            const whole = await page.evaluate(() => document.documentElement.scrollHeight)
            await page.setViewportSize({ width, height: Math.min(Math.max(whole, height), HIGHEST) })
          }
          await page.screenshot({ path: join(folder, file) })
          console.log(file)
        } catch (error) {
          console.error(`${file}: ${error instanceof Error ? error.message : String(error)}`)
          process.exitCode = 1
        }
      }
    }
  }
  for (const complaint of person.complaints) {
    console.error(`The page complained: ${complaint}`)
    process.exitCode = 1
  }
} finally {
  await browser.close()
  await stack.close()
  await rm(dataDir, { recursive: true, force: true })
}
process.exit()
