import type { ComponentProps, ReactNode } from 'react'
import { cn } from '@/ui/cn'
import { Tooltip } from '@/ui/tooltip'

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children' | 'aria-label'> {
  /** What it does: its name for a screen reader and its tooltip. */
  label: string
  icon: ReactNode
  size?: 'sm' | 'md'
  /** False where the icon is plain to everybody and often has the focus unasked: the cross of a dialog. */
  tooltip?: boolean
}

export function IconButton({ label, icon, size = 'md', tooltip = true, className, type = 'button', ...rest }: IconButtonProps) {
  const button = (
    <button
      type={type}
      aria-label={label}
      className={cn(
        'inline-flex shrink-0 items-center justify-center rounded-md text-ink-2 transition-colors duration-150 hover:bg-hover hover:text-ink disabled:opacity-50',
        size === 'sm' ? 'size-6 text-sm' : 'size-8 text-base pointer-coarse:size-10',
        className,
      )}
      {...rest}
    >
      {icon}
    </button>
  )
  if (!tooltip) return button
  return (
    <Tooltip content={label} describes={false}>
      {button}
    </Tooltip>
  )
}
