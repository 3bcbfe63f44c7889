/**
 * The messages that were delivered lately, so that catching up can tell a missed row from a known one.
 * Bounded in time by its owner and in number by `capacity`.
 */
export class DeliveredIds {
  readonly #capacity: number
  readonly #insertedAtMs = new Map<string, number>()
  #forgottenUpToMs = Number.NEGATIVE_INFINITY

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /**
   * Rows up to this time may have been forgotten for want of room, so catching up must start after it:
   * under such a load a message may be lost in a cut (clients backfill), but none is delivered twice.
   */
  get forgottenUpToMs(): number {
    return this.#forgottenUpToMs
  }

  get size(): number {
    return this.#insertedAtMs.size
  }

  has(id: string): boolean {
    return this.#insertedAtMs.has(id)
  }

  /** False when the id is known already. */
  add(id: string, insertedAtMs: number): boolean {
    if (this.#insertedAtMs.has(id)) return false
    this.#insertedAtMs.set(id, insertedAtMs)
    if (this.#insertedAtMs.size > this.#capacity) {
      const [oldest] = this.#insertedAtMs
      if (oldest) {
        this.#insertedAtMs.delete(oldest[0])
        this.#forgottenUpToMs = Math.max(this.#forgottenUpToMs, oldest[1])
      }
    }
    return true
  }

  /**
   * Forgets ids from before `ms`. It stops at the first younger one (delivery order is almost the order of time),
   * which keeps this cheap and at worst remembers an id a little longer.
   */
  forgetBefore(ms: number): void {
    for (const [id, insertedAtMs] of this.#insertedAtMs) {
      if (insertedAtMs >= ms) return
      this.#insertedAtMs.delete(id)
    }
  }
}
