import { FileArrowUpIcon } from '@phosphor-icons/react/FileArrowUp'
import { useId, useRef, useState } from 'react'
import { LARGEST_FILE, readTable, type ImportTable } from '@/features/content/list/import/read-table'
import { formatBytes } from '@/lib/format'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'

/** A file is dropped, or chosen. */
export function ChooseFile({ onRead }: { onRead: (table: ImportTable) => void }) {
  const inputId = useId()
  const input = useRef<HTMLInputElement>(null)
  const [problem, setProblem] = useState<{ problem: string; next: string } | null>(null)
  const [reading, setReading] = useState(false)
  const [over, setOver] = useState(false)

  const take = async (file: File | undefined) => {
    if (file === undefined) return
    setProblem(null)
    if (file.size > LARGEST_FILE) return setProblem({ problem: `"${file.name}" has ${formatBytes(file.size)}, and an import takes ${formatBytes(LARGEST_FILE)}.`, next: 'Divide it, and import its parts one after the other.' })
    setReading(true)
    try {
      const outcome = await readTable(file.name, await file.text())
      if (outcome.ok) onRead(outcome.table)
      else setProblem(outcome)
    } catch {
      setProblem({ problem: `"${file.name}" could not be read.`, next: 'It may have been moved, or the connection was lost. Choose it again.' })
    } finally {
      setReading(false)
    }
  }

  return (
    <>
      <label htmlFor={inputId} className="sr-only">
        File with items
      </label>
      <input
        ref={input}
        id={inputId}
        type="file"
        accept=".csv,.tsv,.txt,.json,text/csv,application/json"
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => {
          void take(event.target.files?.[0])
          // The same file again, mended meanwhile, is a choice too.
          event.target.value = ''
        }}
      />
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions -- a place to drop onto; the button inside does the same */}
      <div
        className={cn('flex flex-col items-center gap-3 rounded-lg border border-dashed px-4 py-10 text-center transition-colors duration-150', over ? 'border-accent bg-accent-ground' : 'border-line-strong bg-sunk')}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault()
          setOver(false)
          void take(event.dataTransfer.files[0])
        }}
      >
        <FileArrowUpIcon aria-hidden className="size-7 text-ink-3" />
        <p className="text-sm text-ink-2">Drop a CSV or JSON file here, or</p>
        <Button busy={reading} onClick={() => input.current?.click()}>
          Choose a file
        </Button>
        <p className="max-w-96 text-hint text-ink-3">Up to 10,000 rows. A table names its columns in the first line. An export of items comes back as it was.</p>
      </div>
      {problem !== null && (
        <p role="alert" className="mt-3 rounded-md bg-failure-ground px-3 py-2 text-hint text-failure [overflow-wrap:anywhere]">
          {problem.problem} {problem.next}
        </p>
      )}
    </>
  )
}
