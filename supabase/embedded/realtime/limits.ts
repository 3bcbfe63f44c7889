/**
 * What one client may ask of this endpoint. Frame size and channels per socket are hosted Supabase's
 * documented limits; the rates are generous for one machine and exist so that a runaway client hurts itself first.
 */
export const limits = {
  /** Bytes of one incoming frame, as Realtime accepts them; larger ones close the socket with 1009. */
  maxFrameBytes: 5_000_000,
  /** Bytes of one broadcast's payload (hosted: 3 MB on paid plans). */
  maxPayloadBytes: 3_000_000,
  /** Bytes of one HTTP broadcast request. */
  maxRequestBytes: 6_000_000,
  maxConnections: 5_000,
  maxChannelsPerSocket: 100,
  /**
   * Unsent bytes after which a reader counts as stuck and is disconnected. It comes back with a fresh socket and
   * reads what it missed from the database, which costs less than holding every stuck reader's backlog in memory.
   * Large enough for a burst that a busy browser tab takes in a second late.
   */
  maxBufferedBytes: 32_000_000,
  joinsPerSecond: { burst: 200, perSecond: 100 },
  messagesPerSecond: { burst: 4_000, perSecond: 2_000 },
  presencePerSecond: { burst: 100, perSecond: 20 },
  /** Lines in the log about one socket's malformed frames. */
  complaintsPerSecond: { burst: 10, perSecond: 0.1 },
  httpMessagesPerSecond: { burst: 4_000, perSecond: 2_000 },
  /** A client sends a heartbeat every 25-30 s; Phoenix drops a socket that is silent for a minute. */
  idleSocketMs: 60_000,
  /** Tokens are checked again at their expiry, at the latest after this long. */
  tokenRecheckMs: 3_600_000,
  replicationReadyMs: 10_000,
  maxReplayedMessages: 25,
} as const

/** A token bucket: `burst` at once, then `perSecond`. */
export class RateLimit {
  readonly #burst: number
  readonly #perSecond: number
  #tokens: number
  #updatedMs: number

  constructor({ burst, perSecond }: { burst: number; perSecond: number }, nowMs = performance.now()) {
    this.#burst = burst
    this.#perSecond = perSecond
    this.#tokens = burst
    this.#updatedMs = nowMs
  }

  take(count = 1, nowMs = performance.now()): boolean {
    const refill = ((nowMs - this.#updatedMs) / 1000) * this.#perSecond
    this.#tokens = Math.min(this.#burst, this.#tokens + Math.max(0, refill))
    this.#updatedMs = nowMs
    if (this.#tokens < count) return false
    this.#tokens -= count
    return true
  }
}
