import { CaretDownIcon } from '@phosphor-icons/react/CaretDown'
import { CheckIcon } from '@phosphor-icons/react/Check'
import { Select as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { cn } from '@/ui/cn'
import { controlClass } from '@/ui/control'
import { useFieldControl } from '@/ui/field-context'
import { useLandmark } from '@/ui/use-landmark'

export interface SelectOption<Value extends string = string> {
  /** Not empty: Radix keeps the empty string for "nothing chosen". */
  value: Value
  label: string
  icon?: ReactNode
  disabled?: boolean
}

export interface SelectProps<Value extends string> {
  value: Value | undefined
  onValueChange: (value: Value) => void
  options: readonly SelectOption<Value>[]
  placeholder?: string
  /** Needed where no Field gives it a label. */
  'aria-label'?: string
  size?: 'sm' | 'md'
  disabled?: boolean
  name?: string
  id?: string
  className?: string
}

export function Select<Value extends string>({
  value, onValueChange, options, placeholder = 'Choose', size = 'md', disabled, name, className, ...rest
}: SelectProps<Value>) {
  const { container, triggerRef } = useLandmark()
  const { required, ...wiring } = useFieldControl({ id: rest.id })
  return (
    <Radix.Root
      value={value ?? ''}
      onValueChange={(next) => {
        const option = options.find((candidate) => candidate.value === next)
        if (option !== undefined) onValueChange(option.value)
      }}
      disabled={disabled}
      name={name}
      required={required}
    >
      <Radix.Trigger
        ref={triggerRef}
        {...wiring}
        aria-label={rest['aria-label']}
        className={cn(
          controlClass,
          'inline-flex items-center justify-between gap-2 text-left data-placeholder:text-ink-3',
          size === 'sm' ? 'h-7 px-2 text-hint' : 'h-8 px-2.5',
          className,
        )}
      >
        <span className="truncate">
          <Radix.Value placeholder={placeholder} />
        </span>
        <Radix.Icon>
          <CaretDownIcon className="size-3.5 text-ink-3" aria-hidden />
        </Radix.Icon>
      </Radix.Trigger>
      <Radix.Portal container={container}>
        <Radix.Content
          position="popper"
          sideOffset={4}
          className="z-50 max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width) overflow-hidden rounded-md border border-line-strong bg-panel p-1 shadow-lift data-[state=open]:animate-pop-in"
        >
          <Radix.Viewport>
            {options.map((option) => (
              <Radix.Item
                key={option.value}
                value={option.value}
                disabled={option.disabled}
                className="relative flex h-8 cursor-default items-center gap-2 rounded-sm pr-8 pl-2 text-sm text-ink outline-none select-none data-disabled:text-ink-3 data-highlighted:bg-hover"
              >
                {option.icon}
                <Radix.ItemText>{option.label}</Radix.ItemText>
                <Radix.ItemIndicator className="absolute right-2">
                  <CheckIcon className="size-3.5 text-accent-ink" weight="bold" aria-hidden />
                </Radix.ItemIndicator>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
