/** Reading JSON that the database's verbs answer, by hand: a schema library would weigh more than the pages of the first load that use this. */

export type Fields = Record<string, unknown>

export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
export const text = (value: unknown): string => (typeof value === 'string' ? value : '')
export const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null)
export const number = (value: unknown): number => (typeof value === 'number' ? value : 0)
export const numberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null)
export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
