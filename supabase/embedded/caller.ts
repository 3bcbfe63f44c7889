import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

export interface Caller {
  /** Where the request came from; empty when the peer has gone already. */
  address: string
  requestId: string
}

/** What only a gateway may say of a caller. A client that says it is not believed. */
const gatewayOnly = new Set(['x-forwarded-for', 'x-real-ip', 'forwarded', 'cf-connecting-ip', 'true-client-ip', 'sb-request-id'])
const plainToken = /^[\w.:-]{1,64}$/

/**
 * Writes into the request, for every service behind the gateway alike, who asks (`x-forwarded-for`) and under which number the
 * request is found again (`x-request-id`: the caller's own where it is a plain token, so that a trace goes on).
 */
export function identifyCaller(request: IncomingMessage, trustProxy: boolean): Caller {
  const caller = { address: addressOf(request, trustProxy), requestId: requestIdOf(request) }
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

function addressOf(request: IncomingMessage, trustProxy: boolean): string {
  // A proxy adds the peer that it saw at the end; what stands before it is hearsay.
  const forwarded = trustProxy ? [request.headers['x-forwarded-for']].flat().join(',').split(',').at(-1)?.trim() : undefined
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
