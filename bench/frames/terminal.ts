import type { Sql } from 'postgres'
import { PATIENCE_MS } from '../../e2e/support/person.ts'
import { withDemo } from '../lib/demo-ground.ts'
import { print } from '../lib/figures.ts'
import { framesDuring, printFrames, scrollSteps } from '../lib/frames.ts'

const LINES = 100_000
const FRAMES = 600
/** A line is 25 px: 16 of them a frame are 960 a second, more than anybody reads. */
const PIXELS_A_FRAME = 400

/** A finished run with this many lines, every tenth with a payload, some of them too long for one line of text. */
async function seedLog(sql: Sql, lines: number): Promise<string> {
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

/** 100,000 lines in a real browser: how long its frames take while somebody scrolls through them. */
export async function benchTerminal(): Promise<void> {
  await withDemo(async ({ person: { page }, sql, app_url }) => {
    const job = await seedLog(sql, LINES)
    const begun = performance.now()
    await page.goto(`${app_url}/jobs/${job}`)
    await page.getByText('Finished', { exact: true }).waitFor({ timeout: PATIENCE_MS })
    await page.getByText(`${LINES.toLocaleString('en')} lines`, { exact: true }).first().waitFor({ timeout: PATIENCE_MS })
    print({ name: 'terminal_load', value: performance.now() - begun, unit: 'ms', detail: `from the address to all ${LINES} lines in the page` })
    const scroll = (frames: number) => scrollSteps(page, '[role=log]', frames, { y: PIXELS_A_FRAME })
    // Compiled and laid out once.
    await scroll(60)
    printFrames('terminal_scroll', await framesDuring(page, () => scroll(FRAMES)), `scrolling ${LINES} lines by ${PIXELS_A_FRAME} px a frame`)
  })
}
