import './neutral.css'
import type { Mark } from '../changes.ts'
import { h } from '../dom.ts'
import type { ItemView } from '../item-view.ts'
import { act, body, cta, discount, validity } from '../parts.ts'

/** For themes that we have no design for, and content types without a theme: an even, typographic page. */
export function neutralHero(item: ItemView, mark: Mark): HTMLElement {
  return h(
    'section',
    { class: 'hero hero-neutral', id: `item-${item.id}` },
    h('h1', mark('headline', 'title'), item.title),
    act(discount(item, mark), cta(item, mark), validity(item, mark)),
    body(item, mark, 1),
  )
}
