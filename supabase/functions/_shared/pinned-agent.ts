import { Agent as HttpAgent, type RequestOptions } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { LookupFunction } from 'node:net'

/**
 * Connections that lead to addresses that were checked, new ones and kept ones alike. `node:http` asks `lookup` for a new
 * connection only, and keeps connections by host name: a name that has come to mean another machine, or one that may no
 * longer be reached, would still be served by the connection of before. So a connection is kept under the addresses that
 * it was allowed to lead to, and a request takes one only where its own check has just given the same addresses.
 */

export interface ResolvedAddress {
  address: string
  family: number
}

export interface PinnedOptions extends Pick<RequestOptions, 'agent' | 'lookup'> {
  pinnedTo: string
}

export type Pin = (protocol: string, addresses: readonly ResolvedAddress[]) => PinnedOptions

export function createPin(): Pin {
  // Sockets are given up before the 5 s after which Node's servers, and many others, close an idle one.
  const settings = { keepAlive: true, timeout: 4_000 }
  const http = new PinnedHttpAgent(settings)
  const https = new PinnedHttpsAgent(settings)
  return (protocol, addresses) => ({
    agent: protocol === 'https:' ? https : http,
    lookup: answerWith(addresses),
    // Resolvers change the order of their answers from one question to the next.
    pinnedTo: addresses.map(({ address }) => address).sort().join(' '),
  })
}

type PinnedName = Parameters<HttpAgent['getName']>[0] & Partial<PinnedOptions>

class PinnedHttpAgent extends HttpAgent {
  override getName(options: PinnedName = {}): string {
    return `${super.getName(options)}:${options.pinnedTo ?? ''}`
  }
}

class PinnedHttpsAgent extends HttpsAgent {
  override getName(options: PinnedName = {}): string {
    return `${super.getName(options)}:${options.pinnedTo ?? ''}`
  }
}

/** `net.connect` asks this instead of the resolver, and so reaches one of the addresses that were checked, or none. */
function answerWith(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_host, options, done) => {
    const first = addresses[0]
    if (options.all) done(null, [...addresses])
    else if (first !== undefined) done(null, first.address, first.family)
  }
}
