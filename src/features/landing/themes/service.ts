import './service.css'
import type { Mark } from '../changes.ts'
import { h } from '../dom.ts'
import type { ItemView } from '../item-view.ts'
import { act, body, cta, discount, validity } from '../parts.ts'
import { airflow } from './airflow.ts'

/** A service page: white, exact, air around a still point. */
export function serviceHero(item: ItemView, mark: Mark): HTMLElement {
  return h(
    'section',
    { class: 'hero hero-service', id: `item-${item.id}` },
    airflow(),
    h(
      'div',
      { class: 'hero-text' },
      h('h1', mark('headline', 'title'), item.title),
      body(item, mark, 1),
      act(cta(item, mark), discount(item, mark), validity(item, mark)),
    ),
  )
}
