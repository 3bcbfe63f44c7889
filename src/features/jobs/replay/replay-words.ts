import type { ReplayContent, ReplayFilter, ReplayPlan } from '@/features/jobs/queries/replay'
import { count } from '@/lib/format'

/** Why there is no original to send. */
export function whyNoBody(status: string): string {
  return status === 'skipped'
    ? 'Not available: this delivery was skipped, so it never had a body.'
    : 'Not available: its body is no longer kept. Bodies go with the logs, after the time that the organization’s settings name.'
}

export const WINDOWS = [
  { value: 'hour', label: 'Last hour', hours: 1 },
  { value: 'day', label: 'Last 24 hours', hours: 24 },
  { value: 'week', label: 'Last 7 days', hours: 7 * 24 },
  { value: 'month', label: 'Last 30 days', hours: 30 * 24 },
  { value: 'any', label: 'Any time', hours: null },
  { value: 'custom', label: 'Between two times', hours: null },
] as const

export type WindowName = (typeof WINDOWS)[number]['value']

/** Those that have ended and had a body. */
export const STATUSES = ['failed', 'cancelled', 'superseded', 'success'] as const
export type ReplayStatus = (typeof STATUSES)[number]

export interface ReplayForm {
  /** None chosen: every site. */
  siteIds: readonly string[]
  statuses: readonly ReplayStatus[]
  window: WindowName
  /** The moment from which the window counts back, in ms: it stays while the form is open, so that the preview does not drift. */
  now: number
  /** Of `custom`, as the control has it: "2026-11-21T14:05" in the browser's own zone, or empty. */
  from: string
  to: string
}

/** What the database is asked for; null with the reason while the form cannot be asked. */
export function replayFilter({ siteIds, statuses, window, now, from, to }: ReplayForm): { filter: ReplayFilter } | { problem: string } {
  if (statuses.length === 0) return { problem: 'Choose at least one status.' }
  const filter: ReplayFilter = { statuses: [...statuses], ...(siteIds.length === 0 ? {} : { site_ids: [...siteIds] }) }
  if (window !== 'custom') {
    const hours = WINDOWS.find(({ value }) => value === window)?.hours ?? null
    return { filter: hours === null ? filter : { ...filter, from: new Date(now - hours * 3_600_000).toISOString() } }
  }
  const begin = instant(from)
  const end = instant(to)
  if (begin !== null && end !== null && end <= begin) return { problem: 'The end lies before the beginning.' }
  return {
    filter: {
      ...filter,
      ...(begin === null ? {} : { from: new Date(begin).toISOString() }),
      ...(end === null ? {} : { to: new Date(end).toISOString() }),
    },
  }
}

function instant(local: string): number | null {
  const ms = Date.parse(local)
  return Number.isNaN(ms) ? null : ms
}

/** "3 of 5 sites did not accept this run: Facebook Campaign, Google Campaign and one more." */
export function failedWords(names: readonly string[], total: number): string {
  const NAMED = 3
  const rest = names.length - NAMED
  const list = rest > 0 ? `${names.slice(0, NAMED).join(', ')} and ${rest} more` : names.join(', ')
  return `${names.length} of ${count('site', total)} did not accept this run: ${list}.`
}

export interface ReplayParts {
  sent: number
  disabled: number
  withoutBody: number
}

/** How much of a plan a replay with this content would really send. */
export function partsOfReplay({ deliveries }: Pick<ReplayPlan, 'deliveries'>, content: ReplayContent): ReplayParts {
  const disabled = deliveries.filter(({ enabled }) => !enabled).length
  const withoutBody = content === 'current' ? 0 : deliveries.filter(({ enabled, has_body }) => enabled && !has_body).length
  return { sent: deliveries.length - disabled - withoutBody, disabled, withoutBody }
}

/** "12 deliveries would be sent again; 1 site is disabled and passed by." */
export function replayWords({ sent, disabled, withoutBody }: ReplayParts): string {
  if (sent + disabled + withoutBody === 0) return 'Nothing matches.'
  return [
    `${count('delivery', sent, 'deliveries')} would be sent again`,
    disabled === 0 ? '' : `${count('site', disabled)} ${disabled === 1 ? 'is' : 'are'} disabled and passed by`,
    withoutBody === 0 ? '' : `of ${withoutBody} the original is no longer kept`,
  ]
    .filter(Boolean)
    .join('; ')
    .concat('.')
}
