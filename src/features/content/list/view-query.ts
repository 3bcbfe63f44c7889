import { readFilters, writeFilters } from '@/features/content/list/item-filters'
import { withParameters } from '@/lib/use-url-filters'

/** What a view keeps of an address: filters, sort and columns, always written the same way; not which view or item is open. */
export function viewQuery(search: URLSearchParams): string {
  const hide = search.get('hide')
  return withParameters(writeFilters(readFilters(search)), { hide }).toString()
}

/** The address of a view: its own id, so that it is known which one is open, and what it shows. */
export function viewSearch(id: string, query: string): string {
  const search = new URLSearchParams(viewQuery(new URLSearchParams(query)))
  search.set('view', id)
  return search.toString()
}
