import type { Restored } from '@/features/content/queries/revisions'

/** After a revision was brought back: what happened, and what could not come back with it. */
export function restoredWords(revision: number, { revision: now, leftOut }: Restored, isUndo: boolean): { words: string; detail?: string } {
  const words = isUndo ? `Taken back: revision ${now} is as ${revision} was` : `Revision ${revision} was restored as revision ${now}`
  if (leftOut.length === 0) return { words }
  const names = leftOut.length === 1 ? leftOut[0] : `${leftOut.slice(0, -1).join(', ')} & ${leftOut.at(-1) ?? ''}`
  return { words, detail: `Left out: ${names ?? ''}. The type no longer has ${leftOut.length === 1 ? 'this field' : 'these fields'}.` }
}
