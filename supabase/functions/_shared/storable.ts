/** Codes of PostgreSQL for a text that is JSON here and none there, such as one with the character zero. */
const codes: ReadonlySet<string> = new Set(['22P02', '22P05'])

/** Whether the database refused a text that came from outside, rather than failed. */
export function isNotStorable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && codes.has(String(error.code))
}
