import type { FetchFailure } from './api.ts'
import { h, svg, type Child } from './dom.ts'
import type { HeadText } from './head.ts'

/** Pages that have no offer to show. They speak to visitors first, so they name no tables or tools. */

export interface Screen {
  /** Null leaves title and description as they are. */
  head: HeadText | null
  element: HTMLElement
}

export function loading(): Screen {
  const bar = () => h('div', { class: 'loading-bar' })
  const words = h('p', { class: 'visually-hidden', role: 'status' }, 'Loading the page')
  return { head: null, element: h('main', { class: 'loading', 'aria-busy': 'true' }, words, bar(), bar(), bar()) }
}

export function unknownPage(): Screen {
  return notice(
    'There is no page here',
    'Page not found',
    h(
      'p',
      {},
      'The address may have a typing error in it, or the campaign has moved on. Whoever gave you the link can send you the right one.',
    ),
  )
}

/** The button is found by `data-retry`. It stays enabled while a try is under way: disabling it would throw away the keyboard's focus. */
export function cannotLoad(failure: FetchFailure, retrying: boolean): Screen {
  return notice(
    'This page can’t be loaded right now',
    'Page can’t be loaded',
    h('p', {}, `${describeFailure(failure)} We keep trying, so you can leave this open.`),
    h(
      'button',
      { class: 'cta', type: 'button', id: 'retry', 'data-retry': true, 'aria-disabled': retrying && 'true' },
      retrying ? 'Trying …' : 'Try again',
    ),
  )
}

function describeFailure(failure: FetchFailure): string {
  switch (failure.reason) {
    case 'unreachable':
      return 'The server did not answer: your connection or ours may be interrupted.'
    case 'refused':
      return `The server answered with an error (${failure.status}).`
    case 'unreadable':
      return 'The server’s answer could not be read.'
  }
}

export function notConfigured(problems: readonly string[]): Screen {
  return notice(
    'This page is not connected yet',
    'Not connected',
    h('p', {}, 'It doesn’t know where its content comes from:'),
    h(
      'ul',
      {},
      problems.map((problem) => h('li', {}, problem)),
    ),
  )
}

/** In a page's frame: the page exists, but no sync has reached it. */
export function comingSoon(organization: string): HTMLElement {
  return h(
    'section',
    { class: 'notice-body' },
    pageOutline(),
    h('h1', {}, 'Coming soon'),
    h('p', {}, `${organization} is preparing this page. It fills itself when the first sync arrives, without a reload.`),
  )
}

/** In a page's frame: the last sync carried no item. */
export function noOffers(organization: string): HTMLElement {
  return h(
    'section',
    { class: 'notice-body' },
    pageOutline(),
    h('h1', {}, 'No offers at the moment'),
    h('p', {}, `When ${organization} has a new one, it appears here by itself.`),
  )
}

function notice(title: string, tab: string, ...children: Child[]): Screen {
  const element = h(
    'div',
    { class: 'page', 'data-theme': 'neutral' },
    h('main', { class: 'notice-body' }, pageOutline(), h('h1', {}, title), children),
  )
  return { head: { title: tab, description: null }, element }
}

/** A page with its places marked and nothing in them. */
function pageOutline(): SVGElement {
  return svg(
    'svg',
    { class: 'page-outline', viewBox: '0 0 120 88', 'aria-hidden': 'true' },
    svg('path', { d: 'M1 1h118v86H1zM1 15h118' }),
    svg('path', { d: 'M13 29h58v14H13zM13 53h40M13 61h46M13 73h22M83 29h24v44H83z', 'stroke-dasharray': '3 4' }),
    svg('path', { d: 'M8 8h.01M14 8h.01M20 8h.01', 'stroke-linecap': 'round', 'stroke-width': 3 }),
  )
}
