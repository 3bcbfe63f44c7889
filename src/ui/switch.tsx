import { Switch as Radix } from 'radix-ui'
import { cn } from '@/ui/cn'

interface SwitchProps {
  checked: boolean
  onCheckedChange: (checked: boolean) => void
  /** What it turns on: its name for a screen reader. */
  label: string
  /** The states in words: colour and place alone would not say it. */
  words?: { on: string; off: string }
  disabled?: boolean
  className?: string
}

/** On or off, at once; inside a form that is saved later a Checkbox is the better word. */
export function Switch({ checked, onCheckedChange, label, words = { on: 'on', off: 'off' }, disabled, className }: SwitchProps) {
  return (
    <span className={cn('inline-flex items-center gap-2', className)}>
      <Radix.Root
        checked={checked}
        onCheckedChange={onCheckedChange}
        disabled={disabled}
        aria-label={label}
        className="relative inline-flex h-5 w-9 shrink-0 items-center rounded-full border border-control bg-sunk transition-colors duration-150 after:absolute after:-inset-1.5 after:content-[''] disabled:opacity-50 data-[state=checked]:border-accent data-[state=checked]:bg-accent"
      >
        <Radix.Thumb className="block size-3.5 translate-x-0.5 rounded-full bg-ink-3 transition-transform duration-150 data-[state=checked]:translate-x-4.5 data-[state=checked]:bg-on-accent" />
      </Radix.Root>
      <span aria-hidden className={cn('w-5 text-hint', checked ? 'text-ink' : 'text-ink-3')}>
        {checked ? words.on : words.off}
      </span>
    </span>
  )
}
