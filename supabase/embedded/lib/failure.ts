/**
 * Something went wrong that a person can act on. The command line shows the message alone, without a stack,
 * so it says what happened, to what, and what to do next.
 */
export class Failure extends Error {
  override name = 'Failure'
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The `code` of a Node.js system error, such as `EADDRINUSE`. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
