import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useNavigate } from 'react-router-dom'
import type { ItemStatus } from '@/features/content/item-status'
import { statusDone, statusRest } from '@/features/content/list/bulk-words'
import { itemCondition, whatFollows } from '@/features/content/publish-window'
import {
  deleteItems, duplicateItems, Interrupted, restoreItems, setItemStatuses, type Copy, type Deleted, type Refused, type StatusChange, type StatusOutcome,
} from '@/features/content/queries/bulk'
import { patchItemsInLists, type ItemRow } from '@/features/content/queries/items'
import { errorLine } from '@/lib/errors'
import { count, formatNumber } from '@/lib/format'
import { paths } from '@/lib/paths'
import { toast } from '@/ui/toaster'

export interface BulkProgress {
  label: string
  share: number
}

/** What could not be published, to be read after the rest was. */
export interface RefusedItems {
  items: Refused[]
  done: number
  undoing: boolean
}

/** Short acts need no bar. */
const WORTH_A_BAR = 2000

/**
 * Acts over a selection: what may be done is done, what may not stays and is named, and all of it can be taken back from the
 * message. A status shows at once in the rows that are loaded.
 */
export function useBulk(rows: readonly ItemRow[] | undefined) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const [progress, setProgress] = useState<BulkProgress | null>(null)
  const [refused, setRefused] = useState<RefusedItems | null>(null)
  const busy = useRef(false)

  const refresh = (refetchType: 'active' | 'none' = 'active') =>
    queryClient.invalidateQueries({ refetchType, predicate: ({ queryKey: [table] }) => table === 'content_items' || table === 'content_types' || table === 'site_item_mappings' })

  /** One act at a time; `false` where it failed and was told. */
  const run = async (label: string, size: number, act: (onProgress: (done: number) => void) => Promise<void>): Promise<boolean> => {
    if (busy.current) {
      toast.info('Something is still under way', { description: 'Wait until it is done, then repeat this.' })
      return false
    }
    busy.current = true
    const onProgress = (done: number) => setProgress(size > WORTH_A_BAR && done < size ? { label: `${label}: ${formatNumber(done)} of ${formatNumber(size)}`, share: done / size } : null)
    onProgress(0)
    try {
      await act(onProgress)
      return true
    } catch (error) {
      toast.error(error instanceof Interrupted ? `Only a part was done. ${errorLine(error.cause)}` : errorLine(error))
      return false
    } finally {
      busy.current = false
      setProgress(null)
      await refresh()
    }
  }

  const changeStatuses = (changes: readonly StatusChange[], undoing = false): Promise<boolean> => {
    const before = new Map(rows?.map((row) => [row.id, row]))
    const only = changes.length === 1 ? before.get(changes[0]?.id ?? '') : undefined
    const target = changes[0]?.status ?? 'draft'
    const tell = (outcome: StatusOutcome) => {
      const { changed } = outcome
      const undo = () => void changeStatuses(changed.map(({ id, from, revision }) => ({ id, status: from, revision })), true)
      if (changed.length > 0) {
        const title = changed.length === 1 ? before.get(changed[0]?.id ?? '')?.title : undefined
        toast.success(undoing ? `${changed.length === 1 ? (title === undefined ? '1 item' : `"${title}"`) : count('item', changed.length)} ${changed.length === 1 ? 'is' : 'are'} as before` : statusDone(target, changed.length, title), {
          description: undoing ? undefined : (statusRest(outcome, target) ?? sequel(only, target)),
          ...(undoing ? {} : { action: { label: 'Undo', onClick: undo } }),
          // Whoever reads first what was refused can still take the rest back.
          ...(outcome.refused.length > 0 ? { duration: 30_000 } : {}),
        })
      } else if (outcome.refused.length === 0) {
        toast.info(statusRest(outcome, target) ?? 'Nothing had to be changed')
      }
      const [first] = outcome.refused
      if (first === undefined) return
      if (changes.length === 1) {
        toast.error(`"${first.title}" ${undoing ? 'stays as it is' : 'cannot be published'}: ${first.problems[0]?.path ?? ''} ${first.problems[0]?.message ?? ''}${first.problems.length > 1 ? ` (and ${first.problems.length - 1} more)` : ''}.`, {
          action: { label: 'Open it', onClick: () => void navigate(paths.contentItem.getHref(first.id)) },
        })
      } else setRefused({ items: outcome.refused, done: changed.length, undoing })
    }
    return run(undoing ? 'Undoing' : 'Changing items', changes.length, async (onProgress) => {
      await queryClient.cancelQueries({ queryKey: ['content_items', 'list'] })
      patchItemsInLists(queryClient, new Map(changes.map(({ id, status }) => [id, { status }])))
      try {
        const outcome = await setItemStatuses(changes, onProgress)
        // What was refused is shown as it is before the list is read again.
        patchItemsInLists(queryClient, back(outcome.refused.map(({ id }) => id), before))
        tell(outcome)
      } catch (error) {
        const done = new Set(error instanceof Interrupted ? (error.done as StatusOutcome).changed.map(({ id }) => id) : [])
        patchItemsInLists(queryClient, back(changes.map(({ id }) => id).filter((id) => !done.has(id)), before))
        if (error instanceof Interrupted) tell(error.done as StatusOutcome)
        throw error
      }
    })
  }

  const duplicate = (ids: readonly string[]): Promise<boolean> =>
    run('Duplicating', ids.length, async (onProgress) => {
      const tell = (copies: Copy[]) => {
        const [only] = copies
        if (only === undefined) return toast.info('There was nothing to duplicate', { description: 'The items were deleted meanwhile.' })
        toast.success(copies.length === 1 ? `"${only.title}" is a new draft` : `${count('copy', copies.length, 'copies')} are new drafts`, {
          description: 'On no site yet.',
          action: { label: 'Undo', onClick: () => void takeBack(copies.map(({ id }) => id)) },
        })
      }
      try {
        tell(await duplicateItems(ids, onProgress))
      } catch (error) {
        if (error instanceof Interrupted) tell(error.done as Copy[])
        throw error
      }
    })

  /** Copies and imported items that nobody has touched since. */
  const takeBack = (ids: readonly string[]): Promise<boolean> =>
    run('Undoing', ids.length, async (onProgress) => {
      const { items } = await deleteItems(ids, { untouched: true, onProgress })
      const kept = ids.length - items
      toast.success(items === 1 ? '1 new item is gone again' : `${formatNumber(items)} new items are gone again`, {
        description: kept === 0 ? undefined : `${count('item', kept)} stayed: somebody has changed ${kept === 1 ? 'it' : 'them'} since.`,
      })
    })

  const restore = (batches: readonly string[]): Promise<boolean> =>
    run('Bringing back', 0, async () => {
      const { restored, left } = await restoreItems(batches)
      toast.success(restored === 1 ? '1 item is back' : `${formatNumber(restored)} items are back`, {
        description: left === 0 ? 'With revisions & mappings.' : `${count('item', left)} could not be brought back: ${left === 1 ? 'its' : 'their'} type was changed or deleted since.`,
      })
    })

  /**
   * Asked before; throws, so that the question can say why it did not work. `onGone`: a page about what is gone is left, and not
   * read once more; the page that follows reads what it shows.
   */
  const remove = async (ids: readonly string[], title?: string, onGone?: () => void | Promise<void>): Promise<void> => {
    const tell = ({ items, batches }: Deleted) =>
      items === 0 ? toast.info('There was nothing to delete', { description: 'Somebody else was quicker.' }) : toast.success(items === 1 && title !== undefined ? `"${title}" was deleted` : `${count('item', items)} ${items === 1 ? 'was' : 'were'} deleted`, {
        action: { label: 'Undo', onClick: () => void restore(batches) },
      })
    try {
      tell(await deleteItems(ids))
      if (onGone !== undefined) {
        await refresh('none')
        return await onGone()
      }
    } catch (error) {
      await refresh()
      if (!(error instanceof Interrupted)) throw error
      tell(error.done as Deleted)
      throw error.cause
    }
    await refresh()
  }

  return {
    progress,
    refused,
    forgetRefused: () => setRefused(null),
    setStatus: (ids: readonly string[], status: ItemStatus) => changeStatuses(ids.map((id) => ({ id, status }))),
    duplicate,
    remove,
    takeBack,
    refresh,
  }
}

function back(ids: readonly string[], before: ReadonlyMap<string, ItemRow>): Map<string, Partial<ItemRow>> {
  return new Map(ids.flatMap((id) => {
    const row = before.get(id)
    return row === undefined ? [] : [[id, { status: row.status }] as const]
  }))
}

/** What the change of one item means for the sites; nothing, where the item is out neither before nor after. */
function sequel(item: ItemRow | undefined, to: ItemStatus): string | undefined {
  if (item === undefined) return undefined
  const now = Date.now()
  if (to === 'published') return whatFollows({ ...item, status: to }, now)
  return itemCondition(item, now) === 'published' ? 'Sites lose it with the next run.' : undefined
}
