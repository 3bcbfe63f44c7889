import { queryOptions, useQuery } from '@tanstack/react-query'
import { createAutosave, type Autosave, type AutosaveState } from '@/features/content/editor/autosave'
import { localDraftKey, readLocalDraft, writeLocalDraft, type LocalDraft } from '@/features/content/editor/local-draft'
import { discardWorkingCopy, getWorkingCopy, keepWorkingCopy, type Subject, type Work, type WorkingCopy } from '@/features/content/queries/working-copy'
import { describeError } from '@/lib/errors'

/** One's own unsaved work, from wherever it is. */
export interface OwnWork {
  /** The server's copy. */
  copy: WorkingCopy | null
  /** What this browser kept and the server could not be told of, not even now. */
  here: LocalDraft | null
}

async function getOwnWork(userId: string, subject: Subject, signal: AbortSignal): Promise<OwnWork> {
  const key = localDraftKey(userId, subject)
  const [copy, here] = [await getWorkingCopy(subject, signal), readLocalDraft(key)]
  if (here === null) return { copy, here: null }
  if (copy !== null && copy.updatedAt >= here.at) {
    writeLocalDraft(key, null)
    return { copy, here: null }
  }
  try {
    // The newer of the two is this browser's: the server takes it, under today's names of the fields.
    const kept = await keepWorkingCopy(subject, here.work, { ...here, knownSeq: copy?.seq ?? null })
    writeLocalDraft(key, null)
    return { copy: kept.copy, here: null }
  } catch {
    return { copy, here }
  }
}

/** Asked anew whenever an editor opens: another window may have gone on with it. */
export function ownWorkQuery(userId: string, subject: Subject | null) {
  return queryOptions({
    queryKey: ['item_working_copies', userId, subject],
    queryFn: ({ signal }) => (subject === null ? { copy: null, here: null } : getOwnWork(userId, subject, signal)),
    enabled: subject !== null,
    staleTime: Infinity,
    gcTime: 0,
    refetchOnReconnect: false,
    refetchOnWindowFocus: false,
  })
}

export function useOwnWork(userId: string, subject: Subject | null) {
  return useQuery(ownWorkQuery(userId, subject))
}

interface Context {
  baseRevision: number | null
  typeRevision: number
}

interface DraftKeeperOptions extends Context {
  userId: string
  subject: Subject
  own: OwnWork
  onState: (state: AutosaveState) => void
  /** Another window of the same person has written: its work. */
  onElsewhere: (copy: WorkingCopy) => void
  /** The item is not there any more. */
  onGone: () => void
}

export interface DraftKeeper extends Autosave<Work> {
  /** What the next write says it began from. */
  setContext: (context: Context) => void
  /** The id under which a new item will be saved; null until something of it is kept. */
  copyId: () => string | null
  /** Takes over from another window, whose last write was this. */
  acknowledge: (copy: WorkingCopy) => void
}

export const initialState = ({ copy, here }: OwnWork): AutosaveState =>
  here !== null ? { kind: 'failed', error: null, here: true } : copy !== null ? { kind: 'kept', at: copy.updatedAt } : { kind: 'none' }

/** Autosave of one item's form, to the server's copy and, where that fails, to this browser. */
export function createDraftKeeper({ userId, subject, own, onState, onElsewhere, onGone, ...start }: DraftKeeperOptions): DraftKeeper {
  const key = localDraftKey(userId, subject)
  let context: Context = start
  let copy: { id: string; seq: number } | null = own.copy
  const autosave = createAutosave<Work>({
    initial: initialState(own),
    onState,
    keep: async (work) => {
      if (work === null) {
        if (copy !== null) await discardWorkingCopy(copy.id)
        copy = null
        return 'removed'
      }
      try {
        const answer = await keepWorkingCopy(subject, work, { ...context, knownSeq: copy?.seq ?? null })
        if (!answer.kept) {
          onElsewhere(answer.copy)
          return 'elsewhere'
        }
        copy = answer.copy
        return { at: answer.copy.updatedAt }
      } catch (error) {
        if (/^DS08[58]$/.test(describeError(error).code ?? '')) onGone()
        throw error
      }
    },
    keepHere: (work) => writeLocalDraft(key, work === null ? null : { work, ...context, knownSeq: copy?.seq ?? null, at: new Date().toISOString() }),
  })
  return {
    ...autosave,
    forget: () => {
      copy = null
      autosave.forget()
    },
    setContext: (next) => {
      context = next
    },
    copyId: () => copy?.id ?? null,
    acknowledge: (theirs) => {
      copy = theirs
    },
  }
}
