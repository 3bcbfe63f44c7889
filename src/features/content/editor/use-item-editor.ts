import type { ContentSchema, JsonValue } from '@core/content-schema'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { useForm, useWatch } from 'react-hook-form'
import type { AutosaveState } from '@/features/content/editor/autosave'
import { createDraftKeeper, initialState, type OwnWork } from '@/features/content/editor/draft-keeper'
import { findings, initialData, storedData, strangerFields } from '@/features/content/editor/form-data'
import type { ItemFormValues } from '@/features/content/editor/item-form-fields'
import { divergences, merged, type Whose } from '@/features/content/editor/merge'
import { followFields } from '@/features/content/field-history'
import type { ItemStatus } from '@/features/content/item-status'
import { sameWindow, whatFollows, windowProblem, type PublishWindow } from '@/features/content/publish-window'
import { itemQuery, saveItem, type Item, type SaveResult } from '@/features/content/queries/item'
import { useRevision } from '@/features/content/queries/revisions'
import type { Subject, Work, WorkingCopy } from '@/features/content/queries/working-copy'
import { describeError, errorLine, validationProblems } from '@/lib/errors'
import { toast } from '@/ui/toaster'

interface ItemEditorOptions {
  /** null: one that is being written for the first time. */
  item: Item | null
  /** What this person has typed before and not saved. */
  own: OwnWork
  userId: string
  /** Somebody has deleted it since. */
  deleted: boolean
  typeId: string
  typeRevision: number
  schema: ContentSchema
  onCreated: (item: Item) => void
}

const SAVED: Record<ItemStatus, string> = { draft: 'Draft saved', published: 'Published', archived: 'Saved' }

function valuesOf(work: Work): ItemFormValues {
  return { title: work.title, data: work.data, publishAt: work.publishAt, unpublishAt: work.unpublishAt }
}

/** The values of the form, what is wrong with them, and their way to the database: kept while typing, one revision a save. */
export function useItemEditor({ item, own, userId, deleted, typeId, typeRevision, schema, onCreated }: ItemEditorOptions) {
  const queryClient = useQueryClient()
  const unsaved: Work | null = own.here?.work ?? own.copy
  // What the form is compared with. Another's save replaces it only while nothing was typed.
  const [base, setBase] = useState(item)
  const [baseRevision, setBaseRevision] = useState(() => (own.here ?? own.copy)?.baseRevision ?? item?.revision ?? null)
  const [theirs, setTheirs] = useState(() => (item !== null && (baseRevision ?? 0) < item.revision ? item : null))
  const [foundGone, setGone] = useState(false)
  const gone = foundGone || deleted
  const [strict, setStrict] = useState(false)
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set())
  const [draftState, setDraftState] = useState<AutosaveState>(() => initialState(own))
  const [elsewhere, setElsewhere] = useState<WorkingCopy | null>(null)
  const [knownSchema, setKnownSchema] = useState(schema)

  const saved = useMemo<Work>(
    () => base ?? { title: '', data: initialData(schema), publishAt: null, unpublishAt: null },
    [base, schema],
  )
  const [filled, setFilled] = useState<ItemFormValues>(() => valuesOf(unsaved ?? saved))
  const form = useForm<ItemFormValues>({ values: filled, defaultValues: filled })
  const title = useWatch({ control: form.control, name: 'title' })
  const data = useWatch({ control: form.control, name: 'data' }) as Record<string, JsonValue | undefined>
  const [publishAt, unpublishAt] = useWatch({ control: form.control, name: ['publishAt', 'unpublishAt'] })
  const window = useMemo<PublishWindow>(() => ({ publishAt, unpublishAt }), [publishAt, unpublishAt])
  const work = useMemo<Work>(() => ({ title, data: storedData(data), publishAt, unpublishAt }), [title, data, publishAt, unpublishAt])

  const dirty = title !== saved.title || canonical(data) !== canonical(saved.data) || !sameWindow(window, saved)
  const { beforePublishing, wrong } = useMemo(() => findings(schema, data), [schema, data])
  const status = base?.status ?? null
  const shown = status === 'published' || strict ? beforePublishing : wrong
  const problems = useMemo(
    () => (strict ? shown : new Map([...shown].filter(([name]) => touched.has(name)))),
    [strict, shown, touched],
  )

  const [keeper] = useState(() =>
    createDraftKeeper({
      userId,
      subject: (item === null ? { typeId } : { itemId: item.id }) satisfies Subject,
      own,
      baseRevision,
      typeRevision,
      onState: setDraftState,
      onElsewhere: setElsewhere,
      onGone: () => setGone(true),
    }),
  )
  const [typed] = useState(() => seenBefore(unsaved))
  const isUsable = !gone
  useEffect(() => {
    keeper.setContext({ baseRevision, typeRevision })
    const now = dirty ? work : null
    if (isUsable && typed.isNew(now)) keeper.change(now)
  }, [keeper, typed, isUsable, dirty, work, baseRevision, typeRevision])
  useEffect(() => {
    const flush = () => void keeper.flush()
    const leave = () => {
      if (document.visibilityState === 'hidden') keeper.leave()
    }
    globalThis.addEventListener('online', flush)
    globalThis.addEventListener('pagehide', keeper.leave)
    document.addEventListener('visibilitychange', leave)
    return () => {
      globalThis.removeEventListener('online', flush)
      globalThis.removeEventListener('pagehide', keeper.leave)
      document.removeEventListener('visibilitychange', leave)
      keeper.leave()
    }
  }, [keeper])

  const fill = (next: Work) => {
    form.reset(valuesOf(next))
    setFilled(valuesOf(next))
  }

  const save = useMutation({
    mutationFn: async (to: ItemStatus): Promise<SaveResult & { created: boolean }> => {
      const draft = { ...work, title: title.trim(), status: to }
      if (base !== null) {
        await keeper.pause()
        return { ...(await saveItem(base.id, draft, { known: baseRevision, typeRevision })), created: false }
      }
      // A new item takes the id of its working copy: a save whose answer got lost makes no second one.
      const state = await keeper.flush()
      const id = keeper.copyId()
      if (id === null || state.kind === 'failed') throw state.kind === 'failed' ? state.error : new Error('Nothing was typed that could be saved')
      await keeper.pause()
      return { ...(await saveItem(id, draft, { known: null, typeRevision })), created: true }
    },
    onSuccess: async (result, to) => {
      if (result.kind !== 'saved') {
        keeper.resume()
        if (result.kind === 'gone') setGone(true)
        else setTheirs(result.theirs)
        return
      }
      const { item: written } = result
      typed.isNew(null)
      keeper.forget()
      keeper.resume()
      setTheirs(null)
      setStrict(false)
      setTouched(new Set())
      queryClient.setQueryData(itemQuery(written.id).queryKey, written)
      toast.success(to === 'published' && status === 'published' ? 'Saved' : SAVED[to], { description: whatFollows(written, Date.now()) })
      if (result.created) onCreated(written)
      else {
        setBase(written)
        setBaseRevision(written.revision)
        fill(written)
      }
      await queryClient.invalidateQueries({ predicate: ({ queryKey: [table] }) => table === 'content_items' || table === 'content_types' || table === 'content_item_revisions' })
    },
    onError: (error) => {
      keeper.resume()
      if (validationProblems(error).length > 0) setStrict(true)
      toast.error(errorLine(error))
    },
  })

  if (item !== null && base !== null && !save.isPending && item.revision > base.revision) {
    if (!dirty) {
      setBase(item)
      setBaseRevision(item.revision)
      setFilled(valuesOf(item))
    } else if (theirs === null || theirs.revision < item.revision) setTheirs(item)
  }
  // Somebody renamed a field of the type while this form is open: what stands in it goes with the field.
  if (schema !== knownSchema) {
    setKnownSchema(schema)
    const renamed = followFields(data, knownSchema, schema)
    if (canonical(renamed) !== canonical(data)) {
      setFilled({ title, data: renamed, publishAt, unpublishAt })
      if (base !== null && base.revision === item?.revision) setBase(item)
      else if (base !== null) setBase({ ...base, data: followFields(base.data, knownSchema, schema) })
    }
  }

  const ancestor = useRevision(base?.id ?? '', theirs === null ? null : baseRevision)
  const isAncestorKnown = theirs !== null && (ancestor.data !== undefined || ancestor.error !== null)
  const differences = useMemo(
    () => (theirs === null || !isAncestorKnown ? [] : divergences(work, theirs, ancestor.data ?? null, schema)),
    [work, theirs, ancestor.data, isAncestorKnown, schema],
  )
  // Their save touched nothing that this form would put back: there is nothing to choose.
  if (theirs !== null && isAncestorKnown && differences.every(({ changedBy }) => changedBy === 'mine')) {
    setTheirs(null)
    setBase(theirs)
    setBaseRevision(theirs.revision)
  }

  return {
    form,
    base,
    status,
    window,
    work,
    dirty,
    problems,
    beforePublishing,
    titleProblem: (strict || touched.has('title')) && title.trim() === '' ? 'A title is required.' : title.length > 200 ? 'Use at most 200 characters.' : undefined,
    touch: (name: string) => {
      if (!touched.has(name)) setTouched(new Set([...touched, name]))
      void keeper.flush()
    },
    strangers: strangerFields(schema, data),
    removeStrangers: () => {
      const strangers = strangerFields(schema, data)
      form.setValue('data', Object.fromEntries(Object.entries(data).filter(([name]) => !strangers.includes(name))))
    },
    gone,
    saving: save.isPending ? save.variables : null,

    draftState,
    /** Would something be lost if the page were left now? */
    isAtRisk: keeper.isAtRisk,
    /** What was typed goes; what was saved stays. Returns how to bring it back. */
    discard: (): (() => void) => {
      const before = work
      const since = baseRevision
      fill(saved)
      if (theirs !== null) {
        setTheirs(null)
        setBase(theirs)
        setBaseRevision(theirs.revision)
        fill(theirs)
      }
      return () => {
        setBaseRevision(since)
        if (theirs !== null) setTheirs(theirs)
        fill(before)
      }
    },
    keepNow: () => void keeper.flush(),

    elsewhere,
    /** The other window's work replaces what is in the form. */
    takeElsewhere: () => {
      if (elsewhere === null) return
      keeper.acknowledge(elsewhere)
      typed.isNew(elsewhere)
      fill(elsewhere)
      if (elsewhere.baseRevision !== null) setBaseRevision(elsewhere.baseRevision)
      keeper.adopt(elsewhere.updatedAt)
      setElsewhere(null)
    },
    /** What is in this form stays, and is kept in place of the other window's. */
    keepHere: () => {
      if (elsewhere === null) return
      keeper.acknowledge(elsewhere)
      setElsewhere(null)
      keeper.resume()
    },

    theirs,
    differences,
    /** Once every field is chosen: what came out of it stands in the form, over theirs. */
    merge: (choices: ReadonlyMap<string, Whose>) => {
      if (theirs === null) return
      const result = merged(work, theirs, choices)
      setBase(theirs)
      setBaseRevision(theirs.revision)
      setTheirs(null)
      fill(result)
    },
    /** Returns the field that stands in the way, or null when the save is under way. */
    submit: (to: ItemStatus): string | null => {
      if (save.isPending) return null
      if (theirs !== null || elsewhere !== null) return 'conflict'
      const [first] = to === 'published' ? beforePublishing.keys() : []
      if (title.trim() === '' || title.length > 200) {
        setStrict(true)
        return 'title'
      }
      if (first !== undefined) {
        setStrict(true)
        return first
      }
      if (windowProblem(window) !== undefined) return 'unpublishAt'
      save.mutate(to)
      return null
    },
  }
}

export type ItemEditorState = ReturnType<typeof useItemEditor>

/** Equal content, equal text, whatever the order of its keys. */
export function canonical(data: Readonly<Record<string, JsonValue | undefined>>): string {
  return JSON.stringify(Object.entries(storedData(data)).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Remembers the last work it was shown: a render is no change. */
function seenBefore(first: Work | null) {
  const text = (work: Work | null) => (work === null ? '' : JSON.stringify([work.title, canonical(work.data), work.publishAt, work.unpublishAt]))
  let last = text(first)
  return {
    isNew: (work: Work | null): boolean => {
      const next = text(work)
      if (next === last) return false
      last = next
      return true
    },
  }
}

/** Offline, or refused: said beside the words that the work is kept in this browser. */
export function failureWords(error: unknown): string {
  return error === null ? 'The server cannot be reached' : describeError(error).title
}
