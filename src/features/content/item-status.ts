import { isItemCondition, type ItemCondition } from '@/features/content/publish-window'

export const ITEM_STATUSES = ['draft', 'published', 'archived'] as const
export type ItemStatus = (typeof ITEM_STATUSES)[number]
export const isItemStatus = (value: string | null): value is ItemStatus => ITEM_STATUSES.some((status) => status === value)

export interface ItemFilters {
  /** As the chips say it: what is scheduled or has ended is not "published". */
  status: ItemCondition | null
  typeId: string | null
  /** Words in the title. */
  text: string
}

/** `%` and `_` are wildcards of LIKE, and PostgREST adds `*`, which has no escape: it then matches anything, which is not wrong. */
export function literally(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}

export function readFilters(search: URLSearchParams): ItemFilters {
  const status = search.get('status')
  return { status: isItemCondition(status) ? status : null, typeId: search.get('type'), text: search.get('q') ?? '' }
}

export function writeFilters({ status, typeId, text }: ItemFilters): URLSearchParams {
  const search = new URLSearchParams()
  if (status !== null) search.set('status', status)
  if (typeId !== null && typeId !== '') search.set('type', typeId)
  if (text !== '') search.set('q', text)
  return search
}
