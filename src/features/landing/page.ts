import { createMark } from './changes.ts'
import { h } from './dom.ts'
import { formatAge } from './format.ts'
import { describePage, type HeadText } from './head.ts'
import { readItem } from './item-view.ts'
import { offer } from './offer.ts'
import { comingSoon, noOffers } from './states.ts'
import type { View } from './store.ts'
import { hero } from './themes/hero.ts'

export type PageView = Extract<View, { kind: 'page' }>

/** A page as received: its first item sets the look and opens it, the others follow in the same style. */
export function page(view: PageView, now: Date): { head: HeadText; element: HTMLElement } {
  const { organization, site, payload } = view.page
  const items = (payload?.items ?? []).map((item) => readItem(item, now))
  const [first, ...others] = items
  const markOf = (id: string) => createMark(view.changes, view.update, id)
  const opening = first ? hero(first, markOf(first.id)) : payload ? noOffers(organization.name) : comingSoon(organization.name)

  const element = h(
    'div',
    { class: 'page', 'data-theme': first?.theme ?? 'neutral' },
    h('header', { class: 'masthead' }, h('p', { class: 'wordmark' }, organization.name)),
    h(
      'main',
      {},
      opening,
      others.length > 0 &&
        h(
          'div',
          { class: 'others' },
          others.map((item) => offer(item, markOf(item.id))),
        ),
    ),
    footer(view, now),
    h('p', { class: 'visually-hidden', role: 'status' }, announcement(view.update)),
  )
  return { head: describePage(first, organization.name, site.name), element }
}

/** The discreet frame of the page: whose it is, and how fresh. */
function footer({ page: { organization, site, received_at: receivedAt }, unreachable }: PageView, now: Date): HTMLElement {
  return h(
    'footer',
    { class: 'footer' },
    h('p', {}, h('span', { class: 'footer-organization' }, organization.name), ` · ${site.name}`),
    unreachable && h('p', { class: 'kept-note' }, 'Showing the last version received'),
    receivedAt !== null && syncedStamp(receivedAt, now),
  )
}

function syncedStamp(receivedAt: string, now: Date): HTMLElement | null {
  const date = new Date(receivedAt)
  if (Number.isNaN(date.getTime())) return null
  const title = date.toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'medium' })
  return h('p', { class: 'stamp' }, 'Last synced ', h('time', { datetime: receivedAt, title }, formatAge(date, now)))
}

/** Differs from time to time, or a screen reader would take the second change for the first. */
function announcement(update: number): string {
  if (update === 0) return ''
  return update === 1 ? 'This page was updated.' : `This page was updated, ${update} times by now.`
}
