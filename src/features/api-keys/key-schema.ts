import * as z from 'zod/mini'
import { SCOPES, type Scope } from '@/features/api-keys/key-words'

export const EXPIRIES = [
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
  { value: 'date', label: 'On a date' },
  { value: 'never', label: 'Never' },
] as const

const DAY_MS = 86_400_000
export const FARTHEST_YEARS = 10

/** The checks of the database, in words. */
export const keySchema = z
  .object({
    name: z.string().check(z.trim(), z.minLength(1, 'A key needs a name, to know it again.'), z.maxLength(120, 'Use at most 120 characters.')),
    scopes: z.array(z.enum(SCOPES.map(({ scope }) => scope))).check(z.minLength(1, 'Choose at least one: a key without any opens nothing.')),
    expiry: z.enum(EXPIRIES.map(({ value }) => value)),
    date: z.string(),
  })
  .check(({ value, issues }) => {
    if (value.expiry !== 'date') return
    const end = endOfDay(value.date)
    const refuse = (message: string) => issues.push({ code: 'custom', input: value, path: ['date'], message })
    if (end === null) refuse('Choose a date.')
    else if (end <= Date.now()) refuse('Choose a day that is not over.')
    else if (end > farthest()) refuse(`Choose a date within ${FARTHEST_YEARS} years, or let it never expire.`)
  })

export type KeyFormValues = z.infer<typeof keySchema>

export interface KeyDraft {
  name: string
  scopes: Scope[]
  /** ISO; null: never. */
  expiresAt: string | null
}

export const firstValues = (): KeyFormValues => ({ name: '', scopes: ['content:read'], expiry: '90', date: '' })

export function toDraft({ name, scopes, expiry, date }: KeyFormValues, now = Date.now()): KeyDraft {
  const at = expiry === 'never' ? null : expiry === 'date' ? endOfDay(date) : now + Number(expiry) * DAY_MS
  return { name, scopes, expiresAt: at === null ? null : new Date(at).toISOString() }
}

/** The last moment of "2026-12-24" on this browser's clock, in ms; null when it is no date. */
export function endOfDay(date: string): number | null {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date) ?? []
  if (year === undefined) return null
  const end = new Date(Number(year), Number(month) - 1, Number(day), 23, 59, 59)
  // JavaScript would take the 31st of April for the 1st of May.
  return end.getMonth() === Number(month) - 1 && end.getDate() === Number(day) ? end.getTime() : null
}

function farthest(): number {
  const date = new Date()
  date.setFullYear(date.getFullYear() + FARTHEST_YEARS)
  return date.getTime()
}
