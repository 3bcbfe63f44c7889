import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useSearchParams } from 'react-router-dom'
import { restoredWords } from '@/features/content/preview/restored-words'
import type { Item } from '@/features/content/queries/item'
import { restoreRevision, useRevisions, type RevisionRow } from '@/features/content/queries/revisions'
import { describeError, errorLine } from '@/lib/errors'
import { useHasRole } from '@/lib/session'
import { Button } from '@/ui/button'
import { ErrorState } from '@/ui/error-state'
import { Notice } from '@/ui/notice'
import { RelativeTime } from '@/ui/relative-time'
import { Skeleton } from '@/ui/skeleton'
import { StatusChip } from '@/ui/status-chip'
import { toast } from '@/ui/toaster'

// The diff comes with the first comparison.
const RevisionDiff = lazy(() => import('@/features/content/preview/revision-diff').then(({ RevisionDiff: View }) => ({ default: View })))

/** Two revisions of which the first is the older, within those that there are. */
function readPair(search: URLSearchParams, latest: number): { from: number; to: number } {
  const read = (key: string) => {
    const value = Number(search.get(key))
    return Number.isInteger(value) && value >= 1 && value <= latest ? value : null
  }
  const to = read('to') ?? latest
  const from = read('from') ?? Math.max(1, to - 1)
  return from <= to ? { from, to } : { from: to, to: from }
}

/** Every save of an item: any two compared field by field, any one brought back. The two are in the address. */
export function HistoryTab({ item }: { item: Item }) {
  const [search, setSearch] = useSearchParams()
  const { from, to } = readPair(search, item.revision)
  const choose = (next: { from: number; to: number }) => {
    const [a, b] = [Math.min(next.from, next.to), Math.max(next.from, next.to)]
    setSearch((before) => {
      const params = new URLSearchParams(before)
      params.set('from', String(a))
      params.set('to', String(b))
      return params
    }, { replace: true })
  }
  return (
    <div className="flex flex-col gap-4">
      <Revisions item={item} from={from} to={to} onChoose={choose} />
      <Suspense fallback={<Skeleton className="h-32" />}>
        <RevisionDiff itemId={item.id} from={from} to={to} />
      </Suspense>
    </div>
  )
}

interface RevisionsProps {
  item: Item
  from: number
  to: number
  onChoose: (pair: { from: number; to: number }) => void
}

function Revisions({ item, from, to, onChoose }: RevisionsProps) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useRevisions(item.id)
  const isEditor = useHasRole('editor')
  const { restore, restoring, told } = useRestore(item)
  if (error !== null && data === undefined) return <ErrorState {...describeError(error)} onRetry={() => void refetch()} />
  if (data === undefined) return <Skeleton className="h-40" />
  const rows = data.pages.flat()
  // One revision cannot be compared with anything.
  const comparable = item.revision > 1
  return (
    <>
      {told !== null && (
        <Notice tone="success" title={told.words} action={told.undo === null ? undefined : <Button size="sm" onClick={told.undo}>Undo</Button>}>
          {told.detail}
        </Notice>
      )}
      <div className="overflow-hidden rounded-md border border-line">
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by keyboard */}
        <div role="region" aria-label="Revisions" tabIndex={0} className="max-h-80 overflow-y-auto">
          <table className="w-full text-hint">
            <thead className="sticky top-0 z-10 bg-sunk text-left text-xs text-ink-2">
              <tr>
                {comparable && <th scope="col" className="px-2 py-1.5 font-semibold">From</th>}
                {comparable && <th scope="col" className="px-2 py-1.5 font-semibold">To</th>}
                <th scope="col" className="px-2 py-1.5 font-semibold">Revision</th>
                <th scope="col" className="w-full px-2 py-1.5 font-semibold max-sm:hidden">Saved by</th>
                <th scope="col" className="px-2 py-1.5"><span className="sr-only">Restore</span></th>
              </tr>
            </thead>
            <tbody className="divide-y divide-line">
              {rows.map((row, index) => (
                <tr key={row.revision} className={row.revision > from && row.revision <= to ? 'bg-accent-ground' : 'bg-panel'}>
                  {comparable && (
                    <>
                      <td className="px-2 py-1.5">
                        <Radio name="from" label={`Compare from revision ${row.revision}`} checked={row.revision === from} onChoose={() => onChoose({ from: row.revision, to })} />
                      </td>
                      <td className="px-2 py-1.5">
                        <Radio name="to" label={`Compare to revision ${row.revision}`} checked={row.revision === to} onChoose={() => onChoose({ from, to: row.revision })} />
                      </td>
                    </>
                  )}
                  <td className="px-2 py-1.5 whitespace-nowrap">
                    <button
                      type="button"
                      className="rounded-sm text-left font-semibold text-ink tabular-nums underline-offset-2 hover:underline"
                      onClick={() => onChoose({ from: Math.max(1, row.revision - 1), to: row.revision })}
                    >
                      {row.revision}
                      <span className="sr-only">: what changed in it</span>
                    </button>
                    {row.revision === item.revision && <span className="ml-1.5 text-ink-3">latest</span>}
                    <span className="block text-xs text-ink-3 sm:hidden">
                      <RelativeTime at={row.createdAt} />
                    </span>
                  </td>
                  <td className="px-2 py-1.5 max-sm:hidden">
                    <span className="flex flex-wrap items-center gap-x-2">
                      <span className="min-w-0 break-words">{row.createdBy ?? 'somebody who has left'}</span>
                      <RelativeTime at={row.createdAt} className="text-ink-3" />
                      <StatusNews row={row} before={rows[index + 1]} />
                    </span>
                  </td>
                  <td className="px-2 py-1 text-right">
                    {isEditor && row.revision !== item.revision && (
                      <Button
                        size="sm"
                        variant="ghost"
                        aria-label={`Restore revision ${row.revision}`}
                        busy={restoring === row.revision}
                        onClick={() => restore(row.revision)}
                      >
                        Restore
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {error !== null && <p role="alert" className="px-3 py-2 text-hint text-failure">{errorLine(error)}</p>}
          {hasNextPage && (
            <div className="border-t border-line p-2 text-center">
              <Button size="sm" variant="ghost" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                {error !== null ? 'Try again' : 'Show older revisions'}
              </Button>
            </div>
          )}
        </div>
      </div>
    </>
  )
}

/** Only where it changed: a column of the same word says nothing. */
function StatusNews({ row, before }: { row: RevisionRow; before: RevisionRow | undefined }) {
  if (before === undefined ? row.revision !== 1 || row.status === 'draft' : before.status === row.status) return null
  return <StatusChip variant="bare" status={row.status} />
}

function Radio({ name, label, checked, onChoose }: { name: string; label: string; checked: boolean; onChoose: () => void }) {
  return <input type="radio" name={`compare-${name}`} aria-label={label} checked={checked} onChange={onChoose} className="size-4 align-middle accent-accent" />
}

interface Told {
  words: string
  detail?: string
  /** null: there is nothing to take back. */
  undo: (() => void) | null
}

/** What happened is told in the drawer itself, with the way back: a passing message behind it could be neither clicked nor reached by keyboard. */
function useRestore(item: Item): { restore: (revision: number) => void; restoring: number | null; told: Told | null } {
  const queryClient = useQueryClient()
  const [restoring, setRestoring] = useState<number | null>(null)
  const [told, setTold] = useState<Told | null>(null)
  const [, setSearch] = useSearchParams()

  const run = async (revision: number, known: number, isUndo: boolean) => {
    setRestoring(revision)
    try {
      const result = await restoreRevision(item.id, revision, known)
      if (!result.changed) {
        setTold({ words: `Revision ${revision} says the same as the latest one: nothing was changed`, undo: null })
        return
      }
      setTold({ ...restoredWords(revision, result, isUndo), undo: isUndo ? null : () => void run(result.previous, result.revision, true) })
      setSearch((before) => {
        const params = new URLSearchParams(before)
        params.delete('from')
        params.delete('to')
        return params
      }, { replace: true })
      await queryClient.invalidateQueries({ predicate: ({ queryKey: [table, kind] }) => table === 'content_items' || (table === 'content_item_revisions' && kind === 'of-item') })
    } catch (error) {
      toast.error(errorLine(error))
      await queryClient.invalidateQueries({ queryKey: ['content_items'] })
    } finally {
      setRestoring(null)
    }
  }
  return { restore: (revision) => void run(revision, item.revision, false), restoring, told }
}
