import type { JsonValue } from '@core/content-schema'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { isItemStatus, type ItemStatus } from '@/features/content/item-status'
import type { PublishWindow } from '@/features/content/publish-window'
import { useSession } from '@/lib/session'
import { supabase } from '@/lib/supabase'

export type ItemData = Record<string, JsonValue>

export interface Item {
  id: string
  typeId: string
  title: string
  data: ItemData
  status: ItemStatus
  revision: number
  createdAt: string
  updatedAt: string
  publishedAt: string | null
  publishAt: string | null
  unpublishAt: string | null
  updatedBy: string | null
}

const OWN_COLUMNS = 'id, type_id, title, data, status, revision, created_at, updated_at, published_at, publish_at, unpublish_at'
const COLUMNS = `${OWN_COLUMNS}, editor:profiles!content_items_updated_by_fkey(full_name, email)` as const

interface ItemRecord {
  id: string
  type_id: string
  title: string
  data: unknown
  status: string
  revision: number
  created_at: string
  updated_at: string
  published_at: string | null
  publish_at: string | null
  unpublish_at: string | null
  editor: { full_name: string | null; email: string } | null
}

function toItem(row: ItemRecord): Item {
  return {
    id: row.id,
    typeId: row.type_id,
    title: row.title,
    // A check of the table: `data` is an object.
    data: row.data as ItemData,
    status: isItemStatus(row.status) ? row.status : 'draft',
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    publishedAt: row.published_at,
    publishAt: row.publish_at,
    unpublishAt: row.unpublish_at,
    updatedBy: row.editor === null ? null : (row.editor.full_name ?? row.editor.email),
  }
}

/** What a write gives back knows no other tables everywhere: the embedded Data API leaves embedded ones out of it. */
function written(row: Omit<ItemRecord, 'editor'>): Item {
  return { ...toItem({ ...row, editor: null }), updatedBy: useSession.getState().user?.email ?? null }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export async function getItem(id: string, signal?: AbortSignal): Promise<Item | null> {
  // An address that somebody shortened is a page that does not exist, not an error of the database.
  if (!UUID.test(id)) return null
  let query = supabase.from('content_items').select(COLUMNS).eq('id', id)
  if (signal !== undefined) query = query.abortSignal(signal)
  const { data, error } = await query.maybeSingle()
  if (error) throw error
  return data === null ? null : toItem(data)
}

/** null: there is no such item (any more), or it is another organization's. */
export function itemQuery(id: string) {
  return queryOptions({
    queryKey: ['content_items', 'one', id],
    queryFn: ({ signal }) => getItem(id, signal),
  })
}

export function useItem(id: string) {
  return useQuery(itemQuery(id))
}

export interface ItemDraft extends PublishWindow {
  typeId: string
  title: string
  data: ItemData
  status: ItemStatus
}

export async function createItem(draft: ItemDraft): Promise<Item> {
  const { data, error } = await supabase
    .from('content_items')
    .insert({ type_id: draft.typeId, title: draft.title, data: draft.data, status: draft.status, publish_at: draft.publishAt, unpublish_at: draft.unpublishAt })
    .select(OWN_COLUMNS)
    .single()
  if (error) throw error
  return written(data)
}

export type SaveResult = { kind: 'saved'; item: Item } | { kind: 'conflict'; theirs: Item } | { kind: 'gone' }

/** Writes only over the revision that was read: what somebody else saved meanwhile is never lost unseen. */
export async function saveItem(id: string, known: number, draft: Omit<ItemDraft, 'typeId'>): Promise<SaveResult> {
  const { data, error } = await supabase
    .from('content_items')
    .update({ title: draft.title, data: draft.data, status: draft.status, publish_at: draft.publishAt, unpublish_at: draft.unpublishAt })
    .eq('id', id)
    .eq('revision', known)
    .select(OWN_COLUMNS)
    .maybeSingle()
  if (error) throw error
  if (data !== null) return { kind: 'saved', item: written(data) }
  const theirs = await getItem(id)
  if (theirs === null) return { kind: 'gone' }
  if (theirs.revision !== known) return { kind: 'conflict', theirs }
  // Row security leaves out a row that may not be changed, without an error.
  throw Object.assign(new Error('Your role does not allow you to change content'), { code: 'DS002' })
}

export async function setItemStatus(id: string, status: ItemStatus): Promise<void> {
  const { data, error } = await supabase.from('content_items').update({ status }).eq('id', id).select('id')
  if (error) throw error
  if (data.length === 0) throw Object.assign(new Error('This item was deleted, or your role does not allow you to change it'), { code: 'DS002' })
}

export async function deleteItem(id: string): Promise<void> {
  const { data, error } = await supabase.from('content_items').delete().eq('id', id).select('id')
  if (error) throw error
  if (data.length === 0) throw Object.assign(new Error('This item is gone already, or your role does not allow you to delete it'), { code: 'DS002' })
}
