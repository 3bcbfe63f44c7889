import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { launchBrowser } from '../e2e/support/browser.ts'
import { openGround } from '../e2e/support/places.ts'
import { settled } from '../e2e/support/settle.ts'
import { startTestStack } from '../supabase/tests/support/start-test-stack.ts'
import { printRow } from './lib/figures.ts'
import { scriptsOf, weightOf } from './weight.ts'

const dist = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist')
/** What a page may ask for beyond the first load, in kB gzip. */
const MOST_KB = 120

/**
 * Page weight per route: the JavaScript that a page asks for and the first load (the signed-in home page) has not. Of every page in the table
 * that axe and the screenshots go by (e2e/support/places.ts), until nothing is on its way any more. Ends with an error above 120 kB.
 */
export async function benchRoutes(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'datasync-bench-routes-'))
  const stack = await startTestStack({ dataDir, port: 0, app: 'dist', quiet: true })
  const browser = await launchBrowser()
  try {
    const { person, places } = await openGround(browser, stack)
    const { page } = person
    const asked = (path: string, open?: (on: typeof page) => Promise<void>): Promise<Set<string>> =>
      scriptsOf(page, async () => {
        await page.goto(`${stack.app_url}${path}`)
        if (open === undefined) await settled(page)
        else await open(page)
        await page.waitForLoadState('networkidle')
      })
    const first = await asked('/')
    const rows: { route: string; kb: number }[] = []
    for (const { name, path, dialog } of places) {
      const scripts = await asked(path, dialog?.open)
      rows.push({ route: name, kb: await weightOf([...scripts].filter((script) => !first.has(script)), dist) })
    }
    for (const { route, kb } of rows.sort((a, b) => b.kb - a.kb)) {
      printRow({ name: 'route_weight', route, value: Math.round(kb * 10) / 10, unit: 'kB gzip', detail: 'JavaScript beyond the first load' })
    }
    const heavy = rows.filter(({ kb }) => kb > MOST_KB)
    const verdict = heavy.length === 0 ? 'ok' : `too heavy: ${heavy.map(({ route }) => route).join(', ')}`
    printRow({ name: 'routes_within_limit', value: rows.length - heavy.length, of: rows.length, limit: MOST_KB, unit: 'kB gzip', verdict })
    if (heavy.length > 0) process.exitCode = 1
  } finally {
    await browser.close()
    await stack.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await benchRoutes()
  process.exit()
}
