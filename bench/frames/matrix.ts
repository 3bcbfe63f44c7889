import { printFrames, framesDuring, scrollSteps } from '../lib/frames.ts'
import { withDemo } from '../lib/demo-ground.ts'

const ITEMS = 1000
const SITES = 100
const STEPS = 120
const GRID = '[role=grid]'

/** The matrix at its promised size, 1,000 x 100 with every second cell mapped: how long a frame takes while one scrolls, selects and moves. */
export async function benchMatrix(): Promise<void> {
  await withDemo(
    async ({ person: { page }, sql, app_url }) => {
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

      await page.goto(`${app_url}/mappings`)
      const first = page.locator('[data-cell="0:0"]')
      await first.click()
      await page.keyboard.press('Control+a')
      // Every column is read before anything is measured: the network is another figure.
      await page.getByRole('toolbar', { name: 'Selection' }).getByText(/100,000 cells/).waitFor()
      await page.waitForFunction(() => !/being read/.test(document.querySelector('[role=toolbar]')?.textContent ?? ''))
      await page.keyboard.press('Escape')

      const box = await page.getByRole('grid').boundingBox()
      if (box === null) throw new Error('the matrix is not on screen')
      const toTop = (): Promise<void> => page.evaluate((grid) => document.querySelector(grid)?.scrollTo(0, 0), GRID)
      const held = async (key: string): Promise<void> => {
        for (let step = 0; step < STEPS; step++) await page.keyboard.press(key)
      }
      await page.mouse.move(box.x + box.width - 200, box.y + box.height / 2)
      printFrames('matrix_scroll_down', await framesDuring(page, () => scrollSteps(page, GRID, STEPS * 2, { y: 100 })), 'scrolling 100 px a frame over 1,000 rows')
      printFrames('matrix_scroll_right', await framesDuring(page, () => scrollSteps(page, GRID, STEPS * 2, { x: 60 })), 'scrolling 60 px a frame over 100 columns')
      await toTop()
      await page.locator('[data-cell="2:1"]').click()
      printFrames('matrix_select_keys', await framesDuring(page, () => held('Shift+ArrowDown')), 'Shift + arrow down, held, from one row to 120')
      await page.keyboard.press('Escape')
      await toTop()
      const drag = async (): Promise<void> => {
        await page.mouse.move(box.x + 300, box.y + 60)
        await page.mouse.down()
        for (let step = 0; step < STEPS; step++) {
          const turn = Math.abs(Math.sin((step / STEPS) * Math.PI * 3))
          await page.mouse.move(box.x + 300 + turn * (box.width - 350), box.y + 60 + turn * (box.height - 120))
        }
        await page.mouse.up()
      }
      printFrames('matrix_select_drag', await framesDuring(page, drag), 'dragging a range over what is in sight')
      printFrames('matrix_move_keys', await framesDuring(page, () => held('ArrowDown')), 'arrow down, held, over 120 rows, with the panel following')
    },
    { viewport: { width: 1440, height: 900 } },
  )
}
