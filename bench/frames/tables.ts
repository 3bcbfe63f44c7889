import { withDemo } from '../lib/demo-ground.ts'
import { print } from '../lib/figures.ts'
import { framesDuring, printFrames, scrollSteps } from '../lib/frames.ts'

const ITEMS = 10_000
const SITES = 1_000
const FRAMES = 300
const PIXELS_A_FRAME = 100

/** The long tables: how soon the first rows are there, and how long a frame takes while one scrolls through all of them. */
export async function benchTables(): Promise<void> {
  await withDemo(async ({ person: { page }, sql, app_url }) => {
    await sql`
      insert into public.content_items (organization_id, type_id, title, data, status)
      select t.organization_id, t.id, 'Item ' || lpad(n::text, 5, '0'), '{"headline": "Hello", "cta_text": "Go", "cta_url": "https://example.com", "theme": "autumn"}', 'draft'
      from public.content_types t, generate_series(1, ${ITEMS}::integer) n`
    await sql`insert into public.sites (organization_id, name, slug) select o.id, 'Site ' || lpad(n::text, 4, '0'), 'site-' || n from public.organizations o, generate_series(1, ${SITES}::integer) n`
    await sql.unsafe('analyze')
    for (const { name, path, row, rows } of [
      { name: 'content_table', path: '/content?sort=title', row: /Item 00001/, rows: ITEMS },
      { name: 'sites_table', path: '/sites', row: /Site 0001/, rows: SITES },
    ]) {
      const begun = performance.now()
      await page.goto(app_url + path)
      await page.getByRole('row', { name: row }).waitFor()
      print({ name: `${name}_first_rows`, value: performance.now() - begun, unit: 'ms', detail: `from the address, with ${rows} rows in the table` })
      // What the end of the list asks for comes as one scrolls: that is part of it.
      const frames = await framesDuring(page, () => scrollSteps(page, 'html', FRAMES, { y: PIXELS_A_FRAME }))
      printFrames(`${name}_scroll`, frames, `scrolling ${PIXELS_A_FRAME} px a frame, pages read on the way`)
    }
  })
}
