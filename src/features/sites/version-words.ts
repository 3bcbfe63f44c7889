import type { Version } from '@/features/sites/queries/versions'

/** "run 12 by Ada", "run 12, auto", "run 12, a schedule". */
export function versionOrigin({ jobNumber, trigger, by }: Pick<Version, 'jobNumber' | 'trigger' | 'by'>): string {
  if (jobNumber === null) return 'received, its run is no longer kept'
  const run = `run ${jobNumber}`
  if (by !== null) return `${run} by ${by}`
  return `${run}, ${trigger === 'api' ? 'through the API' : 'auto'}`
}

/** "+1 new, 2 changed", "the same again", "the first". */
export function versionCounts({ counts, isFirst, hasBody }: Pick<Version, 'counts' | 'isFirst' | 'hasBody'>): string {
  if (isFirst) return 'the first'
  if (counts === null) return hasBody ? 'the one before is no longer kept' : 'content no longer kept'
  const parts = [
    counts.added > 0 ? `${counts.added} new` : null,
    counts.changed > 0 ? `${counts.changed} changed` : null,
    counts.removed > 0 ? `${counts.removed} gone` : null,
    counts.reordered > 0 ? `${counts.reordered} moved` : null,
  ].filter((words) => words !== null)
  return parts.length === 0 ? 'the same items' : parts.join(', ')
}
