import { z } from 'zod/mini'
import type { Subject, Work } from '@/features/content/queries/working-copy'

/** Work that the server could not be told of, as this browser keeps it until it can. */
export interface LocalDraft {
  work: Work
  baseRevision: number | null
  typeRevision: number
  /** The last write of the server's copy that this window knew. */
  knownSeq: number | null
  at: string
}

const shape = z.object({
  work: z.object({ title: z.string(), data: z.record(z.string(), z.unknown()), publishAt: z.nullable(z.string()), unpublishAt: z.nullable(z.string()) }),
  baseRevision: z.nullable(z.number()),
  typeRevision: z.number(),
  knownSeq: z.nullable(z.number()),
  at: z.string(),
})

/** By person: a browser may be shared. */
export const localDraftKey = (userId: string, subject: Subject) => `datasync:draft:${userId}:${'itemId' in subject ? subject.itemId : `new:${subject.typeId}`}`

export function readLocalDraft(key: string): LocalDraft | null {
  try {
    const text = localStorage.getItem(key)
    return text === null ? null : (shape.parse(JSON.parse(text)) as LocalDraft)
  } catch {
    // No storage in this browser, or something in it that no version of ours wrote.
    return null
  }
}

/** false: this browser keeps nothing (private window, full). */
export function writeLocalDraft(key: string, draft: LocalDraft | null): boolean {
  try {
    if (draft === null) localStorage.removeItem(key)
    else localStorage.setItem(key, JSON.stringify(draft))
    return true
  } catch {
    return false
  }
}
