import type { ItemStatus } from '@/features/content/item-status'
import { formatMoment } from '@/lib/zoned-time'

/** When a published item is out. null: open on that side. ISO text, as the database gives it. */
export interface PublishWindow {
  publishAt: string | null
  unpublishAt: string | null
}

/** A status as people speak of it: of what is published, only a part is out at a given moment. */
export const ITEM_CONDITIONS = ['draft', 'scheduled', 'published', 'ended', 'archived'] as const
export type ItemCondition = (typeof ITEM_CONDITIONS)[number]
export const isItemCondition = (value: string | null): value is ItemCondition => ITEM_CONDITIONS.some((condition) => condition === value)

interface Windowed extends PublishWindow {
  status: ItemStatus
}

/** The same half-open interval as in the payload: out from `publishAt` on, not any more at `unpublishAt`. */
export function itemCondition({ status, publishAt, unpublishAt }: Windowed, now: number): ItemCondition {
  if (status !== 'published') return status
  if (unpublishAt !== null && Date.parse(unpublishAt) <= now) return 'ended'
  if (publishAt !== null && Date.parse(publishAt) > now) return 'scheduled'
  return 'published'
}

/** What happens by itself, and when; null where nothing does. */
export function windowSentence(item: Windowed, now: number): string | null {
  const from = item.publishAt === null ? null : formatMoment(item.publishAt, { now })
  const until = item.unpublishAt === null ? null : formatMoment(item.unpublishAt, { now })
  switch (itemCondition(item, now)) {
    case 'scheduled':
      return `Goes out on ${from ?? ''} with an automatic run${until === null ? '' : `, and comes off on ${until} with another`}.`
    case 'published':
      return until === null ? null : `Comes off on ${until} with an automatic run.`
    case 'ended':
      return `Came off on ${until ?? ''}. Clear the end or choose a later one, and it goes out again.`
    case 'draft':
    case 'archived':
      return from === null && until === null ? null : `Once it is published, it is out ${span(from, until)}.`
  }
}

function span(from: string | null, until: string | null): string {
  return [from === null ? '' : `from ${from}`, until === null ? '' : `until ${until}`].filter((part) => part !== '').join(' ')
}

/** After a save or a change of status: what the sites get from it, and when; undefined where nothing is sent. */
export function whatFollows(item: Windowed, now: number): string | undefined {
  switch (itemCondition(item, now)) {
    case 'published':
      return 'Sites get it with the next run.'
    case 'scheduled':
    case 'ended':
      return windowSentence(item, now) ?? undefined
    default:
      return undefined
  }
}

/** For a list: "from 24 Nov, 00:00", "until 1 Dec, 00:00"; null where the chip says it all. */
export function windowHint(item: Windowed, now: number): string | null {
  switch (itemCondition(item, now)) {
    case 'scheduled':
      return item.publishAt === null ? null : `from ${formatMoment(item.publishAt, { now })}`
    case 'published':
      return item.unpublishAt === null ? null : `until ${formatMoment(item.unpublishAt, { now })}`
    case 'ended':
      return item.unpublishAt === null ? null : `on ${formatMoment(item.unpublishAt, { now })}`
    default:
      return null
  }
}

/** The check of the table, in words. */
export function windowProblem({ publishAt, unpublishAt }: PublishWindow): string | undefined {
  if (publishAt === null || unpublishAt === null || Date.parse(unpublishAt) > Date.parse(publishAt)) return undefined
  return 'It would come off before it goes out. Choose a later time, or clear one of the two.'
}

/** Equal instants, however they are written. */
export function sameWindow(a: PublishWindow, b: PublishWindow): boolean {
  const same = (one: string | null, other: string | null) => (one === null ? null : Date.parse(one)) === (other === null ? null : Date.parse(other))
  return same(a.publishAt, b.publishAt) && same(a.unpublishAt, b.unpublishAt)
}
