import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import type { Sql } from 'postgres'
import { withDemo } from './lib/demo-ground.ts'
import { median, percentile, print } from './lib/figures.ts'
import { printWeight, weigh } from './weight.ts'

const dist = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist')
const WARM_RUNS = 10
const LATENCY_LINES = 300

/** The product as `npm start` serves it, in a real browser, by somebody who has pressed "Load Demo Data". */
export async function benchInBrowser(): Promise<void> {
  await withDemo(async ({ person, browser, sql, app_url }) => {
    const { page } = person
    await sql`update public.sites set failure_rate = 0, fail_next = 0`

    // The first run of this backend, its functions included: nothing has been sent before.
    await skipReview(page)
    await page.goto(`${app_url}/`)
    print({ name: 'cold_run_3x3', value: await runFromClick(page, sql), unit: 'ms', detail: 'click on Run Sync until "success" is on screen, first run' })
    const warm: number[] = []
    for (let run = 0; run < WARM_RUNS; run++) warm.push(await runFromClick(page, sql))
    print({ name: 'warm_run_3x3', value: median(warm), unit: 'ms', detail: `median of ${WARM_RUNS} further runs` })

    const latencies = await lineLatencies(page, sql)
    const detail = `from a log line's insert to its painted row, ${latencies.length} lines one by one`
    print({ name: 'log_line_p50', value: median(latencies), unit: 'ms', detail })
    print({ name: 'log_line_p95', value: percentile(latencies, 0.95), unit: 'ms', detail })

    const [slug] = await sql<{ slug: string }[]>`select slug from public.organizations limit 1`
    const fresh = await person.context.newPage()
    const admin = await weigh(fresh, dist, async () => {
      await fresh.goto(`${app_url}/`)
      await fresh.getByRole('link', { name: 'Run Sync' }).waitFor()
      await fresh.waitForLoadState('networkidle')
    })
    printWeight('admin_first_load', admin, 'JavaScript of the signed-in home page')
    const visitor = await browser.newPage()
    const landing = await weigh(visitor, dist, async () => {
      await visitor.goto(`${app_url}/c/${slug?.slug ?? ''}/instagram`)
      await visitor.getByText(/Last synced/).waitFor()
    })
    printWeight('landing_until_painted', landing, 'JavaScript of a landing page until its offer is on screen')
  })
}

/** "Skip the review next time", as the person would choose it. */
async function skipReview(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Run Sync' }).click()
  await page.getByLabel(/skip the review/i).click()
}

/** Every site's content changes first; afterwards three accepted deliveries are asserted. */
async function runFromClick(page: Page, sql: Sql): Promise<number> {
  await sql`update public.content_items set data = data || jsonb_build_object('headline', 'Offer ' || gen_random_uuid()) where status = 'published'`
  await page.evaluate(() => {
    let clickedAt = 0
    const shown = new Promise<number>((resolve) => {
      const look = (): void => {
        const chip = document.querySelector('main h1')?.nextElementSibling?.textContent
        if (clickedAt > 0 && /\/jobs\//.test(location.pathname) && chip === 'success') resolve(performance.now() - clickedAt)
        else requestAnimationFrame(look)
      }
      addEventListener('click', () => { clickedAt = performance.now(); look() }, { once: true, capture: true })
    })
    Object.assign(window, { benchShown: shown })
  })
  // A run that is on screen already says "success" too.
  const before = page.url()
  if (before.includes('/jobs/')) {
    await page.getByRole('link', { name: 'Home' }).click()
    await page.waitForURL((url) => url.pathname === '/')
    return runFromClick(page, sql)
  }
  await page.getByRole('link', { name: 'Run Sync' }).or(page.getByRole('button', { name: 'Run Sync' })).first().click()
  const ms = await page.evaluate(() => (window as unknown as { benchShown: Promise<number> }).benchShown)
  const [run] = await sql<{ accepted: number }[]>`
    select count(*)::int as accepted from public.sync_deliveries d
    where d.status = 'success' and d.job_id = (select j.id from public.sync_jobs j order by j.created_at desc limit 1)`
  if (run?.accepted !== 3) throw new Error(`three deliveries were expected, ${run?.accepted ?? 0} were accepted`)
  return ms
}

/** Database and browser share this machine's clock: a row's time is compared with the frame that shows its line. */
async function lineLatencies(page: Page, sql: Sql): Promise<number[]> {
  const [job] = await sql<{ id: string; log_seq: number }[]>`
    insert into public.sync_jobs (organization_id, number, status, started_at)
    select o.id, 100000, 'running', now() from public.organizations o limit 1 returning id, log_seq::int`
  if (job === undefined) throw new Error('no organization to log for')
  await page.goto(`${new URL(page.url()).origin}/jobs/${job.id}`)
  await page.getByText('LIVE STREAMING').waitFor()
  await page.evaluate(() => {
    const painted = new Map<number, number>()
    Object.assign(window, { benchPainted: painted })
    new MutationObserver(() => {
      const fresh = [...document.querySelectorAll('[data-seq]')].map((row) => Number(row.getAttribute('data-seq'))).filter((seq) => !painted.has(seq))
      if (fresh.length === 0) return
      fresh.forEach((seq) => painted.set(seq, 0))
      // The frame in which they are drawn begins now and is on screen when the next task runs.
      requestAnimationFrame(() => setTimeout(() => {
        const now = performance.timeOrigin + performance.now()
        fresh.forEach((seq) => painted.set(seq, now))
      }))
    }).observe(document.body, { childList: true, subtree: true })
  })
  for (let line = 1; line <= LATENCY_LINES; line++) {
    await sql`select private.write_logs(array[row(${job.id}::uuid, 'info', ${`Line ${line}`}, null, null, null, null)::private.log_line])`
    await new Promise((resolve) => setTimeout(resolve, 20 + (line % 7)))
  }
  await page.waitForFunction(
    (last) => ((window as unknown as { benchPainted: Map<number, number> }).benchPainted.get(last) ?? 0) > 0, LATENCY_LINES)
  const painted = new Map(await page.evaluate(() => [...(window as unknown as { benchPainted: Map<number, number> }).benchPainted]))
  const rows = await sql<{ seq: number; at: number }[]>`
    select seq::int, extract(epoch from at)::float8 * 1000 as at from public.job_logs where job_id = ${job.id} order by seq`
  const latencies = rows.map(({ seq, at }) => {
    const shown = painted.get(seq)
    if (shown === undefined || shown === 0) throw new Error(`line ${seq} never appeared`)
    return shown - at
  })
  await sql`delete from public.sync_jobs where id = ${job.id}`
  return latencies
}
