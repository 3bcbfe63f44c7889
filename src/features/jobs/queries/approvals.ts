import { queryOptions } from '@tanstack/react-query'
import { supabase } from '@/lib/supabase'

export interface ApprovalPerson {
  full_name: string | null
  email: string
}

export interface Approval {
  id: string
  title: string
  planHash: string
  state: string
  note: string
  comment: string
  force: boolean
  /** null: a publishing time of content came, or whoever asked has left. */
  requestedBy: string | null
  requester: ApprovalPerson | null
  requestedAt: string
  decidedBy: string | null
  decider: ApprovalPerson | null
  decidedAt: string | null
  job: { id: string; number: number } | null
}

export interface ApprovalDetail extends Approval {
  siteIds: string[]
  /** Of each site the beginning of its payload's hash when it was asked. */
  siteHashes: string[]
}

const SUMMARY = `id, title, plan_hash, state, note, comment, force, requested_by, requested_at, decided_by, decided_at,
  requester:profiles!plan_approvals_requested_by_fkey(full_name, email), decider:profiles!plan_approvals_decided_by_fkey(full_name, email),
  job:sync_jobs!plan_approvals_organization_id_job_id_fkey(id, number)` as const

interface Row {
  id: string
  title: string
  plan_hash: string
  state: string
  note: string
  comment: string
  force: boolean
  requested_by: string | null
  requested_at: string
  decided_by: string | null
  decided_at: string | null
  requester: ApprovalPerson | null
  decider: ApprovalPerson | null
  job: { id: string; number: number } | null
}

const toApproval = (row: Row): Approval => ({
  id: row.id,
  title: row.title,
  planHash: row.plan_hash,
  state: row.state,
  note: row.note,
  comment: row.comment,
  force: row.force,
  requestedBy: row.requested_by,
  requester: row.requester,
  requestedAt: row.requested_at,
  decidedBy: row.decided_by,
  decider: row.decider,
  decidedAt: row.decided_at,
  job: row.job,
})

/** A list is for reading; what is older is in the audit log. */
const SHOWN = 200

/** What was asked, the newest first; `open`: only what waits or is approved and not yet run. */
export function approvalsQuery(open: boolean) {
  return queryOptions({
    queryKey: ['plan_approvals', 'list', open],
    meta: { tables: ['profiles'] },
    queryFn: async ({ signal }): Promise<Approval[]> => {
      let query = supabase.from('plan_approvals').select(SUMMARY)
      if (open) query = query.in('state', ['pending', 'approved'])
      const { data, error } = await query.order('requested_at', { ascending: false }).limit(SHOWN).abortSignal(signal)
      if (error) throw error
      return data.map(toApproval)
    },
  })
}

export function approvalQuery(id: string) {
  return queryOptions({
    queryKey: ['plan_approvals', 'one', id],
    queryFn: async ({ signal }): Promise<ApprovalDetail | null> => {
      const { data, error } = await supabase.from('plan_approvals').select(`${SUMMARY}, site_ids, site_hashes`).eq('id', id).abortSignal(signal).maybeSingle()
      if (error) throw error
      return data === null ? null : { ...toApproval(data), siteIds: data.site_ids, siteHashes: data.site_hashes }
    },
  })
}

/** What waits or is approved for exactly this plan, approved first. */
export function approvalsOfPlanQuery(planHash: string) {
  return queryOptions({
    queryKey: ['plan_approvals', 'of-plan', planHash],
    queryFn: async ({ signal }): Promise<Approval[]> => {
      const { data, error } = await supabase
        .from('plan_approvals')
        .select(SUMMARY)
        .eq('plan_hash', planHash)
        .in('state', ['pending', 'approved'])
        .order('state')
        .order('requested_at')
        .abortSignal(signal)
      if (error) throw error
      return data.map(toApproval)
    },
  })
}

interface Question {
  /** null: every enabled site. */
  siteIds: readonly string[] | null
  planHash: string
  note: string
  force: boolean
}

export async function requestApproval({ siteIds, planHash, note, force }: Question): Promise<void> {
  const { error } = await supabase.rpc('request_approval', { ...(siteIds === null ? {} : { site_ids: [...siteIds] }), plan_hash: planHash, note, force })
  if (error) throw error
}

/** The state that the request is in afterwards: `outdated` where the content has changed since it was asked. */
export async function decideApproval(id: string, approve: boolean, comment: string): Promise<string> {
  const { data, error } = await supabase.rpc('decide_approval', { approval_id: id, approve, comment })
  if (error) throw error
  return typeof data === 'object' && data !== null && 'state' in data && typeof data['state'] === 'string' ? data['state'] : ''
}

export async function withdrawApproval(id: string): Promise<void> {
  const { error } = await supabase.rpc('withdraw_approval', { approval_id: id })
  if (error) throw error
}
