import { createHash, randomUUID, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

export interface Caller {
  /** Where the request came from; empty when the peer has gone already. */
  address: string
  requestId: string
}

/** With the secret in it, a function of ours says for whom it asks (`x-forwarded-for`). */
export const forwardHeader = 'x-datasync-forward'

const loopbackPeers = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])
/** What only a gateway may say of a caller. A client that says it is not believed. */
const gatewayOnly = new Set([forwardHeader, 'x-forwarded-for', 'x-real-ip', 'forwarded', 'cf-connecting-ip', 'true-client-ip', 'sb-request-id'])
/** What proxies write into what they pass on, each some of it. */
const passedOn = /^(x-forwarded(-.+)?|forwarded|x-real-ip|via|cf-connecting-ip|true-client-ip)$/
const plainToken = /^[\w.:-]{1,64}$/

/**
 * Writes into the request, for every service behind the gateway alike, who asks (`x-forwarded-for`) and under which number the
 * request is found again (`x-request-id`: the caller's own where it is a plain token, so that a trace goes on).
 */
export function identifyCaller(request: IncomingMessage, trustProxy: boolean, forwardSecret?: string): Caller {
  const caller = { address: addressOf(request, trustProxy || isOurFunction(request, forwardSecret)), requestId: requestIdOf(request) }
  const said = { ...(caller.address ? { 'x-forwarded-for': caller.address } : {}), 'x-request-id': caller.requestId }
  request.headers = { ...Object.fromEntries(Object.entries(request.headers).filter(([name]) => !gatewayOnly.has(name))), ...said }
  // Some services read these instead, which Node keeps beside the others.
  const kept: string[] = []
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const [name = '', value = ''] = request.rawHeaders.slice(index, index + 2)
    const lower = name.toLowerCase()
    if (!gatewayOnly.has(lower) && lower !== 'x-request-id') kept.push(name, value)
  }
  request.rawHeaders = [...kept, ...Object.entries(said).flat()]
  return caller
}

export function isLoopback(request: IncomingMessage): boolean {
  return loopbackPeers.has(request.socket.remoteAddress ?? '')
}

/** As the request arrived: not to be asked after `identifyCaller`. */
export function wasPassedOn(request: IncomingMessage): boolean {
  return Object.keys(request.headers).some((name) => passedOn.test(name))
}

function isOurFunction(request: IncomingMessage, secret: string | undefined): boolean {
  const shown = request.headers[forwardHeader]
  if (!secret || typeof shown !== 'string' || !isLoopback(request)) return false
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(shown), digest(secret))
}

function addressOf(request: IncomingMessage, believed: boolean): string {
  // A proxy adds the peer that it saw at the end; what stands before it is hearsay.
  const forwarded = believed ? [request.headers['x-forwarded-for']].flat().join(',').split(',').at(-1)?.trim() : undefined
  if (forwarded && isIP(forwarded)) return plainAddress(forwarded)
  return plainAddress(request.socket.remoteAddress ?? '')
}

/** As `inet` takes it and as people know it: no zone, and an IPv4 address as such. */
function plainAddress(address: string): string {
  const bare = address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
  return isIP(bare) ? bare : ''
}

function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && plainToken.test(given) ? given : randomUUID()
}
