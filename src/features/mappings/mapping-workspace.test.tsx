import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MemoryRouter } from 'react-router-dom'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { MatrixItem, MatrixSite } from '@/features/mappings/queries/matrix'

// A Data API on loopback that says what it was asked, and refuses when it is told to.
let server: Server
/** Resolved when the refusal may go out; null while nothing is refused. */
let refusal: Promise<void> | null = null
/** Resolved when the columns may be answered. */
let reading: Promise<void> = Promise.resolve()
const written: unknown[] = []

interface Sent {
  site_id: string
  item_id: string
  mode: string | null
  overrides?: unknown
  position?: number
}
/** The rows that it holds. */
let stored: Sent[] = []
function store(sent: Sent): void {
  stored = stored.filter((row) => row.site_id !== sent.site_id || row.item_id !== sent.item_id)
  if (sent.mode !== null) stored.push({ position: 0, overrides: {}, ...sent })
}

const items: MatrixItem[] = Array.from({ length: 200 }, (_, index) => ({
  id: `i${index}`, title: `Item ${index}`, status: index === 1 ? 'draft' : 'published', typeId: 't',
}))
const sites: MatrixSite[] = Array.from({ length: 50 }, (_, index) => ({ id: `s${index}`, name: `Site ${index}`, slug: `site-${index}`, region: null, enabled: true }))

let Workspace: (typeof import('@/features/mappings/mapping-workspace'))['MappingWorkspace']

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      response.setHeader('content-type', 'application/json')
      if (request.url?.includes('/rpc/set_mappings') === true) {
        const { cells } = JSON.parse(body) as { cells: Sent[] }
        written.push(cells.length === 1 ? cells[0] : cells)
        if (refusal === null) {
          cells.forEach(store)
          response.end('1')
        } else {
          response.statusCode = 400
          void refusal.then(() => response.end(JSON.stringify({ code: 'DS031', message: 'Nothing was changed: no.', hint: 'Mend it.', details: null })))
        }
      } else {
        const site = new URL(request.url ?? '/', 'http://localhost').searchParams.get('site_id')?.replace('eq.', '')
        const rows = stored.filter((row) => row.site_id === site)
        response.setHeader('content-range', rows.length === 0 ? '*/0' : `0-${rows.length - 1}/${rows.length}`)
        void reading.then(() => response.end(JSON.stringify(rows)))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  document.head.innerHTML = `<meta name="supabase-url" content="http://127.0.0.1:${port}"><meta name="supabase-publishable-key" content="key">`
  // jsdom measures nothing: the matrix is as large as it would be on a small screen.
  Object.defineProperties(HTMLElement.prototype, { clientHeight: { get: () => 400 }, clientWidth: { get: () => 900 } })
  HTMLElement.prototype.scrollTo = () => undefined
  window.matchMedia = (query) => ({ matches: true, media: query, addEventListener: () => undefined, removeEventListener: () => undefined }) as unknown as MediaQueryList
  const { useSession } = await import('@/lib/session')
  useSession.setState({ status: 'signed-in', organizationId: 'o', role: 'editor' })
  ;({ MappingWorkspace: Workspace } = await import('@/features/mappings/mapping-workspace'))
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

beforeEach(() => {
  refusal = null
  written.length = 0
  stored = [
    { site_id: 's0', item_id: 'i0', mode: 'full', overrides: {}, position: 4 },
    { site_id: 's0', item_id: 'i2', mode: 'override', overrides: { headline: 'Hi' }, position: 0 },
  ]
  reading = Promise.resolve()
  const client = newClient()
  for (const site of sites) client.setQueryData(['mapping-columns', site.id], { siteId: site.id, cells: {} })
  client.setQueryData(['mapping-columns', 's0'], {
    siteId: 's0',
    cells: { i0: { mode: 'full', overrides: {}, position: 4 }, i2: { mode: 'override', overrides: { headline: 'Hi' }, position: 0 } },
  })
  show(client)
})

const newClient = () => new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } })
function show(client: QueryClient): void {
  render(
    <QueryClientProvider client={client}>
      <MemoryRouter>
        <Workspace items={items} sites={sites} readOnly={false} />
      </MemoryRouter>
    </QueryClientProvider>,
  )
}

const focused = () => document.activeElement?.getAttribute('data-cell')
const cell = (place: string) => document.querySelector(`[data-cell="${place}"]`)?.textContent ?? null

describe('the matrix', () => {
  it('is a grid with one stop of Tab, and says how large it is', () => {
    const grid = screen.getByRole('grid')
    expect(grid.getAttribute('aria-rowcount')).toBe('201')
    expect(grid.getAttribute('aria-colcount')).toBe('51')
    const stops = within(grid).getAllByRole('gridcell').filter(({ tabIndex }) => tabIndex === 0)
    expect(stops.map((stop) => stop.getAttribute('data-cell'))).toEqual(['0:0'])
  })

  it('renders what is in sight only', () => {
    expect(screen.getAllByRole('gridcell').length).toBeLessThan(500)
  })

  it('does not take a column that is on its way for an empty one', async () => {
    cleanup()
    let answer = () => {}
    reading = new Promise((resolve) => (answer = resolve))
    show(newClient())
    expect(cell('0:0')).toBe('being read')
    expect(cell('1:0')).toBe('being read')
    expect(document.querySelector('[data-cell="1:0"]')?.getAttribute('aria-busy')).toBe('true')
    expect(document.querySelector('[role=grid]')?.getAttribute('aria-busy')).toBe('true')
    expect(document.querySelectorAll('input[type=radio]')).toHaveLength(4)
    expect(document.querySelector('input[type=radio]:checked')).toBeNull()
    // Keys are of no effect where it is not known what they would change.
    await userEvent.click(document.querySelector('[data-cell="0:0"]')!)
    await userEvent.keyboard('b')
    answer()
    await waitFor(() => expect(cell('0:0')).toBe('full'))
    expect(cell('1:0')).toBe('–not sent')
    await waitFor(() => expect(document.querySelector('[role=grid]')?.getAttribute('aria-busy')).toBeNull())
    expect(document.querySelector<HTMLInputElement>('input[type=radio]:checked')?.labels?.[0]?.textContent).toBe('Full')
    expect(written).toEqual([])
  })

  it('marks drafts in words', () => {
    expect(screen.getByRole('row', { name: /Item 1 draft/ })).toBeTruthy()
  })

  it('moves with the arrow keys and keeps the far cell in the page', async () => {
    await userEvent.click(screen.getAllByRole('gridcell')[0]!)
    await userEvent.keyboard('{ArrowDown}{ArrowDown}{ArrowRight}')
    expect(focused()).toBe('2:1')
    await userEvent.keyboard('{Control>}{End}{/Control}')
    expect(focused()).toBe('199:49')
    await userEvent.keyboard('{Home}')
    expect(focused()).toBe('199:0')
  })

  it('writes what is typed, at once and in order', async () => {
    await userEvent.click(screen.getAllByRole('gridcell')[0]!)
    await userEvent.keyboard('{ArrowDown}b')
    expect(cell('1:0')).toBe('block')
    await userEvent.keyboard('o{Backspace}f')
    expect(cell('1:0')).toBe('full')
    await waitFor(() => expect(written).toHaveLength(4))
    expect(written).toEqual([
      { site_id: 's0', item_id: 'i1', mode: 'block' },
      { site_id: 's0', item_id: 'i1', mode: 'override' },
      { site_id: 's0', item_id: 'i1', mode: null },
      { site_id: 's0', item_id: 'i1', mode: 'full' },
    ])
  })

  it('does not write what is so already', async () => {
    await userEvent.click(screen.getAllByRole('gridcell')[0]!)
    await userEvent.keyboard('f')
    await act(() => Promise.resolve())
    expect(written).toEqual([])
  })

  it('undoes, with the overrides, and leaves the place to whoever orders', async () => {
    await userEvent.click(screen.getAllByRole('gridcell')[0]!)
    // At once: what is still on its way can be undone as well.
    await userEvent.keyboard('{ArrowDown}{ArrowDown}f{Control>}z{/Control}')
    await waitFor(() => expect(written).toHaveLength(2))
    expect(written[1]).toEqual({ site_id: 's0', item_id: 'i2', mode: 'override', overrides: { headline: 'Hi' } })
    await waitFor(() => expect(cell('2:0')).toBe('override, 1 field'))
  })

  it('writes a range in one call, and brings back the place of what was removed', async () => {
    await userEvent.click(screen.getAllByRole('gridcell')[0]!)
    await userEvent.keyboard('{Shift>}{ArrowDown}{ArrowDown}{ArrowRight}{/Shift}')
    expect(focused()).toBe('0:0')
    expect(document.querySelectorAll('[role=gridcell][aria-selected=true]')).toHaveLength(6)
    await userEvent.keyboard('{Backspace}')
    await waitFor(() => expect(written).toHaveLength(1))
    // Those that hold nothing already are not written.
    expect(written[0]).toEqual([
      { site_id: 's0', item_id: 'i0', mode: null },
      { site_id: 's0', item_id: 'i2', mode: null },
    ])
    await userEvent.keyboard('{Control>}z{/Control}')
    await waitFor(() => expect(written).toHaveLength(2))
    expect(written[1]).toEqual([
      { site_id: 's0', item_id: 'i0', mode: 'full', position: 4 },
      { site_id: 's0', item_id: 'i2', mode: 'override', overrides: { headline: 'Hi' }, position: 0 },
    ])
    await waitFor(() => expect(cell('2:0')).toBe('override, 1 field'))
    await userEvent.keyboard('{Control>}{Shift>}z{/Shift}{/Control}')
    await waitFor(() => expect(cell('2:0')).toBe('–not sent'))
    await waitFor(() => expect(written).toHaveLength(3))
    expect(written[2]).toEqual(written[0])
  })

  it('rolls back what the database refuses', async () => {
    let answer = () => {}
    refusal = new Promise((resolve) => (answer = resolve))
    await userEvent.click(screen.getAllByRole('gridcell')[0]!)
    await userEvent.keyboard('b')
    expect(cell('0:0')).toBe('block')
    answer()
    await waitFor(() => expect(cell('0:0')).toBe('full'))
    expect(written).toHaveLength(1)
  })

  it('goes to the panel with Enter and back with Escape', async () => {
    await userEvent.click(screen.getAllByRole('gridcell')[0]!)
    await userEvent.keyboard('{Enter}')
    const panel = screen.getByRole('complementary', { name: 'Selected cell' })
    expect(document.activeElement).toBe(within(panel).getByRole('radio', { name: 'Full' }))
    expect(within(panel).getByRole<HTMLInputElement>('radio', { name: 'Full' }).checked).toBe(true)
    await userEvent.keyboard('{Escape}')
    expect(focused()).toBe('0:0')
  })
})
