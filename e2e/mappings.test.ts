import type { Browser, Page } from 'playwright-core'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { cellOf } from './support/matrix.ts'
import { openDemo } from './support/demo.ts'
import { PATIENCE_MS, type Person } from './support/person.ts'

// The matrix as a workplace: blocks of cells, overrides whose items move on, a site's items in order. Each test puts the cells that
// it speaks of where it wants them.

const app = inject('app')
const sql = postgres(app.db_url, { onnotice: () => undefined })
let browser: Browser
let person: Person
let page: Page
let organization: string

const ITEMS = 60
const SITES = 25

beforeAll(async () => {
  ;({ browser, person, page, organization } = await openDemo(app.app_url, sql))
  await person.context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await sql`
    insert into public.content_items (organization_id, type_id, title, data, status)
    select t.organization_id, t.id, 'Row ' || lpad(n::text, 2, '0'), '{"headline": "Hello", "cta_text": "Go", "cta_url": "https://example.com", "theme": "autumn"}', 'published'
    from public.content_types t, generate_series(1, ${ITEMS}::integer) n where t.organization_id = ${organization} and t.name = 'offer_banner'`
  await sql`
    insert into public.sites (organization_id, name, slug) select ${organization}, 'Site ' || lpad(n::text, 2, '0'), 'site-' || n from generate_series(1, ${SITES}::integer) n`
})
afterAll(async () => {
  await browser.close()
  await sql.end()
})

interface Stored {
  title: string
  slug: string
  mode: string
  overrides: object
  position: number
}

const stored = () => sql<Stored[]>`
  select i.title, s.slug, m.mode, m.overrides, m.position from public.site_item_mappings m
  join public.content_items i on i.id = m.item_id join public.sites s on s.id = m.site_id
  where m.organization_id = ${organization} order by s.slug, i.title`
const modeOf = async (title: string, slug: string) => (await stored()).find((row) => row.title === title && row.slug === slug)?.mode ?? null
const onSites = async () => (await stored()).filter(({ slug }) => slug.startsWith('site-'))

async function openMatrix(query = ''): Promise<void> {
  await page.goto(`${app.app_url}/mappings${query}`)
  await page.locator('[data-cell]').first().waitFor()
}

/** The addresses of the matrix alone: the demo's own sites and items stay out of the way. */
const ROWS = '?q=Row&sq=Site'

async function write(cells: { title: string; slug: string; mode: string; overrides?: object; position?: number }[]): Promise<void> {
  await sql`delete from public.site_item_mappings m using public.sites s where s.id = m.site_id and m.organization_id = ${organization} and s.slug like 'site-%'`
  for (const { title, slug, mode, overrides = {}, position = 0 } of cells) {
    await sql`
      insert into public.site_item_mappings (organization_id, site_id, item_id, mode, overrides, position)
      select ${organization}, s.id, i.id, ${mode}, ${sql.json(overrides as never)}, ${position}
      from public.sites s, public.content_items i where s.organization_id = ${organization} and s.slug = ${slug} and i.organization_id = ${organization} and i.title = ${title}`
  }
}

test('a block of 50 x 20 from a spreadsheet is pasted with one call, undone, and redone', async () => {
  await write([{ title: 'Row 05', slug: 'site-3', mode: 'override', overrides: { cta_text: 'Only here' }, position: 4 }])
  await openMatrix(ROWS)
  const before = await onSites()
  const words = ['full', 'block', 'empty', 'override']
  const word = (row: number, column: number) => words[(row * 3 + column) % 4] ?? ''
  const block = Array.from({ length: 50 }, (_, row) => Array.from({ length: 20 }, (__, column) => word(row, column)).join('\t')).join('\r\n')
  await page.evaluate((text) => navigator.clipboard.writeText(text), `${block}\r\n`)
  const calls: string[] = []
  page.on('request', (request) => {
    if (request.url().includes('/rpc/set_mappings')) calls.push(request.url())
  })
  const start = await cellOf(page, 'Row 03', 'Site 02')
  await start.click()
  // What one is about to write over must have been read.
  await page.keyboard.press('Shift+Space')
  await page.getByRole('toolbar', { name: 'Selection' }).getByText(`1 × ${SITES} = ${SITES} cells`).waitFor()
  await page.waitForFunction(() => !/being read/.test(document.querySelector('[role=toolbar]')?.textContent ?? 'being read'))
  await start.click()
  await page.keyboard.press('Control+V')
  await page.getByText('1,000 cells: pasted').or(page.getByText(/cells: pasted/)).first().waitFor()

  const expected = Array.from({ length: 50 }, (_, row) =>
    Array.from({ length: 20 }, (__, column) => ({ title: `Row ${String(row + 3).padStart(2, '0')}`, slug: `site-${column + 2}`, mode: word(row, column) })),
  ).flat().filter(({ mode }) => mode !== 'empty')
  const key = ({ title, slug, mode }: Pick<Stored, 'title' | 'slug' | 'mode'>) => `${title} ${slug} ${mode}`
  await expect.poll(async () => (await onSites()).map(key).sort()).toEqual(expected.map(key).sort())
  expect(calls).toHaveLength(1)
  await page.getByRole('toolbar', { name: 'Selection' }).getByText('50 × 20 = 1,000 cells').waitFor()

  await page.keyboard.press('Control+Z')
  await expect.poll(onSites).toEqual(before)
  expect(calls).toHaveLength(2)
  await page.keyboard.press('Control+Shift+Z')
  await expect.poll(async () => (await onSites()).length).toBe(expected.length)
  await page.keyboard.press('Control+Z')
  await expect.poll(onSites).toEqual(before)
})

test('a block that is larger than what is left is clipped and says so; words that mean nothing are left alone', async () => {
  await write([])
  await openMatrix(ROWS)
  await page.evaluate(() => navigator.clipboard.writeText('full\tyes\tfull\nfull\tfull\tfull'))
  const last = await cellOf(page, 'Row 01', 'Site 01')
  await last.click()
  await page.keyboard.press('Control+End')
  await page.waitForFunction(() => document.activeElement?.matches('[data-cell]:not([aria-busy])') === true)
  await page.keyboard.press('ArrowLeft')
  await page.waitForFunction(() => document.activeElement?.matches('[data-cell]:not([aria-busy])') === true)
  await page.keyboard.press('Control+V')
  await page.getByText('The block is larger than what is left of the matrix: 1 row and 1 column were left out.').waitFor()
  await page.getByText('1 cell stayed as it was: "yes" is none of full, override, block, empty.').waitFor()
  await expect.poll(onSites).toMatchObject([{ title: `Row ${ITEMS}`, slug: `site-${SITES - 1}`, mode: 'full' }])
})

test('cells copied within the app bring their overrides to other sites, and not to other items', async () => {
  await write([{ title: 'Row 02', slug: 'site-1', mode: 'override', overrides: { cta_text: 'Book' } }])
  await openMatrix(ROWS)
  await (await cellOf(page, 'Row 02', 'Site 01')).click()
  await page.keyboard.press('Control+C')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Control+V')
  const of = async (title: string, slug: string) => (await onSites()).find((row) => row.title === title && row.slug === slug)?.overrides
  await expect.poll(() => of('Row 02', 'site-2')).toEqual({ cta_text: 'Book' })
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Control+V')
  await expect.poll(() => of('Row 03', 'site-2')).toEqual({})
  await page.getByText('1 cell got the mode override without its fields: they belong to another item.').waitFor()
  // A spreadsheet is given words.
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('override')
  // Cut takes away what it copies.
  await page.keyboard.press('Control+X')
  await expect.poll(() => modeOf('Row 03', 'site-2')).toBeNull()
})

test('rows and columns are filled and set as a whole', async () => {
  await write([{ title: 'Row 01', slug: 'site-1', mode: 'block' }])
  await openMatrix(`${ROWS}%200`)
  await (await cellOf(page, 'Row 01', 'Site 01')).click()
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Control+D')
  await expect.poll(async () => (await onSites()).map(({ title, mode }) => `${title} ${mode}`)).toEqual(['Row 01 block', 'Row 02 block', 'Row 03 block'])
  await page.getByRole('columnheader', { name: 'Site 02' }).click({ button: 'right' })
  await page.getByRole('menu', { name: 'Column Site 02' }).getByRole('menuitem', { name: 'full' }).click()
  await expect.poll(async () => (await onSites()).filter(({ slug, mode }) => slug === 'site-2' && mode === 'full').length).toBe(ITEMS)
  await page.keyboard.press('Control+Z')
  await expect.poll(async () => (await onSites()).length).toBe(3)
})

test('an override says that its item has changed since, in the cell too, until somebody keeps it', async () => {
  await write([{ title: 'Row 01', slug: 'site-1', mode: 'override', overrides: { cta_text: 'Book' } }])
  await openMatrix(ROWS)
  const cell = await cellOf(page, 'Row 01', 'Site 01')
  await cell.click()
  const panel = page.getByRole('complementary', { name: 'Selected cell' })
  await panel.getByRole('textbox', { name: 'Button text' }).waitFor()
  const warning = panel.getByRole('group', { name: /Button text of the item has changed since/ })
  expect(await warning.count()).toBe(0)
  // Somebody else edits the item; nobody reloads.
  await sql`update public.content_items set data = data || '{"cta_text": "Begin"}' where organization_id = ${organization} and title = 'Row 01'`
  await warning.getByText('Begin').waitFor()
  await warning.getByText('Go', { exact: true }).waitFor()
  await cell.getByText('the item has changed since').waitFor()
  await page.getByRole('combobox', { name: 'Rows' }).click()
  await page.getByRole('option', { name: 'Overrides to look at (1)' }).click()
  await page.waitForURL(/show=changed/)
  await expect.poll(() => page.getByRole('row').count()).toBe(2)
  await panel.getByRole('button', { name: 'Keep override of Button text' }).click()
  const bases = async () => (await sql`select override_bases from public.site_item_mappings m join public.sites s on s.id = m.site_id where m.organization_id = ${organization} and s.slug = 'site-1'`)[0]?.['override_bases'] as unknown
  await expect.poll(bases).toEqual({ cta_text: 'Begin' })
  await warning.waitFor({ state: 'detached' })
  // The row stays under the hand until one filters again; undoing brings the warning back.
  await page.getByRole('button', { name: 'Filter again' }).waitFor()
  await page.getByRole('button', { name: 'Undo' }).last().click()
  await expect.poll(bases).toEqual({ cta_text: 'Go' })
  await warning.getByRole('button', { name: 'Take the item’s Button text' }).click()
  await expect.poll(async () => (await onSites())[0]?.overrides).toEqual({})
  await sql`update public.content_items set data = data || '{"cta_text": "Go"}' where organization_id = ${organization} and title = 'Row 01'`
})

test('a site’s items are put in order by dragging, by keyboard, and back; the preview follows', async () => {
  const titles = ['Row 01', 'Row 02', 'Row 03', 'Row 04']
  await write(titles.map((title, position) => ({ title, slug: 'site-1', mode: title === 'Row 02' ? 'block' : 'full', position })))
  await openMatrix(ROWS)
  await (await cellOf(page, 'Row 03', 'Site 01')).click()
  const panel = page.getByRole('complementary', { name: 'Selected cell' })
  await panel.getByRole('tab', { name: 'Order' }).click()
  const order = async () => (await onSites()).sort((a, b) => a.position - b.position).map(({ title }) => title)
  const listed = () => panel.getByRole('list', { name: /Order of the items/ }).getByRole('listitem').allInnerTexts()
  await expect.poll(async () => (await listed()).length).toBe(3)

  const from = await panel.getByRole('button', { name: 'Move Row 04, 3 of 3' }).boundingBox()
  const to = await panel.getByRole('button', { name: 'Move Row 01, 1 of 3' }).boundingBox()
  if (from === null || to === null) throw new Error('the handles are not on screen')
  await page.mouse.move(from.x + 8, from.y + 8)
  await page.mouse.down()
  await page.mouse.move(from.x + 8, from.y - 10, { steps: 5 })
  await page.mouse.move(to.x + 8, to.y + 2, { steps: 10 })
  await page.mouse.up()
  // What is blocked keeps its place.
  await expect.poll(order).toEqual(['Row 04', 'Row 02', 'Row 01', 'Row 03'])

  const handle = panel.getByRole('button', { name: 'Move Row 04, 1 of 3' })
  await handle.focus()
  await page.keyboard.press('Space')
  await page.getByText(/(Picked up .Row 04., 1 of 3|.Row 04. would be 1 of 3)/).waitFor({ state: 'attached' })
  await page.keyboard.press('ArrowDown')
  await page.getByText(/.Row 04. would be 2 of 3/).waitFor({ state: 'attached' })
  await page.keyboard.press('Space')
  await expect.poll(order).toEqual(['Row 01', 'Row 02', 'Row 04', 'Row 03'])

  await panel.getByRole('tab', { name: 'Preview' }).click()
  const cards = panel.getByRole('heading', { level: 3 })
  await expect.poll(() => cards.allInnerTexts()).toEqual(['Row 01', 'Row 04', 'Row 03'])
  await page.getByRole('button', { name: 'Undo' }).last().click()
  await expect.poll(order).toEqual(['Row 04', 'Row 02', 'Row 01', 'Row 03'])
  await expect.poll(() => cards.allInnerTexts()).toEqual(['Row 04', 'Row 01', 'Row 03'])
  // The part of the selected item is marked.
  expect(await panel.locator('[data-highlighted] h3').innerText()).toBe('Row 03')
  await panel.getByRole('tab', { name: 'Cell' }).click()
})

test('everything is done by keyboard alone', async () => {
  await write([])
  await openMatrix(ROWS)
  await cellOf(page, 'Row 01', 'Site 01')
  for (let presses = 0; presses < 60; presses++) {
    if (await page.evaluate(() => document.activeElement?.matches('[data-cell]') === true)) break
    await page.keyboard.press('Tab')
  }
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('b')
  await expect.poll(async () => (await onSites()).map(({ title, slug, mode }) => `${title} ${slug} ${mode}`)).toEqual([
    'Row 01 site-1 block', 'Row 02 site-1 block', 'Row 01 site-2 block', 'Row 02 site-2 block',
  ])
  await page.keyboard.press('Escape')
  await page.keyboard.press('Shift+F10')
  const choice = page.getByRole('menuitem', { name: 'override' })
  await choice.waitFor()
  await page.waitForFunction(() => document.activeElement?.closest('[role=menu]') !== null)
  for (let presses = 0; presses < 4 && !(await choice.evaluate((element) => element === document.activeElement)); presses++) await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect.poll(() => modeOf('Row 01', 'site-1')).toBe('override')
  await page.waitForFunction(() => document.activeElement?.matches('[data-cell="0:0"]') === true)
  // Into the panel, a field overridden, and back to the cell.
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => document.activeElement?.closest('aside[aria-label="Selected cell"]') !== null)
  const field = page.getByRole('button', { name: /Override Button text/ })
  await field.waitFor()
  for (let presses = 0; presses < 20 && !(await field.evaluate((element) => element === document.activeElement)); presses++) await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.keyboard.type('!')
  await page.keyboard.press('Enter')
  await expect.poll(async () => (await onSites()).find(({ title, slug }) => title === 'Row 01' && slug === 'site-1')?.overrides).toEqual({ cta_text: 'Go!' })
  await page.keyboard.press('Escape')
  await page.waitForFunction(() => document.activeElement?.matches('[data-cell="0:0"]') === true)
  await page.keyboard.press('?')
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await help.getByText('Select a range').waitFor()
  await page.keyboard.press('Escape')
})

test('a link opens at its cell, and says when it is not there', async () => {
  const [link] = await sql<{ item: string; site: string }[]>`
    select i.id as item, s.id as site from public.content_items i, public.sites s
    where i.organization_id = ${organization} and i.title = 'Row 58' and s.organization_id = ${organization} and s.slug = 'site-24'`
  await openMatrix(`?item=${link?.item ?? ''}&site=${link?.site ?? ''}`)
  await page.getByRole('complementary', { name: 'Selected cell' }).getByRole('heading', { name: 'Row 58 on Site 24' }).waitFor()
  await expect.poll(() => page.locator('[data-active]').evaluate((cell) => {
    const box = cell.getBoundingClientRect()
    const grid = cell.closest('[role=grid]')!.getBoundingClientRect()
    return box.bottom <= grid.bottom + 1 && box.right <= grid.right + 1 && box.top >= grid.top
  })).toBe(true)
  await openMatrix(`?item=${link?.item ?? ''}&site=${link?.site ?? ''}&q=Row%2001`)
  await page.getByText('The linked cell is hidden by the filters').waitFor()
  await page.getByRole('button', { name: 'Clear filters' }).first().click()
  await page.getByText('The linked cell is hidden by the filters').waitFor({ state: 'detached' })
})

test('a column that cannot be read says so, and is read again', async () => {
  const [site] = await sql<{ id: string }[]>`select id from public.sites where organization_id = ${organization} and slug = 'site-2'`
  const route = `**/rest/v1/site_item_mappings*${site?.id ?? ''}*`
  await page.route(route, (answer) => answer.fulfill({ status: 403, contentType: 'application/json', body: '{"code":"42501","message":"permission denied"}' }))
  await openMatrix(ROWS)
  await page.getByText('1 column could not be read').waitFor()
  const head = page.getByRole('columnheader', { name: 'Site 02' })
  const column = await head.getAttribute('aria-colindex')
  const cell = page.getByRole('row', { name: 'Row 01' }).locator(`[role=gridcell][aria-colindex="${column ?? ''}"]`)
  await cell.getByText('could not be read').waitFor({ state: 'attached' })
  expect(await cell.getAttribute('aria-busy')).toBeNull()
  await page.unroute(route)
  await head.getByRole('button', { name: /Read Site 02 again/ }).click()
  await page.getByText('1 column could not be read').waitFor({ state: 'detached' })
  await cell.getByText('could not be read').waitFor({ state: 'detached' })
})

test('a finger holds a cell, taps another one, and sets the range', async () => {
  await write([])
  const state = await person.context.storageState()
  const phone = await browser.newContext({ viewport: { width: 375, height: 800 }, hasTouch: true, isMobile: true, storageState: state, reducedMotion: 'reduce' })
  phone.setDefaultTimeout(PATIENCE_MS)
  try {
    const small = await phone.newPage()
    await small.goto(`${app.app_url}/mappings${ROWS}`)
    const first = await cellOf(small, 'Row 01', 'Site 01')
    const box = await first.boundingBox()
    if (box === null) throw new Error('the cell is not on screen')
    const session = await phone.newCDPSession(small)
    const point = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] })
    await small.getByRole('button', { name: 'Select a range by tapping', pressed: true }).waitFor()
    await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    await (await cellOf(small, 'Row 03', 'Site 02')).tap()
    const bar = small.getByRole('toolbar', { name: 'Selection' })
    await bar.getByText('3 × 2 = 6 cells').waitFor()
    await bar.getByRole('button', { name: 'Block' }).tap()
    await expect.poll(async () => (await onSites()).filter(({ mode }) => mode === 'block').length).toBe(6)
    // Without the mode a tap opens the cell.
    await small.getByRole('button', { name: 'Select a range by tapping' }).tap()
    await (await cellOf(small, 'Row 02', 'Site 01')).tap()
    await small.getByRole('dialog', { name: 'Row 02 on Site 01' }).getByRole('radio', { name: 'Full' }).tap()
    await expect.poll(() => modeOf('Row 02', 'site-1')).toBe('full')
  } finally {
    await phone.close()
  }
})

test('nothing on the way complained', () => {
  // A refusal is an answer that browsers also write to their console.
  expect(person.complaints.filter((line) => !/status of 4\d\d/.test(line))).toEqual([])
})
