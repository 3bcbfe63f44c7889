import { lookup as resolveName } from 'node:dns/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { bareHost, checkAddress, checkDestinationUrl, rulesFor, type AddressRules } from './core/address.ts'
import type { AllowList } from './core/allow-list.ts'
import { utf8 } from './core/bytes.ts'
import { classifyIp } from './core/ip.ts'
import type { AttemptOutcome } from './core/retry.ts'
import { brokenOff, codeOf, networkOutcome } from './network-error.ts'
import { createPin, type PinnedOptions, type ResolvedAddress } from './pinned-agent.ts'

/**
 * One HTTP request to an address that somebody has typed. `node:http` and not `fetch`, because its `lookup` pins the
 * connection to the address that was checked: between a check and a second resolution by `fetch`, a name could come to
 * mean another machine.
 */

export interface SendRequest {
  /** POST unless it says otherwise. */
  method?: 'POST' | 'GET'
  url: string
  headers: Readonly<Record<string, string>>
  /** Of a POST. */
  body?: string
  /**
   * Our own receiver: where it runs is not for a site's owner to choose, and on one machine or in a private network it
   * is no public address. Never set for an address that somebody has typed.
   */
  trusted: boolean
  /** For resolution, connection, request and response together; the sender's own without it. */
  timeoutMs?: number
  /** How much of the response is read and kept; 20 kB without it. */
  maxResponseBytes?: number
}

export interface SendResult {
  outcome: AttemptOutcome
  /** From the first look-up to the last byte that was read. */
  durationMs: number
  /** From the first look-up until the connection stood, TLS included; null on a kept connection, or where it never did. */
  connectMs: number | null
  /** From the first look-up to the headers of the response; null where none came. */
  firstByteMs: number | null
  /** Empty unless there was a response. */
  responseHeaders: Record<string, string>
  /** The response went on after what was kept of it. */
  truncated: boolean
}

export type Send = (request: SendRequest) => Promise<SendResult>

export type { ResolvedAddress }

export interface SenderOptions {
  /** For a request without a time of its own. */
  timeoutMs: number
  /** Plain http, loopback and private networks: development and the embedded backend. */
  allowPrivate: boolean
  /** The same for these alone. */
  allowed?: AllowList
  resolve?: (host: string) => Promise<ResolvedAddress[]>
  nowMs?: () => number
}

/** How much of a delivery's response is read and kept, in bytes. */
export const maxResponseBytes = 20_000

type Answer = Pick<SendResult, 'outcome' | 'responseHeaders' | 'truncated'>
type Timing = Pick<SendResult, 'connectMs' | 'firstByteMs'>

/** One try on the wire. */
interface Exchange {
  url: URL
  request: SendRequest
  pin: PinnedOptions
  abandon: AbortSignal
  /** Called when the connection stands, and when the response begins. */
  mark: (moment: keyof Timing) => void
}

export function createSender(options: SenderOptions): Send {
  const resolve = options.resolve ?? ((host: string) => resolveName(host, { all: true }))
  const nowMs = options.nowMs ?? (() => performance.now())
  const pin = createPin()

  async function attempt(request: SendRequest, abandon: AbortSignal, mark: Exchange['mark']): Promise<Answer> {
    const rules = { allowPrivate: options.allowPrivate || request.trusted, allowed: options.allowed }
    const checked = checkDestinationUrl(request.url, rules)
    if (!checked.ok) return failure({ kind: 'refused', reason: checked.error.message })
    const url = checked.value
    const addresses = await addressesOf(url, rules, resolve)
    if (!Array.isArray(addresses)) return failure(addresses)
    abandon.throwIfAborted()
    const exchange = { url, request, pin: pin(url.protocol, addresses), abandon, mark }
    try {
      return await exchangeOnce(exchange)
    } catch (error) {
      // A kept connection that the other side closed just then: nothing was wrong with this request, so it goes again.
      if (!(error instanceof ReusedSocketError) || abandon.aborted) throw error
      return await exchangeOnce(exchange)
    }
  }

  return async (request) => {
    const timeoutMs = request.timeoutMs ?? options.timeoutMs
    const started = nowMs()
    const elapsed = () => Math.round(nowMs() - started)
    const timing: Timing = { connectMs: null, firstByteMs: null }
    const abandon = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const timeout = new Promise<Answer>((done) => {
      timer = setTimeout(() => {
        done(failure({ kind: 'timeout', afterMs: timeoutMs }))
        abandon.abort()
      }, timeoutMs)
    })
    const answer = attempt(request, abandon.signal, (moment) => {
      timing[moment] = elapsed()
    }).catch((error: unknown) => failure(networkOutcome(error)))
    const result = await Promise.race([answer, timeout])
    clearTimeout(timer)
    return { ...result, durationMs: elapsed(), ...timing }
  }
}

/**
 * The addresses that a request may go to, all of them checked, or why there are none. One answer that is not public
 * refuses them all: a name that means a public and a private machine at once is how rebinding is done.
 */
async function addressesOf(
  url: URL,
  rules: AddressRules,
  resolve: (host: string) => Promise<ResolvedAddress[]>,
): Promise<ResolvedAddress[] | AttemptOutcome> {
  const host = bareHost(url.hostname)
  if (classifyIp(host) !== null) return [{ address: host, family: host.includes(':') ? 6 : 4 }]
  const found = await resolve(host)
  if (found.length === 0) return { kind: 'network', code: 'host_not_found', detail: host }
  for (const { address } of found) {
    const checked = checkAddress(address, rulesFor(host, rules))
    if (!checked.ok) return { kind: 'refused', reason: `${host}: ${checked.error.message}` }
  }
  return found
}

class ReusedSocketError extends Error {
  constructor(options: ErrorOptions) {
    super('a kept connection was closed', options)
  }
}

function exchangeOnce({ url, request: { method = 'POST', headers, body, ...limits }, pin, abandon, mark }: Exchange): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const isSecure = url.protocol === 'https:'
    const bytes = method === 'POST' ? utf8(body ?? '') : null
    const length = bytes === null ? {} : { 'content-length': String(bytes.byteLength) }
    const request = (isSecure ? httpsRequest : httpRequest)(url, { method, ...pin, headers: { ...headers, ...length } })
    const stop = () => request.destroy()
    abandon.addEventListener('abort', stop, { once: true })
    const settled = () => abandon.removeEventListener('abort', stop)
    let answered = false
    let reused = false
    request.on('socket', (socket) => {
      reused = request.reusedSocket
      // Deno sends a request on a kept connection anew when that ends, even when it was ended here, because the time was
      // over (denoland/deno#36786). What is sent again is decided below, and by the run.
      request.reusedSocket = false
      if (socket.connecting) socket.once(isSecure ? 'secureConnect' : 'connect', () => mark('connectMs'))
    })
    request.on('response', (response) => {
      answered = true
      mark('firstByteMs')
      readExcerpt(response, limits.maxResponseBytes ?? maxResponseBytes).then(
        ({ text, truncated }) => {
          settled()
          resolve({
            outcome: {
              kind: 'response',
              statusCode: response.statusCode ?? 0,
              retryAfter: response.headers['retry-after'] ?? null,
              body: text,
            },
            responseHeaders: plainHeaders(response),
            truncated,
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
      const stale = reused && !answered && codeOf(error) === 'ECONNRESET'
      reject(stale ? new ReusedSocketError({ cause: error }) : error)
    })
    // An answer that is none, such as a switch to another protocol, ends in neither of the two.
    request.on('close', () => {
      if (!answered) reject(brokenOff('the connection was closed'))
    })
    request.end(bytes ?? undefined)
  })
}

/** The first bytes of the body; a longer one is cut off together with its connection. */
function readExcerpt(response: IncomingMessage, limit: number): Promise<{ text: string; truncated: boolean }> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const text = () => Buffer.concat(chunks).subarray(0, limit).toString('utf8')
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      length += chunk.length
      if (length <= limit) return
      resolve({ text: text(), truncated: true })
      response.destroy()
    })
    response.on('end', () => resolve({ text: text(), truncated: false }))
    response.on('error', reject)
    response.on('close', () => {
      if (!response.complete) reject(brokenOff('the response broke off'))
    })
  })
}

function failure(outcome: AttemptOutcome): Answer {
  return { outcome, responseHeaders: {}, truncated: false }
}

function plainHeaders(response: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(response.headers)) {
    // A destination's cookies are of no use to us, and may be somebody's session.
    if (value !== undefined && name !== 'set-cookie') headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}
