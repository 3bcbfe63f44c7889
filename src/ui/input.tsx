import type { ComponentProps, ReactNode } from 'react'
import { cn } from '@/ui/cn'
import { controlClass } from '@/ui/control'
import { useFieldControl } from '@/ui/field-context'

export interface InputProps extends ComponentProps<'input'> {
  /** An icon inside, at the left. */
  icon?: ReactNode
  /** Data (a slug, a hash, an address) is set in the mono face. */
  mono?: boolean
}

export function Input({ icon, mono = false, className, ...rest }: InputProps) {
  const wiring = useFieldControl(rest)
  const input = (
    <input
      {...rest}
      {...wiring}
      className={cn(controlClass, 'h-8 px-2.5 pointer-coarse:h-11', mono && 'font-mono text-hint', icon !== undefined && 'pl-8', icon === undefined && className)}
    />
  )
  if (icon === undefined) return input
  return (
    <span className={cn('relative block', className)}>
      <span className="pointer-events-none absolute inset-y-0 left-2.5 flex items-center text-ink-3" aria-hidden>
        {icon}
      </span>
      {input}
    </span>
  )
}
