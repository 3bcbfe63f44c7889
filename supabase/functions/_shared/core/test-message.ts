/**
 * A test request: signed as a delivery is and sent where deliveries go, so that it proves the address, the secret and the
 * receiver's own check of them, and changes nothing. It says so twice, and both are covered by the signatures:
 *
 * - the body is `{"version": 1, "test": true, "site": {…}}`. It has no `items`: a receiver that does not know tests must not
 *   take it for an empty payload, and one that looks refuses it as no payload at all;
 * - its id begins with `test_`, and its sequence is 0, below that of every delivery: a receiver that never goes back to an
 *   older sequence leaves what it holds as it is.
 *
 * A receiver that knows tests answers `{"applied": false, "test": true}` and keeps nothing of them.
 */

export const testIdPrefix = 'test_'

/** Deliveries are numbered from 1. */
export const testSequence = 0

export function testBody({ slug, name }: { slug: string; name: string }): string {
  return JSON.stringify({ version: 1, test: true, site: { slug, name } })
}

/** For a body whose signature is verified. No payload of ours says `test`. */
export function isTestBody(body: string): boolean {
  try {
    const parsed: unknown = JSON.parse(body)
    return typeof parsed === 'object' && parsed !== null && 'test' in parsed && parsed.test === true
  } catch {
    return false
  }
}
