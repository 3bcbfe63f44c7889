import type { Approval, ApprovalPerson } from '@/features/jobs/queries/approvals'

/** "you", a colleague's name, or what asked by itself. */
export function requesterWords({ requestedBy, requester }: Pick<Approval, 'requestedBy' | 'requester'>, userId: string | undefined): string {
  if (requestedBy === null) return 'a publishing time'
  return personWords(requestedBy, requester, userId)
}

export function personWords(id: string | null, person: ApprovalPerson | null, userId: string | undefined): string {
  if (id !== null && id === userId) return 'you'
  return person?.full_name ?? person?.email ?? 'somebody who has left'
}

export const STATE_WORDS: Readonly<Record<string, { label: string; status: string }>> = {
  pending: { label: 'waiting', status: 'queued' },
  approved: { label: 'approved', status: 'success' },
  rejected: { label: 'rejected', status: 'failed' },
  used: { label: 'run', status: 'success' },
  withdrawn: { label: 'withdrawn', status: 'cancelled' },
  outdated: { label: 'out of date', status: 'superseded' },
}
