/**
 * One WebSocket: reads frames, keeps its channels apart, and lets no slow reader fill the memory.
 */
import type { RawData, WebSocket } from 'ws'
import { Channel, type Services, type Transport } from './channel.ts'
import { decodeBinary, decodeText, encodeMessage, type BroadcastPush, type Decoded, type Message, type Version } from './frames.ts'
import { limits, RateLimit } from './limits.ts'

export interface Handshake {
  version: Version
  token: string
  headers: Record<string, string>
}

const OK = { status: 'ok', response: {} }
const POLICY_VIOLATION = 1008

export class RealtimeSocket implements Transport {
  readonly version: Version
  readonly token: string
  readonly headers: Record<string, string>
  readonly #webSocket: WebSocket
  readonly #services: Services
  readonly #channels = new Map<string, Channel>()
  readonly #joins = new RateLimit(limits.joinsPerSecond)
  readonly #messages = new RateLimit(limits.messagesPerSecond)
  readonly #complaints = new RateLimit(limits.complaintsPerSecond)
  #heardAtMs = performance.now()

  constructor(webSocket: WebSocket, handshake: Handshake, services: Services) {
    this.#webSocket = webSocket
    this.#services = services
    this.version = handshake.version
    this.token = handshake.token
    this.headers = handshake.headers
    webSocket.binaryType = 'nodebuffer'
    webSocket.on('message', (data, isBinary) => this.#receive(data, isBinary))
    webSocket.on('ping', () => (this.#heardAtMs = performance.now()))
    // A frame above the limit or one that breaks the protocol: ws closes the connection by itself.
    webSocket.on('error', (error) => services.log(`socket: ${error.message}`))
    webSocket.on('close', () => {
      for (const channel of [...this.#channels.values()]) channel.abandon()
    })
  }

  send(frame: Buffer | string): void {
    const socket = this.#webSocket
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > limits.maxBufferedBytes) {
      this.#services.log(`socket: ended, ${socket.bufferedAmount} bytes are waiting to be read`)
      socket.terminate()
      return
    }
    socket.send(frame, { binary: typeof frame !== 'string' })
  }

  forget(channel: Channel): void {
    if (this.#channels.get(channel.topic) === channel) this.#channels.delete(channel.topic)
  }

  /** Ends a socket that has been silent for too long: its client is gone without a word. */
  endIfIdle(nowMs: number): void {
    if (nowMs - this.#heardAtMs > limits.idleSocketMs) this.#webSocket.terminate()
  }

  /** 1001 "going away": clients connect again. Resolves when the socket has closed, by force if its client does not answer. */
  async goAway(patienceMs: number): Promise<void> {
    const socket = this.#webSocket
    if (socket.readyState === socket.CLOSED) return
    await new Promise<void>((resolve) => {
      const impatient = setTimeout(() => socket.terminate(), patienceMs)
      socket.once('close', () => {
        clearTimeout(impatient)
        resolve()
      })
      socket.close(1001, 'server is shutting down')
    })
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#heardAtMs = performance.now()
    const bytes = Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
    const decoded = this.#decode(bytes, isBinary)
    if (decoded.kind === 'malformed') {
      if (this.#complaints.take()) this.#services.log(`frame dropped: ${decoded.why}`)
    } else if (decoded.kind === 'broadcast') this.#broadcast(decoded.push)
    else this.#message(decoded.message)
  }

  #decode(bytes: Buffer, isBinary: boolean): Decoded {
    if (!isBinary) return decodeText(this.version, bytes.toString('utf8'))
    return this.version === '2.0.0' ? decodeBinary(bytes) : { kind: 'malformed', why: 'a binary frame in vsn 1.0.0' }
  }

  #broadcast({ joinRef, ref, topic, broadcast }: BroadcastPush): void {
    this.#withChannel(topic, joinRef, ref, (channel) => channel.broadcast(ref, broadcast))
  }

  #message(message: Message): void {
    const { joinRef, ref, topic, event, payload } = message
    if (topic === 'phoenix') {
      if (event === 'heartbeat') this.#reply(message, OK)
      return
    }
    if (event === 'phx_join') return this.#join(message)
    if (event === 'phx_leave') return this.#leave(message)
    this.#withChannel(topic, joinRef, ref, (channel) => channel.handle(event, ref, payload))
  }

  #join(message: Message): void {
    const { joinRef, ref, topic, payload } = message
    if (!topic.startsWith('realtime:')) return this.#reply(message, unmatched)
    if (!this.#joins.take()) {
      this.#reply(message, failed('ClientJoinRateLimitReached: Too many joins per second'))
      this.#webSocket.close(POLICY_VIOLATION, 'Too many joins per second')
      return
    }
    // A client that joins again has forgotten its former channel.
    this.#channels.get(topic)?.close()
    if (this.#channels.size >= limits.maxChannelsPerSocket) {
      return this.#reply(message, failed('ChannelRateLimitReached: Too many channels'))
    }
    const channel = new Channel(this, this.#services, topic, joinRef ?? ref, payload)
    this.#channels.set(topic, channel)
    void channel.join(ref)
  }

  #leave(message: Message): void {
    const channel = this.#channels.get(message.topic)
    // A leave that names an earlier join is about a channel that has ended already.
    if (channel && (message.joinRef === null || message.joinRef === channel.joinRef)) channel.leave(message.ref)
    else this.#reply(message, OK)
  }

  #withChannel(topic: string, joinRef: string | null, ref: string | null, use: (channel: Channel) => void): void {
    const channel = this.#channels.get(topic)
    if (!channel?.joined) return this.#reply({ joinRef, ref, topic }, unmatched)
    if (joinRef !== null && joinRef !== channel.joinRef) return
    if (!this.#messages.take()) return channel.close('Too many messages per second')
    use(channel)
  }

  #reply(to: Pick<Message, 'joinRef' | 'ref' | 'topic'>, payload: Record<string, unknown>): void {
    const { joinRef, ref, topic } = to
    this.send(encodeMessage(this.version, { joinRef, ref, topic, event: 'phx_reply', payload }))
  }
}

const unmatched = failed('unmatched topic')

function failed(reason: string): Record<string, unknown> {
  return { status: 'error', response: { reason } }
}
