import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { sameMapping, type CellAddress, type Mapping } from '@/features/mappings/mapping'
import { columnQuery, type MatrixColumn } from '@/features/mappings/queries/matrix'
import { setMappings } from '@/features/mappings/queries/set-mappings'
import { errorLine } from '@/lib/errors'
import { toast } from '@/ui/toaster'

export interface CellChange extends CellAddress {
  before: Mapping | null
  after: Mapping | null
}

interface Write {
  change: CellChange
  /** What was done, for the toast. */
  words: string
  undoes: boolean
  token: number
}

/** Written and not yet confirmed, by cell; shown over what the database said last. */
export type Pending = ReadonlyMap<string, { mapping: Mapping | null; token: number }>

export const cellKey = ({ siteId, itemId }: CellAddress) => `${siteId}/${itemId}`

const TOAST_ID = 'mapping'
const UNDO_DEPTH = 100

/**
 * Cells are shown as written at once and written one after the other. A refused write disappears from `pending`, which is its
 * rollback: the cache never holds anything that the database did not say, so an answer that arrives late cannot undo a newer key.
 */
export function useMappingWrites() {
  const queryClient = useQueryClient()
  const [pending, setPending] = useState<Pending>(new Map())
  const tokens = useRef(0)
  const done = useRef<Write[]>([])

  const settle = ({ change, token }: Write) =>
    setPending((before) => {
      if (before.get(cellKey(change))?.token !== token) return before
      const next = new Map(before)
      next.delete(cellKey(change))
      return next
    })

  const { mutate } = useMutation({
    mutationKey: ['site_item_mappings', 'write'],
    // Two keys on one cell must reach the database in the order in which they were typed.
    scope: { id: 'site_item_mappings' },
    mutationFn: ({ change: { siteId, itemId, after } }: Write) =>
      setMappings([
        after === null
          ? { site_id: siteId, item_id: itemId, mode: null }
          : { site_id: siteId, item_id: itemId, mode: after.mode, overrides: after.overrides, ...(after.position === null ? {} : { position: after.position }) },
      ]),
    onSuccess: async (_, write) => {
      const { change, words, undoes } = write
      const { queryKey } = columnQuery(change.siteId)
      await queryClient.cancelQueries({ queryKey })
      queryClient.setQueryData(queryKey, (column) => column && withCell(column, change.itemId, change.after))
      settle(write)
      if (undoes) {
        toast.success(words, { id: TOAST_ID })
      } else {
        toast.success(words, { id: TOAST_ID, action: { label: 'Undo', onClick: undo } })
      }
      // The place among the site's items is the database's to choose.
      if (queryClient.isMutating({ mutationKey: ['site_item_mappings', 'write'] }) === 1) {
        await queryClient.invalidateQueries({ predicate: ({ queryKey: [table] }) => table === 'site_item_mappings' || table === 'sites' })
      }
    },
    onError: (error, write) => {
      settle(write)
      done.current = done.current.filter(({ token }) => token !== write.token)
      toast.error(errorLine(error), { id: TOAST_ID })
    },
  })

  const send = (change: CellChange, words: string, undoes: boolean) => {
    if (sameMapping(change.before, change.after)) return
    const token = ++tokens.current
    const write = { change, words, undoes, token }
    setPending((before) => new Map(before).set(cellKey(change), { mapping: change.after, token }))
    // Also what is still on its way can be undone: writes go one after the other, so its undoing goes behind it.
    if (!undoes) done.current = [...done.current.slice(1 - UNDO_DEPTH), write]
    mutate(write)
  }

  const write = (change: CellChange, words: string) => send(change, words, false)

  /** The last write that was not undone yet. */
  function undo(): void {
    const last = done.current.at(-1)
    if (last === undefined) {
      toast.message('Nothing to undo', { id: TOAST_ID })
      return
    }
    done.current = done.current.slice(0, -1)
    const { before, after, ...address } = last.change
    send({ ...address, before: after, after: before }, `Undone: ${last.words}`, true)
  }

  return { pending, write, undo }
}

function withCell(column: MatrixColumn, itemId: string, mapping: Mapping | null): MatrixColumn {
  const { [itemId]: _before, ...others } = column.cells
  return { ...column, cells: mapping === null ? others : { ...others, [itemId]: mapping } }
}
