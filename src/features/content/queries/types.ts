import type { ContentSchema } from '@core/content-schema'
import type { Json } from '@/lib/database.types'
import { supabase } from '@/lib/supabase'

export interface TypeDraft {
  name: string
  title: string
  description: string
  schema: ContentSchema
}

const toRow = ({ schema, ...rest }: TypeDraft) => ({ ...rest, schema: schema as unknown as NonNullable<Json> })

export async function createType(draft: TypeDraft): Promise<void> {
  const { error } = await supabase.from('content_types').insert(toRow(draft))
  if (error) throw error
}

/** Only over the revision of the schema that was read: two people who edit the fields of one type must not undo each other. */
export async function updateType(id: string, known: number, draft: TypeDraft): Promise<void> {
  const { data, error } = await supabase.from('content_types').update(toRow(draft)).eq('id', id).eq('revision', known).select('id')
  if (error) throw error
  if (data.length === 0) {
    throw Object.assign(new Error('Nothing was saved: the fields of this type were changed by somebody else, or it was deleted'), {
      code: 'DS040',
      hint: 'Close this, open the type again and repeat your change.',
    })
  }
}

export async function deleteType(id: string, title: string): Promise<void> {
  const { data, error } = await supabase.from('content_types').delete().eq('id', id).select('id')
  if (error?.code === '23503') {
    throw Object.assign(new Error(`There are items of the type "${title}"`), {
      code: error.code,
      hint: 'Delete them first (archived ones too); a type goes only when nothing is written in it.',
    })
  }
  if (error) throw error
  if (data.length === 0) throw Object.assign(new Error('This type is gone already, or your role does not allow you to delete it'), { code: 'DS002' })
}
