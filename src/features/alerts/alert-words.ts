import { count } from '@/lib/format'
import { paths } from '@/lib/paths'
import type { AlertSubject } from '@/lib/queries/alert-summary'

export type RuleKind = 'run' | 'site' | 'silence' | 'schedule'

export const KINDS: { value: RuleKind; label: string; hint: string }[] = [
  { value: 'run', label: 'A run fails', hint: 'One message when a site is not reached, and one when it is reached again.' },
  { value: 'site', label: 'A site is unhealthy', hint: 'Refused deliveries, paused after failures, drifted, or disabled by its destination. Sites that somebody disabled are left out.' },
  { value: 'silence', label: 'Nothing is synced', hint: 'No run has gone through, and no schedule has found every site up to date.' },
  { value: 'schedule', label: 'A schedule is missed', hint: 'It is late, cannot be planned, or its run could not start. Paused schedules are left out.' },
]

/** "10 minutes", "2 hours", "3 days" */
export function spanInWords(minutes: number): string {
  if (minutes >= 1440 && minutes % 1440 === 0) return count('day', minutes / 1440)
  if (minutes >= 60 && minutes % 60 === 0) return count('hour', minutes / 60)
  return count('minute', minutes)
}

/** What a rule watches, in a sentence. */
export function ruleSentence({ kind, thresholdMinutes, partial }: { kind: RuleKind; thresholdMinutes: number; partial: boolean }): string {
  const span = spanInWords(thresholdMinutes)
  switch (kind) {
    case 'run':
      return partial ? 'When a run fails for any of its sites' : 'When a run fails for all of its sites'
    case 'site':
      return `When a site is unhealthy for ${span}`
    case 'silence':
      return `When nothing is synced for ${span}`
    case 'schedule':
      return `When a schedule is ${span} late or cannot run`
  }
}

/** Whom it tells, beside the inbox. */
export function channelsInWords({ memberIds, emails, webhookUrl }: { memberIds: readonly string[]; emails: readonly string[]; webhookUrl: string | null }): string {
  const mails = memberIds.length + emails.length
  const parts = ['inbox', ...(mails > 0 ? [count('mail', mails)] : []), ...(webhookUrl === null ? [] : ['webhook'])]
  return parts.join(', ')
}

interface Subject extends Pick<AlertSubject, 'kind' | 'id'> {
  jobId?: string | null
}

/** Where a subject can be looked at; null where it is the organization itself. */
export function subjectHref({ kind, id, jobId }: Subject): string | null {
  if (jobId != null) return paths.job.getHref(jobId)
  if (kind === 'site') return paths.site.getHref(id)
  return kind === 'schedule' ? paths.schedule.getHref(id) : null
}

/** "ada@example.com, ops@example.com" as somebody types it: commas, semicolons, spaces or lines between. */
export function splitAddresses(typed: string): string[] {
  return [...new Set(typed.split(/[\s,;]+/).map((address) => address.trim().toLowerCase()).filter(Boolean))]
}

export const isAddress = (text: string): boolean => text.length <= 254 && /^[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+$/.test(text)

/** The sentence that opens the inbox. */
export function inboxSentence(firing: number): string {
  if (firing === 0) return 'No alert is firing'
  return firing === 1 ? 'One alert is firing' : `${firing} alerts are firing`
}
