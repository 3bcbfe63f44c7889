import { ACTOR_KINDS, type ActorKind } from '@/features/audit/entry'
import { readDay } from '@/lib/days'
import { withParameters, type UrlFilters } from '@/lib/use-url-filters'

/** Who acted: a kind of actor, or one of them by its id. */
export type ActorFilter = { kind: ActorKind } | { id: string }

export interface AuditFilters {
  actor: ActorFilter | null
  subjectKind: string | null
  subjectId: string | null
  action: string | null
  /** Days as a date field gives them (2026-11-21), both included, in the reader's own time zone. */
  from: string | null
  to: string | null
  /** Part of the subject's name. */
  text: string
}

export const NO_FILTERS: AuditFilters = { actor: null, subjectKind: null, subjectId: null, action: null, from: null, to: null, text: '' }

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const NAME = /^[a-z_]{1,63}$/

export function readActor(value: string | null): ActorFilter | null {
  if (value === null) return null
  const kind = ACTOR_KINDS.find((candidate) => candidate === value)
  if (kind !== undefined) return { kind }
  return UUID.test(value) ? { id: value.toLowerCase() } : null
}

export function writeActor(actor: ActorFilter): string {
  return 'kind' in actor ? actor.kind : actor.id
}

/** What an address says; what it says wrongly, it does not say. */
export function readFilters(search: URLSearchParams): AuditFilters {
  const fitting = (name: string, form: RegExp) => {
    const value = search.get(name)
    return value !== null && form.test(value) ? value : null
  }
  return {
    actor: readActor(search.get('actor')),
    subjectKind: fitting('kind', NAME),
    subjectId: search.get('subject') === '' ? null : (search.get('subject')?.slice(0, 200) ?? null),
    action: fitting('action', NAME),
    from: readDay(search.get('from')),
    to: readDay(search.get('to')),
    text: (search.get('q') ?? '').trim().slice(0, 200),
  }
}

/** The address with these filters; whatever else it says (the open entry) stays. */
export function writeFilters(filters: AuditFilters, search: URLSearchParams = new URLSearchParams()): URLSearchParams {
  return withParameters(search, {
    actor: filters.actor === null ? null : writeActor(filters.actor),
    kind: filters.subjectKind, subject: filters.subjectId, action: filters.action, from: filters.from, to: filters.to, q: filters.text,
  })
}

export const auditFilters: UrlFilters<AuditFilters> = { read: readFilters, write: writeFilters }

export function isFiltering(filters: AuditFilters): boolean {
  return writeFilters(filters).size > 0
}
