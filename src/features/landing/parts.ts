import type { Mark } from './changes.ts'
import { h, svg, type Child } from './dom.ts'
import { fieldList } from './field-list.ts'
import type { ItemView } from './item-view.ts'
import { renderMarkdown } from './markdown.ts'

/** The parts of an offer. Every design is given the item and what has just changed in it, and arranges these its own way. */

export function discount(item: ItemView, mark: Mark): Child {
  if (!item.discount) return null
  return h(
    'p',
    { class: 'discount', 'data-digits': item.discount.length, ...mark('discount') },
    h('span', { class: 'discount-number' }, item.discount),
    h('span', { class: 'discount-unit' }, h('span', {}, '%'), ' ', h('span', {}, 'off')),
  )
}

export function body(item: ItemView, mark: Mark, under: 1 | 2): Child {
  if (item.content.kind === 'fields') return fieldList(item.content.fields, under, mark)
  const { source, more } = item.content
  return [
    source !== '' && h('div', { class: 'prose', ...mark('body') }, renderMarkdown(source, under)),
    more.length > 0 && fieldList(more, under, mark),
  ]
}

export function cta(item: ItemView, mark: Mark): Child {
  if (!item.cta) return null
  const { text, link } = item.cta
  return h(
    'a',
    { class: 'cta', href: link.href, rel: link.external && 'noopener', ...mark('cta_text', 'cta_url') },
    text,
    svg('svg', { class: 'cta-arrow', viewBox: '0 0 20 12', 'aria-hidden': 'true' }, svg('path', { d: 'M0 6h18M13 1l5 5-5 5' })),
  )
}

export function validity(item: ItemView, mark: Mark): Child {
  return item.validity && h('p', { class: 'validity', ...mark('start_date', 'end_date') }, item.validity)
}

/** The row of what to do and until when; nothing where an item has neither. */
export function act(...children: Child[]): Child {
  return children.some(Boolean) && h('div', { class: 'hero-act' }, children)
}
