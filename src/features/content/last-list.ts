import { create } from 'zustand'
import type { ItemFilters } from '@/features/content/list/item-filters'
import { paths } from '@/lib/paths'

/** A list of items as it was when it was left: an item opened from it knows its neighbours, and the way back. */
export interface LastList {
  organizationId: string
  filters: ItemFilters
  /** Its address' query, without the item that was looked at. */
  search: string
  /** In its order, as far as they were read. */
  ids: readonly string[]
  total: number
}

export const useLastList = create<{ list: LastList | null }>(() => ({ list: null }))

export function noteList(list: LastList): void {
  useLastList.setState({ list })
}

/** The list that this organization's items were looked at in last, or all of them. */
export function listHref(organizationId: string): string {
  const { list } = useLastList.getState()
  return list?.organizationId === organizationId && list.search !== '' ? `${paths.content.getHref()}?${list.search}` : paths.content.getHref()
}
