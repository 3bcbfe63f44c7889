interface WarningWords {
  /** On a site's row. */
  word: string
  /** Something would be lost or refused; the others tell what the run does differently. */
  grave: boolean
}

const WORDS: Readonly<Record<string, WarningWords>> = {
  becomes_empty: { word: 'becomes empty', grave: true },
  loses_many: { word: 'loses many items', grave: true },
  invalid_item: { word: 'invalid item', grave: true },
  too_large: { word: 'too large', grave: true },
  site_disabled: { word: 'disabled', grave: false },
  secret_missing: { word: 'no secret yet', grave: false },
  on_hold: { word: 'on hold', grave: false },
  circuit_open: { word: 'circuit open', grave: false },
}

/** One that is not known yet is taken seriously, under the name the server gave it. */
export function warningWords(code: string): WarningWords {
  return (Object.hasOwn(WORDS, code) ? WORDS[code] : undefined) ?? { word: code.replaceAll('_', ' '), grave: true }
}

export const isGrave = (code: string): boolean => warningWords(code).grave
