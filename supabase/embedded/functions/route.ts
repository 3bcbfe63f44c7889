import { Agent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import { jwtVerify } from 'jose'
import type { ApiKeys } from '../api/keys.ts'
import { bearer } from '../api/keys.ts'
import { messageOf } from '../lib/failure.ts'
import type { Settings } from '../settings.ts'
import type { FunctionHost } from './host.ts'

export interface FunctionRoute {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  close(): void
}

const prefix = '/functions/v1/'
const crashNoticeMs = 1_000
const hopByHop = new Set(['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect'])

/** `/functions/v1/<name>/...`: checks the caller's JWT where config.toml asks for it and passes the bytes through unread. */
export function createFunctionRoute(options: { host: FunctionHost; settings: Settings; keys: ApiKeys; jwtSecret: string }): FunctionRoute {
  const { host, settings, keys } = options
  const agent = new Agent({ keepAlive: true })
  const secret = new TextEncoder().encode(options.jwtSecret)

  const isValid = async (authorization: string | undefined): Promise<boolean> => {
    try {
      await jwtVerify(bearer(authorization) ?? '', secret, { algorithms: ['HS256'] })
      return true
    } catch {
      return false
    }
  }

  return {
    handle: async (request, response) => {
      const rest = (request.url ?? '').slice(prefix.length)
      const name = /^[^/?#]*/.exec(rest)?.[0] ?? ''
      if (!host.has(name)) return refuse(response, 404, 'NOT_FOUND', 'Requested function was not found')
      const authorization = await keys.authorization({ authorization: request.headers.authorization, apikey: first(request.headers['apikey']) })
      if (settings.function(name).verifyJwt && request.method !== 'OPTIONS') {
        if (!authorization) return refuse(response, 401, 'UNAUTHORIZED_NO_AUTH_HEADER', 'Missing authorization header')
        if (!(await isValid(authorization))) return refuse(response, 401, 'UNAUTHORIZED_INVALID_JWT_FORMAT', 'Invalid JWT')
      }
      let worker
      try {
        worker = await host.worker(name)
      } catch {
        return refuse(response, 503, 'BOOT_ERROR', 'Function failed to start (please check logs)')
      }
      const leave = worker.enter()
      response.once('close', leave)
      pass(request, response, { port: worker.port, ended: worker.ended, path: `/${rest}`, headers: forwarded(request, authorization), agent })
    },
    close: () => agent.destroy(),
  }
}

function pass(request: IncomingMessage, response: ServerResponse, target: { port: number; ended: Promise<unknown>; path: string; headers: IncomingHttpHeaders; agent: Agent }): void {
  const upstream = httpRequest({ host: '127.0.0.1', port: target.port, method: request.method, path: target.path, headers: target.headers, agent: target.agent })
  upstream.once('response', (answer) => {
    // An answer before the end of the request (413, say): the rest is read and dropped, and the connection is not used again,
    // or the caller's next request on it would meet a reset.
    const early = !request.complete
    if (early) {
      request.unpipe(upstream).resume()
      answer.once('close', () => upstream.destroy())
    }
    response.writeHead(answer.statusCode ?? 502, { ...withoutHops(answer.headers), ...(early ? { connection: 'close' } : {}) })
    // The only failure left is a peer that has gone, and then there is nobody to tell.
    pipeline(answer, response, () => undefined)
  })
  upstream.once('error', (error) => {
    if (response.headersSent) return response.destroy()
    // Connections break a moment before the process that crashed is seen to be gone; whoever asks next should find that out, not
    // meet it again. A process that lives on after a broken connection is not waited for.
    void Promise.race([target.ended, new Promise((resolve) => setTimeout(resolve, crashNoticeMs).unref())]).then(() => refuse(response, 502, 'WORKER_ERROR', `Function exited due to an error (please check logs): ${messageOf(error)}`))
  })
  response.once('close', () => {
    if (!response.writableFinished) upstream.destroy()
  })
  request.pipe(upstream)
}

function forwarded(request: IncomingMessage, authorization: string | undefined): IncomingHttpHeaders {
  const { authorization: _sent, ...headers } = withoutHops(request.headers)
  return {
    ...headers,
    ...(authorization ? { authorization } : {}),
    'x-forwarded-host': request.headers.host ?? '',
    'x-forwarded-proto': 'http',
  }
}

function withoutHops(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name)))
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  const body = JSON.stringify({ code, message, msg: message })
  response.writeHead(status, {
    'content-type': 'application/json',
    'access-control-allow-origin': '*',
    'access-control-allow-headers': 'authorization, x-client-info, apikey, content-type, x-retry-count, x-region, x-supabase-api-version',
  })
  response.end(body)
}
