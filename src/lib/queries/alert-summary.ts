import { queryOptions } from '@tanstack/react-query'
import { isFields, list, number, text, textOrNull } from '@/lib/fields'
import { supabase } from '@/lib/supabase'

export interface AlertSubject {
  kind: string
  id: string
  name: string
  detail: string
}

export interface FiringRule {
  ruleId: string
  ruleName: string
  kind: string
  since: string
  /** Of subjects; `subjects` are the first five. */
  count: number
  subjects: (AlertSubject & { jobId: string | null })[]
}

export interface WaitingApproval {
  id: string
  title: string
  /** What was said with it. */
  note: string
  state: string
  at: string
  /** Who asked, or decided; null where nobody did, or they have left. */
  by: string | null
}

export interface AlertSummary {
  unread: number
  firing: FiringRule[]
  approvals: WaitingApproval[]
}

export function readSubject(value: unknown): AlertSubject {
  const fields = isFields(value) ? value : {}
  return { kind: text(fields['kind']), id: text(fields['id']), name: text(fields['name']), detail: text(fields['detail']) }
}

export function readFiring(value: unknown): FiringRule[] {
  return list(value)
    .filter(isFields)
    .map((rule) => ({
      ruleId: text(rule['rule_id']),
      ruleName: text(rule['rule_name']),
      kind: text(rule['kind']),
      since: text(rule['since']),
      count: number(rule['count']),
      subjects: list(rule['subjects'])
        .filter(isFields)
        .map((subject) => ({ ...readSubject(subject), jobId: textOrNull(subject['job_id']) })),
    }))
}

/** What the bell shows, and what is on top of the inbox. By hand, because the bell is part of the first load. */
export function alertSummaryQuery(organizationId: string) {
  return queryOptions({
    queryKey: ['alert_events', 'summary', organizationId],
    meta: { tables: ['alert_rules', 'plan_approvals'] },
    queryFn: async ({ signal }): Promise<AlertSummary> => {
      const { data, error } = await supabase.rpc('alert_summary').abortSignal(signal)
      if (error) throw error
      const fields = isFields(data) ? data : {}
      return {
        unread: number(fields['unread']),
        firing: readFiring(fields['firing']),
        approvals: list(fields['approvals'])
          .filter(isFields)
          .map((waiting) => ({
            id: text(waiting['id']), title: text(waiting['title']), note: text(waiting['note']), state: text(waiting['state']), at: text(waiting['at']), by: textOrNull(waiting['by']),
          })),
      }
    },
  })
}

/** How many things want somebody's eye. */
export const waitingFor = ({ unread, approvals }: AlertSummary): number => unread + approvals.filter(({ state }) => state === 'pending').length
