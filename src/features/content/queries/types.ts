import type { ContentSchema, FieldProblem } from '@core/content-schema'
import type { Json } from '@/lib/database.types'
import { supabase } from '@/lib/supabase'

export interface TypeHead {
  name: string
  title: string
  description: string
}

export interface TypeDraft extends TypeHead {
  schema: ContentSchema
}

const asJson = (value: unknown) => value as NonNullable<Json>

/** The new type's id. */
export async function createType({ schema, ...head }: TypeDraft): Promise<string> {
  const { data, error } = await supabase.from('content_types').insert({ ...head, schema: asJson(schema) }).select('id').single()
  if (error) throw error
  return data.id
}

export interface ImpactField {
  name: string
  title: string | null
  items: number
  overrides: number
}

/** What a change of a type touches (verb plan_type_change). */
export interface TypeImpact {
  revision: number
  /** Says that nothing has changed between looking and saving. */
  plan: string
  renamed: { from: string; to: string }[]
  added: string[]
  removed: ImpactField[]
  changed: ImpactField[]
  lost: { items: number; overrides: number }
  invalid: { items: number; published: number; overrides: number }
  /** The first fifty. */
  items: { id: string; title: string; status: string; lost: string[]; problems: FieldProblem[] }[]
  overrides: { site_id: string; site: string; item_id: string; item: string; lost: string[]; problems: FieldProblem[] }[]
}

export async function planTypeChange(id: string, schema: ContentSchema): Promise<TypeImpact> {
  const { data, error } = await supabase.rpc('plan_type_change', { type_id: id, schema: asJson(schema) })
  if (error) throw error
  return data as unknown as TypeImpact
}

/** Whether somebody has to be asked: something would be lost, or would no longer be valid. */
export function mustAsk({ lost, invalid }: TypeImpact): boolean {
  return lost.items + lost.overrides + invalid.items + invalid.overrides > 0
}

export interface SaveChoices {
  plan: string
  removeData: boolean
  acceptInvalid: boolean
}

export interface SavedType {
  revision: number
  items: number
  overrides: number
  templates: number
}

/** Over the revision of the schema that was read; DS071 where somebody else has changed it since. */
export async function saveType(id: string, revision: number, { schema, ...head }: TypeDraft, choices: SaveChoices): Promise<SavedType> {
  const { data, error } = await supabase.rpc('save_type', {
    type_id: id, schema: asJson(schema), expected_revision: revision,
    options: { ...head, plan: choices.plan, remove_data: choices.removeData, accept_invalid: choices.acceptInvalid },
  })
  if (error) throw error
  return data as unknown as SavedType
}

/** Name, title and description alone: the fields are as they were. */
export async function saveTypeHead(id: string, head: TypeHead): Promise<void> {
  const { data, error } = await supabase.from('content_types').update(head).eq('id', id).select('id')
  if (error) throw error
  if (data.length === 0) throw Object.assign(new Error('This type is gone, or your role does not allow you to change it'), { code: 'DS002' })
}

export async function deleteType(id: string): Promise<void> {
  const { data, error } = await supabase.from('content_types').delete().eq('id', id).select('id')
  if (error) throw error
  if (data.length === 0) throw Object.assign(new Error('This type is gone already, or your role does not allow you to delete it'), { code: 'DS002' })
}
