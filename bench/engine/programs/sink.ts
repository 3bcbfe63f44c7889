import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serveSteps } from '../../lib/serve-steps.ts'

/** The receiver of all sites: reads the request, counts it by site and by id, answers 200 with a little JSON. */

export interface SinkCount {
  requests: number
  /** Different `webhook-id`s, and different sites. */
  deliveries: number
  sites: number
  bytes: number
  /** The last request's, to see that all contestants send the same. */
  headers: IncomingHttpHeaders
}

const empty = (): SinkCount => ({ requests: 0, deliveries: 0, sites: 0, bytes: 0, headers: {} })
let count = empty()
let ids = new Set<unknown>()
let sites = new Set<unknown>()
/** Requests to these paths wait for their answer until they are released. */
let hanging = new Set<string>()
const held: ServerResponse[] = []

const body = JSON.stringify({ applied: true, receivedAt: '2026-01-01T00:00:00.000Z', itemCount: 1 })

const server = createServer((request, response) => {
  request.on('data', (chunk: Buffer) => (count.bytes += chunk.length))
  request.on('end', () => {
    count.requests++
    count.headers = request.headers
    ids.add(request.headers['webhook-id'])
    sites.add(request.url)
    if (hanging.has(request.url ?? '')) held.push(response)
    else accept(response)
  })
})

function accept(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(body)
}

serveSteps(
  {
    open: () => new Promise<number>((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))),
    reset: (paths: string[] | null) => {
      count = empty()
      ids = new Set()
      sites = new Set()
      hanging = new Set(paths ?? [])
    },
    release: () => {
      hanging = new Set()
      held.splice(0).forEach(accept)
    },
    count: (): SinkCount => ({ ...count, deliveries: ids.size, sites: sites.size }),
  },
  () => server.closeAllConnections(),
)
