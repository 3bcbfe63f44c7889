import type { TerminalLine, TerminalSite } from '@/ui/terminal/line'

/** `all`, `problems` (warnings and errors), or one level. */
export type LevelFilter = 'all' | 'problems' | 'debug' | 'info' | 'success' | 'warn' | 'error'

export interface LineFilter {
  level: LevelFilter
  /** A site's id, or `all`. */
  site: string
  /** Every word must be in the message or in the site's name; case does not count. */
  search: string
}

export const NO_FILTER: LineFilter = { level: 'all', site: 'all', search: '' }

export function isFiltering({ level, site, search }: LineFilter): boolean {
  return level !== 'all' || site !== 'all' || search.trim() !== ''
}

type Matches = (line: TerminalLine) => boolean

export function matcher({ level, site, search }: LineFilter, sites: ReadonlyMap<string, TerminalSite>): Matches {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const names = new Map([...sites].map(([id, { name, slug }]) => [id, `${name} ${slug}`.toLowerCase()]))
  return (line) => {
    if (level === 'problems' ? line.level !== 'warn' && line.level !== 'error' : level !== 'all' && line.level !== level) return false
    if (site !== 'all' && line.siteId !== site) return false
    if (words.length === 0) return true
    const message = line.message.toLowerCase()
    const name = line.siteId === null ? '' : (names.get(line.siteId) ?? '')
    return words.every((word) => message.includes(word) || name.includes(word))
  }
}

/**
 * Filters a list that grows at its end: what was looked at is not looked at again, so that a stream into 100,000 lines stays
 * cheap. A list that has changed before its end (a gap was filled) is filtered anew.
 */
export function growingFilter(matches: Matches): (lines: readonly TerminalLine[]) => readonly TerminalLine[] {
  let seen: readonly TerminalLine[] = []
  let kept: readonly TerminalLine[] = []
  return (lines) => {
    if (lines === seen) return kept
    // Both are in order of `seq` and nothing is ever taken out, so the same line in the same place means the same list up to there.
    const grew = lines.length >= seen.length && (seen.length === 0 || lines[seen.length - 1] === seen[seen.length - 1])
    const added = (grew ? lines.slice(seen.length) : lines).filter(matches)
    kept = grew ? (added.length === 0 ? kept : kept.concat(added)) : added
    seen = lines
    return kept
  }
}
