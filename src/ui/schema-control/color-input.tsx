import type { ChangeEvent } from 'react'
import { Input } from '@/ui/input'

interface ColorInputProps {
  value: string
  readOnly: boolean
  onBlur?: (() => void) | undefined
  onChange: (event: ChangeEvent<HTMLInputElement>) => void
  onText: (text: string) => void
}

export function ColorInput({ value, readOnly, onBlur, onChange, onText }: ColorInputProps) {
  const isColor = /^#[0-9a-fA-F]{6}$/.test(value)
  return (
    <span className="flex items-center gap-2">
      <Input mono value={value} readOnly={readOnly} onBlur={onBlur} onChange={onChange} placeholder="#0f6e84" className="sm:max-w-36" />
      <input
        type="color"
        aria-label="Pick a colour"
        className="size-8 shrink-0 rounded-md border border-control bg-panel p-1 disabled:opacity-50"
        value={isColor ? value.toLowerCase() : '#000000'}
        disabled={readOnly}
        onBlur={onBlur}
        onChange={(event) => onText(event.target.value)}
      />
    </span>
  )
}
