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

const PAGE = 30

/** The inbox, newest first. */
export function inboxQuery(organizationId: string, shown: Shown, limit = PAGE) {
  return infiniteQueryOptions({
    queryKey: ['alert_events', 'inbox', organizationId, shown, limit],
    // What became of its mails is told a little later.
    meta: { tables: ['alert_messages'] },
    queryFn: async ({ pageParam, signal }): Promise<InboxPage> => {
      const filter = { limit, before: pageParam, ...(shown === 'unread' ? { unread: true } : shown === 'all' ? {} : { state: shown }) }
      const { data, error } = await supabase.rpc('alert_inbox', { filter }).abortSignal(signal)
      if (error) throw error
      return pageSchema.parse(data)
    },
    initialPageParam: null as number | null,
    getNextPageParam: ({ more, events }) => (more ? (events.at(-1)?.seq ?? undefined) : undefined),
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
  const isMeant = (event: AlertEvent) => event.read !== read && (ids === null || ids.includes(event.id))
  for (const [key, data] of inboxes) {
    if (data === undefined) continue
    client.setQueryData<Pages>(key, { ...data, pages: data.pages.map((page) => ({ ...page, events: page.events.map((event) => (isMeant(event) ? { ...event, read } : event)) })) })
  }
  if (summary !== undefined) {
    client.setQueryData<AlertSummary>(summaryKey, { ...summary, unread: ids === null ? 0 : Math.max(0, summary.unread + (read ? -ids.length : ids.length)) })
  }
  // Null stands for all of them; the generated types know no null among arguments.
  const { data, error } = await supabase.rpc('mark_alerts', { event_ids: ids as string[], read })
  if (error) {
    for (const [key, before] of inboxes) client.setQueryData(key, before)
    client.setQueryData(summaryKey, summary)
    throw error
  }
  void client.invalidateQueries({ queryKey: summaryKey })
  return data
}
