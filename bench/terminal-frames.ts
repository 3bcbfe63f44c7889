import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import postgres, { type Sql } from 'postgres'
import { launchBrowser } from '../e2e/support/browser.ts'
import { loadDemo, newPerson, PATIENCE_MS, signUp } from '../e2e/support/person.ts'
import { startTestStack } from '../supabase/tests/support/start-test-stack.ts'
import { percentile, print } from './lib/figures.ts'

const LINES = 100_000
const FRAMES = 600
/** A line is 25 px: 16 of them a frame are 960 a second, more than anybody reads. */
const PIXELS_A_FRAME = 400

export interface Frames {
  /** From one frame to the next, as the browser gives them out. */
  intervals: number[]
  /** Of that, what the page itself was busy with: from the frame's begin until the thread was free again. */
  busy: number[]
}

/** A finished run with this many lines, every tenth with a payload, some of them too long for one line of text. */
export async function seedLog(sql: Sql, lines: number): Promise<string> {
  const [job] = await sql<{ id: string }[]>`
    insert into public.sync_jobs (organization_id, number, status, message, started_at, finished_at, log_seq)
    select o.id, 900001, 'success', '3 of 3 sites accepted', now(), now(), ${lines} from public.organizations o limit 1 returning id`
  if (job === undefined) throw new Error('no organization to log for')
  await sql`
    insert into public.sync_deliveries (organization_id, job_id, target_id, target_name, target_slug, site_id, body_hash, body_bytes, item_count, status, finished_at)
    select s.organization_id, ${job.id}, s.id, s.name, s.slug, s.id, 'hash', 900, 2, 'success', now() from public.sites s`
  // A log that is written is announced line by line; nobody listens to this one yet.
  await sql`alter table public.job_logs disable trigger job_logs_announce`
  await sql`
    insert into public.job_logs (organization_id, job_id, seq, at, level, message, site_id, payload)
    select j.organization_id, j.id, n, j.created_at + n * interval '3 ms', (array['info', 'info', 'debug', 'success', 'warn', 'error'])[1 + n % 6],
      case when n % 50 = 0 then 'The destination answered at length: ' || repeat('and went on to say something else, ', 8) else 'POST attempt ' || 1 + n % 4 || ' of 4, signed, sequence ' || n end,
      (array(select s.id from public.sites s where s.organization_id = j.organization_id order by s.slug))[1 + n % 3],
      case when n % 10 = 0 then jsonb_build_object('version', 1, 'line', n) end
    from public.sync_jobs j, generate_series(1, ${lines}) n where j.id = ${job.id}`
  await sql`alter table public.job_logs enable trigger job_logs_announce`
  return job.id
}

/** Scrolls through the log, a step with every frame, and back where it ends. */
export function scrollFrames(page: Page, frames: number, pixels: number): Promise<Frames> {
  return page.evaluate(
    ({ count, step }) =>
      new Promise<Frames>((resolve, reject) => {
        const log = document.querySelector<HTMLElement>('[role=log]')
        if (log === null) return reject(new Error('there is no log on this page'))
        log.scrollTop = 0
        const intervals: number[] = []
        const busy: number[] = []
        let direction = step
        let before: number | null = null
        const frame = (now: number): void => {
          const begun = performance.now()
          if (before !== null) intervals.push(now - before)
          before = now
          if (log.scrollTop + log.clientHeight >= log.scrollHeight - 1) direction = -step
          else if (log.scrollTop <= 0) direction = step
          log.scrollTop += direction
          // A message waits its turn behind what this frame still has to do: scroll events, React, layout, paint.
          const free = new MessageChannel()
          free.port1.onmessage = () => busy.push(performance.now() - begun)
          requestAnimationFrame(() => undefined)
          setTimeout(() => free.port2.postMessage(null))
          if (intervals.length < count) requestAnimationFrame(frame)
          else setTimeout(() => resolve({ intervals, busy }), 100)
        }
        requestAnimationFrame(frame)
      }),
    { count: frames, step: pixels },
  )
}

/** 100,000 lines in a real browser: how long its frames take while somebody scrolls through them. */
export async function benchTerminal(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'datasync-terminal-'))
  const stack = await startTestStack({ dataDir, port: 0, app: 'dist', quiet: true })
  const sql = postgres(stack.db_url, { onnotice: () => undefined })
  const browser = await launchBrowser()
  try {
    const person = await newPerson(browser)
    const { page } = person
    // The compiler of scripts marks named functions with a helper that a page does not have.
    await person.context.addInitScript('globalThis.__name = (value) => value')
    await signUp(person, stack.app_url)
    await loadDemo(person)
    const job = await seedLog(sql, LINES)
    const begun = performance.now()
    await page.goto(`${stack.app_url}/jobs/${job}`)
    await page.getByText('Finished', { exact: true }).waitFor({ timeout: PATIENCE_MS })
    await page.getByText(`${LINES.toLocaleString('en')} lines`, { exact: true }).first().waitFor({ timeout: PATIENCE_MS })
    print({ name: 'terminal_load', value: performance.now() - begun, unit: 'ms', detail: `from the address to all ${LINES} lines in the page` })
    // Compiled and laid out once.
    await scrollFrames(page, 60, PIXELS_A_FRAME)
    const { intervals, busy } = await scrollFrames(page, FRAMES, PIXELS_A_FRAME)
    const detail = `of ${intervals.length} frames while scrolling ${LINES} lines by ${PIXELS_A_FRAME} px a frame`
    print({ name: 'terminal_frame_p50', value: percentile(intervals, 0.5), unit: 'ms', detail })
    print({ name: 'terminal_frame_p95', value: percentile(intervals, 0.95), unit: 'ms', detail })
    print({ name: 'terminal_busy_p50', value: percentile(busy, 0.5), unit: 'ms', detail: 'of the same frames: until the page’s thread was free again' })
    print({ name: 'terminal_busy_p95', value: percentile(busy, 0.95), unit: 'ms', detail: 'of the same frames: until the page’s thread was free again' })
  } finally {
    await browser.close()
    await sql.end()
    await stack.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await benchTerminal()
  process.exit(0)
}
