/**
 * The Realtime endpoint of the embedded backend: what unchanged Supabase clients use of Realtime, over the project's own
 * PostgreSQL. The gateway hands over WebSocket upgrades and HTTP requests below /realtime/v1.
 *
 * Broadcasts from the database are rows of realtime.messages (see schema.sql), read by logical replication (feed.ts);
 * private channels are authorised by the policies on that table (authorize.ts).
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import postgres from 'postgres'
import { WebSocketServer } from 'ws'
import { connectPause } from '../postgres/server.ts'
import { createAuthorize } from './authorize.ts'
import type { Services } from './channel.ts'
import { MessageFeed } from './feed.ts'
import { readHandshake, refuseUpgrade } from './handshake.ts'
import { createHttpHandler } from './http.ts'
import { limits } from './limits.ts'
import { MessageStore } from './message-store.ts'
import { keepBounded } from './retention.ts'
import { Rooms } from './rooms.ts'
import { RealtimeSocket } from './socket.ts'
import { createTokenVerifier } from './token.ts'

export interface RealtimeOptions {
  /** A superuser with replication rights: probes bypass row level security before they take a caller's role. */
  databaseUrl: string
  /** Signs users' tokens (HS256, HS384 or HS512). */
  jwtSecret: string
  publishableKey: string
  secretKey: string
  log?: (line: string) => void
}

export interface Realtime {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  handleHttp(request: Request): Promise<Response>
  close(): Promise<void>
}

const PUBLICATION = 'supabase_realtime_messages_publication'
const IDLE_CHECK_MS = 15_000
const GOODBYE_MS = 1_000

/** Resolves when messages committed from now on reach their subscribers; rejects when the database cannot be read. */
export async function createRealtime(options: RealtimeOptions): Promise<Realtime> {
  const log = options.log ?? (() => undefined)
  const sql = postgres(options.databaseUrl, {
    max: 4,
    idle_timeout: 60,
    connect_timeout: 10,
    backoff: connectPause,
    onnotice: () => undefined,
    connection: { application_name: 'realtime' },
  })
  const rooms = new Rooms()
  const store = new MessageStore(sql)
  const feed = new MessageFeed({
    databaseUrl: options.databaseUrl,
    publication: PUBLICATION,
    store,
    log,
    deliver: (message) => rooms.find(message.topic, message.private)?.broadcast(message.broadcast, undefined, message.id),
  })
  try {
    await feed.start()
  } catch (error) {
    await sql.end({ timeout: 0 })
    throw error
  }

  const verifyToken = createTokenVerifier(options)
  const authorize = createAuthorize(sql, log)
  const services: Services = { rooms, verifyToken, authorize, feed, store, log }
  const handleHttp = createHttpHandler({ rooms, verifyToken, authorize })
  const stopRetention = keepBounded(store, log)

  const server = new WebSocketServer({ noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload: limits.maxFrameBytes })
  const sockets = new Set<RealtimeSocket>()
  const idleCheck = setInterval(() => {
    const nowMs = performance.now()
    for (const socket of sockets) socket.endIfIdle(nowMs)
  }, IDLE_CHECK_MS)
  idleCheck.unref()
  let closing = false

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const handshake = await readHandshake(request, verifyToken)
    if (!handshake.ok) return refuseUpgrade(socket, handshake.status, handshake.message)
    if (closing) return refuseUpgrade(socket, 503, 'Realtime is restarting, please standby')
    if (sockets.size >= limits.maxConnections) return refuseUpgrade(socket, 429, 'Too many connected users')
    server.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = new RealtimeSocket(webSocket, handshake.value, services)
      sockets.add(connection)
      webSocket.on('close', () => sockets.delete(connection))
    })
  }

  return {
    handleUpgrade(request, socket, head) {
      const ignore = () => undefined
      socket.on('error', ignore) // a peer that vanishes during the handshake; ws listens for itself afterwards
      upgrade(request, socket, head)
        .catch((error: unknown) => {
          log(`handshake: ${String(error)}`)
          refuseUpgrade(socket, 500, 'Error connecting to Realtime')
        })
        .finally(() => socket.off('error', ignore))
    },
    handleHttp,
    async close() {
      if (closing) return
      closing = true
      clearInterval(idleCheck)
      stopRetention()
      await Promise.all([feed.close(), ...[...sockets].map((socket) => socket.goAway(GOODBYE_MS))])
      await sql.end({ timeout: 1 })
    },
  }
}
