import { useCallback, useDeferredValue, useMemo, useState } from 'react'
import { growingFilter, isFiltering, matcher, NO_FILTER, type LineFilter } from '@/ui/terminal/filter'
import type { TerminalLine, TerminalSite } from '@/ui/terminal/line'

interface Selection {
  /** Where the selection began, and where it reaches to: sequence numbers, in either order. */
  anchor: number
  head: number
}

/** What of the log is shown, and which of that is chosen. */
export function useLines(lines: readonly TerminalLine[], sites: ReadonlyMap<string, TerminalSite>) {
  const [filter, setFilter] = useState<LineFilter>(NO_FILTER)
  const [selection, setSelection] = useState<Selection | null>(null)
  // Looking through 100,000 lines may take longer than a keystroke: typing goes first.
  const deferred = useDeferredValue(filter)
  const narrow = useMemo(() => (isFiltering(deferred) ? growingFilter(matcher(deferred, sites)) : null), [deferred, sites])
  const shown = useMemo(() => narrow?.(lines) ?? lines, [narrow, lines])

  const range = useMemo(
    () => (selection === null ? null : { from: Math.min(selection.anchor, selection.head), to: Math.max(selection.anchor, selection.head) }),
    [selection],
  )

  return {
    filter,
    setFilter,
    shown,
    selected: useMemo(() => (range === null ? null : shown.filter(({ seq }) => seq >= range.from && seq <= range.to)), [range, shown]),
    range,
    /** A click on the one chosen line lets go of it. */
    select: useCallback((seq: number, extend: boolean) => {
      setSelection((before) => {
        if (extend && before !== null) return { anchor: before.anchor, head: seq }
        return before?.anchor === seq && before.head === seq ? null : { anchor: seq, head: seq }
      })
    }, []),
    selectAll: () => {
      const first = shown[0]
      const last = shown[shown.length - 1]
      if (first !== undefined && last !== undefined) setSelection({ anchor: first.seq, head: last.seq })
    },
    clearSelection: () => setSelection(null),
  }
}
