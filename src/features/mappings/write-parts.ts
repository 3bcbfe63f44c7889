import { sameValue, type CellAddress, type Mapping } from '@/features/mappings/mapping'
import { setMappings, type CellWrite } from '@/features/mappings/queries/set-mappings'
import { errorLine } from '@/lib/errors'
import { formatNumber } from '@/lib/format'

export interface CellChange extends CellAddress {
  before: Mapping | null
  after: Mapping | null
}

export const reversed = (changes: readonly CellChange[]): CellChange[] =>
  changes.map(({ siteId, itemId, before, after }) => ({ siteId, itemId, before: after, after: before }))

/** Cells in one call to begin with. The database ends a statement after 8 s; how many it manages shows as one goes. */
export const FIRST_PART = 4000
const LARGEST_PART = 10_000
const SMALLEST_PART = 250
const QUICK_MS = 1500
const SLOW_MS = 3500
/** A part's overrides, in characters: a request has an end as well. */
const PART_CHARACTERS = 2_000_000

/** Some parts are written, a later one was refused, and taking the earlier ones back failed as well. */
export class PartlyWritten extends Error {
  constructor(
    readonly written: number,
    readonly total: number,
    reason: unknown,
  ) {
    super(`${formatNumber(written)} of ${formatNumber(total)} cells were written and could not be taken back; the others were not: ${errorLine(reason)}`)
  }
}

/** A later part was refused, and the earlier ones were taken back. */
export class TakenBack extends Error {
  constructor(written: number, reason: unknown) {
    super(`Nothing was changed: ${formatNumber(written)} cells that were written already have been put back. ${errorLine(reason)}`)
  }
}

/**
 * Writes cells in one call where it can be one, else in parts, each whole or not at all. When a part is refused, what was written
 * before it is put back.
 */
export async function writeInParts(changes: readonly CellChange[], onWritten: (cells: number) => void, write = setMappings): Promise<void> {
  let size = FIRST_PART
  let written = 0
  while (written < changes.length) {
    const part = nextPart(changes, written, size)
    const startedAt = performance.now()
    try {
      await write(part.map(cellWrite))
    } catch (reason) {
      if (written === 0) throw reason
      const undone = reversed(changes.slice(0, written))
      try {
        // In parts of the size that has just gone well.
        for (let at = 0; at < undone.length; ) {
          const back = nextPart(undone, at, size)
          await write(back.map(cellWrite))
          at += back.length
        }
      } catch {
        throw new PartlyWritten(written, changes.length, reason)
      }
      throw new TakenBack(written, reason)
    }
    written += part.length
    onWritten(written)
    const took = performance.now() - startedAt
    if (took < QUICK_MS) size = Math.min(size * 2, LARGEST_PART)
    else if (took > SLOW_MS) size = Math.max(Math.floor(size / 2), SMALLEST_PART)
  }
}

function nextPart(changes: readonly CellChange[], from: number, size: number): CellChange[] {
  const part: CellChange[] = []
  let characters = 0
  for (let index = from; index < changes.length && part.length < size; index++) {
    const change = changes[index]
    if (change === undefined) break
    if (change.after !== null && change.after.mode === 'override') characters += JSON.stringify(change.after.overrides).length
    if (characters > PART_CHARACTERS && part.length > 0) break
    part.push(change)
  }
  return part
}

export function cellWrite({ siteId, itemId, before, after }: CellChange): CellWrite {
  if (after === null) return { site_id: siteId, item_id: itemId, mode: null }
  const overridden = after.mode === 'override' && Object.keys(after.overrides).length > 0
  // What the database knows by itself it is not told: somebody else may have looked at an override meanwhile.
  const tellsBases = overridden && after.bases !== undefined && !(before?.bases !== undefined && sameValue(before.bases, after.bases) && sameValue(before.overrides, after.overrides))
  return {
    site_id: siteId,
    item_id: itemId,
    mode: after.mode,
    ...(overridden ? { overrides: after.overrides } : {}),
    ...(tellsBases ? { bases: after.bases ?? {} } : {}),
    // Only what comes back has a place of its own; anything else stays where it is, or where somebody has just put it.
    ...(before === null && after.position !== null ? { position: after.position } : {}),
  }
}
