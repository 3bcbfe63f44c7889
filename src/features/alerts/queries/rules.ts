import { queryOptions, useQuery } from '@tanstack/react-query'
import type { RuleKind } from '@/features/alerts/alert-words'
import { useOrganizationId } from '@/lib/session'
import { supabase } from '@/lib/supabase'

export interface AlertRule {
  id: string
  kind: RuleKind
  name: string
  thresholdMinutes: number
  partial: boolean
  enabled: boolean
  mutedUntil: string | null
  memberIds: string[]
  emails: string[]
  webhookUrl: string | null
  /** 0: the webhook has no secret yet. */
  secretVersion: number
  secretSetAt: string | null
  /** Subjects for which it fires. */
  firing: number
  /** What could not be delivered last, within a week. */
  undelivered: { channel: string; recipient: string; error: string; at: string } | null
}

const KINDS: readonly string[] = ['run', 'site', 'silence', 'schedule'] satisfies RuleKind[]

const isKind = (value: string): value is RuleKind => KINDS.includes(value)

const COLUMNS = 'id, kind, name, threshold_minutes, partial, enabled, muted_until, member_ids, emails, webhook_url, secret_version, secret_set_at' as const
const WEEK_MS = 7 * 86_400_000

async function getRules(signal: AbortSignal): Promise<AlertRule[]> {
  const [rules, states, failed] = await Promise.all([
    supabase.from('alert_rules').select(COLUMNS).order('created_at').order('id').abortSignal(signal),
    supabase.from('alert_states').select('rule_id').eq('state', 'firing').abortSignal(signal),
    supabase
      .from('alert_messages')
      .select('channel, recipient, error, finished_at, event:alert_events(rule_id)')
      .eq('status', 'failed')
      .gt('finished_at', new Date(Date.now() - WEEK_MS).toISOString())
      .order('finished_at', { ascending: false })
      .limit(50)
      .abortSignal(signal),
  ])
  for (const { error } of [rules, states, failed]) if (error) throw error
  return (rules.data ?? []).flatMap((rule) => {
    if (!isKind(rule.kind)) return []
    const last = failed.data?.find(({ event }) => event.rule_id === rule.id)
    return [
      {
        id: rule.id,
        kind: rule.kind,
        name: rule.name,
        thresholdMinutes: rule.threshold_minutes,
        partial: rule.partial,
        enabled: rule.enabled,
        mutedUntil: rule.muted_until,
        memberIds: rule.member_ids,
        emails: rule.emails,
        webhookUrl: rule.webhook_url,
        secretVersion: rule.secret_version ?? 0,
        secretSetAt: rule.secret_set_at,
        firing: states.data?.filter(({ rule_id }) => rule_id === rule.id).length ?? 0,
        undelivered: last === undefined ? null : { channel: last.channel, recipient: last.recipient, error: last.error ?? '', at: last.finished_at ?? '' },
      },
    ]
  })
}

/** Every rule of the organization, the oldest first, so that the list does not jump. */
export function rulesQuery(organizationId: string) {
  return queryOptions({
    queryKey: ['alert_rules', 'list', organizationId],
    meta: { tables: ['alert_events', 'alert_messages'] },
    queryFn: ({ signal }) => getRules(signal),
  })
}

export function useRules() {
  return useQuery(rulesQuery(useOrganizationId()))
}
