import type { ItemStatus } from '@/features/content/item-status'
import type { Json } from '@/lib/database.types'
import type { ValidationProblem } from '@/lib/errors'
import { supabase } from '@/lib/supabase'

/** What one call takes: far from the time that the database gives a statement, and often enough for a bar that moves. */
const PORTION = 2000

export interface StatusChange {
  id: string
  status: ItemStatus
  /** Only if nobody has changed it since. */
  revision?: number
}

export interface Refused {
  id: string
  title: string
  typeId: string
  problems: ValidationProblem[]
}

export interface StatusOutcome {
  changed: { id: string; from: ItemStatus; to: ItemStatus; revision: number }[]
  unchanged: number
  refused: Refused[]
  missing: number
}

interface StatusAnswer {
  changed: StatusOutcome['changed']
  unchanged: number
  refused: { id: string; title: string; type_id: string; problems: ValidationProblem[] }[]
  missing: number
}

type OnProgress = (done: number) => void

/** What was done before a later portion failed has happened: the error carries it. */
export class Interrupted<Done> extends Error {
  constructor(
    readonly done: Done,
    override readonly cause: unknown,
  ) {
    super('Only a part was done')
  }
}

async function inPortions<Entry, Done>(entries: readonly Entry[], start: Done, act: (portion: Entry[], soFar: Done) => Promise<Done>, onProgress?: OnProgress): Promise<Done> {
  let done = start
  for (let index = 0; index < entries.length; index += PORTION) {
    const portion = entries.slice(index, index + PORTION)
    try {
      done = await act(portion, done)
    } catch (error) {
      if (index === 0) throw error
      throw new Interrupted(done, error)
    }
    onProgress?.(index + portion.length)
  }
  return done
}

export function setItemStatuses(changes: readonly StatusChange[], onProgress?: OnProgress): Promise<StatusOutcome> {
  return inPortions<StatusChange, StatusOutcome>(
    changes,
    { changed: [], unchanged: 0, refused: [], missing: 0 },
    async (portion, soFar) => {
      const { data, error } = await supabase.rpc('set_item_statuses', { changes: portion as unknown as Json })
      if (error) throw error
      const answer = data as unknown as StatusAnswer
      return {
        changed: [...soFar.changed, ...answer.changed],
        unchanged: soFar.unchanged + answer.unchanged,
        refused: [...soFar.refused, ...answer.refused.map(({ type_id, ...rest }) => ({ ...rest, typeId: type_id }))],
        missing: soFar.missing + answer.missing,
      }
    },
    onProgress,
  )
}

export interface Copy {
  id: string
  title: string
}

export function duplicateItems(ids: readonly string[], onProgress?: OnProgress): Promise<Copy[]> {
  return inPortions<string, Copy[]>(
    ids,
    [],
    async (portion, soFar) => {
      const { data, error } = await supabase.rpc('duplicate_items', { ids: portion })
      if (error) throw error
      return [...soFar, ...(data as unknown as { created: Copy[] }).created]
    },
    onProgress,
  )
}

/** What goes when these items go. */
export interface Deletion {
  items: number
  published: number
  mappings: number
  sites: number
  revisions: number
  /** Items that stay, and refer to one that goes. */
  referring: number
}

export async function planDeletion(ids: readonly string[]): Promise<Deletion> {
  const { data, error } = await supabase.rpc('delete_items', { ids: [...ids], dry_run: true })
  if (error) throw error
  return data as unknown as Deletion
}

export interface Deleted {
  items: number
  batches: string[]
}

export function deleteItems(ids: readonly string[], { untouched = false, onProgress }: { untouched?: boolean; onProgress?: OnProgress } = {}): Promise<Deleted> {
  return inPortions<string, Deleted>(
    ids,
    { items: 0, batches: [] },
    async (portion, soFar) => {
      const { data, error } = await supabase.rpc('delete_items', { ids: portion, untouched })
      if (error) throw error
      const { items, batch } = data as unknown as { items: number; batch?: string }
      // Where there was nothing there is nothing to bring back.
      return { items: soFar.items + items, batches: batch === undefined ? soFar.batches : [...soFar.batches, batch] }
    },
    onProgress,
  )
}

export async function restoreItems(batches: readonly string[]): Promise<{ restored: number; left: number }> {
  const outcome = { restored: 0, left: 0 }
  for (const batch of batches) {
    const { data, error } = await supabase.rpc('restore_items', { batch })
    if (error) throw outcome.restored === 0 ? error : new Interrupted(outcome, error)
    const { restored, left } = data as unknown as { restored: number; left: number }
    outcome.restored += restored
    outcome.left += left
  }
  return outcome
}

/** An item as an export writes it. */
export interface ItemDocument {
  id: string
  /** The name of its type. */
  type: string
  title: string
  status: ItemStatus
  publish_at: string | null
  unpublish_at: string | null
  data: Record<string, Json>
}

export async function getItemDocuments(ids: readonly string[], signal: AbortSignal): Promise<ItemDocument[]> {
  const { data, error } = await supabase.rpc('item_documents', { ids: [...ids] }).abortSignal(signal)
  if (error) throw error
  return data as unknown as ItemDocument[]
}
