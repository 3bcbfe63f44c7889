import type { JsonValue } from '@core/content-schema'
import { useState } from 'react'
import { Input } from '@/ui/input'
import { parseNumber } from '@/ui/schema-control/widget'

interface NumberInputProps {
  value: JsonValue | undefined
  onChange: (value: JsonValue | undefined) => void
  onBlur?: (() => void) | undefined
  readOnly: boolean
}

const written = (value: JsonValue | undefined) => (value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value))

/** Keeps what is typed ("1.", "-") while it is typed. Not type="number": that control hides what it cannot read. */
export function NumberInput({ value, onChange, onBlur, readOnly }: NumberInputProps) {
  const [typed, setTyped] = useState<string | null>(null)
  const text = typed !== null && parseNumber(typed) === (value ?? undefined) ? typed : written(value)
  return (
    <Input
      inputMode="decimal"
      autoComplete="off"
      className="tabular-nums sm:max-w-48"
      value={text}
      readOnly={readOnly}
      onBlur={() => {
        setTyped(null)
        onBlur?.()
      }}
      onChange={(event) => {
        setTyped(event.target.value)
        onChange(parseNumber(event.target.value))
      }}
    />
  )
}
