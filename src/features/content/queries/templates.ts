import type { ContentSchema, JsonValue } from '@core/content-schema'
import { queryOptions, useQuery } from '@tanstack/react-query'
import type { Json } from '@/lib/database.types'
import { useOrganizationId } from '@/lib/session'
import { supabase } from '@/lib/supabase'

/** A type that was kept as a pattern, of this organization. */
export interface OwnTemplate {
  id: string
  name: string
  title: string
  description: string
  schema: ContentSchema
  example: Record<string, JsonValue>
}

async function getTemplates(signal: AbortSignal): Promise<OwnTemplate[]> {
  const { data, error } = await supabase
    .from('content_type_templates')
    .select('id, name, title, description, schema, example')
    .order('title')
    .order('id')
    .abortSignal(signal)
  if (error) throw error
  return data.map(({ schema, example, ...rest }) => ({
    ...rest,
    // The database lets nothing else in (DS021, DS022, a check).
    schema: schema as unknown as ContentSchema,
    example: example as unknown as Record<string, JsonValue>,
  }))
}

export function templatesQuery(organizationId: string) {
  return queryOptions({ queryKey: ['content_type_templates', organizationId], queryFn: ({ signal }) => getTemplates(signal) })
}

export function useTemplates() {
  return useQuery(templatesQuery(useOrganizationId()))
}

export interface TemplateDraft {
  name: string
  title: string
  description: string
  schema: ContentSchema
  example: Record<string, JsonValue>
  sourceTypeId: string | null
}

export async function createTemplate({ sourceTypeId, schema, example, ...head }: TemplateDraft): Promise<void> {
  const { error } = await supabase.from('content_type_templates').insert({
    ...head, schema: schema as unknown as NonNullable<Json>, example: example as unknown as NonNullable<Json>, ...(sourceTypeId === null ? {} : { source_type_id: sourceTypeId }),
  })
  if (error) throw error
}

const gone = () => Object.assign(new Error('This template is gone already, or your role does not allow you to change it'), { code: 'DS002' })

export async function renameTemplate(id: string, title: string, description: string): Promise<void> {
  const { data, error } = await supabase.from('content_type_templates').update({ title, description }).eq('id', id).select('id')
  if (error) throw error
  if (data.length === 0) throw gone()
}

export async function deleteTemplate(id: string): Promise<void> {
  const { data, error } = await supabase.from('content_type_templates').delete().eq('id', id).select('id')
  if (error) throw error
  if (data.length === 0) throw gone()
}

/** Data of an item of a type, to show what the type is for: of the one that was changed last and is published, if there is one. */
export async function exampleOf(typeId: string): Promise<Record<string, JsonValue>> {
  const { data, error } = await supabase.from('content_items').select('data').eq('type_id', typeId).eq('status', 'published').order('updated_at', { ascending: false }).limit(1).maybeSingle()
  if (error) throw error
  return data === null ? {} : (data.data as unknown as Record<string, JsonValue>)
}
