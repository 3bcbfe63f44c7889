/** Destinations that count, as a receiver would: what they apply, what they drop as known, what comes too late. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What one site of a receiver has seen. */
export interface ReceivedSite {
  requests: number
  /** The bodies that were applied, in their order. */
  applied: { id: string; sequence: number; body: string }[]
  /** Requests with an id that was applied already. */
  duplicates: number
  /** Requests that are older than what was applied. */
  older: number
}

export interface Receiver {
  url: (site: string) => string
  sites: Map<string, ReceivedSite>
  /** Requests that have arrived and were not answered. */
  unanswered: () => number
  close: () => Promise<void>
}

export interface ReceiverOptions {
  /** Answers; when it is left out, 200 after `holdMs`. */
  answer?: (response: ServerResponse, site: ReceivedSite) => void
  holdMs?: number
  /** After each request that has been counted. */
  onRequest?: () => void
}

/** An HTTP server on loopback for any number of sites, one a path. */
export async function openReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const { holdMs = 0 } = options
  const sites = new Map<string, ReceivedSite>()
  let unanswered = 0
  const answer = options.answer ?? ((response: ServerResponse) => {
    setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end('{"applied":true,"itemCount":1}'), holdMs)
  })
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const site = sites.get(request.url ?? '') ?? { requests: 0, applied: [], duplicates: 0, older: 0 }
      sites.set(request.url ?? '', site)
      take(site, String(request.headers['webhook-id']), Number(request.headers['webhook-sequence']), Buffer.concat(chunks).toString('utf8'))
      unanswered += 1
      response.once('close', () => (unanswered -= 1))
      answer(response, site)
      options.onRequest?.()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: (site) => `http://127.0.0.1:${port}/${site}`,
    sites,
    unanswered: () => unanswered,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function take(site: ReceivedSite, id: string, sequence: number, body: string): void {
  site.requests += 1
  if (site.applied.some((known) => known.id === id)) site.duplicates += 1
  else if (sequence <= (site.applied.at(-1)?.sequence ?? 0)) site.older += 1
  else site.applied.push({ id, sequence, body })
}
