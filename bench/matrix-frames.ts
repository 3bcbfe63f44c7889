import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import postgres from 'postgres'
import { launchBrowser } from '../e2e/support/browser.ts'
import { loadDemo, newPerson, signUp } from '../e2e/support/person.ts'
import { startTestStack } from '../supabase/tests/support/start-test-stack.ts'
import { median, percentile, print } from './lib/figures.ts'

const ITEMS = 1000
const SITES = 100
const STEPS = 120

/** The matrix at its promised size, 1,000 x 100 with every second cell mapped: how long a frame takes while one scrolls, selects and moves. */
export async function benchMatrixFrames(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'datasync-bench-'))
  const stack = await startTestStack({ dataDir, port: 0, app: 'dist', quiet: true })
  const sql = postgres(stack.db_url, { onnotice: () => undefined })
  const browser = await launchBrowser()
  try {
    const person = await newPerson(browser, { viewport: { width: 1440, height: 900 } })
    const { page } = person
    // The compiler of scripts marks named functions with a helper that a page does not have.
    await person.context.addInitScript('globalThis.__name = (value) => value')
    await signUp(person, stack.app_url)
    await loadDemo(person)
    await sql`delete from public.content_items`
    await sql`delete from public.sites`
    await sql`
      insert into public.content_items (organization_id, type_id, title, data, status)
      select t.organization_id, t.id, 'Item ' || lpad(n::text, 4, '0'), '{"headline": "Hello", "cta_text": "Go", "cta_url": "https://example.com", "theme": "autumn"}', 'draft'
      from public.content_types t, generate_series(1, ${ITEMS}::integer) n`
    await sql`insert into public.sites (organization_id, name, slug) select o.id, 'Site ' || lpad(n::text, 3, '0'), 'site-' || n from public.organizations o, generate_series(1, ${SITES}::integer) n`
    await sql`
      insert into public.site_item_mappings (organization_id, site_id, item_id, mode, position)
      select s.organization_id, s.id, i.id, (array['full', 'override', 'block'])[1 + abs(hashtext(i.id::text)) % 3], 0
      from public.sites s cross join public.content_items i where abs(hashtext(s.id::text || i.id::text)) % 2 = 0`
    await sql.unsafe('analyze')

    await page.goto(`${stack.app_url}/mappings`)
    const first = page.locator('[data-cell="0:0"]')
    await first.click()
    await page.keyboard.press('Control+a')
    // Every column is read before anything is measured: the network is another figure.
    await page.getByRole('toolbar', { name: 'Selection' }).getByText(/100,000 cells/).waitFor()
    await page.waitForFunction(() => !/being read/.test(document.querySelector('[role=toolbar]')?.textContent ?? ''))
    await page.keyboard.press('Escape')

    const box = await page.getByRole('grid').boundingBox()
    if (box === null) throw new Error('the matrix is not on screen')
    const middle = { x: box.x + box.width - 200, y: box.y + box.height / 2 }
    await page.mouse.move(middle.x, middle.y)
    await measure(page, 'scroll_down', 'scrolling 100 px a frame down 1,000 rows', () => scroll(page, 0, 100))
    await measure(page, 'scroll_right', 'scrolling 60 px a frame over 100 columns', () => scroll(page, 60, 0))
    await page.evaluate(() => document.querySelector('[role=grid]')?.scrollTo(0, 0))
    await page.locator('[data-cell="2:1"]').click()
    await measure(page, 'select_keys', 'Shift + arrow down, held, from one row to 120', async () => {
      for (let step = 0; step < STEPS; step++) await page.keyboard.press('Shift+ArrowDown')
    })
    await page.keyboard.press('Escape')
    await page.evaluate(() => document.querySelector('[role=grid]')?.scrollTo(0, 0))
    await measure(page, 'select_drag', 'dragging a range over what is in sight', async () => {
      await page.mouse.move(box.x + 300, box.y + 60)
      await page.mouse.down()
      for (let step = 0; step < STEPS; step++) {
        const turn = Math.abs(Math.sin((step / STEPS) * Math.PI * 3))
        await page.mouse.move(box.x + 300 + turn * (box.width - 350), box.y + 60 + turn * (box.height - 120))
      }
      await page.mouse.up()
    })
    await measure(page, 'move_keys', 'arrow down, held, over 120 rows, with the panel following', async () => {
      for (let step = 0; step < STEPS; step++) await page.keyboard.press('ArrowDown')
    })
  } finally {
    await browser.close()
    await sql.end()
    await stack.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** Frames as the page itself sees them: the times between its animation frames while `act` goes on. */
async function measure(page: Page, name: string, detail: string, act: () => Promise<void>): Promise<void> {
  await page.evaluate(() => {
    const frames: number[] = []
    const meter = { frames, running: true }
    Object.assign(window, { benchFrames: meter })
    let last = 0
    const tick = (now: number): void => {
      if (last > 0) frames.push(now - last)
      last = now
      if (meter.running) requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
  })
  await act()
  const frames = await page.evaluate(() => {
    const { benchFrames: meter } = window as unknown as { benchFrames: { frames: number[]; running: boolean } }
    meter.running = false
    return meter.frames
  })
  print({ name: `matrix_${name}_p50`, value: median(frames), unit: 'ms', detail: `between frames, ${detail}` })
  print({ name: `matrix_${name}_p95`, value: percentile(frames, 0.95), unit: 'ms', detail: `${frames.length} frames, the longest ${Math.round(Math.max(...frames))} ms` })
}

/** One step a frame, as a wheel or a finger does it. */
async function scroll(page: Page, right: number, down: number): Promise<void> {
  await page.evaluate(
    ([x, y, steps]) =>
      new Promise<void>((resolve) => {
        const grid = document.querySelector('[role=grid]')
        let step = 0
        const next = (): void => {
          grid?.scrollBy(x ?? 0, y ?? 0)
          if (++step < (steps ?? 0)) requestAnimationFrame(next)
          else resolve()
        }
        requestAnimationFrame(next)
      }),
    [right, down, STEPS * 2],
  )
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await benchMatrixFrames()
