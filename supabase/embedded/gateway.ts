import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import type { AuthApi } from './api/auth-api.ts'
import type { DataApi } from './api/data-api.ts'
import { isCanonicalPath, isPlainPath, isPlainQuery, isTopicPath } from './api/paths.ts'
import { identifyCaller, isLoopback, wasPassedOn } from './caller.ts'
import type { FunctionRoute } from './functions/route.ts'
import { inboxRoutes } from './inbox/routes.ts'
import type { Inbox } from './inbox/store.ts'
import { messageOf } from './lib/failure.ts'
import type { Log } from './lib/log.ts'
import type { ListenerHandlers } from './listener.ts'
import type { Realtime } from './realtime/realtime.ts'
import { apiHeaders, commonHeaders, strictTransportSecurity } from './web/headers.ts'
import { isHttps } from './web/html.ts'
import type { WebHandler } from './web/static.ts'

export interface Services {
  data: DataApi
  auth: AuthApi
  functions: FunctionRoute
  realtime: Realtime
  inbox: Inbox
  web: WebHandler | undefined
}

export interface GatewayOptions {
  /** Whether a proxy in front, which alone reaches this port, says where a request came from. */
  trustProxy?: boolean
  /** Whoever on this machine shows it, our own functions, is believed on whose behalf they ask. */
  forwardSecret?: string | undefined
  /** Whoever on this machine shows it may put mails into the inbox. */
  mailSecret?: string | undefined
}

const loopbackHost = /^(localhost|[\w-]+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i

/** One origin for everything, with the paths that a Supabase project has. Requests that come before all is started wait for it. */
export function createGateway(services: Promise<Services>, log: Log, { trustProxy = false, forwardSecret, mailSecret }: GatewayOptions = {}): ListenerHandlers {
  // Whoever starts the stack hears of a failure; here it only ends the requests that wait.
  services.catch(() => undefined)

  const route = async (request: IncomingMessage, response: ServerResponse, onThisMachine: boolean): Promise<void> => {
    const ready = await services
    const { path, query } = partsOf(request.url ?? '/')
    if (path.startsWith('/functions/v1/')) return ready.functions.handle(request, response)
    if (/^\/rest\/v1(\/|$)/.test(path)) return isCanonicalPath(path) ? api(ready)(request, response) : noRoute(response)
    if (/^\/auth\/v1(\/|$)/.test(path)) return isPlainPath(path) && isPlainQuery(query) ? api(ready)(request, response) : noRoute(response)
    if (path.startsWith('/realtime/v1/api/')) return isTopicPath(path) ? api(ready)(request, response) : noRoute(response)
    if (path === '/inbox' || path.startsWith('/inbox/')) {
      if (onThisMachine) return isPlainPath(path) ? api(ready)(request, response) : noRoute(response)
      response.writeHead(403, { 'content-type': 'text/plain' }).end('The inbox holds sign-in links and opens on the machine itself only.\n')
      return
    }
    if (ready.web) return ready.web(request, response)
    noRoute(response)
  }

  const listeners = new WeakMap<Services, ReturnType<typeof getRequestListener>>()
  const api = (ready: Services): ReturnType<typeof getRequestListener> => {
    const known = listeners.get(ready)
    if (known) return known
    const made = getRequestListener(apiRoutes(ready, mailSecret).fetch, { overrideGlobalObjects: false })
    listeners.set(ready, made)
    return made
  }

  return {
    request: (request, response) => {
      // Before the headers that would tell are taken out.
      const onThisMachine = isFromThisMachine(request)
      const { requestId } = identifyCaller(request, trustProxy, forwardSecret)
      response.setHeader('x-request-id', requestId)
      // What a part says itself, the pages above all, takes the place of these.
      for (const [name, value] of Object.entries(baseHeaders(request))) response.setHeader(name, value)
      route(request, response, onThisMachine).catch((error: unknown) => {
        // Without what follows the path: links that sign somebody in carry their token there.
        log.error(`${request.method} ${(request.url ?? '').split('?', 1)[0]} (${requestId}): ${messageOf(error)}`)
        if (response.headersSent) response.destroy()
        else response.writeHead(500, { 'content-type': 'application/json' }).end('{"message":"An unexpected error occurred"}')
      })
    },
    upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      identifyCaller(request, trustProxy, forwardSecret)
      const path = (request.url ?? '/').split('?', 1)[0]
      // Vite answers the upgrades for hot reload itself.
      if (path !== '/realtime/v1/websocket') {
        if (!request.headers['sec-websocket-protocol']?.startsWith('vite-')) socket.destroy()
        return
      }
      services.then(
        ({ realtime }) => realtime.handleUpgrade(request, socket, head),
        () => socket.destroy(),
      )
    },
  }
}

function partsOf(address: string): { path: string; query: string } {
  const at = address.indexOf('?')
  return at === -1 ? { path: address, query: '' } : { path: address.slice(0, at), query: address.slice(at + 1) }
}

function noRoute(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"no Route matched with those values"}')
}

function baseHeaders(request: IncomingMessage): Readonly<Record<string, string>> {
  const headers = /^\/(rest|auth|realtime|functions)\/v1\//.test(request.url ?? '') ? apiHeaders : commonHeaders
  return isHttps(request) ? { ...headers, 'strict-transport-security': strictTransportSecurity } : headers
}

/** Room for an organization's whole document; who signs in sends a few hundred bytes. Functions and Realtime keep limits of their own. */
const maxDataBytes = 8 * 1024 * 1024
const maxAuthBytes = 64 * 1024

/** The request, or undefined when its body is larger. One that does not say how long it is, is read to see. */
async function withinLimit(request: Request, limit: number): Promise<Request | undefined> {
  const announced = request.headers.get('content-length')
  if (announced !== null) return Number(announced) > limit ? undefined : request
  if (request.method === 'GET' || request.method === 'HEAD' || !request.body) return request
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body) {
    size += chunk.byteLength
    if (size > limit) return undefined
    chunks.push(chunk)
  }
  return new Request(request.url, { method: request.method, headers: request.headers, body: Buffer.concat(chunks) })
}

/** The rest of the body is not read, so the connection is of no use afterwards. */
function tooLarge(body: Record<string, unknown>): Response {
  return Response.json(body, { status: 413, headers: { 'access-control-allow-origin': '*', connection: 'close' } })
}

function apiRoutes({ data, auth, realtime, inbox }: Services, mailSecret: string | undefined): Hono {
  const routes = new Hono()
  routes.all('/rest/v1/*', async ({ req }) => {
    const request = await withinLimit(req.raw, maxDataBytes)
    return request ? data.fetch(request) : tooLarge({ code: 'PGRST413', details: null, hint: null, message: `The body is over ${maxDataBytes / 1024 / 1024} MB` })
  })
  routes.all('/auth/v1/*', async ({ req }) => {
    const request = await withinLimit(req.raw, maxAuthBytes)
    return request ? auth.fetch(request) : tooLarge({ code: 413, error_code: 'request_too_large', msg: 'Request body too large' })
  })
  routes.all('/realtime/v1/api/*', (context) => realtime.handleHttp(context.req.raw))
  routes.route('/', inboxRoutes(inbox, mailSecret))
  return routes
}

/**
 * The name is checked too: a page from elsewhere could have its own name resolve to loopback and read along. What a proxy on
 * this machine passes on comes from loopback as well, and may come from anywhere.
 */
function isFromThisMachine(request: IncomingMessage): boolean {
  return isLoopback(request) && !wasPassedOn(request) && loopbackHost.test(request.headers.host ?? '')
}
