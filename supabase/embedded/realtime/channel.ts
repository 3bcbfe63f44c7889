/**
 * One channel of one socket: what joined a topic, speaks in it and hears from it, until it leaves, is closed, or its token runs out.
 */
import { randomUUID } from 'node:crypto'
import { publicRights, type Authorize, type Rights } from './authorize.ts'
import { encodeBroadcast, encodeMessage, type Broadcast, type Version } from './frames.ts'
import { parseJoin, type JoinConfig } from './join-config.ts'
import { isRecord } from './json.ts'
import { limits, RateLimit } from './limits.ts'
import type { MessageFeed } from './feed.ts'
import type { MessageStore } from './message-store.ts'
import { echoBindings, refusal } from './postgres-changes.ts'
import type { Member, Room, Rooms } from './rooms.ts'
import type { StoredMessage } from './stored-message.ts'
import { isApiKey, type Identity, type TokenVerifier } from './token.ts'

/** What all channels share. */
export interface Services {
  rooms: Rooms
  verifyToken: TokenVerifier
  authorize: Authorize
  feed: Pick<MessageFeed, 'whenStreaming'>
  store: Pick<MessageStore, 'replay'>
  log: (line: string) => void
}

/** What a channel sees of its socket. */
export interface Transport {
  readonly version: Version
  /** The credential of the handshake, used until a channel brings its own. */
  readonly token: string
  readonly headers: Record<string, string>
  send(frame: Buffer | string): void
  /** The channel has ended: it is no longer addressed. */
  forget(channel: Channel): void
}

class Refused extends Error {}

export class Channel implements Member {
  readonly topic: string
  readonly subTopic: string
  readonly joinRef: string | null
  readonly #transport: Transport
  readonly #services: Services
  readonly #presenceLimit = new RateLimit(limits.presencePerSecond)
  readonly #presenceKey: string
  readonly #config: JoinConfig
  #rights: Rights = publicRights
  #token: string
  #latestToken = ''
  #room: Room | null = null
  #closed = false
  #replayed: ReadonlySet<string> = new Set()
  #expiryTimer: NodeJS.Timeout | undefined
  /** Token changes are worked through one after the other; what a newer one has overtaken is passed by. */
  #refreshing: Promise<void> = Promise.resolve()

  constructor(transport: Transport, services: Services, topic: string, joinRef: string | null, payload: unknown) {
    this.#transport = transport
    this.#services = services
    this.topic = topic
    this.subTopic = topic.slice('realtime:'.length)
    this.joinRef = joinRef
    this.#config = parseJoin(payload, limits.maxReplayedMessages)
    this.#presenceKey = this.#config.presence.key || randomUUID()
    const { accessToken } = this.#config
    this.#token = accessToken === null || isApiKey(accessToken) ? transport.token : accessToken
  }

  get version(): Version {
    return this.#transport.version
  }

  get readsBroadcast(): boolean {
    return this.#rights.broadcast.read
  }

  get readsPresence(): boolean {
    return this.#rights.presence.read
  }

  get joined(): boolean {
    return this.#room !== null
  }

  hasReplayed(messageId: string): boolean {
    return this.#replayed.has(messageId)
  }

  sendFrame(frame: Buffer | string): void {
    this.#transport.send(frame)
  }

  /** Null references: a client drops what does not carry its current join's reference, and these are not about a join. */
  sendEvent(event: string, payload: unknown): void {
    this.sendFrame(encodeMessage(this.version, { joinRef: null, ref: null, topic: this.topic, event, payload }))
  }

  reply(ref: string | null, status: 'ok' | 'error', response: Record<string, unknown> = {}): void {
    this.#push('phx_reply', { status, response }, ref)
  }

  async join(ref: string | null): Promise<void> {
    try {
      const { postgresChanges, postgresChangesWait } = this.#config
      if (this.subTopic === '') throw new Refused('TopicNameRequired: You must provide a topic name')
      const identity = await this.#confirmToken()
      this.#rights = await this.#evaluateRights(identity)
      const replay = await this.#readReplay()
      const [firstBinding] = postgresChanges
      if (firstBinding && postgresChangesWait) throw new Refused(`RealtimeDisabledForConfiguration: ${refusal(firstBinding)}`)
      if (this.#closed) return

      this.#room = this.#services.rooms.enter(this.subTopic, this.#config.private, this)
      this.reply(ref, 'ok', { postgres_changes: echoBindings(postgresChanges) })
      this.#afterJoin(replay)
    } catch (error) {
      if (this.#closed) return
      if (!(error instanceof Refused)) this.#services.log(`channel ${this.topic}: ${String(error)}`)
      this.#end()
      this.reply(ref, 'error', { reason: error instanceof Refused ? error.message : 'Unknown Error on Channel' })
    }
  }

  #afterJoin(replay: StoredMessage[]): void {
    if (this.#config.presence.enabled && this.readsPresence) this.#push('presence_state', this.#room?.presence.state() ?? {})
    this.#refusePostgresChanges()
    for (const { id, broadcast } of replay) {
      const frame = encodeBroadcast(this.version, this.topic, { ...broadcast, meta: { replayed: true, id } })
      if (frame !== null) this.sendFrame(frame)
    }
    if (this.#config.replicationReady) void this.#reportReplication()
  }

  async #reportReplication(): Promise<void> {
    const ready = await this.#services.feed.whenStreaming(limits.replicationReadyMs)
    if (this.#closed) return
    if (ready) this.#system('system', 'ok', 'Replication connection established')
    else this.#shutDown('Replication connection was not established in time')
  }

  #refusePostgresChanges(): void {
    for (const binding of this.#config.postgresChanges) this.#system('postgres_changes', 'error', refusal(binding))
  }

  async #confirmToken(): Promise<Identity> {
    const result = await this.#services.verifyToken(this.#token)
    if (!result.ok) throw new Refused(`${result.failure.code}: ${result.failure.message}`)
    this.#watchExpiry(result.identity)
    return result.identity
  }

  async #evaluateRights(identity: Identity): Promise<Rights> {
    if (!this.#config.private) return publicRights
    const { subTopic: topic } = this
    const result = await this.#services.authorize({ topic, identity, headers: this.#transport.headers })
    if (!result.ok) throw new Refused(`${result.failure.code}: ${result.failure.message}`)
    const { broadcast, presence } = result.rights
    if (!broadcast.read && !(this.#config.presence.enabled && presence.read)) {
      throw new Refused(`Unauthorized: You do not have permissions to read from this Channel topic: ${topic}`)
    }
    return result.rights
  }

  async #readReplay(): Promise<StoredMessage[]> {
    const { replay, private: isPrivate } = this.#config
    if (replay === null) return []
    if (!isPrivate) throw new Refused('UnableToReplayMessages: Replay is not allowed for public channels')
    if (replay === 'invalid') throw new Refused('UnableToReplayMessages: Replay params are not valid')
    if (!this.readsBroadcast) throw new Refused(`Unauthorized: You do not have permissions to read from this Channel topic: ${this.subTopic}`)
    const messages = await this.#services.store.replay(this.subTopic, replay.sinceMs, replay.limit)
    this.#replayed = new Set(messages.map(({ id }) => id))
    return messages
  }

  #watchExpiry({ expiresAt }: Identity): void {
    clearTimeout(this.#expiryTimer)
    if (expiresAt === null || this.#closed) return
    const waitMs = Math.max(0, Math.min(expiresAt * 1000 - Date.now(), limits.tokenRecheckMs))
    this.#expiryTimer = setTimeout(() => void this.#recheckToken(), waitMs)
    this.#expiryTimer.unref()
  }

  async #recheckToken(): Promise<void> {
    const result = await this.#services.verifyToken(this.#token)
    if (result.ok) this.#watchExpiry(result.identity)
    else this.#shutDown(result.failure.message)
  }

  broadcast(ref: string | null, message: Broadcast): void {
    if (!this.#rights.broadcast.write) return
    if (message.body.length > limits.maxPayloadBytes) {
      if (this.#config.ack) this.reply(ref, 'error', { error: 'payload_size_exceeded' })
      return
    }
    this.#room?.broadcast(message, this.#config.self ? undefined : this)
    if (this.#config.ack) this.reply(ref, 'ok')
  }

  handle(event: string, ref: string | null, payload: unknown): void {
    if (event === 'access_token') this.#refresh(payload)
    else if (event === 'presence') this.#handlePresence(ref, payload)
    else this.#services.log(`unexpected event ${event} on ${this.topic}`)
  }

  #handlePresence(ref: string | null, payload: unknown): void {
    if (!this.#presenceLimit.take()) return this.#shutDown('Client presence rate limit exceeded')
    const { event, payload: presence } = isRecord(payload) ? payload : {}
    const action = typeof event === 'string' ? event.toLowerCase() : ''
    const room = this.#room
    if (action === 'untrack') {
      room?.announce(room.presence.untrack(this))
      return this.reply(ref, 'ok')
    }
    if (action !== 'track' || !this.#rights.presence.write) return this.reply(ref, 'error')
    const tracked = presence ?? {}
    if (!isRecord(tracked)) return this.reply(ref, 'error', { reason: 'Presence track payload must be a map' })
    if (JSON.stringify(tracked).length > limits.maxPayloadBytes) return this.#shutDown('Track message size exceeded')
    room?.announce(room.presence.track(this, this.#presenceKey, tracked))
    this.reply(ref, 'ok')
  }

  #refresh(payload: unknown): void {
    const token = isRecord(payload) ? payload.access_token : null
    if (typeof token !== 'string' || isApiKey(token)) return
    this.#latestToken = token
    this.#refreshing = this.#refreshing.then(() => this.#useToken(token))
  }

  async #useToken(token: string): Promise<void> {
    if (this.#closed || token === this.#token || token !== this.#latestToken) return
    const before = this.#rights
    this.#token = token
    try {
      const rights = await this.#evaluateRights(await this.#confirmToken())
      const lostPresence = this.#config.presence.enabled && before.presence.read && !rights.presence.read
      if (lostPresence || (before.broadcast.read && !rights.broadcast.read)) return this.#shutDown(`You no longer have permission to read from this Channel topic: ${this.subTopic}`)
      this.#rights = rights
      if (this.joined) this.#refusePostgresChanges()
    } catch (error) {
      if (!(error instanceof Refused)) this.#services.log(`channel ${this.topic}: ${String(error)}`)
      // A running channel is told the message without the code that a refused join carries.
      this.#shutDown(error instanceof Refused ? error.message.replace(/^\w+: /, '') : 'Unknown Error on Channel')
    }
  }

  #system(extension: 'system' | 'postgres_changes', status: 'ok' | 'error', message: string): void {
    this.#push('system', { extension, status, message, channel: this.subTopic })
  }

  #shutDown(message: string): void {
    if (this.#closed) return
    this.#system('system', 'error', message)
    this.close()
  }

  leave(ref: string | null): void {
    this.#end()
    this.reply(ref, 'ok')
    this.#push('phx_close', {}, this.joinRef)
  }

  /** Ends the channel from this side; the client hears of it. */
  close(message?: string): void {
    if (this.#closed) return
    if (message !== undefined) this.#system('system', 'error', message)
    this.#end()
    this.#push('phx_close', {}, this.joinRef)
  }

  /** The socket is gone: nobody is left to tell. */
  abandon(): void {
    this.#end()
  }

  #end(): void {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#expiryTimer)
    this.#services.rooms.leave(this.subTopic, this.#config.private, this)
    this.#room = null
    this.#transport.forget(this)
  }

  #push(event: string, payload: unknown, ref: string | null = null): void {
    this.sendFrame(encodeMessage(this.version, { joinRef: this.joinRef, ref, topic: this.topic, event, payload }))
  }
}
