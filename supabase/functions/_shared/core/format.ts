/** Sizes and times as messages and log lines write them. */

/** Decimal units: `812 B`, `1.4 kB`, `23 kB`, `1 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  return bytes < 999_500 ? `${short(bytes / 1_000)} kB` : `${short(bytes / 1_000_000)} MB`
}

/** `340 ms`, `1.5 s`, `2 min`, `1 h`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${short(ms / 1_000)} s`
  return ms < 3_597_000 ? `${short(ms / 60_000)} min` : `${short(ms / 3_600_000)} h`
}

/** One decimal below ten, none from there on, and never a trailing `.0`. */
function short(value: number): string {
  return value < 9.95 ? String(Math.round(value * 10) / 10) : String(Math.round(value))
}

/**
 * `text` without what PostgreSQL cannot keep: the zero character, and halves of surrogate pairs. What a destination
 * answers is its own affair, but it must not stop its result, or another's, from being recorded.
 */
export function storableText(text: string): string {
  return text.replace(/\0|\p{Surrogate}/gu, '\ufffd')
}
