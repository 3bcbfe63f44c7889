/** Where failure is ordinary, functions say so in their type instead of throwing. */
export type Result<T, E> = { ok: true; value: T } | { ok: false; error: E }

export interface Problem<Code extends string = string> {
  /** For programs: stable. */
  code: Code
  /** For people: what happened, in a sentence without its full stop. */
  message: string
}
