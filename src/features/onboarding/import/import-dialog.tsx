import { FileTextIcon } from '@phosphor-icons/react/FileText'
import { useMutation } from '@tanstack/react-query'
import { useId, useRef, useState, type ChangeEvent, type SubmitEvent } from 'react'
import { readDocument, type OrganizationDocument, type Problem } from '@/features/onboarding/import/document'
import { importOrganization } from '@/features/onboarding/import/import-organization'
import { errorLine } from '@/lib/errors'
import { count, formatBytes, formatNumber } from '@/lib/format'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { Notice } from '@/ui/notice'
import { RelativeTime } from '@/ui/relative-time'

interface ImportDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  /** The new organization is open. */
  onImported: () => void
}

const focus = (button: HTMLButtonElement | null) => button?.focus()

/** Far above what the lists may hold, far below what makes a browser's tab fall over. */
const LARGEST = 64 * 1024 * 1024

type Chosen = { fileName: string } & ({ problems: Problem[] } | { document: OrganizationDocument })

export function ImportDialog({ open, onOpenChange, onImported }: ImportDialogProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Import an organization" description="From a JSON file that an organization's settings exported. It becomes a new organization of yours." size="md">
      {open && <ImportForm onCancel={() => onOpenChange(false)} onImported={onImported} />}
    </Dialog>
  )
}

function ImportForm({ onCancel, onImported }: { onCancel: () => void; onImported: () => void }) {
  const inputId = useId()
  const input = useRef<HTMLInputElement>(null)
  const [chosen, setChosen] = useState<Chosen | null>(null)
  const [name, setName] = useState('')
  const [nameProblem, setNameProblem] = useState<string | null>(null)
  const make = useMutation({
    mutationFn: ({ document, as }: { document: OrganizationDocument; as: string }) => importOrganization(document, as),
    onSuccess: onImported,
  })

  const choose = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0]
    // The same file again, mended meanwhile, is a choice too.
    event.target.value = ''
    if (file === undefined) return
    make.reset()
    setNameProblem(null)
    const next = await read(file)
    setChosen(next)
    if ('document' in next) setName(next.document.name)
  }

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (chosen === null || !('document' in chosen)) return
    const as = name.trim()
    if (as === '' || as.length > 120) return setNameProblem(as === '' ? 'Type a name for the new organization.' : 'Use at most 120 characters.')
    make.mutate({ document: chosen.document, as })
  }

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-3">
        <input ref={input} id={inputId} type="file" accept="application/json,.json" className="sr-only" tabIndex={-1} aria-label="File" onChange={(event) => void choose(event)} />
        <Button ref={focus} icon={<FileTextIcon aria-hidden />} disabled={make.isPending} onClick={() => input.current?.click()}>
          {chosen === null ? 'Choose a file' : 'Choose another file'}
        </Button>
        {chosen !== null && <span className="min-w-0 truncate font-mono text-hint text-ink-2">{chosen.fileName}</span>}
      </div>
      {chosen !== null && 'problems' in chosen && <Problems problems={chosen.problems} />}
      {chosen !== null && 'document' in chosen && (
        <>
          <Summary document={chosen.document} />
          <Field label="Name of the new organization" required error={nameProblem ?? undefined}>
            <Input
              autoComplete="off"
              value={name}
              onChange={(event) => {
                setName(event.target.value)
                setNameProblem(null)
              }}
            />
          </Field>
        </>
      )}
      {make.isError && (
        <Notice tone="failure" title="Nothing was imported">
          {errorLine(make.error)}
        </Notice>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onCancel} disabled={make.isPending}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" busy={make.isPending} disabled={chosen === null || !('document' in chosen)}>
          Import
        </Button>
      </div>
    </form>
  )
}

async function read(file: File): Promise<Chosen> {
  if (file.size > LARGEST) return { fileName: file.name, problems: [{ place: 'The file', problem: `it has ${formatBytes(file.size)}; at most ${formatBytes(LARGEST)} can be imported` }] }
  try {
    const reading = readDocument(await file.text())
    return reading.ok ? { fileName: file.name, document: reading.document } : { fileName: file.name, problems: reading.problems }
  } catch {
    return { fileName: file.name, problems: [{ place: 'The file', problem: 'the browser could not read it' }] }
  }
}

function Problems({ problems }: { problems: readonly Problem[] }) {
  return (
    <Notice tone="failure" title={problems.length === 1 ? 'This file cannot be imported' : `This file cannot be imported: ${count('problem', problems.length)}`}>
      <ul className="mt-1 flex max-h-48 flex-col gap-1 overflow-y-auto">
        {problems.map(({ place, problem }, index) => (
          <li key={index} className="break-words">
            <span className="font-mono">{place}</span>: {problem}
          </li>
        ))}
      </ul>
    </Notice>
  )
}

function Summary({ document: { name, exportedAt, counts } }: { document: OrganizationDocument }) {
  const parts = [
    ['Content types', counts.content_types],
    ['Templates', counts.content_type_templates],
    ['Content items', counts.content_items],
    ['Sites', counts.sites],
    ['Mappings', counts.mappings],
    ['Schedules', counts.schedules],
  ] as const
  return (
    <section aria-label="What the file holds" className="rounded-md border border-line p-3">
      <p className="break-words">
        <span className="font-semibold">{name}</span>
        {exportedAt !== null && (
          <span className="text-ink-2">
            , exported <RelativeTime at={exportedAt} />
          </span>
        )}
      </p>
      <dl className="mt-2 grid grid-cols-[minmax(0,1fr)_auto] gap-x-6 gap-y-1 sm:grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)_auto]">
        {parts.map(([label, n]) => (
          <div key={label} className="contents">
            <dt className="text-ink-2">{label}</dt>
            <dd className="text-right tabular-nums">{formatNumber(n)}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-2 text-hint text-ink-2">Sites come without their secrets and get new ones. They come disabled, and schedules come paused, so that nothing is sent before you say so.</p>
    </section>
  )
}
