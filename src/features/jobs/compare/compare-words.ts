import type { ComparedDelivery } from '@/features/jobs/queries/compare'
import { formatDuration } from '@/lib/format'

/** A site of two runs; one side is missing where that run was not for it. */
export interface Pair {
  targetId: string
  name: string
  before: ComparedDelivery | null
  after: ComparedDelivery | null
}

export const PARTS = ['all', 'payload', 'status', 'one-only'] as const
export type ComparePart = (typeof PARTS)[number]

const names = new Intl.Collator('en')

/** Every site of either run once, by its newer name. */
export function pairsOf(before: readonly ComparedDelivery[], after: readonly ComparedDelivery[]): Pair[] {
  const pairs = new Map<string, Pair>()
  for (const delivery of before) pairs.set(delivery.targetId, { targetId: delivery.targetId, name: delivery.name, before: delivery, after: null })
  for (const delivery of after) pairs.set(delivery.targetId, { targetId: delivery.targetId, name: delivery.name, before: pairs.get(delivery.targetId)?.before ?? null, after: delivery })
  return [...pairs.values()].sort((a, b) => names.compare(a.name, b.name) || (a.targetId < b.targetId ? -1 : 1))
}

export const samePayload = ({ before, after }: Pair): boolean => before !== null && after !== null && before.hash === after.hash
const sameStatus = ({ before, after }: Pair): boolean => before !== null && after !== null && before.status === after.status
export const inOneOnly = ({ before, after }: Pair): boolean => before === null || after === null

export function partOf(pairs: readonly Pair[], part: ComparePart): Pair[] {
  return pairs.filter((pair) => {
    if (part === 'payload') return !inOneOnly(pair) && !samePayload(pair)
    if (part === 'status') return !inOneOnly(pair) && !sameStatus(pair)
    return part === 'all' || inOneOnly(pair)
  })
}

/** "+120 ms", "−1.2 s", "same": how much longer the second took. */
export function differenceWords(before: number | null, after: number | null): string {
  if (before === null || after === null) return '–'
  if (Math.abs(after - before) < 1) return 'same'
  return `${after > before ? '+' : '−'}${formatDuration(Math.abs(after - before))}`
}
