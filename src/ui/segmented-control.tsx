import { RadioGroup } from 'radix-ui'
import type { ReactNode } from 'react'
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

/** One of two to five; arrow keys move, as in any radio group. */
export function SegmentedControl<Value extends string>({
  value, onValueChange, segments, disabled, className, ...rest
}: SegmentedControlProps<Value>) {
  return (
    <RadioGroup.Root
      aria-label={rest['aria-label']}
      value={value}
      onValueChange={(next) => {
        const segment = segments.find((candidate) => candidate.value === next)
        if (segment !== undefined) onValueChange(segment.value)
      }}
      disabled={disabled}
      orientation="horizontal"
      className={cn('inline-flex w-fit rounded-md border border-line bg-sunk p-0.5', className)}
    >
      {segments.map((segment) => (
        <RadioGroup.Item
          key={segment.value}
          value={segment.value}
          className="inline-flex h-6.5 items-center gap-1.5 rounded-sm border border-transparent px-2.5 text-hint whitespace-nowrap text-ink-2 transition-colors duration-150 hover:text-ink disabled:opacity-50 data-[state=checked]:border-line-strong data-[state=checked]:bg-panel data-[state=checked]:font-semibold data-[state=checked]:text-ink"
        >
          {segment.icon}
          {segment.label}
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  )
}
