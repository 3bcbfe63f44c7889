import type { ContentSchema } from '@core/content-schema'
import { queryOptions, useQuery } from '@tanstack/react-query'
import type { Json } from '@/lib/database.types'
import { useOrganizationId } from '@/lib/session'
import { supabase } from '@/lib/supabase'

export interface ContentType {
  id: string
  name: string
  title: string
  description: string
  schema: ContentSchema
  revision: number
  updatedAt: string
  itemCount: number
}

/** The database lets nothing into `content_types.schema` that is no object with properties of our subset (DS021, DS022). */
export function asContentSchema(schema: Json): ContentSchema {
  return schema as unknown as ContentSchema
}

async function getContentTypes(signal: AbortSignal): Promise<ContentType[]> {
  const { data, error } = await supabase
    .from('content_types')
    .select('id, name, title, description, schema, revision, updated_at, content_items(count)')
    .order('title')
    .order('id')
    .abortSignal(signal)
  if (error) throw error
  return data.map(({ updated_at, content_items, schema, ...type }) => ({
    ...type,
    schema: asContentSchema(schema),
    updatedAt: updated_at,
    itemCount: content_items[0]?.count ?? 0,
  }))
}

/** Every type of the organization by title, with how many items it has. */
export function contentTypesQuery(organizationId: string) {
  return queryOptions({
    queryKey: ['content_types', 'list', organizationId],
    meta: { tables: ['content_items'] },
    queryFn: ({ signal }) => getContentTypes(signal),
  })
}

export function useContentTypes() {
  return useQuery(contentTypesQuery(useOrganizationId()))
}
