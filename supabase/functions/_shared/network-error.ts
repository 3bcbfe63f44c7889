import type { AttemptOutcome, NetworkErrorCode } from './core/retry.ts'

/** What `node:http` and the layers below it throw, in the few kinds that a run's log tells apart. */

const errorCodes: Readonly<Record<string, NetworkErrorCode>> = {
  ECONNREFUSED: 'connection_refused',
  ECONNRESET: 'connection_reset',
  EPIPE: 'connection_reset',
  ENOTFOUND: 'host_not_found',
  EAI_AGAIN: 'host_not_found',
  ENODATA: 'host_not_found',
  EHOSTUNREACH: 'host_unreachable',
  ENETUNREACH: 'host_unreachable',
  EADDRNOTAVAIL: 'host_unreachable',
  ETIMEDOUT: 'host_unreachable',
}

export function networkOutcome(error: unknown): AttemptOutcome {
  // Happy eyeballs reports an error for each address it tried.
  const cause: unknown = error instanceof AggregateError ? (error.errors as unknown[])[0] : error
  const code = codeOf(cause)
  const detail = cause instanceof Error ? cause.message : String(cause)
  const known = errorCodes[code]
  if (known !== undefined) return { kind: 'network', code: known, detail }
  if (code.startsWith('HPE_')) return { kind: 'network', code: 'bad_response', detail }
  if (/CERT|TLS|SSL|UNABLE_TO|SELF_SIGNED/.test(code) || /certificate|tls|ssl/i.test(detail)) {
    return { kind: 'network', code: 'tls', detail }
  }
  return { kind: 'network', code: 'network', detail }
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** The other side went away in the middle. */
export function brokenOff(message: string): Error {
  return Object.assign(new Error(message), { code: 'ECONNRESET' })
}
