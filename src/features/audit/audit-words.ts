import { isTruncated, type AuditChange, type AuditEntry } from '@/features/audit/entry'
import { formatClock, formatNumber } from '@/lib/format'

const NOUNS: Readonly<Record<string, string>> = {
  organizations: 'organization', memberships: 'member', invitations: 'invitation', profiles: 'profile', content_types: 'content type', content_type_templates: 'type template',
  content_items: 'item', sites: 'site', site_item_mappings: 'mapping', schedules: 'schedule', schedule_sites: 'site of a schedule',
  api_keys: 'API key', site_secrets: 'secret', plan_approvals: 'approval', alert_rules: 'alert rule', saved_views: 'saved view',
}

/** What a table's rows are called: "content type". A table that is not known yet is called by its name. */
export function subjectNoun(kind: string): string {
  return NOUNS[kind] ?? kind.replaceAll('_', ' ')
}

const ACTION_WORDS: Readonly<Record<string, string>> = {
  created: 'created', updated: 'changed', deleted: 'deleted', made: 'made', rotated: 'rotated', revealed: 'revealed',
  overlap_ended: 'ended the overlap of', resealed: 're-encrypted', exported: 'exported', imported: 'imported', hold_lifted: 'lifted the hold of', field_renamed: 'renamed a field of',
}

/** As the filter names an action: the first word is enough there. */
export function actionWord(action: string): string {
  return { overlap_ended: 'overlap ended', resealed: 're-encrypted', hold_lifted: 'hold lifted' }[action] ?? ACTION_WORDS[action] ?? action.replaceAll('_', ' ')
}

const ACTORS: Readonly<Record<string, string>> = { user: 'person', api_key: 'API key', schedule: 'schedule', system: 'system' }

export function actorWord(kind: string): string {
  return ACTORS[kind] ?? kind.replaceAll('_', ' ')
}

/** What happened, in the parts in which a line shows it: "changed site" "Facebook Campaign" "destination_url, timeout_ms". */
export interface Sentence {
  act: string
  name: string
  detail: string
}

type Words = Pick<AuditEntry, 'action' | 'subjectKind' | 'subjectName' | 'changes'>

export function sentenceOf(entry: Words): Sentence {
  return { act: actOf(entry), name: entry.subjectName, detail: entry.action === 'updated' ? changedFields(entry.changes) : '' }
}

/** The same as one text, for a title or a file. */
export function sentenceText(entry: Words): string {
  const { act, name, detail } = sentenceOf(entry)
  return `${act}${name === '' ? '' : ` ${name}`}${detail === '' ? '' : `: ${detail}`}`
}

/** By the state that a request came into. */
const APPROVAL_ACTS: Readonly<Record<string, string>> = {
  approved: 'approved', rejected: 'rejected', used: 'started the approved', withdrawn: 'withdrew the request:', outdated: 'found out of date:',
}

function actOf({ action, subjectKind, changes }: Words): string {
  const turned = (field: string) => changes.some((change) => change.field === field && change.after !== null && change.after !== undefined)
  switch (subjectKind) {
    case 'memberships':
    case 'site_item_mappings':
    case 'schedule_sites':
      if (action === 'created') return `added ${subjectNoun(subjectKind)}`
      if (action === 'deleted') return `removed ${subjectNoun(subjectKind)}`
      break
    case 'invitations':
      if (action === 'created') return 'invited'
      if (action === 'updated' && turned('revoked_at')) return 'revoked the invitation of'
      if (action === 'updated' && turned('accepted_at')) return 'accepted the invitation of'
      if (action === 'updated') return 'renewed the invitation of'
      break
    case 'api_keys':
      if (action === 'updated' && turned('revoked_at')) return 'revoked API key'
      break
    case 'plan_approvals': {
      if (action === 'created') return 'asked for an approval:'
      const state = changes.find(({ field }) => field === 'state')?.after
      const act = typeof state === 'string' ? APPROVAL_ACTS[state] : undefined
      if (act !== undefined) return act
      break
    }
    case 'site_secrets':
      return `${ACTION_WORDS[action] ?? action.replaceAll('_', ' ')} the secret of`
  }
  return `${ACTION_WORDS[action] ?? action.replaceAll('_', ' ')} ${subjectNoun(subjectKind)}`
}

/** So many are named; a form that was filled in again from the start would push the rest out of the line. */
const NAMED = 4
/** Times and names of the ones who wrote are in the line itself already. */
const OWN = new Set(['updated_at', 'updated_by'])

function changedFields(changes: readonly AuditChange[]): string {
  const told = changes.filter(({ field }) => !OWN.has(field))
  const [only] = told
  if (told.length === 1 && only !== undefined) {
    const [before, after] = [brief(only.before), brief(only.after)]
    if (before !== null && after !== null) return `${only.field} ${before} to ${after}`
  }
  const rest = told.length - NAMED
  const names = told.slice(0, rest === 1 ? NAMED + 1 : NAMED).map(({ field }) => field)
  return rest > 1 ? `${names.join(', ')} and ${rest} more` : names.join(', ')
}

/** A value that is short enough to be said within a line. */
function brief(value: unknown): string | null {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (typeof value === 'number') return formatNumber(value)
  return typeof value === 'string' && value !== '' && value.length <= 24 && !/[\r\n]/.test(value) ? value : null
}

/** Values as the diff shows them: of one that was kept in part, its beginning and how long it was. */
export function shownValue(value: unknown): unknown {
  return isTruncated(value) ? `${value.start}… (${formatNumber(value.characters)} characters)` : value
}

const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' })
const dayAndYear = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' })

/** "Nov 21, 14:06:12": a log is read for when something was, not for how long ago. Another year than this one is named. */
export function formatWhen(at: string, now: number = Date.now()): string {
  const then = new Date(at)
  if (Number.isNaN(then.getTime())) return ''
  return `${(then.getFullYear() === new Date(now).getFullYear() ? day : dayAndYear).format(then)}, ${formatClock(then)}`
}
