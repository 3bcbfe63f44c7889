import { queryOptions } from '@tanstack/react-query'
import type { AuditEntry } from '@/features/audit/entry'
import { paths } from '@/lib/paths'
import { supabase } from '@/lib/supabase'

export interface SubjectLink {
  href: string
  label: string
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi

type Table = 'content_items' | 'content_types' | 'sites' | 'schedules' | 'invitations' | 'api_keys'

async function exists(table: Table, id: string, signal: AbortSignal): Promise<boolean> {
  const { data, error } = await supabase.from(table).select('id').eq('id', id).limit(1).abortSignal(signal)
  if (error) throw error
  return data.length > 0
}

/** Where the object of an entry is today, null where it is gone or has no place of its own. */
async function findSubject({ subjectKind, subjectId }: Pick<AuditEntry, 'subjectKind' | 'subjectId'>, signal: AbortSignal): Promise<SubjectLink | null> {
  const [id, second] = subjectId?.match(UUID) ?? []
  const link = async (table: Table, at: string | undefined, href: string, label: string) =>
    at !== undefined && (await exists(table, at, signal)) ? { href, label } : null
  switch (subjectKind) {
    case 'content_items':
      return link('content_items', id, paths.contentItem.getHref(id ?? ''), 'Open the item')
    case 'content_types':
      return link('content_types', id, paths.contentType.getHref(id ?? ''), 'Open the content type')
    case 'sites':
    case 'site_secrets':
      return link('sites', id, paths.site.getHref(id ?? ''), 'Open the site')
    case 'site_item_mappings':
      // An id of the item and one of the site, in whichever order.
      for (const part of [id, second]) {
        const item = await link('content_items', part, paths.contentItem.getHref(part ?? ''), 'Open the item')
        if (item !== null) return item
      }
      return null
    case 'schedules':
    case 'schedule_sites':
      return link('schedules', id, paths.schedules.getHref(), 'Open the schedules')
    case 'invitations':
      return link('invitations', id, paths.members.getHref(), 'Open the members')
    case 'memberships':
    case 'profiles': {
      for (const part of [id, second]) {
        if (part === undefined) continue
        const { data, error } = await supabase.from('memberships').select('user_id').eq('user_id', part).limit(1).abortSignal(signal)
        if (error) throw error
        if (data.length > 0) return { href: paths.members.getHref(), label: 'Open the members' }
      }
      return null
    }
    case 'api_keys':
      return link('api_keys', id, paths.apiKeys.getHref(), 'Open the API keys')
    case 'organizations':
      return { href: paths.settings.getHref(), label: 'Open the settings' }
    default:
      return null
  }
}

export function subjectQuery(organizationId: string, entry: Pick<AuditEntry, 'subjectKind' | 'subjectId'>) {
  return queryOptions({
    queryKey: ['audit', 'subject', organizationId, entry.subjectKind, entry.subjectId],
    meta: { tables: [entry.subjectKind] },
    queryFn: ({ signal }) => findSubject(entry, signal),
  })
}
