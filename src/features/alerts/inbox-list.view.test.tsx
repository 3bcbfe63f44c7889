import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import type { InboxList as List } from '@/features/alerts/inbox-list'
import type { MarkAllRead as Marker } from '@/features/alerts/mark-all-read'
import type { AlertEvent, Shown } from '@/features/alerts/queries/inbox'
import { showView } from '@/test-view'

// Five thousand entries, read by pages from a double of the Data API: the page's own fetch.

let stored: AlertEvent[] = []
let asked: { limit: number; before: number | null }[] = []
let refused = false
let marked: (string[] | null)[] = []
let InboxList: typeof List
let MarkAllRead: typeof Marker

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
const REFUSAL = { code: 'DS002', message: 'Your role does not allow this.', hint: 'Ask an admin.' }

interface Said {
  filter: { limit: number; before: number | null; unread?: boolean }
  event_ids: string[] | null
  read: boolean
}

function answer(verb: string, said: Said): Response {
  if (verb === 'alert_inbox') {
    asked.push(said.filter)
    if (refused) return json(REFUSAL, 403)
    const { before, limit, unread } = said.filter
    const found = stored.filter((event) => (before === null || event.seq < before) && (unread !== true || !event.read))
    return json({ more: found.length > limit, events: found.slice(0, limit) })
  }
  if (verb === 'mark_alerts') {
    marked.push(said.event_ids)
    if (refused) return json(REFUSAL, 403)
    const changed = stored.filter((event) => event.read !== said.read && (said.event_ids === null || said.event_ids.includes(event.id)))
    stored = stored.map((event) => (changed.includes(event) ? { ...event, read: said.read } : event))
    return json(changed.map(({ id }) => id))
  }
  return json({ unread: 0, firing: [], approvals: [] })
}

beforeAll(async () => {
  const real = window.fetch.bind(window)
  vi.spyOn(window, 'fetch').mockImplementation((input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input), window.location.href)
    const verb = /^\/rest\/v1\/rpc\/(\w+)$/.exec(url.pathname)?.[1]
    return verb === undefined ? real(input, init) : Promise.resolve(answer(verb, JSON.parse(typeof init?.body === 'string' ? init.body : '{}') as Said))
  })
  const { useSession } = await import('@/lib/session')
  useSession.setState({ status: 'signed-in', organizationId: 'o', role: 'editor' })
  ;({ InboxList } = await import('@/features/alerts/inbox-list'))
  ;({ MarkAllRead } = await import('@/features/alerts/mark-all-read'))
})
beforeEach(() => {
  refused = false
  asked = []
  marked = []
  stored = Array.from({ length: 5000 }, (_, index) => ({
    id: `e${5000 - index}`, seq: 5000 - index, rule_name: 'Sites', kind: 'site', state: index % 2 === 0 ? 'firing' : 'recovered', title: `Entry ${5000 - index}`, detail: index % 3 === 0 ? 'refused: connection refused' : '',
    subjects: [], subject_count: 1, job_id: null, muted: false, at: new Date(Date.UTC(2026, 0, 1) - index * 60_000).toISOString(), read: false, open: false, messages: null,
  }))
})

const show = async (shown: Shown = 'all') => {
  const view = await showView(
    <>
      <MarkAllRead unread={5000} />
      <InboxList shown={shown} />
    </>,
  )
  await expect.element(view.screen.getByText('Entry 5000', { exact: true })).toBeVisible()
  return view
}
const entries = () => document.querySelectorAll('ul[aria-label="Inbox"] > li').length
/** The oldest that is in the document. */
const oldest = () => Math.min(...[...document.querySelectorAll<HTMLElement>('[data-row]')].map((row) => Number(row.dataset['row']?.slice(1))))
const toTheEnd = () => window.scrollTo(0, document.documentElement.scrollHeight)

vi.setConfig({ testTimeout: 60_000 })

describe('the inbox of five thousand entries', () => {
  it('reads by pages as their place comes into sight, to the last one, and holds what is in sight', async () => {
    const { screen } = await show()
    await expect.poll(() => asked.length).toBe(1)
    expect(asked[0]).toMatchObject({ limit: 30, before: null })
    await expect.poll(() => {
      toTheEnd()
      return screen.getByText('Entry 1', { exact: true }).elements().length
    }, { timeout: 40_000 }).toBe(1)
    expect(entries()).toBeLessThan(60)
    // 30, four times 100, ten times at most 500; each place is asked for once.
    expect(asked.length).toBeLessThanOrEqual(16)
    expect(new Set(asked.map(({ before }) => before)).size).toBe(asked.length)
    await expect.poll(() => document.querySelector('[data-row="e1"]')?.getAttribute('aria-setsize')).toBe('5000')
  })

  it('marks one, also far below, and all of them, and takes that back', async () => {
    const { screen } = await show()
    await screen.getByRole('button', { name: 'Mark as read: Entry 4999', exact: true }).click()
    await expect.element(screen.getByRole('button', { name: 'Mark as unread: Entry 4999', exact: true })).toBeVisible()
    await expect.poll(() => marked).toEqual([['e4999']])
    await screen.getByRole('button', { name: 'Mark all read' }).click()
    await expect.element(screen.getByText('4,999 entries marked as read')).toBeVisible()
    await expect.element(screen.getByRole('button', { name: 'Mark as unread: Entry 5000', exact: true })).toBeVisible()
    await screen.getByRole('button', { name: 'Undo' }).click()
    await expect.element(screen.getByRole('button', { name: 'Mark as read: Entry 5000', exact: true })).toBeVisible()
    await expect.poll(() => stored.filter(({ read }) => read).map(({ id }) => id)).toEqual(['e4999'])
  })

  it('shows an entry as it was when the server refuses to mark it', async () => {
    const { screen } = await show()
    refused = true
    await screen.getByRole('button', { name: 'Mark as read: Entry 4998', exact: true }).click()
    await expect.element(screen.getByText('Your role does not allow this. Ask an admin.')).toBeVisible()
    await expect.element(screen.getByRole('button', { name: 'Mark as read: Entry 4998', exact: true })).toBeVisible()
  })

  it('keeps what is read when a page fails, and asks again when told to', async () => {
    const { screen } = await show()
    refused = true
    toTheEnd()
    await expect.element(screen.getByRole('alert')).toHaveTextContent('Older entries could not be read.')
    await expect.element(screen.getByText('Entry 4971', { exact: true })).toBeInTheDocument()
    refused = false
    await screen.getByRole('button', { name: 'Try again' }).click()
    await expect.poll(oldest).toBeLessThan(4971)
    expect(screen.getByRole('alert').elements()).toHaveLength(0)
  })

  it('leads back to all of them from a choice without entries', async () => {
    const onShowAll = vi.fn()
    stored = stored.slice(0, 5).map((event) => ({ ...event, read: true }))
    const { screen } = await showView(<InboxList shown="unread" onShowAll={onShowAll} />)
    await expect.element(screen.getByText('Nothing is unread')).toBeVisible()
    await screen.getByRole('button', { name: 'Show all entries' }).click()
    expect(onShowAll).toHaveBeenCalledOnce()
  })

  it('keeps the focus on an entry that is scrolled away', async () => {
    const { screen } = await show()
    const button = screen.getByRole('button', { name: 'Mark as read: Entry 4999', exact: true }).element() as HTMLElement
    button.focus()
    toTheEnd()
    await expect.poll(oldest).toBeLessThan(4971)
    toTheEnd()
    await expect.poll(() => document.querySelector('[data-row="e4990"]')).toBeNull()
    expect(document.activeElement).toBe(button)
    await userEvent.keyboard('{Enter}')
    await expect.poll(() => marked).toEqual([['e4999']])
  })
})
