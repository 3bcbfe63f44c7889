import { infiniteQueryOptions, type QueryClient } from '@tanstack/react-query'
import { z } from 'zod/mini'
import { alertSummaryQuery, type AlertSummary } from '@/lib/queries/alert-summary'
import { supabase } from '@/lib/supabase'

const subject = z.object({ kind: z.string(), id: z.string(), name: z.string(), detail: z.string() })

const eventSchema = z.object({
  id: z.string(),
  seq: z.number(),
  rule_name: z.string(),
  kind: z.string(),
  state: z.enum(['firing', 'recovered', 'test']),
  title: z.string(),
  detail: z.string(),
  subjects: z.array(subject),
  subject_count: z.number(),
  job_id: z.nullable(z.string()),
  muted: z.boolean(),
  at: z.string(),
  read: z.boolean(),
  /** It still fires. */
  open: z.boolean(),
  /** What became of mails and webhooks; for admins. */
  messages: z.nullable(
    z.object({ waiting: z.number(), sent: z.number(), failed: z.array(z.object({ channel: z.string(), recipient: z.string(), error: z.nullable(z.string()) })) }),
  ),
})

export type AlertEvent = z.infer<typeof eventSchema>

const pageSchema = z.object({ more: z.boolean(), events: z.array(eventSchema) })
type InboxPage = z.infer<typeof pageSchema>

export const SHOWN = ['all', 'unread', 'firing', 'recovered'] as const
export type Shown = (typeof SHOWN)[number]

/** The first page quickly; whoever goes on scrolling gets more at a time, so that a long inbox is few requests. */
const PAGE = 30
const pageSize = (read: number) => (read < 430 ? 100 : 500)

interface Place {
  before: number | null
  limit: number
}

/** The inbox, newest first. */
export function inboxQuery(organizationId: string, shown: Shown, limit = PAGE) {
  const first: Place = { before: null, limit }
  return infiniteQueryOptions({
    queryKey: ['alert_events', 'inbox', organizationId, shown, limit],
    // What became of its mails is told a little later.
    meta: { tables: ['alert_messages'] },
    queryFn: async ({ pageParam, signal }): Promise<InboxPage> => {
      const filter = { ...pageParam, ...(shown === 'unread' ? { unread: true } : shown === 'all' ? {} : { state: shown }) }
      const { data, error } = await supabase.rpc('alert_inbox', { filter }).abortSignal(signal)
      if (error) throw error
      return pageSchema.parse(data)
    },
    initialPageParam: first,
    getNextPageParam: ({ more, events }, pages): Place | undefined => {
      const last = events.at(-1)
      return more && last !== undefined ? { before: last.seq, limit: pageSize(pages.reduce((sum, page) => sum + page.events.length, 0)) } : undefined
    },
  })
}

interface Pages {
  pages: InboxPage[]
  pageParams: unknown[]
}

/** Marks entries (null: all) as read or unread: at once on the screen, and back again when the server refuses. Returns what it changed. */
export async function markEvents(client: QueryClient, organizationId: string, ids: string[] | null, read: boolean): Promise<string[]> {
  const inboxKey = ['alert_events', 'inbox', organizationId]
  const summaryKey = alertSummaryQuery(organizationId).queryKey
  await client.cancelQueries({ queryKey: ['alert_events'] })
  const inboxes = client.getQueriesData<Pages>({ queryKey: inboxKey })
  const summary = client.getQueryData<AlertSummary>(summaryKey)
  const meant = ids === null ? null : new Set(ids)
  const isMeant = (event: AlertEvent) => event.read !== read && (meant === null || meant.has(event.id))
  for (const [key, data] of inboxes) {
    if (data === undefined) continue
    client.setQueryData<Pages>(key, { ...data, pages: data.pages.map((page) => ({ ...page, events: page.events.map((event) => (isMeant(event) ? { ...event, read } : event)) })) })
  }
  if (summary !== undefined) {
    client.setQueryData<AlertSummary>(summaryKey, { ...summary, unread: ids === null ? 0 : Math.max(0, summary.unread + (read ? -ids.length : ids.length)) })
  }
  const changed: string[] = []
  try {
    for (const part of ids === null ? [null] : inParts(ids)) {
      // Null stands for all of them; the generated types know no null among arguments.
      const { data, error } = await supabase.rpc('mark_alerts', { event_ids: part as string[], read })
      if (error) throw error
      changed.push(...data)
    }
  } catch (error) {
    for (const [key, before] of inboxes) client.setQueryData(key, before)
    client.setQueryData(summaryKey, summary)
    // A part of them may have been marked.
    if (changed.length > 0) void client.invalidateQueries({ queryKey: ['alert_events'] })
    throw error
  }
  void client.invalidateQueries({ queryKey: summaryKey })
  return changed
}

/** What one call takes. */
const MOST = 5000

const inParts = (ids: readonly string[]): string[][] => Array.from({ length: Math.ceil(ids.length / MOST) }, (_, part) => ids.slice(part * MOST, (part + 1) * MOST))
