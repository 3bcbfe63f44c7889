import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { forget, noHistory, record, redo as redoOf, undo as undoOf, type History } from '@/features/mappings/history'
import { sameMapping, type CellAddress, type Mapping } from '@/features/mappings/mapping'
import { columnQuery, type MatrixColumn } from '@/features/mappings/queries/matrix'
import { orderSiteItems } from '@/features/mappings/queries/order-items'
import { PartlyWritten, reversed, writeInParts, type CellChange } from '@/features/mappings/write-parts'
import { describeError } from '@/lib/errors'
import { toast } from '@/ui/toaster'

/** What is done, and can be undone, as one: a block of cells, or a site's items in another order. */
export type Deed = { kind: 'cells'; changes: readonly CellChange[] } | { kind: 'order'; siteId: string; before: readonly string[]; after: readonly string[] }

interface Act {
  deed: Deed
  /** What was done, for the toast. */
  words: string
}

interface Write {
  act: Act
  /** The act's deed, or its reverse. */
  deed: Deed
  how: 'do' | 'undo' | 'redo'
  token: number
  /** What could not be done along with it. */
  note?: string | undefined
}

interface PendingCell {
  mapping: Mapping | null
  token: number
}

/** Written and not yet confirmed, by site and item; shown over what the database said last. */
export type Pending = ReadonlyMap<string, ReadonlyMap<string, PendingCell>>

export interface Progress {
  written: number
  total: number
}

/** One message at a time: the next one stands in its place, without what that one said or offered. */
export const MAPPING_TOAST = { id: 'mapping', description: undefined, action: undefined } as const
const WRITES = ['site_item_mappings', 'write']
/** Beyond this many columns their news (use-fresh-columns.ts) is what asks for them again. */
const ASK_AGAIN = 20

const turned = (deed: Deed): Deed =>
  deed.kind === 'cells' ? { kind: 'cells', changes: reversed(deed.changes) } : { ...deed, before: deed.after, after: deed.before }

/**
 * Cells are shown as written at once and written one act after the other. A refused act disappears from `pending`, which is its
 * rollback: the cache never holds anything that the database did not say, so an answer that arrives late cannot undo a newer key.
 */
export function useMappingWrites() {
  const queryClient = useQueryClient()
  const [pending, setPending] = useState<Pending>(new Map())
  const [pendingOrders, setPendingOrders] = useState<ReadonlyMap<string, { ids: readonly string[]; token: number }>>(new Map())
  const [progress, setProgress] = useState<Progress | null>(null)
  const [history, setHistory] = useState<History<Act>>(noHistory)
  // What a key sees that is pressed before the last one was drawn.
  const latest = useRef({ pending, history, tokens: 0 })

  const changePending = (next: Pending) => {
    latest.current.pending = next
    setPending(next)
  }
  const changeHistory = (next: History<Act>) => {
    latest.current.history = next
    setHistory(next)
  }

  const show = ({ deed, token }: Write) => {
    if (deed.kind === 'order') {
      setPendingOrders((before) => new Map(before).set(deed.siteId, { ids: deed.after, token }))
      return
    }
    const next = new Map(latest.current.pending)
    for (const [siteId, changes] of bySite(deed.changes)) {
      const cells = new Map(next.get(siteId))
      for (const { itemId, after } of changes) cells.set(itemId, { mapping: after, token })
      next.set(siteId, cells)
    }
    changePending(next)
  }

  const settle = ({ deed, token }: Write) => {
    if (deed.kind === 'order') {
      setPendingOrders((before) => new Map([...before].filter(([, order]) => order.token !== token)))
      return
    }
    const next = new Map(latest.current.pending)
    for (const [siteId, changes] of bySite(deed.changes)) {
      const cells = new Map(next.get(siteId))
      for (const { itemId } of changes) if (cells.get(itemId)?.token === token) cells.delete(itemId)
      if (cells.size === 0) next.delete(siteId)
      else next.set(siteId, cells)
    }
    changePending(next)
  }

  const sitesOf = (deed: Deed): string[] => (deed.kind === 'order' ? [deed.siteId] : [...bySite(deed.changes).keys()])
  const askAgain = async (deed: Deed) => {
    const sites = sitesOf(deed)
    if (sites.length > ASK_AGAIN) return
    // The place among the site's items is the database's to choose, and so is what an override was made over.
    await Promise.all(sites.map((siteId) => queryClient.invalidateQueries({ queryKey: columnQuery(siteId).queryKey })))
    await queryClient.invalidateQueries({ predicate: ({ queryKey: [table] }) => table === 'site_item_mappings' || table === 'sites' })
  }

  const { mutate } = useMutation({
    mutationKey: WRITES,
    // Two keys on one cell must reach the database in the order in which they were typed.
    scope: { id: 'site_item_mappings' },
    mutationFn: async ({ deed }: Write) => {
      if (deed.kind === 'order') return orderSiteItems(deed.siteId, deed.after)
      const total = deed.changes.length
      await writeInParts(deed.changes, (written) => {
        if (written < total) setProgress({ written, total })
      })
    },
    onSuccess: async (_, write) => {
      const { act, deed, how } = write
      setProgress(null)
      if (deed.kind === 'cells') {
        const changed = bySite(deed.changes)
        await Promise.all([...changed.keys()].map((siteId) => queryClient.cancelQueries({ queryKey: columnQuery(siteId).queryKey })))
        for (const [siteId, changes] of changed) {
          queryClient.setQueryData(columnQuery(siteId).queryKey, (column) => column && withCells(column, changes))
        }
      } else {
        const { queryKey } = columnQuery(deed.siteId)
        await queryClient.cancelQueries({ queryKey })
        queryClient.setQueryData(queryKey, (column) => column && inOrder(column, deed.after))
      }
      settle(write)
      const note = write.note === undefined ? {} : { description: write.note }
      if (how === 'undo') toast.success(`Undone: ${act.words}`, { ...MAPPING_TOAST, action: { label: 'Redo', onClick: redo } })
      else toast.success(act.words, { ...MAPPING_TOAST, ...note, action: { label: 'Undo', onClick: undo } })
      if (queryClient.isMutating({ mutationKey: WRITES }) === 1) await askAgain(deed)
    },
    onError: async (error, write) => {
      setProgress(null)
      settle(write)
      const { title, detail } = describeError(error)
      if (error instanceof PartlyWritten && write.deed.kind === 'cells' && write.how === 'do') {
        // What was written can still be undone.
        const written: Act = { words: write.act.words, deed: { kind: 'cells', changes: write.deed.changes.slice(0, error.written) } }
        changeHistory(record(forget(latest.current.history, write.act), written))
      } else {
        changeHistory(forget(latest.current.history, write.act))
      }
      toast.error(title, { ...MAPPING_TOAST, description: detail, duration: 10_000 })
      await queryClient.invalidateQueries({ predicate: ({ queryKey: [first, siteId] }) => first === columnQuery('').queryKey[0] && sitesOf(write.deed).includes(String(siteId)) })
    },
  })

  const send = (act: Act, how: Write['how'], note?: string) => {
    const write: Write = { act, how, note, deed: how === 'undo' ? turned(act.deed) : act.deed, token: ++latest.current.tokens }
    show(write)
    mutate(write)
  }

  /** Cells that are so already are left out; nothing left is nothing done. Returns how many are written. */
  const write = (changes: readonly CellChange[], words: string | ((written: readonly CellChange[]) => string), note?: string): number => {
    const real = changes.filter(({ before, after }) => !sameMapping(before, after))
    if (real.length === 0) return 0
    const act: Act = { words: typeof words === 'string' ? words : words(real), deed: { kind: 'cells', changes: real } }
    changeHistory(record(latest.current.history, act))
    send(act, 'do', note)
    return real.length
  }

  const order = (siteId: string, before: readonly string[], after: readonly string[], words: string) => {
    const act: Act = { words, deed: { kind: 'order', siteId, before, after } }
    changeHistory(record(latest.current.history, act))
    send(act, 'do')
  }

  /** The last act that was not undone yet, also one that is still on its way: its undoing goes behind it. */
  function undo(): void {
    const step = undoOf(latest.current.history)
    if (step === null) {
      toast.message('Nothing to undo', MAPPING_TOAST)
      return
    }
    changeHistory(step.history)
    send(step.act, 'undo')
  }

  function redo(): void {
    const step = redoOf(latest.current.history)
    if (step === null) {
      toast.message('Nothing to redo', MAPPING_TOAST)
      return
    }
    changeHistory(step.history)
    send(step.act, 'redo')
  }

  /** What a cell holds at this moment, written or not; undefined where its column was not read. */
  const readCell = ({ siteId, itemId }: CellAddress): Mapping | null | undefined => {
    const written = latest.current.pending.get(siteId)?.get(itemId)
    if (written !== undefined) return written.mapping
    const column = queryClient.getQueryData(columnQuery(siteId).queryKey)
    return column === undefined ? undefined : (column.cells[itemId] ?? null)
  }

  const isRead = (siteId: string): boolean => queryClient.getQueryData(columnQuery(siteId).queryKey) !== undefined

  return { pending, pendingOrders, progress, canUndo: history.done.length > 0, canRedo: history.undone.length > 0, write, order, undo, redo, readCell, isRead }
}

function bySite(changes: readonly CellChange[]): Map<string, CellChange[]> {
  const sites = new Map<string, CellChange[]>()
  for (const change of changes) {
    const of = sites.get(change.siteId)
    if (of === undefined) sites.set(change.siteId, [change])
    else of.push(change)
  }
  return sites
}

function withCells(column: MatrixColumn, changes: readonly CellChange[]): MatrixColumn {
  const gone = new Set(changes.filter(({ after }) => after === null).map(({ itemId }) => itemId))
  const cells = gone.size === 0 ? { ...column.cells } : Object.fromEntries(Object.entries(column.cells).filter(([itemId]) => !gone.has(itemId)))
  for (const { itemId, after } of changes) if (after !== null) cells[itemId] = after
  return { ...column, cells }
}

/** As order_site_items does it: those named take the places that they hold among themselves. */
export function inOrder(column: MatrixColumn, itemIds: readonly string[]): MatrixColumn {
  const named = new Set(itemIds)
  const all = Object.entries(column.cells).flatMap(([id, mapping]) => (mapping === undefined ? [] : [{ id, mapping }]))
  all.sort((a, b) => (a.mapping.position ?? Infinity) - (b.mapping.position ?? Infinity) || (a.id < b.id ? -1 : 1))
  const next = itemIds.filter((id) => column.cells[id] !== undefined)[Symbol.iterator]()
  const order = all.map(({ id }) => (named.has(id) ? (next.next().value ?? id) : id))
  return {
    ...column,
    cells: Object.fromEntries(order.flatMap((id, position) => {
      const mapping = column.cells[id]
      return mapping === undefined ? [] : [[id, { ...mapping, position }]]
    })),
  }
}
