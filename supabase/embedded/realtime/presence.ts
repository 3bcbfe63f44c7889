/**
 * Who is present in a room: for every key the metas of the channels that track it, as Phoenix Presence keeps them.
 */
import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'

export type PresencePayload = Record<string, unknown>
export type Meta = PresencePayload & { phx_ref: string; phx_ref_prev?: string }
export type PresenceMap = Record<string, { metas: Meta[] }>

export interface PresenceDiff {
  joins: PresenceMap
  leaves: PresenceMap
}

interface Entry {
  key: string
  payload: PresencePayload
  meta: Meta
}

/** `Owner` is whatever tracks: one presence each. */
export class Presence<Owner extends object> {
  readonly #entries = new Map<Owner, Entry>()

  /** Null when nothing changes. */
  track(owner: Owner, key: string, payload: PresencePayload): PresenceDiff | null {
    const previous = this.#entries.get(owner)
    if (previous && isDeepStrictEqual(previous.payload, payload)) return null
    const meta: Meta = { ...payload, phx_ref: newRef(), ...(previous ? { phx_ref_prev: previous.meta.phx_ref } : {}) }
    this.#entries.set(owner, { key, payload, meta })
    return {
      joins: single(key, meta),
      leaves: previous ? single(previous.key, previous.meta) : emptyMap(),
    }
  }

  /** Null when it was not tracked. */
  untrack(owner: Owner): PresenceDiff | null {
    const previous = this.#entries.get(owner)
    if (!previous) return null
    this.#entries.delete(owner)
    return { joins: emptyMap(), leaves: single(previous.key, previous.meta) }
  }

  state(): PresenceMap {
    const state = emptyMap()
    for (const { key, meta } of this.#entries.values()) {
      const known = state[key]
      if (known) known.metas.push(meta)
      else state[key] = { metas: [meta] }
    }
    return state
  }
}

/** Without a prototype: keys come from clients, and `__proto__` is a key like any other. */
function emptyMap(): PresenceMap {
  return Object.create(null) as PresenceMap
}

function single(key: string, meta: Meta): PresenceMap {
  const map = emptyMap()
  map[key] = { metas: [meta] }
  return map
}

function newRef(): string {
  return randomBytes(9).toString('base64url')
}
