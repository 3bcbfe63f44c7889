import type { ContentSchema, JsonValue } from '@core/content-schema'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useForm, useWatch } from 'react-hook-form'
import { findings, initialData, storedData, strangerFields } from '@/features/content/form-data'
import type { ItemFormValues } from '@/features/content/item-form-fields'
import { createItem, itemQuery, saveItem, type Item, type ItemData } from '@/features/content/queries/item'
import type { ItemStatus } from '@/features/content/item-status'
import { sameWindow, whatFollows, windowProblem, type PublishWindow } from '@/features/content/publish-window'
import { errorLine, validationProblems } from '@/lib/errors'
import { toast } from '@/ui/toaster'

interface ItemEditorOptions {
  /** null: one that is being written for the first time. */
  item: Item | null
  typeId: string
  schema: ContentSchema
  onCreated: (item: Item) => void
}

const SAVED: Record<ItemStatus, string> = { draft: 'Draft saved', published: 'Published', archived: 'Saved' }

/** The values of the form, what is wrong with them, and their way to the database. */
export function useItemEditor({ item, typeId, schema, onCreated }: ItemEditorOptions) {
  const queryClient = useQueryClient()
  // What the form was filled from. Another's save replaces it only while nothing was typed.
  const [base, setBase] = useState(item)
  const [theirs, setTheirs] = useState<Item | null>(null)
  const [gone, setGone] = useState(false)
  const [strict, setStrict] = useState(false)

  const savedTitle = base?.title
  const savedData = base?.data
  const savedFrom = base?.publishAt ?? null
  const savedUntil = base?.unpublishAt ?? null
  const values = useMemo<ItemFormValues>(
    () => ({ title: savedTitle ?? '', data: savedData ?? initialData(schema), publishAt: savedFrom, unpublishAt: savedUntil }),
    [savedTitle, savedData, savedFrom, savedUntil, schema],
  )
  const form = useForm<ItemFormValues>({ values, defaultValues: values })
  const title = useWatch({ control: form.control, name: 'title' })
  const data = useWatch({ control: form.control, name: 'data' }) as Record<string, JsonValue | undefined>
  const [publishAt, unpublishAt] = useWatch({ control: form.control, name: ['publishAt', 'unpublishAt'] })
  const window: PublishWindow = { publishAt, unpublishAt }

  const dirty = title !== values.title || canonical(data) !== canonical(values.data as ItemData) || !sameWindow(window, values)
  const { wrong, beforePublishing } = useMemo(() => findings(schema, data), [schema, data])
  const status = base?.status ?? null
  const problems = strict || status === 'published' ? beforePublishing : wrong

  const save = useMutation({
    mutationFn: async (to: ItemStatus) => {
      const draft = { title: title.trim(), data: storedData(data), status: to, ...window }
      if (base === null) return { kind: 'created' as const, item: await createItem({ ...draft, typeId }) }
      return saveItem(base.id, base.revision, draft)
    },
    onSuccess: async (result, to) => {
      switch (result.kind) {
        case 'gone':
          setGone(true)
          return
        case 'conflict':
          setTheirs(result.theirs)
          return
        default:
          setTheirs(null)
          setStrict(false)
          queryClient.setQueryData(itemQuery(result.item.id).queryKey, result.item)
          toast.success(to === 'published' && status === 'published' ? 'Saved' : SAVED[to], { description: whatFollows(result.item, Date.now()) })
          if (result.kind === 'created') onCreated(result.item)
          else setBase(result.item)
          await queryClient.invalidateQueries({ predicate: ({ queryKey: [table] }) => table === 'content_items' || table === 'content_types' })
      }
    },
    onError: (error) => {
      if (validationProblems(error).length > 0) setStrict(true)
      toast.error(errorLine(error))
    },
  })

  if (item !== null && base !== null && item.revision > base.revision && !save.isPending) {
    if (!dirty) setBase(item)
    else if (theirs === null || theirs.revision < item.revision) setTheirs(item)
  }

  return {
    form,
    base,
    status,
    window,
    dirty,
    problems,
    beforePublishing,
    titleProblem: strict && title.trim() === '' ? 'A title is required.' : title.length > 200 ? 'Use at most 200 characters.' : undefined,
    strangers: strangerFields(schema, data),
    removeStrangers: () => {
      const strangers = strangerFields(schema, data)
      form.setValue('data', Object.fromEntries(Object.entries(data).filter(([name]) => !strangers.includes(name))))
    },
    theirs,
    gone,
    saving: save.isPending ? save.variables : null,
    /** Somebody else's version replaces what is in the form. */
    takeTheirs: () => {
      if (theirs === null) return
      setBase(theirs)
      setTheirs(null)
    },
    /** What is in the form stays, and the next save goes over theirs. */
    keepMine: () => {
      if (theirs === null) return
      setBase((before) => before && { ...before, revision: theirs.revision })
      setTheirs(null)
    },
    /** Returns the field that stands in the way, or null when the save is under way. */
    submit: (to: ItemStatus): string | null => {
      if (save.isPending) return null
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

/** Equal content, equal text, whatever the order of its keys. */
export function canonical(data: Readonly<Record<string, JsonValue | undefined>>): string {
  return JSON.stringify(Object.entries(storedData(data)).sort(([a], [b]) => (a < b ? -1 : 1)))
}
