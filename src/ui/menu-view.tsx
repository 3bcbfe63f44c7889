import { CheckIcon } from '@phosphor-icons/react/Check'
import { DropdownMenu as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { cn } from '@/ui/cn'
import type { DropdownMenuProps, MenuChoiceProps, MenuItemProps, MenuToggleProps } from '@/ui/dropdown-menu'
import { useLandmark } from '@/ui/use-landmark'

/** The half of dropdown-menu.tsx that is loaded when somebody opens one: born open. */
export function MenuRoot({ trigger, align = 'end', side = 'bottom', className, children }: DropdownMenuProps) {
  const { container, triggerRef } = useLandmark()
  return (
    <Radix.Root modal={false} defaultOpen>
      <Radix.Trigger asChild ref={triggerRef}>
        {trigger}
      </Radix.Trigger>
      <Radix.Portal container={container}>
        <Radix.Content
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          className={cn(
            'z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-44 overflow-y-auto rounded-md border border-line-strong bg-panel p-1 shadow-lift data-[state=open]:animate-pop-in',
            className,
          )}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

const ITEM =
  'relative flex min-h-8 cursor-default items-center gap-2 rounded-sm px-2 py-1 text-sm pointer-coarse:min-h-11 outline-none select-none data-disabled:opacity-50 data-highlighted:bg-hover'

export function MenuItem({ onSelect, icon, tone = 'default', disabled, asChild = false, children }: MenuItemProps) {
  const classes = cn(ITEM, tone === 'danger' ? 'text-failure' : 'text-ink')
  if (asChild) {
    return (
      <Radix.Item asChild disabled={disabled} onSelect={onSelect} className={classes}>
        {children}
      </Radix.Item>
    )
  }
  return (
    <Radix.Item disabled={disabled} onSelect={onSelect} className={classes}>
      {icon}
      {children}
    </Radix.Item>
  )
}

export function MenuToggle({ checked, onCheckedChange, disabled, children }: MenuToggleProps) {
  return (
    <Radix.CheckboxItem
      checked={checked}
      onCheckedChange={onCheckedChange}
      disabled={disabled}
      onSelect={(event) => event.preventDefault()}
      className={cn(ITEM, 'pr-8 text-ink')}
    >
      {children}
      <Radix.ItemIndicator className="absolute right-2">
        <CheckIcon className="size-3.5 text-accent-ink" weight="bold" aria-hidden />
      </Radix.ItemIndicator>
    </Radix.CheckboxItem>
  )
}

export function MenuChoice<Value extends string>({ value, onValueChange, options }: MenuChoiceProps<Value>) {
  return (
    <Radix.RadioGroup
      value={value}
      onValueChange={(next) => {
        const option = options.find((candidate) => candidate.value === next)
        if (option !== undefined) onValueChange(option.value)
      }}
    >
      {options.map((option) => (
        <Radix.RadioItem key={option.value} value={option.value} className={cn(ITEM, 'pr-8 text-ink')}>
          {option.icon}
          <span className="min-w-0">
            <span className="block truncate">{option.label}</span>
            {option.detail !== undefined && <span className="block text-xs text-ink-3">{option.detail}</span>}
          </span>
          <Radix.ItemIndicator className="absolute right-2">
            <CheckIcon className="size-3.5 text-accent-ink" weight="bold" aria-hidden />
          </Radix.ItemIndicator>
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  )
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2 pt-1.5 pb-1 text-xs text-ink-3">{children}</Radix.Label>
}

export function MenuSeparator() {
  return <Radix.Separator className="-mx-1 my-1 h-px bg-line" />
}
