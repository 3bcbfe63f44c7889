import { Slot } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { cn } from '@/ui/cn'
import { Spinner } from '@/ui/spinner'

export type ButtonVariant = 'primary' | 'secondary' | 'ghost' | 'danger'
export type ButtonSize = 'sm' | 'md'

const VARIANT: Record<ButtonVariant, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover',
  secondary: 'border border-line-strong bg-panel text-ink hover:bg-hover',
  ghost: 'text-ink-2 hover:bg-hover hover:text-ink',
  danger: 'bg-failure text-on-failure hover:bg-failure-hover',
}

/** Under a finger they are as high as a fingertip is wide (44 px), and so are the fields beside them. */
const SIZE: Record<ButtonSize, string> = {
  sm: 'h-7 gap-1.5 px-2.5 text-hint pointer-coarse:h-9',
  md: 'h-8 gap-2 px-3 text-sm pointer-coarse:h-11',
}

/** For a link that looks like a button: `<Link className={buttonClass({ variant: 'primary' })} to=…>`. */
export function buttonClass({ variant = 'secondary', size = 'md' }: { variant?: ButtonVariant; size?: ButtonSize } = {}): string {
  return cn(
    'inline-flex shrink-0 items-center justify-center rounded-md font-semibold whitespace-nowrap transition-colors duration-150 select-none',
    'disabled:opacity-50 aria-disabled:opacity-50',
    VARIANT[variant],
    SIZE[size],
  )
}

export interface ButtonProps extends ComponentProps<'button'> {
  variant?: ButtonVariant
  size?: ButtonSize
  /** An icon before the words. */
  icon?: ReactNode
  /** Shows a spinner instead of the icon and takes no further click; the words stay, so that the width does. */
  busy?: boolean
  /** Renders the one child (a Link, an <a>) with the button's looks; `icon` and `busy` don't apply then. */
  asChild?: boolean
}

export function Button({
  variant, size, icon, busy = false, asChild = false, className, children, disabled, type = 'button', onClick, ...rest
}: ButtonProps) {
  const classes = cn(buttonClass({ variant, size }), className)
  if (asChild) {
    return (
      <Slot.Root className={classes} onClick={onClick} {...rest}>
        {children}
      </Slot.Root>
    )
  }
  // `aria-disabled` while busy, not `disabled`: a disabled button would drop the keyboard's focus.
  return (
    <button
      type={busy && type === 'submit' ? 'button' : type}
      className={classes}
      disabled={disabled}
      {...(busy ? { 'aria-busy': true, 'aria-disabled': true } : {})}
      onClick={busy ? undefined : onClick}
      {...rest}
    >
      {busy ? <Spinner /> : icon}
      {children}
    </button>
  )
}
