import { lookup as resolveName } from 'node:dns/promises'
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import { bareHost, checkAddress, checkDestinationUrl } from './core/address.ts'
import { utf8 } from './core/bytes.ts'
import { classifyIp } from './core/ip.ts'
import type { AttemptOutcome, NetworkErrorCode } from './core/retry.ts'

/**
 * One HTTP POST to a destination. `node:http` and not `fetch`, because its `lookup` pins the connection to the address
 * that was checked: between a check and a second resolution by `fetch`, a name could come to mean another machine.
 */

export interface SendRequest {
  url: string
  headers: Readonly<Record<string, string>>
  body: string
  /**
   * Our own receiver: where it runs is not for a site's owner to choose, and on one machine or in a private network it
   * is no public address. Never set for an address that somebody has typed.
   */
  trusted: boolean
}

export interface SendResult {
  outcome: AttemptOutcome
  /** From the first look-up to the last byte that was read. */
  durationMs: number
  /** Empty unless there was a response. */
  responseHeaders: Record<string, string>
}

export type Send = (request: SendRequest) => Promise<SendResult>

export interface ResolvedAddress {
  address: string
  family: number
}

export interface SenderOptions {
  /** For resolution, connection, request and response together. */
  timeoutMs: number
  /** Destinations on loopback and private networks: development and the embedded backend. */
  allowPrivate: boolean
  resolve?: (host: string) => Promise<ResolvedAddress[]>
  nowMs?: () => number
}

/** How much of a response is read and kept, in bytes. */
export const maxResponseBytes = 20_000

export function createSender(options: SenderOptions): Send {
  const { timeoutMs } = options
  const resolve = options.resolve ?? ((host: string) => resolveName(host, { all: true }))
  const nowMs = options.nowMs ?? (() => performance.now())
  const agents = {
    // Sockets are given up before the 5 s after which Node's servers, and many others, close an idle one.
    'http:': new HttpAgent({ keepAlive: true, timeout: 4_000 }),
    'https:': new HttpsAgent({ keepAlive: true, timeout: 4_000 }),
  }

  async function addressesOf(url: URL, allowPrivate: boolean): Promise<ResolvedAddress[] | AttemptOutcome> {
    const host = bareHost(url.hostname)
    if (classifyIp(host) !== null) return [{ address: host, family: host.includes(':') ? 6 : 4 }]
    const found = await resolve(host)
    const checks = found.map(({ address }) => checkAddress(address, { allowPrivate }))
    const usable = found.filter((_, index) => checks[index]?.ok)
    if (usable.length > 0) return usable
    const [first] = checks
    if (first === undefined || first.ok) return { kind: 'network', code: 'host_not_found', detail: host }
    return { kind: 'refused', reason: first.error.message }
  }

  async function attempt(request: SendRequest, abandon: AbortSignal): Promise<Omit<SendResult, 'durationMs'>> {
    const allowPrivate = options.allowPrivate || request.trusted
    const checked = checkDestinationUrl(request.url, { allowPrivate })
    if (!checked.ok) return failure({ kind: 'refused', reason: checked.error.message })
    const url = checked.value
    const addresses = await addressesOf(url, allowPrivate)
    if (!Array.isArray(addresses)) return failure(addresses)
    abandon.throwIfAborted()
    const agent = url.protocol === 'https:' ? agents['https:'] : agents['http:']
    const post = () => postOnce(url, request, { agent, lookup: pinTo(addresses) }, abandon)
    try {
      return await post()
    } catch (error) {
      // A kept connection that the other side closed just then: nothing was wrong with this request, so it goes again.
      if (!(error instanceof ReusedSocketError) || abandon.aborted) throw error
      return await post()
    }
  }

  return async (request) => {
    const started = nowMs()
    const abandon = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const timeout = new Promise<Omit<SendResult, 'durationMs'>>((done) => {
      timer = setTimeout(() => {
        done(failure({ kind: 'timeout', afterMs: timeoutMs }))
        abandon.abort()
      }, timeoutMs)
    })
    const answer = attempt(request, abandon.signal).catch((error: unknown) => failure(networkOutcome(error)))
    const result = await Promise.race([answer, timeout])
    clearTimeout(timer)
    return { ...result, durationMs: Math.round(nowMs() - started) }
  }
}

class ReusedSocketError extends Error {
  constructor(options: ErrorOptions) {
    super('a kept connection was closed', options)
  }
}

function postOnce(
  url: URL,
  { headers, body }: SendRequest,
  connection: Pick<RequestOptions, 'agent' | 'lookup'>,
  abandon: AbortSignal,
): Promise<Omit<SendResult, 'durationMs'>> {
  return new Promise((resolve, reject) => {
    const bytes = utf8(body)
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = send(url, {
      method: 'POST',
      ...connection,
      headers: { ...headers, 'content-length': String(bytes.byteLength) },
    })
    const stop = () => request.destroy()
    abandon.addEventListener('abort', stop, { once: true })
    const settled = () => abandon.removeEventListener('abort', stop)
    let answered = false
    request.on('response', (response) => {
      answered = true
      readExcerpt(response).then(
        (text) => {
          settled()
          resolve({
            outcome: {
              kind: 'response',
              statusCode: response.statusCode ?? 0,
              retryAfter: response.headers['retry-after'] ?? null,
              body: text,
            },
            responseHeaders: plainHeaders(response),
          })
        },
        (error: unknown) => {
          settled()
          reject(error instanceof Error ? error : new Error(String(error)))
        },
      )
    })
    request.on('error', (error) => {
      settled()
      const stale = request.reusedSocket && !answered && codeOf(error) === 'ECONNRESET'
      reject(stale ? new ReusedSocketError({ cause: error }) : error)
    })
    request.end(bytes)
  })
}

/** The first `maxResponseBytes` of the body; a longer one is cut off together with its connection. */
function readExcerpt(response: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const text = () => Buffer.concat(chunks).subarray(0, maxResponseBytes).toString('utf8')
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      length += chunk.length
      if (length <= maxResponseBytes) return
      resolve(text())
      response.destroy()
    })
    response.on('end', () => resolve(text()))
    response.on('error', reject)
    response.on('close', () => {
      if (!response.complete) reject(Object.assign(new Error('the response broke off'), { code: 'ECONNRESET' }))
    })
  })
}

/** `net.connect` asks this instead of the resolver, and so reaches one of the addresses that were checked, or none. */
function pinTo(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_host, options, done) => {
    const first = addresses[0]
    if (options.all) done(null, [...addresses])
    else if (first !== undefined) done(null, first.address, first.family)
  }
}

function failure(outcome: AttemptOutcome): Omit<SendResult, 'durationMs'> {
  return { outcome, responseHeaders: {} }
}

function plainHeaders(response: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(response.headers)) {
    // A destination's cookies are of no use to us, and may be somebody's session.
    if (value !== undefined && name !== 'set-cookie') headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}

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

function networkOutcome(error: unknown): AttemptOutcome {
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

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
