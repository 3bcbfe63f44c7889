import './autumn.css'
import type { Mark } from '../changes.ts'
import { h } from '../dom.ts'
import type { ItemView } from '../item-view.ts'
import { act, body, cta, discount, validity } from '../parts.ts'
import { leafCloth } from './leaf-cloth.ts'

/** An autumn sale: the discount is the picture, beside a printed cloth of leaves. */
export function autumnHero(item: ItemView, mark: Mark): HTMLElement {
  return h(
    'section',
    { class: 'hero hero-autumn', id: `item-${item.id}` },
    leafCloth(),
    discount(item, mark),
    h('h1', mark('headline', 'title'), item.title),
    body(item, mark, 1),
    act(cta(item, mark), validity(item, mark)),
  )
}
