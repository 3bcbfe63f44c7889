import type { JsonValue } from '@core/content-schema'
import { PlusIcon } from '@phosphor-icons/react/Plus'
import { XIcon } from '@phosphor-icons/react/X'
import { useContext, useRef } from 'react'
import { Button } from '@/ui/button'
import { FieldContext } from '@/ui/field-context'
import { IconButton } from '@/ui/icon-button'
import { Input } from '@/ui/input'

interface ListInputProps {
  label: string
  value: JsonValue | undefined
  onChange: (value: JsonValue | undefined) => void
  onBlur?: (() => void) | undefined
  readOnly: boolean
}

/** A list of short texts. Enter adds the next entry, Backspace in an empty one takes it away. */
export function ListInput({ label, value, onChange, onBlur, readOnly }: ListInputProps) {
  const field = useContext(FieldContext)
  const box = useRef<HTMLDivElement>(null)
  const entries = Array.isArray(value) ? value.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry))) : []
  const write = (next: string[]) => onChange(next.length === 0 ? undefined : next)
  const focusEntry = (index: number) =>
    // After the new entry has been rendered.
    requestAnimationFrame(() => box.current?.querySelectorAll('input')[index]?.focus())

  const add = (at: number) => {
    write([...entries.slice(0, at), '', ...entries.slice(at)])
    focusEntry(at)
  }
  const remove = (at: number) => {
    write(entries.filter((_, index) => index !== at))
    focusEntry(Math.max(0, at - 1))
  }

  return (
    <div ref={box} role="group" aria-label={label} aria-describedby={field?.describedBy} className="flex flex-col gap-1.5">
      {entries.map((entry, index) => (
        // An entry is its place: the list is edited in place, and there is nothing else that tells two equal texts apart.
        <div key={index} className="flex items-center gap-1">
          <Input
            id={index === 0 ? field?.id : `${field?.id ?? label}-${index}`}
            aria-label={`${label}, entry ${index + 1}`}
            value={entry}
            readOnly={readOnly}
            onBlur={onBlur}
            onChange={(event) => write(entries.map((other, place) => (place === index ? event.target.value : other)))}
            onKeyDown={(event) => {
              if (readOnly) return
              if (event.key === 'Enter') {
                event.preventDefault()
                add(index + 1)
              } else if (event.key === 'Backspace' && entry === '') {
                event.preventDefault()
                remove(index)
              }
            }}
          />
          {!readOnly && <IconButton label={`Remove entry ${index + 1}`} icon={<XIcon aria-hidden />} onClick={() => remove(index)} />}
        </div>
      ))}
      {entries.length === 0 && readOnly && <p className="text-hint text-ink-3">Empty</p>}
      {!readOnly && (
        <Button size="sm" className="self-start" icon={<PlusIcon aria-hidden />} id={entries.length === 0 ? field?.id : undefined} onClick={() => add(entries.length)}>
          Add entry
        </Button>
      )}
    </div>
  )
}
