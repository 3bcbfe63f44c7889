import { z } from 'zod/mini'
import type { ItemData } from '@/features/content/queries/item'
import type { PublishWindow } from '@/features/content/publish-window'
import { supabase } from '@/lib/supabase'

/** What a form holds: everything of an item that people write. */
export interface Work extends PublishWindow {
  title: string
  data: ItemData
}

/** Work that was not saved, as the server keeps it for its author alone. */
export interface WorkingCopy extends Work {
  id: string
  /** null: of an item that does not exist yet. */
  baseRevision: number | null
  /** Counts its writes. */
  seq: number
  updatedAt: string
}

const row = z.object({
  id: z.string(),
  base_revision: z.nullable(z.number()),
  title: z.string(),
  data: z.record(z.string(), z.unknown()),
  publish_at: z.nullable(z.string()),
  unpublish_at: z.nullable(z.string()),
  seq: z.number(),
  updated_at: z.string(),
})

function toCopy(value: unknown): WorkingCopy {
  const copy = row.parse(value)
  return {
    id: copy.id,
    baseRevision: copy.base_revision,
    title: copy.title,
    data: copy.data as ItemData,
    publishAt: copy.publish_at,
    unpublishAt: copy.unpublish_at,
    seq: copy.seq,
    updatedAt: copy.updated_at,
  }
}

/** An item, or a type of which a first item is being written. */
export type Subject = { itemId: string } | { typeId: string }

export async function getWorkingCopy(subject: Subject, signal: AbortSignal): Promise<WorkingCopy | null> {
  const query = supabase.from('item_working_copies').select('id, base_revision, title, data, publish_at, unpublish_at, seq, updated_at')
  const ofSubject = 'itemId' in subject ? query.eq('item_id', subject.itemId) : query.is('item_id', null).eq('type_id', subject.typeId)
  const { data, error } = await ofSubject.abortSignal(signal).maybeSingle()
  if (error) throw error
  return data === null ? null : toCopy(data)
}

const kept = z.object({ kept: z.boolean(), copy: z.unknown() })

export interface KeepOptions {
  baseRevision: number | null
  typeRevision: number
  /** The last write of the copy that this window knows; null: of none. */
  knownSeq: number | null
}

/** `kept: false`: another window of the same person has written meanwhile, and `copy` is that window's. */
export async function keepWorkingCopy(subject: Subject, work: Work, { baseRevision, typeRevision, knownSeq }: KeepOptions): Promise<{ kept: boolean; copy: WorkingCopy }> {
  const { data, error } = await supabase.rpc('keep_working_copy', {
    ...('itemId' in subject ? { item_id: subject.itemId } : { type_id: subject.typeId }),
    title: work.title,
    data: work.data,
    ...(baseRevision === null ? {} : { base_revision: baseRevision }),
    ...(knownSeq === null ? {} : { known_seq: knownSeq }),
    ...(work.publishAt === null ? {} : { publish_at: work.publishAt }),
    ...(work.unpublishAt === null ? {} : { unpublish_at: work.unpublishAt }),
    type_revision: typeRevision,
  })
  if (error) throw error
  const answer = kept.parse(data)
  return { kept: answer.kept, copy: toCopy(answer.copy) }
}

export async function discardWorkingCopy(id: string): Promise<void> {
  const { error } = await supabase.rpc('discard_working_copy', { copy_id: id })
  if (error) throw error
}
