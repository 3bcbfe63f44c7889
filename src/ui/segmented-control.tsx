import { useId, type ReactNode } from 'react'
import { cn } from '@/ui/cn'

export interface Segment<Value extends string> {
  value: Value
  label: string
  icon?: ReactNode
}

interface SegmentedControlProps<Value extends string> {
  'aria-label': string
  value: Value
  onValueChange: (value: Value) => void
  segments: readonly Segment<Value>[]
  disabled?: boolean
  className?: string
}

/** One of two to five; arrow keys move, as in any radio group: these are the browser's own, under the words. */
export function SegmentedControl<Value extends string>({
  value, onValueChange, segments, disabled, className, ...rest
}: SegmentedControlProps<Value>) {
  const name = useId()
  return (
    <div role="radiogroup" aria-label={rest['aria-label']} className={cn('inline-flex w-fit rounded-md border border-line bg-sunk p-0.5', className)}>
      {segments.map((segment) => (
        <label
          key={segment.value}
          className="relative inline-flex h-6.5 items-center pointer-coarse:h-9 gap-1.5 rounded-sm border border-transparent px-2 text-hint whitespace-nowrap text-ink-2 transition-colors duration-150 hover:text-ink has-disabled:opacity-50 sm:px-2.5 has-checked:border-line-strong has-checked:bg-panel has-checked:font-semibold has-checked:text-ink"
        >
          <input
            type="radio"
            name={name}
            value={segment.value}
            checked={segment.value === value}
            disabled={disabled}
            onChange={() => onValueChange(segment.value)}
            // Choosing is not sending: a form around it stays where it is.
            onKeyDown={(event) => {
              if (event.key === 'Enter') event.preventDefault()
            }}
            className="absolute -inset-px appearance-none rounded-sm"
          />
          {segment.icon}
          {segment.label}
        </label>
      ))}
    </div>
  )
}
