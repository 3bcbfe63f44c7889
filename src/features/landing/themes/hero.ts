import type { Mark } from '../changes.ts'
import type { ItemView } from '../item-view.ts'
import { autumnHero } from './autumn.ts'
import { financeHero } from './finance.ts'
import { neutralHero } from './neutral.ts'
import { serviceHero } from './service.ts'

/** The opening of a page, in the design that its item asks for. */
export function hero(item: ItemView, mark: Mark): HTMLElement {
  switch (item.theme) {
    case 'autumn':
      return autumnHero(item, mark)
    case 'service':
      return serviceHero(item, mark)
    case 'finance':
      return financeHero(item, mark)
    case 'neutral':
      return neutralHero(item, mark)
  }
}
