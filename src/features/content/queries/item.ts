import type { JsonValue } from '@core/content-schema'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { z } from 'zod/mini'
import { isItemStatus, type ItemStatus } from '@/features/content/item-status'
import type { PublishWindow } from '@/features/content/publish-window'
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
  updatedById: string | null
  createdBy: string | null
}

const OWN_COLUMNS = 'id, type_id, title, data, status, revision, created_at, updated_at, published_at, publish_at, unpublish_at, updated_by'
const COLUMNS = `${OWN_COLUMNS}, editor:profiles!content_items_updated_by_fkey(full_name, email), author:profiles!content_items_created_by_fkey(full_name, email)` as const

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
  updated_by: string | null
  editor: PersonRecord | null
  author: PersonRecord | null
}

interface PersonRecord {
  full_name: string | null
  email: string
}

export const personName = (person: PersonRecord | null) => (person === null ? null : (person.full_name ?? person.email))

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
    updatedBy: personName(row.editor),
    updatedById: row.updated_by,
    createdBy: personName(row.author),
  }
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
  title: string
  data: ItemData
  status: ItemStatus
}

export type SaveResult = { kind: 'saved'; item: Item } | { kind: 'conflict'; theirs: Item } | { kind: 'gone' }

interface SaveOptions {
  /** The revision that was read; null for an item that does not exist yet, whose id is that of its working copy. */
  known: number | null
  /** The revision of the type under whose names the data is. */
  typeRevision: number
}

/** Writes only over the revision that was read: what somebody else saved meanwhile is never lost unseen. Ends the working copy. */
export async function saveItem(id: string, draft: ItemDraft, { known, typeRevision }: SaveOptions): Promise<SaveResult> {
  const { data, error } = await supabase.rpc('save_item', {
    item_id: id,
    title: draft.title,
    data: draft.data,
    status: draft.status,
    ...(known === null ? {} : { known_revision: known }),
    ...(draft.publishAt === null ? {} : { publish_at: draft.publishAt }),
    ...(draft.unpublishAt === null ? {} : { unpublish_at: draft.unpublishAt }),
    type_revision: typeRevision,
  })
  if (error) throw error
  const { outcome } = answer.parse(data)
  if (outcome === 'gone') return { kind: 'gone' }
  const item = await getItem(id)
  if (item === null) return { kind: 'gone' }
  return outcome === 'saved' ? { kind: 'saved', item } : { kind: 'conflict', theirs: item }
}

const answer = z.object({ outcome: z.enum(['saved', 'conflict', 'gone']) })
