import { Suspense, type ComponentType } from 'react'
import { Route, Routes } from 'react-router-dom'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import type { useLastList as LastList } from '@/features/content/last-list'
import { useShortcuts } from '@/lib/shortcuts'
import { showView, type View } from '@/test-view'

// The list of ten thousand items, and an item of it, as somebody works with them. The Data API is a double at the edge, the page's own
// fetch: it holds items, filters and pages as list_items does, says what it was asked, and refuses when it is told to.

interface Stored {
  id: string
  title: string
  status: string
  revision: number
  at: number
}

const TYPE = { id: 't', name: 'offer', title: 'Offer', description: '', revision: 1, updated_at: '2026-01-01T00:00:00Z', schema: { type: 'object', properties: { headline: { type: 'string', title: 'Headline', 'x-field-id': 'f_1' } } } }
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const iso = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString()

let stored: Stored[] = []
let gone = new Map<string, Stored[]>()
let pages: { skip: number; most: number; only_ids: boolean }[] = []
let refusal: { status: number; body: object } | null = null
let held: { release: () => void } | null = null
let holds = false
let unreadable = false
let broken = false
let List: ComponentType
let Item: ComponentType
let lastList: typeof LastList

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })

interface Said {
  filter: { conditions?: string[]; text?: string }
  sort: string
  descending: boolean
  skip: number
  most: number
  only_ids?: boolean
  changes: { id: string; status: string }[]
  ids: string[]
  dry_run: boolean
  batch: string
}

function verb(name: string, said: Said): Response {
  if (name === 'list_items') {
    if (unreadable) return json({ code: '57014', message: 'canceling statement due to statement timeout' }, 500)
    const { filter, sort, descending, skip, most, only_ids = false } = said
    pages.push({ skip, most, only_ids })
    const found = stored
      .filter(({ title, status }) => (filter.text === undefined || title.toLowerCase().includes(filter.text.toLowerCase())) && (filter.conditions === undefined || filter.conditions.includes(status)))
      .sort((a, b) => (sort === 'title' ? (a.title < b.title ? -1 : 1) : a.at - b.at) * (descending ? -1 : 1))
    const page = found.slice(skip, skip + most)
    if (only_ids) return json({ total: found.length, ids: page.map(({ id }) => id) })
    return json({
      total: found.length,
      items: page.map(({ at, ...item }) => ({ ...item, publish_at: null, unpublish_at: null, updated_at: iso(at), type_id: TYPE.id, type_title: TYPE.title, site_count: 2, updated_by: 'Ann' })),
    })
  }
  if (name === 'set_item_statuses') {
    if (refusal !== null) return json(refusal.body, refusal.status)
    const changed = said.changes.flatMap(({ id, status }) => {
      const item = stored.find((one) => one.id === id)
      if (item === undefined || item.status === status) return []
      const from = item.status
      item.status = status
      return [{ id, from, to: status, revision: ++item.revision }]
    })
    return json({ changed, unchanged: said.changes.length - changed.length, refused: [], missing: 0 })
  }
  if (name === 'delete_items') {
    const going = stored.filter(({ id }) => said.ids.includes(id))
    const facts = { items: going.length, published: 0, mappings: 2, sites: 2, revisions: 3, referring: 0 }
    if (said.dry_run) return json(facts)
    stored = stored.filter((item) => !going.includes(item))
    gone.set('b1', going)
    return json({ ...facts, batch: 'b1' })
  }
  if (name === 'restore_items') {
    const back = gone.get(said.batch) ?? []
    stored.push(...back)
    return json({ restored: back.length, mappings: 2, left: 0 })
  }
  return json(null)
}

function table(url: URL): Response {
  const name = url.pathname.split('/').at(-1)
  if (broken) return json({ code: '57014', message: 'canceling statement due to statement timeout' }, 500)
  if (name === 'content_types') return json([{ ...TYPE, content_items: [{ count: stored.length }] }])
  if (name === 'content_items') {
    const item = stored.find(({ id }) => `eq.${id}` === url.searchParams.get('id'))
    if (item === undefined) return json([])
    const { at, ...rest } = item
    return json([{ ...rest, type_id: TYPE.id, data: { headline: 'H' }, created_at: iso(0), updated_at: iso(at), published_at: null, publish_at: null, unpublish_at: null, updated_by: null, editor: null, author: null }])
  }
  return json([], 200, { 'content-range': '*/0' })
}

beforeAll(async () => {
  const real = window.fetch.bind(window)
  vi.spyOn(window, 'fetch').mockImplementation(async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input), window.location.href)
    if (!url.pathname.startsWith('/rest/v1/')) return real(input, init)
    const name = /\/rpc\/(\w+)$/.exec(url.pathname)?.[1]
    if (name === 'set_item_statuses' && holds) await new Promise<void>((release) => (held = { release }))
    return name === undefined ? table(url) : verb(name, JSON.parse(typeof init?.body === 'string' ? init.body : '{}') as Said)
  })
  const { useSession } = await import('@/lib/session')
  useSession.setState({ status: 'signed-in', organizationId: 'o', role: 'editor', user: { id: 'u' } as never })
  ;({ Component: List } = await import('@/features/content/list/content-page'))
  ;({ Component: Item } = await import('@/features/content/editor/content-item-page'))
  ;({ useLastList: lastList } = await import('@/features/content/last-list'))
})
beforeEach(() => {
  stored = Array.from({ length: 10_000 }, (_, n) => ({ id: uuid(n), title: `Item ${n}`, status: n % 2 === 0 ? 'published' : 'draft', revision: 1, at: 20_000 - n }))
  gone = new Map()
  pages = []
  refusal = null
  holds = false
  unreadable = false
  broken = false
  held = null
  localStorage.clear()
  lastList.setState({ list: null })
  window.scrollTo(0, 0)
})

let view: View
async function show(at = '/content') {
  view = await showView(
    <Suspense>
      <Routes>
        <Route path="/content" element={<List />} />
        <Route path="/content/:itemId" element={<Item />} />
      </Routes>
    </Suspense>,
    { at },
  )
  return view
}
const row = (title: string) => view.screen.getByRole('link', { name: title, exact: true })
const box = (title: string) => view.screen.getByRole('checkbox', { name: `Select "${title}"`, exact: true })
const statusOf = (title: string) => view.screen.getByRole('button', { name: new RegExp(`^Status of "${title}": `) })
const bar = () => view.screen.getByRole('toolbar', { name: 'Selected items' })
const rowsShown = () => document.querySelectorAll('[data-row-link]').length
const listed = (keys: string) => [...useShortcuts.getState().registered.values()].some((shortcut) => shortcut.keys === keys)
/** From that message: others may still be there. */
const undo = (message: string) => view.screen.getByRole('listitem').filter({ hasText: message }).getByRole('button', { name: 'Undo' }).click()
const params = () => Object.fromEntries(new URLSearchParams(view.address().split('?')[1] ?? ''))

vi.setConfig({ testTimeout: 60_000 })

describe('the list of ten thousand items', () => {
  it('holds what is in sight, and reads on as somebody scrolls', async () => {
    await show()
    await expect.element(row('Item 0')).toBeVisible()
    await expect.element(view.screen.getByRole('table', { name: 'Content items' })).toHaveAttribute('aria-rowcount', '10001')
    expect(rowsShown()).toBeLessThan(60)
    await expect.poll(() => {
      window.scrollTo(0, document.documentElement.scrollHeight)
      return row('Item 9999').elements().length
    }, { timeout: 40_000 }).toBe(1)
    expect(rowsShown()).toBeLessThan(60)
    expect(pages.length).toBeLessThan(20)
  })

  it('selects from one row to another with Shift, and acts on all of them at once, undoably', async () => {
    await show()
    await box('Item 2').click()
    window.scrollTo(0, 60 * 37)
    await expect.element(row('Item 70')).toBeInTheDocument()
    await userEvent.keyboard('{Shift>}')
    await box('Item 70').click()
    await userEvent.keyboard('{/Shift}')
    await expect.element(bar().getByText('69 selected')).toBeVisible()
    await bar().getByRole('button', { name: 'Archive' }).click()
    await expect.element(view.screen.getByText('69 items are archived')).toBeVisible()
    expect(stored.filter(({ status }) => status === 'archived').map(({ title }) => title)).toEqual(Array.from({ length: 69 }, (_, n) => `Item ${n + 2}`))
    await expect.poll(() => bar().elements().length).toBe(0)
    await undo('69 items are archived')
    await expect.poll(() => stored.some(({ status }) => status === 'archived')).toBe(false)
    expect(stored.slice(2, 4).map(({ status }) => status)).toEqual(['published', 'draft'])
  })

  it('selects what is not even loaded, and forgets it in another list', async () => {
    await show()
    await box('Item 1').click()
    await bar().getByRole('button', { name: 'Select all 10,000' }).click()
    await expect.element(bar().getByText('10,000 selected')).toBeVisible()
    await view.screen.getByRole('searchbox').fill('Item 99')
    await expect.poll(() => bar().elements().length).toBe(0)
  })

  it('shows a new status at once, and the old one again when the server refuses', async () => {
    await show()
    await expect.element(statusOf('Item 1')).toHaveAccessibleName(/: draft\./)
    holds = true
    refusal = { status: 403, body: { code: 'DS002', message: 'Your role does not allow you to change content', hint: 'Ask an admin of the organization.', details: null } }
    await statusOf('Item 1').click()
    await view.screen.getByRole('menuitemradio', { name: 'Published' }).click()
    await expect.poll(() => held).not.toBeNull()
    await expect.element(statusOf('Item 1')).toHaveAccessibleName(/: published\./)
    held?.release()
    await expect.element(view.screen.getByText('Your role does not allow you to change content. Ask an admin of the organization.')).toBeVisible()
    await expect.element(statusOf('Item 1')).toHaveAccessibleName(/: draft\./)
    expect(stored[1]?.status).toBe('draft')
  })

  it('keeps its filters in the address, and finds them there', async () => {
    await show()
    await expect.element(row('Item 0')).toBeVisible()
    await view.screen.getByRole('searchbox').fill('Item 123')
    await expect.poll(params).toEqual({ q: 'Item 123' })
    await expect.element(view.screen.getByText('11 items found')).toBeVisible()
    await expect.element(row('Item 1230')).toBeVisible()
    await view.screen.getByRole('searchbox').fill('no such words')
    await expect.element(view.screen.getByText('Nothing matches these filters')).toBeVisible()
    await view.screen.getByRole('button', { name: 'Clear filters' }).last().click()
    await expect.element(row('Item 0')).toBeVisible()
    expect(params()).toEqual({})
  })

  it('opens as the address says', async () => {
    await show('/content?q=Item+99&status=draft&sort=title')
    await expect.element(view.screen.getByRole('searchbox')).toHaveValue('Item 99')
    await expect.element(view.screen.getByText('56 items found')).toBeVisible()
    expect(view.screen.getByRole('link', { name: /^Item \d+$/ }).elements().slice(0, 3).map((link) => link.textContent)).toEqual(['Item 99', 'Item 9901', 'Item 9903'])
    await expect.element(view.screen.getByRole('columnheader', { name: 'Title' })).toHaveAttribute('aria-sort', 'ascending')
  })

  it('shows the columns that somebody has chosen, and remembers them', async () => {
    await show()
    const head = (name: string) => view.screen.getByRole('columnheader', { name, exact: true })
    await expect.element(head('Type')).toBeVisible()
    await view.screen.getByRole('button', { name: 'Columns' }).click()
    await view.screen.getByRole('menuitemcheckbox', { name: 'Type' }).click()
    await userEvent.keyboard('{Escape}')
    await expect.poll(() => head('Type').elements().length).toBe(0)
    await expect.element(head('Sites')).toBeVisible()
    expect(localStorage.getItem('datasync-content-columns')).toContain('"type"')
    // An address that says which goes before that.
    await view.screen.unmount()
    await show('/content?hide=sites')
    await expect.element(head('Type')).toBeVisible()
    expect(head('Sites').elements()).toHaveLength(0)
  })

  it('says what failed, and asks again', async () => {
    unreadable = true
    await show()
    await expect.element(view.screen.getByText('The database took too long')).toBeVisible()
    unreadable = false
    await view.screen.getByRole('button', { name: /try again|retry/i }).click()
    await expect.element(row('Item 0')).toBeVisible()
  })
})

describe('an item that was opened from the list', () => {
  const title = (name: string) => expect.element(view.screen.getByRole('heading', { name, level: 1 })).toBeVisible()

  it('has neighbours by [ and ], in the order of that list', async () => {
    await show('/content?q=Item+1&sort=title')
    await row('Item 10').click()
    await title('Item 10')
    await expect.poll(() => listed('[') && listed(']')).toBe(true)
    await userEvent.keyboard(']')
    await title('Item 100')
    await userEvent.keyboard(']')
    await title('Item 1000')
    await userEvent.keyboard('[[')
    await title('Item 100')
    await userEvent.keyboard('{Escape}')
    await expect.poll(params).toEqual({ q: 'Item 1', sort: 'title' })
  })

  it('goes on where the pages that were read end, and stops at the last item', async () => {
    stored = stored.slice(0, 130)
    await show()
    await expect.element(row('Item 0')).toBeVisible()
    const ids = lastList.getState().list!.ids
    expect(ids).toHaveLength(100)
    // Without scrolling there, as from a search over everything.
    await view.screen.unmount()
    await show(`/content/${ids[99]}`)
    await title('Item 99')
    await expect.poll(() => listed(']')).toBe(true)
    await userEvent.keyboard(']')
    await title('Item 100')
    expect(pages.at(-1)).toEqual({ skip: 100, most: 300, only_ids: true })
    await expect.poll(() => lastList.getState().list?.ids.length).toBe(130)
    await view.screen.unmount()
    await show(`/content/${uuid(129)}`)
    await title('Item 129')
    await expect.poll(() => listed('[')).toBe(true)
    expect(listed(']')).toBe(false)
  })

  it('has no such keys where there is no list: by a link, or where the list does not have it', async () => {
    await show(`/content/${uuid(7)}`)
    await title('Item 7')
    await expect.poll(() => listed('$mod+s')).toBe(true)
    expect([listed('['), listed(']')]).toEqual([false, false])
    await view.screen.unmount()
    await show('/content?q=Item+12')
    await expect.element(row('Item 12')).toBeVisible()
    await view.screen.unmount()
    await show(`/content/${uuid(7)}`)
    await title('Item 7')
    await expect.poll(() => listed('$mod+s')).toBe(true)
    expect([listed('['), listed(']')]).toEqual([false, false])
  })

  it('stays to be copied from when somebody else deletes it, and goes on when it is brought back', async () => {
    await show(`/content/${uuid(8)}`)
    await title('Item 8')
    await view.screen.getByRole('textbox', { name: 'Headline' }).fill('What I was writing')
    const away = stored.filter(({ id }) => id === uuid(8))
    stored = stored.filter(({ id }) => id !== uuid(8))
    await view.queryClient.invalidateQueries({ queryKey: ['content_items'] })
    await expect.element(view.screen.getByText('This item was deleted meanwhile')).toBeVisible()
    await expect.element(view.screen.getByRole('textbox', { name: 'Headline' })).toHaveValue('What I was writing')
    stored.push(...away)
    await view.queryClient.invalidateQueries({ queryKey: ['content_items'] })
    await expect.poll(() => view.screen.getByText('This item was deleted meanwhile').elements().length).toBe(0)
    await expect.element(view.screen.getByRole('textbox', { name: 'Headline' })).toHaveValue('What I was writing')
  })

  it('stays open when a later look at it fails', async () => {
    await show(`/content/${uuid(8)}`)
    await title('Item 8')
    await view.screen.getByRole('textbox', { name: 'Headline' }).fill('What I was writing')
    broken = true
    await view.queryClient.invalidateQueries({ queryKey: ['content_items'] })
    await view.queryClient.invalidateQueries({ queryKey: ['content_types'] })
    expect(view.queryClient.getQueryState(['content_items', 'one', uuid(8)])?.status).toBe('error')
    await expect.element(view.screen.getByRole('textbox', { name: 'Headline' })).toHaveValue('What I was writing')
    expect(view.screen.getByText('The database took too long').elements()).toHaveLength(0)
  })

  it('is deleted as in the list: back in the list as it was, and undone from the message', async () => {
    await show('/content?q=Item+77')
    await row('Item 77').click()
    await title('Item 77')
    const seen = new Set<string>()
    const observer = new MutationObserver(() => seen.add(document.querySelector('h1')?.textContent ?? '').add(document.body.textContent.includes('There is no such item') ? 'missing' : ''))
    observer.observe(document.body, { subtree: true, childList: true, characterData: true })
    await view.screen.getByRole('button', { name: 'More actions' }).click()
    await view.screen.getByRole('menuitem', { name: 'Delete' }).click()
    const question = view.screen.getByRole('alertdialog', { name: 'Delete "Item 77"?' })
    await expect.element(question.getByText(/3 revisions & 2 mappings on 2 sites go along|3 revisions and 2 mappings on 2 sites go along/)).toBeVisible()
    await question.getByRole('button', { name: 'Delete item' }).click()
    await expect.element(view.screen.getByText('"Item 77" was deleted')).toBeVisible()
    await expect.poll(params).toEqual({ q: 'Item 77' })
    await expect.element(row('Item 770')).toBeVisible()
    await expect.poll(() => row('Item 77').elements().length).toBe(0)
    observer.disconnect()
    // Nobody was told that the page they stood on does not exist.
    expect(seen.has('missing')).toBe(false)
    await undo('"Item 77" was deleted')
    await expect.element(view.screen.getByText('1 item is back')).toBeVisible()
    await expect.element(row('Item 77')).toBeVisible()
  })
})
