import { fieldNames, type FieldProblem } from '@core/content-schema'
import { compareFields } from '@core/type-check'
import { maxTypeDocument, readTypeDocument, type TypeDocument } from '@core/type-document'
import { FileArrowUpIcon } from '@phosphor-icons/react/FileArrowUp'
import { useRef, useState, type DragEvent } from 'react'
import { useNavigate } from 'react-router-dom'
import { kindOf } from '@/features/content/types/field-kinds'
import { FormPreview } from '@/features/content/types/form-preview'
import type { TypeSeed } from '@/features/content/types/new-type'
import { count } from '@/lib/format'
import { paths } from '@/lib/paths'
import type { ContentType } from '@/lib/queries/content-types'
import { Button } from '@/ui/button'
import { Chip } from '@/ui/chip'
import { cn } from '@/ui/cn'
import { Dialog } from '@/ui/dialog'
import { Notice } from '@/ui/notice'
import { widgetOf } from '@/ui/schema-control/widget'

type Read = { file: string; document: TypeDocument } | { file: string; problems: FieldProblem[] }

/** A type from a file: first what is in it, or what is wrong with it and where; nothing is made before the fields were seen. */
export function ImportTypeDialog({ types, onClose }: { types: readonly ContentType[]; onClose: () => void }) {
  const navigate = useNavigate()
  const [read, setRead] = useState<Read | null>(null)
  const [over, setOver] = useState(false)
  const input = useRef<HTMLInputElement>(null)

  const take = async (file: File | undefined) => {
    if (file === undefined) return
    if (file.size > maxTypeDocument * 4) return setRead({ file: file.name, problems: [{ path: 'The file', message: 'is too large to be a content type (300 kB at most)' }] })
    const result = readTypeDocument(await file.text())
    setRead(result.ok ? { file: file.name, document: result.value } : { file: file.name, problems: result.error })
  }
  const document = read !== null && 'document' in read ? read.document : null
  const same = document === null ? undefined : types.find(({ name }) => name === document.name)
  const differences = document !== null && same !== undefined ? compareFields(same.schema, document.schema).filter(({ kind }) => kind !== 'same') : []

  return (
    <Dialog
      open
      size="lg"
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
      title="Import a content type"
      description="A JSON file that was exported from a type, here or in another organization."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            disabled={document === null}
            onClick={() => {
              if (document === null || read === null) return
              const seed: TypeSeed = { document, from: `From the file “${read.file}”. Nothing is saved yet.` }
              void navigate(paths.contentType.getHref('new'), { state: seed })
            }}
          >
            Continue with these fields
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions -- dropping a file is the pointer's short cut of the button in it */}
        <div
          className={cn('flex flex-col items-center gap-3 rounded-lg border border-dashed px-4 text-center transition-colors duration-150', read === null ? 'py-10' : 'py-4', over ? 'border-accent bg-accent-ground' : 'border-line-strong bg-sunk')}
          onDragOver={(event: DragEvent) => {
            event.preventDefault()
            setOver(true)
          }}
          onDragLeave={() => setOver(false)}
          onDrop={(event: DragEvent) => {
            event.preventDefault()
            setOver(false)
            void take(event.dataTransfer.files[0])
          }}
        >
          <FileArrowUpIcon aria-hidden className="size-7 text-ink-3" />
          <p className="text-sm text-ink-2">{read === null ? 'Drop a JSON file here, or' : read.file}</p>
          <Button onClick={() => input.current?.click()}>
            {read === null ? 'Choose a file' : 'Choose another file'}
          </Button>
          <input
            ref={input}
            type="file"
            accept="application/json,.json"
            aria-label="File with a content type"
            tabIndex={-1}
            className="sr-only"
            onChange={(event) => {
              void take(event.target.files?.[0])
              event.target.value = ''
            }}
          />
        </div>
        {read !== null && 'problems' in read && (
          <Notice tone="failure" title={`“${read.file}” cannot be imported: ${count('problem', read.problems.length)}`}>
            <ul className="mt-1 list-disc pl-4">
              {read.problems.slice(0, 20).map(({ path, message }) => (
                <li key={`${path} ${message}`}>
                  <span className="font-mono text-xs">{path}</span> {message}
                </li>
              ))}
              {read.problems.length > 20 && <li>and {read.problems.length - 20} more</li>}
            </ul>
          </Notice>
        )}
        {document !== null && (
          <>
            <section aria-label="Fields in the file">
              <h3 className="text-sm font-semibold text-ink">
                {document.title} <span className="font-mono text-xs font-normal text-ink-3">{document.name}</span>
              </h3>
              {same !== undefined && (
                <p className="mt-1 text-hint text-ink-2">
                  There is a type “{document.name}” here already, so a new one gets another name.{' '}
                  {differences.length === 0 ? 'Its fields are the same.' : `It differs in ${differences.map(({ name, kind }) => `${name} (${kind})`).join(', ')}.`}
                </p>
              )}
              <ul className="mt-2 divide-y divide-line rounded-md border border-line">
                {fieldNames(document.schema).map((name) => {
                  const field = document.schema.properties[name]
                  if (field === undefined) return null
                  const { icon: Icon, label } = kindOf(widgetOf(field))
                  return (
                    <li key={name} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-1.5 text-sm">
                      <Icon aria-hidden className="size-4 text-ink-3" />
                      <span className="text-ink">{field.title ?? name}</span>
                      <span className="font-mono text-xs text-ink-3">{name}</span>
                      <span className="ml-auto flex items-center gap-2 text-hint text-ink-3">
                        {document.schema.required?.includes(name) === true && <Chip>required</Chip>}
                        {label}
                      </span>
                    </li>
                  )
                })}
              </ul>
            </section>
            <FormPreview key={read?.file} schema={document.schema} example={document.example} />
          </>
        )}
      </div>
    </Dialog>
  )
}
