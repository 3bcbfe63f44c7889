/** The WebSocket handshake: who connects, in which version of the protocol, or why not. */
import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Version } from './frames.ts'
import type { Handshake } from './socket.ts'
import type { TokenVerifier } from './token.ts'

export type HandshakeResult = { ok: true; value: Handshake } | { ok: false; status: number; message: string }

export async function readHandshake(request: IncomingMessage, verifyToken: TokenVerifier): Promise<HandshakeResult> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  if (!url.pathname.endsWith('/websocket')) return { ok: false, status: 404, message: 'Not found' }
  const version = readVersion(url.searchParams.get('vsn'))
  if (!version) return { ok: false, status: 400, message: 'The requested protocol version is not supported: use vsn 1.0.0 or 2.0.0' }

  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (name.startsWith('x-') && typeof value === 'string') headers[name] = value
  }
  // The header wins: it is how a gateway hands over a translated key.
  const token = headers['x-api-key'] ?? url.searchParams.get('apikey')
  if (!token) return { ok: false, status: 401, message: 'API key is missing' }
  const verified = await verifyToken(token)
  if (!verified.ok) {
    const { expired, message } = verified.failure
    return { ok: false, status: 401, message: expired ? 'Token has expired' : message }
  }
  delete headers['x-api-key']
  return { ok: true, value: { version, token, headers } }
}

function readVersion(vsn: string | null): Version | null {
  if (vsn === null || vsn.startsWith('1.')) return '1.0.0'
  return vsn.startsWith('2.') ? '2.0.0' : null
}

export function refuseUpgrade(socket: Duplex, status: number, message: string): void {
  if (socket.destroyed) return
  const body = JSON.stringify({ error: message })
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n` +
      'Content-Type: application/json; charset=utf-8\r\n' +
      'Access-Control-Allow-Origin: *\r\n' +
      `Content-Length: ${Buffer.byteLength(body)}\r\n` +
      `Connection: close\r\n\r\n${body}`,
  )
}
