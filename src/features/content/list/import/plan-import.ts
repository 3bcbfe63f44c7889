import type { ImportRow, RefusedRow } from '@/features/content/list/import/convert'
import type { Json } from '@/lib/database.types'
import { supabase } from '@/lib/supabase'

export interface PlannedRow {
  line: number
  act: 'create' | 'update' | 'refused'
  id: string | null
  title: string
  status: string
  /** What an update changes: title, status, data.headline. */
  fields: string[]
  problems: { field: string; message: string }[]
}

export interface ImportPlan {
  id: string
  created: number
  updated: number
  unchanged: number
  refused: number
  /** Of those that are written: published ones, which sites get with the next run. */
  published: number
  rows: PlannedRow[]
}

/** What the database would make of every row; nothing is written. Rows that could not be read are refused among the others. */
export async function planImport(typeId: string, key: string | null, rows: readonly ImportRow[], unread: readonly RefusedRow[]): Promise<ImportPlan> {
  const { data, error } = await supabase.rpc('plan_item_import', { document: { type_id: typeId, key, rows } as unknown as Json })
  if (error) throw error
  const plan = data as unknown as ImportPlan
  const refused = unread.map(({ line, title, problems }): PlannedRow => ({ line, act: 'refused', id: null, title, status: '', fields: [], problems }))
  return { ...plan, refused: plan.refused + unread.length, rows: [...plan.rows, ...refused].sort((a, b) => a.line - b.line) }
}

export interface ImportOutcome {
  created: number
  updated: number
  unchanged: number
  refused: number
  created_ids: string[]
}

export async function importItems(id: string): Promise<ImportOutcome> {
  const { data, error } = await supabase.rpc('import_items', { import_id: id })
  if (error) throw error
  return data as unknown as ImportOutcome
}
