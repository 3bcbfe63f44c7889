import { CaretDownIcon } from '@phosphor-icons/react/CaretDown'
import { CheckIcon } from '@phosphor-icons/react/Check'
import { Select as Radix } from 'radix-ui'
import { useFieldControl } from '@/ui/field-context'
import { selectClass, type SelectProps } from '@/ui/select'
import { useLandmark } from '@/ui/use-landmark'

/** The half of select.tsx that is loaded when somebody opens one: born open. */
export function SelectView<Value extends string>({
  value, onValueChange, options, placeholder = 'Choose', size = 'md', disabled, className, ...rest
}: SelectProps<Value>) {
  const { container, triggerRef } = useLandmark()
  const { required, ...wiring } = useFieldControl({ id: rest.id })
  return (
    <Radix.Root
      defaultOpen
      value={value ?? ''}
      onValueChange={(next) => {
        const option = options.find((candidate) => candidate.value === next)
        if (option !== undefined) onValueChange(option.value)
      }}
      disabled={disabled}
      required={required}
    >
      <Radix.Trigger ref={triggerRef} {...wiring} aria-label={rest['aria-label']} className={selectClass(size, className)}>
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
                className="relative flex h-8 cursor-default items-center gap-2 rounded-sm pr-8 pl-2 text-sm pointer-coarse:h-11 text-ink outline-none select-none data-disabled:text-ink-3 data-highlighted:bg-hover"
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
