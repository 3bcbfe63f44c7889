/** Somebody who is at the same thing now, in one of perhaps several windows. */
export interface Presence {
  userId: string
  /** Which of their windows. */
  key: string
  /** What they have in hand: the name of a field. */
  field: string | null
}

interface Meta {
  presence_ref?: unknown
}

/**
 * Who is there, from what a channel tells: one entry a window, its latest. Kept by hand, since the client (realtime-js 2.119) takes the
 * references out of its own state while it tells of a change: whoever says a second thing would stay there for ever.
 */
export function createPresenceList(own: string) {
  const latest = new Map<string, Meta>()
  return {
    joined(key: string, metas: readonly Meta[]): void {
      const meta = metas.at(-1)
      if (meta !== undefined) latest.set(key, meta)
    },
    left(key: string, metas: readonly Meta[]): void {
      const ref = latest.get(key)?.presence_ref
      // What a window said before leaves as well, when it says something new.
      if (metas.some(({ presence_ref }) => presence_ref !== undefined && presence_ref === ref)) latest.delete(key)
    },
    /** After a (re)connection the server's list is the word: whoever is not on it is gone. */
    synced(keys: readonly string[]): void {
      for (const key of [...latest.keys()]) if (!keys.includes(key)) latest.delete(key)
    },
    /** The others. Anybody of the organization may say anything: what is no presence is passed over. */
    others(): Presence[] {
      return [...latest].flatMap(([key, meta]) => {
        if (key === own || !('user_id' in meta) || typeof meta.user_id !== 'string') return []
        return [{ key, userId: meta.user_id, field: 'field' in meta && typeof meta.field === 'string' ? meta.field : null }]
      })
    },
  }
}
