import { REALTIME_SUBSCRIBE_STATES, type RealtimeChannel } from '@supabase/supabase-js'
import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react'
import { createPresenceList, type Presence } from '@/lib/presence-state'
import { supabase } from '@/lib/supabase'

interface Watch {
  onPresence: (present: Presence[]) => void
}

interface Room {
  say: (field: string | null) => void
  leave: () => void
}

/** Hosted Realtime lets a client say five things in half a minute, and closes the channel of one that says more. */
const PAUSE_MS = 7_000

// A channel that is being left still owns its topic's name until the server has answered.
const leaving = new Map<string, Promise<unknown>>()

/**
 * Enters a private topic as `userId` (null: looks on unseen) and hears who else is there. What is said is a name tag that members could
 * forge, so it holds ids only: names are looked up where they are kept.
 */
function enterTopic(topic: string, userId: string | null, { onPresence }: Watch): Room {
  const key = crypto.randomUUID()
  let field: string | null = null
  let channel: RealtimeChannel | null = null
  let left = false
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let saying: ReturnType<typeof setTimeout> | undefined
  let saidAt = -Infinity

  const track = () => {
    clearTimeout(saying)
    saidAt = performance.now()
    if (userId !== null && channel?.state === 'joined') void channel.track({ user_id: userId, field })
  }
  const open = async () => {
    // A private channel is authorised with the token that the socket holds at the join.
    await Promise.all([supabase.realtime.setAuth(), leaving.get(topic)])
    if (left) return
    const opened = supabase.channel(topic, { config: { private: true, presence: { key, enabled: true } } })
    channel = opened
    const list = createPresenceList(key)
    opened.on('presence', { event: 'join' }, ({ key: who, newPresences }) => list.joined(who, newPresences))
    opened.on('presence', { event: 'leave' }, ({ key: who, leftPresences }) => list.left(who, leftPresences))
    // The last of every change.
    opened.on('presence', { event: 'sync' }, () => {
      list.synced(Object.keys(opened.presenceState()))
      onPresence(list.others())
    })
    opened.subscribe((state) => {
      if (channel !== opened) return
      if (state === REALTIME_SUBSCRIBE_STATES.SUBSCRIBED) {
        failures = 0
        track()
      } else if (state === REALTIME_SUBSCRIBE_STATES.CLOSED) {
        // Closed by the server (an expired token, for one): nobody joins again unless we do.
        channel = null
        onPresence([])
        timer = setTimeout(() => void open(), Math.min(10_000, 500 * 2 ** failures++))
      } else {
        // The client joins again by itself; whoever was there may be gone by then.
        onPresence([])
      }
    })
  }
  void open()
  return {
    say: (next) => {
      if (next === field) return
      field = next
      clearTimeout(saying)
      saying = setTimeout(track, Math.max(0, saidAt + PAUSE_MS - performance.now()))
    },
    leave: () => {
      left = true
      clearTimeout(timer)
      clearTimeout(saying)
      const last = channel
      channel = null
      if (last === null) return
      const done = supabase.removeChannel(last).finally(() => {
        if (leaving.get(topic) === done) leaving.delete(topic)
      })
      leaving.set(topic, done)
    },
  }
}

const NOBODY: readonly Presence[] = []

/** Who else is at it, and a way to say what one has in hand. A null topic enters nothing. */
export function usePresence(topic: string | null, userId: string | null): { present: readonly Presence[]; say: (field: string | null) => void } {
  const [present, setPresent] = useState<{ topic: string | null; list: readonly Presence[] }>({ topic: null, list: [] })
  const room = useRef<Room | null>(null)
  const onPresence = useEffectEvent((list: Presence[]) => setPresent({ topic, list }))
  useEffect(() => {
    if (topic === null) return
    const entered = enterTopic(topic, userId, { onPresence: (list) => onPresence(list) })
    room.current = entered
    return () => {
      room.current = null
      entered.leave()
    }
  }, [topic, userId])
  const say = useCallback((field: string | null) => room.current?.say(field), [])
  return { present: present.topic === topic ? present.list : NOBODY, say }
}
