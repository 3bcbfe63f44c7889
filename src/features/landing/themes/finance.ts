import './finance.css'
import type { Mark } from '../changes.ts'
import { h, type Child } from '../dom.ts'
import type { ItemView } from '../item-view.ts'
import { act, body, cta, discount, validity } from '../parts.ts'

/** A finance offer: one figure, as large as the window allows, and the terms beneath it in black. */
export function financeHero(item: ItemView, mark: Mark): HTMLElement {
  // One figure is enough: a discount takes the place that a percentage in the title would have.
  const parts = item.discount ? null : item.titleParts
  const title: Child = parts
    ? [words(parts.before), h('span', { class: 'claim-figure' }, parts.figure), words(parts.after)]
    : words(item.title)
  return h(
    'section',
    { class: 'hero hero-finance', id: `item-${item.id}` },
    h(
      'div',
      { class: 'hero-claim' },
      discount(item, mark),
      h('h1', { 'data-plain': !parts && !item.discount, ...mark('headline', 'title') }, title),
    ),
    item.term !== null && months(item.term),
    h('div', { class: 'hero-terms' }, body(item, mark, 1), act(cta(item, mark), validity(item, mark))),
  )
}

function words(text: string): Child {
  return text.trim() !== '' && h('span', { class: 'claim-words' }, text)
}

/** The months that the title names, counted out as a scale. Decoration only. */
function months(count: number): HTMLElement {
  const marks = Array.from({ length: count }, (_, index) => h('span', {}, String(index + 1)))
  return h('div', { class: 'months', 'aria-hidden': 'true' }, marks)
}
