import type { ComponentProps } from 'react'
import { cn } from '@/ui/cn'
import { controlClass } from '@/ui/control'
import { useFieldControl } from '@/ui/field-context'

export interface TextareaProps extends ComponentProps<'textarea'> {
  mono?: boolean
}

/** Grows with its text where the browser can (`field-sizing`), from `rows` up. */
export function Textarea({ mono = false, rows = 4, className, ...rest }: TextareaProps) {
  const wiring = useFieldControl(rest)
  return (
    <textarea
      {...rest}
      {...wiring}
      rows={rows}
      className={cn(controlClass, 'max-h-96 min-h-16 field-sizing-content px-2.5 py-1.5', mono && 'font-mono text-hint', className)}
    />
  )
}
