import type { Mark } from './changes.ts'
import { h } from './dom.ts'
import type { ItemView } from './item-view.ts'
import { body, cta, discount, validity } from './parts.ts'

/** An item after the first: a section in the page's style that keeps an accent of its own theme. */
export function offer(item: ItemView, mark: Mark): HTMLElement {
  const titleId = `title-${item.id}`
  return h(
    'article',
    { class: 'offer', id: `item-${item.id}`, 'data-accent': item.theme, 'aria-labelledby': titleId },
    h(
      'div',
      { class: 'offer-head' },
      discount(item, mark),
      h('h2', { id: titleId, ...mark('headline', 'title') }, item.title),
      validity(item, mark),
    ),
    h('div', { class: 'offer-text' }, body(item, mark, 2), cta(item, mark)),
  )
}
