export const ACTOR_KINDS = ['user', 'api_key', 'schedule', 'system'] as const
export type ActorKind = (typeof ACTOR_KINDS)[number]

export const ACTIONS = [
  'created', 'updated', 'deleted', 'made', 'rotated', 'revealed', 'overlap_ended', 'resealed', 'exported', 'imported', 'hold_lifted', 'field_renamed',
] as const
export type Action = (typeof ACTIONS)[number]

/** Tables, in the order in which the filter offers them. */
export const SUBJECT_KINDS = [
  'content_items', 'content_types', 'content_type_templates', 'sites', 'site_secrets', 'site_item_mappings', 'schedules', 'schedule_sites', 'alert_rules', 'memberships', 'invitations',
  'profiles', 'api_keys', 'plan_approvals', 'saved_views', 'organizations',
] as const
export type SubjectKind = (typeof SUBJECT_KINDS)[number]

/** One field of what changed. A side is left away where the field did not exist. */
export interface AuditChange {
  field: string
  before?: unknown
  after?: unknown
}

/** One line of the log, as it was written and is hashed. Kinds and actions are text: a newer database may know more of them. */
export interface AuditEntry {
  seq: number
  at: string
  actorKind: string
  actorId: string | null
  actorName: string
  action: string
  subjectKind: string
  subjectId: string | null
  subjectName: string
  changes: AuditChange[]
  ip: string | null
  userAgent: string | null
  requestId: string | null
  previousHash: string
  hash: string
}

/** How SQL keeps a value that is too long for a line of a log. */
export interface Truncated {
  truncated: true
  characters: number
  start: string
}

export function isTruncated(value: unknown): value is Truncated {
  return (
    typeof value === 'object' && value !== null && 'truncated' in value && value.truncated === true &&
    'characters' in value && typeof value.characters === 'number' && 'start' in value && typeof value.start === 'string'
  )
}

/** The changes of a row, whose column is any JSON to its type. */
export function readChanges(value: unknown): AuditChange[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((change: unknown): AuditChange[] => {
    if (typeof change !== 'object' || change === null || !('field' in change) || typeof change.field !== 'string') return []
    return [{ field: change.field, ...('before' in change ? { before: change.before } : {}), ...('after' in change ? { after: change.after } : {}) }]
  })
}
