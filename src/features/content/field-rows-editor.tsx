import { ArrowDownIcon } from '@phosphor-icons/react/ArrowDown'
import { ArrowUpIcon } from '@phosphor-icons/react/ArrowUp'
import { PlusIcon } from '@phosphor-icons/react/Plus'
import { TrashIcon } from '@phosphor-icons/react/Trash'
import { useRef } from 'react'
import { FIELD_KINDS, newFieldRow, suggestFieldName, type FieldRow, type RowProblem } from '@/features/content/field-rows'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { Field } from '@/ui/field'
import { IconButton } from '@/ui/icon-button'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import { Textarea } from '@/ui/textarea'

interface FieldRowsEditorProps {
  rows: FieldRow[]
  /** By the row's place; empty while they are not to be shown. */
  problems: readonly RowProblem[]
  onChange: (rows: FieldRow[]) => void
}

/** The fields of a type, in the order in which their form shows them. */
export function FieldRowsEditor({ rows, problems, onChange }: FieldRowsEditorProps) {
  const list = useRef<HTMLOListElement>(null)
  const change = (index: number, patch: Partial<FieldRow>) => onChange(rows.map((row, place) => (place === index ? { ...row, ...patch } : row)))
  const move = (from: number, to: number) => {
    const next = [...rows]
    const [row] = next.splice(from, 1)
    if (row === undefined) return
    next.splice(to, 0, row)
    onChange(next)
  }
  const add = () => {
    onChange([...rows, newFieldRow()])
    // After the new row has been rendered.
    requestAnimationFrame(() => list.current?.querySelector<HTMLInputElement>(':scope > li:last-child input')?.focus())
  }

  return (
    <fieldset className="min-w-0">
      <legend className="text-hint font-semibold text-ink">Fields</legend>
      <p className="mt-0.5 mb-2 text-hint text-ink-3">
        {rows.some(({ savedName }) => savedName !== null) ? 'The name of a saved field stays: items hold their data under it.' : 'Sites read a field by its name.'}
      </p>
      <ol ref={list} className="flex flex-col gap-3">
        {rows.map((row, index) => {
          const named = row.title.trim() === '' ? `field ${index + 1}` : `"${row.title}"`
          return (
            <li key={row.fieldId} className="rounded-md border border-line bg-ground p-3">
              <div className="grid gap-3 sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_minmax(0,1fr)]">
                <Field label="Label" required error={problems[index]?.title}>
                  <Input
                    value={row.title}
                    autoComplete="off"
                    onChange={({ target: { value } }) =>
                      change(index, {
                        title: value,
                        // While the name still follows the label.
                        ...(row.savedName === null && row.name === suggestFieldName(row.title) ? { name: suggestFieldName(value) } : {}),
                      })
                    }
                  />
                </Field>
                <Field label="Name" required error={problems[index]?.name}>
                  <Input mono value={row.name} autoComplete="off" readOnly={row.savedName !== null} onChange={({ target }) => change(index, { name: target.value })} />
                </Field>
                <Field label="Kind">
                  <Select value={row.kind} onValueChange={(kind) => change(index, { kind })} options={FIELD_KINDS} />
                </Field>
                {row.kind === 'select' && (
                  <Field label="Options" required className="sm:col-span-3" error={problems[index]?.options} hint="One a line.">
                    <Textarea rows={3} value={row.options} onChange={({ target }) => change(index, { options: target.value })} />
                  </Field>
                )}
              </div>
              <div className="mt-2 flex items-center justify-between gap-2">
                <Checkbox checked={row.required} onCheckedChange={(required) => change(index, { required })} label="Needed to publish" />
                <span className="flex">
                  <IconButton label={`Move ${named} up`} size="sm" disabled={index === 0} icon={<ArrowUpIcon aria-hidden />} onClick={() => move(index, index - 1)} />
                  <IconButton
                    label={`Move ${named} down`}
                    size="sm"
                    disabled={index === rows.length - 1}
                    icon={<ArrowDownIcon aria-hidden />}
                    onClick={() => move(index, index + 1)}
                  />
                  <IconButton label={`Remove ${named}`} size="sm" icon={<TrashIcon aria-hidden />} onClick={() => onChange(rows.filter((_, place) => place !== index))} />
                </span>
              </div>
            </li>
          )
        })}
      </ol>
      <Button size="sm" className="mt-3" icon={<PlusIcon aria-hidden />} onClick={add}>
        Add field
      </Button>
    </fieldset>
  )
}
