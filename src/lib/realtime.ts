import { REALTIME_SUBSCRIBE_STATES, type RealtimeChannel } from '@supabase/supabase-js'
import { useEffect, useEffectEvent, useState } from 'react'
import { supabase } from '@/lib/supabase'

/** `live`: messages arrive. `reconnecting`: they may be missed; backfill at the next `live`. */
export type TopicStatus = 'connecting' | 'live' | 'reconnecting'

export interface TopicListener {
  onMessage: (event: string, payload: unknown) => void
  /** Called with `live` after every (re)connection: the moment to backfill. `reason` is the server's word for a refusal. */
  onStatus: (status: TopicStatus, reason?: string) => void
}

interface Topic {
  listeners: Set<TopicListener>
  channel: RealtimeChannel | null
  status: TopicStatus
  reopenTimer: ReturnType<typeof setTimeout> | undefined
  failures: number
}

// The client hands out one channel per topic, and removing it would take it from every other subscriber: so they share it.
const topics = new Map<string, Topic>()
// A channel that is being left still owns its topic's name until the server has answered.
const leaving = new Map<string, Promise<unknown>>()

/** Listens to a private broadcast topic until the returned function is called. */
export function subscribeTopic(name: string, listener: TopicListener): () => void {
  let topic = topics.get(name)
  if (topic === undefined) {
    topic = { listeners: new Set(), channel: null, status: 'connecting', reopenTimer: undefined, failures: 0 }
    topics.set(name, topic)
    void open(name, topic)
  }
  topic.listeners.add(listener)
  listener.onStatus(topic.status)
  const subscribed = topic
  return () => {
    subscribed.listeners.delete(listener)
    if (subscribed.listeners.size === 0) close(name, subscribed)
  }
}

async function open(name: string, topic: Topic): Promise<void> {
  // A private channel is authorised with the token that the socket holds at the join.
  await Promise.all([supabase.realtime.setAuth(), leaving.get(name)])
  if (topics.get(name) !== topic) return
  const channel = supabase.channel(name, { config: { private: true } })
  topic.channel = channel
  channel.on('broadcast', { event: '*' }, (message: { event: string; payload?: unknown }) => {
    for (const listener of topic.listeners) listener.onMessage(message.event, message.payload)
  })
  channel.subscribe((state, error) => {
    if (topic.channel !== channel) return
    switch (state) {
      case REALTIME_SUBSCRIBE_STATES.SUBSCRIBED:
        topic.failures = 0
        report(topic, 'live')
        return
      case REALTIME_SUBSCRIBE_STATES.CHANNEL_ERROR:
      case REALTIME_SUBSCRIBE_STATES.TIMED_OUT:
        // The client joins again by itself, with its own backoff.
        report(topic, 'reconnecting', error?.message)
        return
      case REALTIME_SUBSCRIBE_STATES.CLOSED:
        // Closed by the server (an expired token, for one): nobody joins again unless we do, with a fresh token.
        topic.channel = null
        report(topic, 'reconnecting', error?.message)
        topic.reopenTimer = setTimeout(() => void open(name, topic), Math.min(10_000, 500 * 2 ** topic.failures++))
        return
    }
  })
}

function close(name: string, topic: Topic): void {
  topics.delete(name)
  clearTimeout(topic.reopenTimer)
  const { channel } = topic
  topic.channel = null
  if (channel === null) return
  const left = supabase.removeChannel(channel).finally(() => {
    if (leaving.get(name) === left) leaving.delete(name)
  })
  leaving.set(name, left)
}

function report(topic: Topic, status: TopicStatus, reason?: string): void {
  topic.status = status
  for (const listener of topic.listeners) listener.onStatus(status, reason)
}

export interface BroadcastState {
  status: TopicStatus
  reason: string | undefined
}

/**
 * The same for a component: `useBroadcast(`job:${id}`, { log_lines: (payload) => … }, { onLive: backfill })`.
 * Handlers may change between renders; a null topic listens to nothing.
 */
export function useBroadcast(
  topic: string | null,
  handlers: Readonly<Record<string, (payload: unknown) => void>>,
  options: { onLive?: () => void } = {},
): BroadcastState {
  const [state, setState] = useState<BroadcastState>({ status: 'connecting', reason: undefined })
  const onMessage = useEffectEvent((event: string, payload: unknown) => handlers[event]?.(payload))
  const onStatus = useEffectEvent((status: TopicStatus, reason?: string) => {
    setState({ status, reason })
    if (status === 'live') options.onLive?.()
  })
  useEffect(() => {
    if (topic === null) return
    return subscribeTopic(topic, {
      onMessage: (event, payload) => onMessage(event, payload),
      onStatus: (status, reason) => onStatus(status, reason),
    })
  }, [topic])
  return state
}
