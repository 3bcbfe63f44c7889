import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import type { MappingWorkspace as Workspace } from '@/features/mappings/mapping-workspace'
import type { MatrixItem, MatrixSite } from '@/features/mappings/queries/matrix'
import { showView, type View } from '@/test-view'

// The matrix in a real browser: what is in sight, what sticks, what the keys, the pointer and the clipboard do. The Data API is a
// double at the edge, the page's own fetch: it holds rows, says what it was asked, and refuses when it is told to.

interface Cell {
  site_id: string
  item_id: string
  mode: string | null
  overrides?: object
  override_bases?: object | null
  position?: number
}

const items: MatrixItem[] = Array.from({ length: 1000 }, (_, index) => ({ id: `i${index}`, title: `Item ${index}`, status: index === 1 ? 'draft' : 'published', typeId: 't' }))
const sites: MatrixSite[] = Array.from({ length: 100 }, (_, index) => ({ id: `s${index}`, name: `Site ${index}`, slug: `site-${index}`, region: null, enabled: index !== 2 }))

let stored: Cell[] = []
let written: Cell[][] = []
let refused = false
let unreadable: string | null = null
let MappingWorkspace: typeof Workspace

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })

function answer(url: URL, init: RequestInit | undefined): Response {
  if (url.pathname.endsWith('/rpc/set_mappings')) {
    const { cells } = JSON.parse(init?.body as string) as { cells: Cell[] }
    written.push(cells)
    if (refused) return json({ code: 'DS031', message: 'Nothing was changed: no.', hint: 'Mend it.', details: null }, 400)
    for (const cell of cells) {
      stored = stored.filter((row) => row.site_id !== cell.site_id || row.item_id !== cell.item_id)
      if (cell.mode !== null) stored.push({ overrides: {}, override_bases: null, position: 0, ...cell })
    }
    return json(cells.length)
  }
  if (url.pathname.endsWith('/site_item_mappings')) {
    const site = url.searchParams.get('site_id')?.replace('eq.', '')
    if (site === unreadable) return json({ code: '42501', message: 'permission denied' }, 403)
    const rows = stored.filter(({ site_id }) => site_id === site)
    return json(rows, 200, { 'content-range': rows.length === 0 ? '*/0' : `0-${rows.length - 1}/${rows.length}` })
  }
  return json([], 200, { 'content-range': '*/0' })
}

beforeAll(async () => {
  const real = window.fetch.bind(window)
  vi.spyOn(window, 'fetch').mockImplementation((input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input), window.location.href)
    return url.pathname.startsWith('/rest/v1/') ? Promise.resolve(answer(url, init)) : real(input, init)
  })
  const { useSession } = await import('@/lib/session')
  useSession.setState({ status: 'signed-in', organizationId: 'o', role: 'editor' })
  ;({ MappingWorkspace } = await import('@/features/mappings/mapping-workspace'))
})

let view: View
const show = async (width = 1280, readOnly = false) => {
  view = await showView(<MappingWorkspace items={items} sites={sites} readOnly={readOnly} />, { width })
  await expect.poll(() => document.querySelector('[data-cell="0:0"]')?.getAttribute('aria-busy')).toBeNull()
}
beforeEach(() => {
  stored = [
    { site_id: 's0', item_id: 'i0', mode: 'full', overrides: {}, override_bases: null, position: 4 },
    { site_id: 's0', item_id: 'i2', mode: 'override', overrides: { headline: 'Hi' }, override_bases: { headline: 'Hello' }, position: 0 },
  ]
  written = []
  refused = false
  unreadable = null
})

const at = (place: string) => document.querySelector<HTMLElement>(`[data-cell="${place}"]`)
const text = (place: string) => at(place)?.textContent ?? null
const focused = () => document.activeElement?.getAttribute('data-cell')
const grid = () => document.querySelector<HTMLElement>('[role=grid]')!
const selected = () => [...document.querySelectorAll('[role=gridcell][aria-selected=true]')].map((cell) => cell.getAttribute('data-cell'))
const click = async (place: string, options?: Parameters<typeof userEvent.click>[1]) => userEvent.click(at(place)!, options)
const bar = () => document.querySelector('[role=toolbar] [role=status]')?.textContent ?? ''

/** As the browser does it for Ctrl+C and Ctrl+V, with a clipboard of the test's own. */
function clipboard(type: 'copy' | 'cut' | 'paste', data = new DataTransfer()): DataTransfer {
  document.activeElement?.dispatchEvent(new ClipboardEvent(type, { clipboardData: data, bubbles: true, cancelable: true }))
  return data
}
const textData = (plain: string) => {
  const data = new DataTransfer()
  data.setData('text/plain', plain)
  return data
}

// A machine that does something else as well.
vi.setConfig({ testTimeout: 90_000 })

describe('the matrix in a browser', () => {
  it('says how large it is, holds what is in sight only, and is one stop of Tab', async () => {
    await show()
    expect(grid().getAttribute('aria-rowcount')).toBe('1001')
    expect(grid().getAttribute('aria-colcount')).toBe('101')
    expect(grid().getAttribute('aria-multiselectable')).toBe('true')
    expect(document.querySelectorAll('[role=gridcell]').length).toBeLessThan(700)
    expect([...grid().querySelectorAll('[tabindex="0"]')].map((stop) => stop.getAttribute('data-cell'))).toEqual(['0:0'])
  })

  it('keeps both heads in sight however far one scrolls', async () => {
    await show()
    grid().scrollTo(6000, 20_000)
    await expect.poll(() => document.querySelector('[data-row-head="560"]')).not.toBeNull()
    const box = grid().getBoundingClientRect()
    const row = document.querySelector('[data-row-head="560"]')!.getBoundingClientRect()
    expect(Math.round(row.left - box.left)).toBe(1)
    const head = document.querySelector('[data-column-head="43"]')!.getBoundingClientRect()
    expect(Math.round(head.top - box.top)).toBe(1)
    const corner = document.querySelector('[data-corner]')!.getBoundingClientRect()
    expect([Math.round(corner.left - box.left), Math.round(corner.top - box.top)]).toEqual([1, 1])
  })

  it('moves with the arrow keys, into sight, and to the far corner', async () => {
    await show()
    await click('0:0')
    await userEvent.keyboard('{ArrowDown}{ArrowDown}{ArrowRight}')
    expect(focused()).toBe('2:1')
    await userEvent.keyboard('{Control>}{End}{/Control}')
    await expect.poll(focused).toBe('999:99')
    await expect.poll(() => at('999:99')!.getBoundingClientRect().bottom <= grid().getBoundingClientRect().bottom + 1).toBe(true)
    await userEvent.keyboard('{Control>}{Home}{/Control}')
    await expect.poll(focused).toBe('0:0')
  })

  it('selects ranges with Shift, a drag, Ctrl and the heads, and says how large they are', async () => {
    await show()
    await click('1:0')
    await userEvent.keyboard('{Shift>}{ArrowDown}{ArrowRight}{/Shift}')
    expect(selected()).toEqual(['1:0', '1:1', '2:0', '2:1'])
    expect(focused()).toBe('1:0')
    await expect.poll(bar).toBe('2 × 2 = 4 cells selected: 1 override, 3 none')
    await userEvent.click(at('4:1')!, { modifiers: ['Shift'] })
    expect(selected()).toHaveLength(8)
    await userEvent.click(at('6:2')!, { modifiers: ['Control'] })
    expect(selected()).toHaveLength(9)
    await expect.poll(bar).toMatch(/^9 cells in 2 ranges/)
    await userEvent.keyboard('{Escape}')
    expect(selected()).toEqual(['6:2'])
    await userEvent.dragAndDrop(at('1:1')!, at('3:2')!)
    expect(selected()).toEqual(['1:1', '1:2', '2:1', '2:2', '3:1', '3:2'])
    await userEvent.click(document.querySelector('[data-row-head="3"]')!)
    await expect.poll(bar).toMatch(/^1 × 100 = 100 cells/)
    await userEvent.click(document.querySelector('[data-column-head="1"]')!)
    await expect.poll(bar).toMatch(/^1,000 × 1 = 1,000 cells/)
    await userEvent.keyboard('{Control>}a{/Control}')
    await expect.poll(bar).toMatch(/^1,000 × 100 = 100,000 cells/)
  })

  it('writes a range in one call, shows it at once, and undoes and redoes it whole', async () => {
    await show()
    await click('0:0')
    await userEvent.keyboard('{Shift>}{ArrowDown}{ArrowDown}{ArrowRight}{/Shift}b')
    expect(['0:0', '0:1', '1:0', '1:1', '2:0', '2:1'].map(text)).toEqual(Array(6).fill('block'))
    await expect.poll(() => written.length).toBe(1)
    expect(written[0]).toHaveLength(6)
    await userEvent.keyboard('{Control>}z{/Control}')
    await expect.poll(() => [text('0:0'), text('2:0'), text('1:1')]).toEqual(['full', 'override, 1 field', '–not sent'])
    await expect.poll(() => stored.find(({ item_id }) => item_id === 'i2')).toMatchObject({ mode: 'override', overrides: { headline: 'Hi' }, bases: { headline: 'Hello' } })
    await userEvent.keyboard('{Control>}y{/Control}')
    await expect.poll(() => written.length).toBe(3)
    expect(written[2]).toEqual(written[0])
  })

  it('takes a block from a spreadsheet, and gives one', async () => {
    await show()
    await click('0:0')
    await userEvent.keyboard('{Shift>}{ArrowDown}{ArrowDown}{/Shift}')
    expect(clipboard('copy').getData('text/plain')).toBe('full\nempty\noverride')
    await click('3:1')
    clipboard('paste', textData('full\tblock\r\noverride\t\r\n'))
    await expect.poll(() => ['3:1', '3:2', '4:1', '4:2'].map(text)).toEqual(['full', 'block', 'override, 0 fields', '–not sent'])
    await expect.poll(() => written).toHaveLength(1)
    await expect.poll(selected).toEqual(['3:1', '3:2', '4:1', '4:2'])
    // One cell fills what is selected.
    await userEvent.keyboard('{Shift>}{ArrowDown}{/Shift}')
    clipboard('paste', textData('full'))
    await expect.poll(() => ['3:1', '3:2', '4:1', '4:2', '5:1'].map(text)).toEqual(['full', 'full', 'full', 'full', 'full'])
  })

  it('brings overrides along to another site of the same item', async () => {
    await show()
    await click('2:0')
    const data = clipboard('copy')
    await userEvent.keyboard('{ArrowRight}')
    clipboard('paste', data)
    await expect.poll(() => written).toHaveLength(1)
    expect(written[0]).toEqual([{ site_id: 's1', item_id: 'i2', mode: 'override', overrides: { headline: 'Hi' } }])
  })

  it('fills down and to the right', async () => {
    await show()
    await click('0:0')
    await userEvent.keyboard('{Shift>}{ArrowRight}{ArrowRight}{/Shift}{Control>}r{/Control}')
    await expect.poll(() => [text('0:0'), text('0:1'), text('0:2')]).toEqual(['full', 'full', 'full'])
    await userEvent.keyboard('{Shift>}{ArrowDown}{/Shift}{Control>}d{/Control}')
    await expect.poll(() => [text('1:0'), text('1:1'), text('1:2')]).toEqual(['full', 'full', 'full'])
    expect(written).toHaveLength(2)
  })

  it('puts back what the database refuses, and says why', async () => {
    await show()
    refused = true
    await click('0:0')
    await userEvent.keyboard('b')
    await expect.element(view.screen.getByText('Nothing was changed: no.')).toBeVisible()
    await expect.poll(() => text('0:0')).toBe('full')
  })

  it('shows a column that could not be read as that, and reads it again', async () => {
    unreadable = 's1'
    await show()
    await expect.poll(() => text('0:1')).toBe('?could not be read')
    expect(at('0:1')!.getAttribute('aria-busy')).toBeNull()
    await click('0:1')
    await userEvent.keyboard('f')
    expect(written).toEqual([])
    unreadable = null
    await userEvent.click(view.screen.getByRole('button', { name: 'Try again' }).first())
    await expect.poll(() => text('0:1')).toBe('–not sent')
  })

  it('lets viewers look and copy, not change', async () => {
    await show(1280, true)
    await click('0:0')
    await userEvent.keyboard('b{Backspace}{Control>}d{/Control}')
    clipboard('paste', textData('block'))
    expect(clipboard('cut').getData('text/plain')).toBe('full')
    expect(text('0:0')).toBe('full')
    expect(written).toEqual([])
    expect(grid().getAttribute('aria-readonly')).toBe('true')
  })

  it('fits a phone', async () => {
    await show(375)
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(375)
    const shown = [...document.querySelectorAll('[data-column-head]')].filter((head) => head.getBoundingClientRect().right <= 375)
    expect(shown.length).toBeGreaterThanOrEqual(2)
  })
})
