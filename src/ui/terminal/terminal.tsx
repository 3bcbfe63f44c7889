import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { count } from '@/lib/format'
import { cn } from '@/ui/cn'
import { saveFile } from '@/ui/save-file'
import { jsonLinesFile, linesText, logFile } from '@/ui/terminal/export'
import { isFiltering, NO_FILTER } from '@/ui/terminal/filter'
import type { TerminalLine, TerminalSite } from '@/ui/terminal/line'
import type { TerminalState } from '@/ui/terminal/stream-state'
import { TerminalBar, type DownloadKind } from '@/ui/terminal/terminal-bar'
import { TerminalLines } from '@/ui/terminal/terminal-lines'
import { useLines } from '@/ui/terminal/use-lines'
import { toast } from '@/ui/toaster'

interface TerminalProps {
  /** In order of `seq`, each once. Lines are added, none is ever taken away or changed. */
  lines: readonly TerminalLine[]
  /** What the times at the left count from, in milliseconds since the epoch. */
  origin: number
  sites: readonly TerminalSite[]
  state: TerminalState
  /** Of a downloaded file, without its ending. */
  fileName: string
  /** The whole log, page by page, for a file; by default what is here. */
  allLines?: () => AsyncIterable<readonly TerminalLine[]>
  /** The number of the line that the address names. */
  marked?: number | null
  /** Somebody wants the address of a line. */
  onMark?: (seq: number) => void
  className?: string
}

/** The log of a run: near-black in both themes, virtualised, at the newest line until somebody scrolls away from it. */
export function Terminal({ lines, origin, sites, state, fileName, allLines, marked = null, onMark, className }: TerminalProps) {
  const siteById = useMemo(() => new Map(sites.map((site) => [site.id, site])), [sites])
  const { filter, setFilter, shown, selected, range, select, selectAll, clearSelection } = useLines(lines, siteById)
  const [follows, setFollows] = useState(true)
  /** How many lines a file has so far; null while none is being written. */
  const [saving, setSaving] = useState<number | null>(null)
  const running = state !== 'finished'

  // The bar and the lines are drawn again when what they show changes, and not because a function is another one.
  const act = { shown, selected, range, lines, marked, onMark, sites: siteById, origin, fileName, allLines, clearSelection, selectAll }
  const latest = useRef(act)
  useEffect(() => {
    latest.current = act
  })
  const copyText = useCallback(() => {
    const now = latest.current
    return linesText(now.selected ?? now.shown, now.origin, now.sites)
  }, [])
  const mark = useCallback((seq: number) => latest.current.onMark?.(seq), [])
  const onKey = useCallback((event: KeyboardEvent): boolean => {
    const { selected: chosen, range: held, ...now } = latest.current
    const command = event.ctrlKey || event.metaKey
    const key = event.key.toLowerCase()
    if (event.key === 'Escape') now.clearSelection()
    else if (command && key === 'a') now.selectAll()
    else if (command && key === 'c' && chosen !== null && window.getSelection()?.isCollapsed !== false) {
      navigator.clipboard.writeText(linesText(chosen, now.origin, now.sites)).then(
        () => toast.message(`Copied ${count('line', chosen.length)}`),
        () => toast.error('The browser does not allow copying here. Select the text and copy it yourself.'),
      )
    } else if (!command && key === 'l' && now.onMark !== undefined) {
      const seq = held?.from ?? now.marked
      if (seq === null) return false
      now.onMark(seq)
    } else return false
    return true
  }, [])
  const onDownload = useCallback(async ({ what, form }: DownloadKind) => {
    const now = latest.current
    const parts: string[] = []
    let written = 0
    const add = (page: readonly TerminalLine[]) => {
      parts.push(form === 'text' ? logFile(page, now.origin, now.sites) : jsonLinesFile(page, now.sites))
      written += page.length
    }
    if (what === 'shown' || now.allLines === undefined) add(what === 'shown' ? now.shown : now.lines)
    else {
      setSaving(0)
      try {
        for await (const page of now.allLines()) {
          add(page)
          setSaving(written)
        }
      } catch {
        toast.error('The log could not be read to its end, so nothing was saved. Try again in a moment.')
        return
      } finally {
        setSaving(null)
      }
    }
    if (form === 'text') saveFile(`${now.fileName}.log`, 'text/plain;charset=utf-8', parts)
    else saveFile(`${now.fileName}.ndjson`, 'application/x-ndjson;charset=utf-8', parts)
    toast.success(`${count('line', written)} saved among your downloads`)
  }, [])
  const startDownload = useCallback((kind: DownloadKind) => void onDownload(kind), [onDownload])
  const filtering = isFiltering(filter)
  const hidden = filtering && marked !== null && !shown.some(({ seq }) => seq === marked)

  return (
    <section
      aria-label="Log of the run"
      className={cn('flex flex-col overflow-hidden rounded-lg border border-term-line bg-term-ground text-term-ink scheme-dark', className)}
    >
      <TerminalBar
        state={state}
        total={lines.length}
        shown={shown.length}
        selected={selected?.length ?? 0}
        sites={sites}
        filter={filter}
        onFilter={setFilter}
        copyText={copyText}
        onDownload={startDownload}
        saving={saving}
        follows={follows}
        onFollow={running ? setFollows : undefined}
      />
      {hidden && (
        <p role="status" className="border-b border-term-line px-3 py-1.5 text-hint text-term-dim">
          Line {marked} is not among what is shown.{' '}
          <button type="button" className="text-term-ink underline underline-offset-2" onClick={() => setFilter(NO_FILTER)}>
            Show all lines
          </button>
        </p>
      )}
      <div className="relative flex min-h-0 flex-col">
        <TerminalLines
          lines={shown}
          origin={origin}
          sites={siteById}
          state={state}
          follows={follows}
          range={range}
          onSelect={select}
          onKey={onKey}
          marked={marked}
          onMark={onMark === undefined ? undefined : mark}
          empty={
            shown.length > 0 ? null : (
              <p className="px-3 py-3 font-mono text-hint text-term-dim">
                {filtering && lines.length > 0 ? (
                  <>
                    No line matches.{' '}
                    <button type="button" className="text-term-ink underline underline-offset-2" onClick={() => setFilter(NO_FILTER)}>
                      Show all lines
                    </button>
                  </>
                ) : running ? (
                  'Waiting for the first line…'
                ) : (
                  'This run wrote no lines.'
                )}
              </p>
            )
          }
        />
      </div>
    </section>
  )
}
