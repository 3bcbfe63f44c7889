export const ITEM_STATUSES = ['draft', 'published', 'archived'] as const
export type ItemStatus = (typeof ITEM_STATUSES)[number]
export const isItemStatus = (value: string | null): value is ItemStatus => ITEM_STATUSES.some((status) => status === value)
