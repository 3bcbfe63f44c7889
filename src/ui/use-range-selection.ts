import { useRef } from 'react'

export interface Selection {
  /** Keys of rows, also of those that are not loaded or not in sight. */
  selected: ReadonlySet<string>
  onChange: (selected: ReadonlySet<string>) => void
}

/**
 * Choosing rows as lists of files do it: one at a time, or with Shift from the one that was changed last up to this one, all of
 * which become what this one becomes.
 */
export function useRangeSelection(keys: readonly string[], selection: Selection | undefined) {
  const anchor = useRef<string | null>(null)

  const set = (key: string, on: boolean, range: boolean) => {
    if (selection === undefined) return
    const to = keys.indexOf(key)
    const from = range && anchor.current !== null ? keys.indexOf(anchor.current) : to
    const next = new Set(selection.selected)
    const [first, last] = from === -1 ? [to, to] : [Math.min(from, to), Math.max(from, to)]
    for (const each of keys.slice(first, last + 1)) {
      if (on) next.add(each)
      else next.delete(each)
    }
    anchor.current = key
    selection.onChange(next)
  }

  const setAll = (on: boolean) => {
    if (selection === undefined) return
    const next = new Set(selection.selected)
    for (const key of keys) {
      if (on) next.add(key)
      else next.delete(key)
    }
    selection.onChange(next)
  }

  return { set, setAll }
}
