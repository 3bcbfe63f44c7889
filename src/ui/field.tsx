import { WarningCircleIcon } from '@phosphor-icons/react/WarningCircle'
import { useId, type ReactNode } from 'react'
import { cn } from '@/ui/cn'
import { FieldContext } from '@/ui/field-context'

export interface FieldProps {
  label: string
  /** Shown under the control until there is an error. */
  hint?: ReactNode
  /** What is wrong and how to mend it; announced when it appears. */
  error?: string | undefined
  required?: boolean
  /** Marks a field that may stay empty where most must not. */
  optional?: boolean
  /** Keeps the label for screen readers only. */
  hideLabel?: boolean
  /** Beside the label, at the right: a link, a chip. */
  aside?: ReactNode
  className?: string
  /** One control of ui/: it takes its id and its aria wiring from here. */
  children: ReactNode
}

export function Field({ label, hint, error, required = false, optional = false, hideLabel = false, aside, className, children }: FieldProps) {
  const id = useId()
  const hintId = `${id}-hint`
  const errorId = `${id}-error`
  const describedBy = error !== undefined ? errorId : hint !== undefined ? hintId : undefined
  return (
    <FieldContext value={{ id, describedBy, invalid: error !== undefined, required }}>
      <div className={cn('flex flex-col gap-1.5', className)}>
        <div className={cn('flex items-baseline justify-between gap-3', hideLabel && aside === undefined && 'sr-only')}>
          <label htmlFor={id} className={cn('text-hint font-semibold text-ink', hideLabel && 'sr-only')}>
            {label}
            {optional && <span className="font-normal text-ink-3"> (optional)</span>}
          </label>
          {aside}
        </div>
        {children}
        {error !== undefined ? (
          <p id={errorId} role="alert" className="flex items-start gap-1.5 text-hint text-failure">
            <WarningCircleIcon weight="fill" className="mt-0.5 size-3.5 shrink-0" aria-hidden />
            <span>{error}</span>
          </p>
        ) : (
          hint !== undefined && (
            <p id={hintId} className="text-hint text-ink-3">
              {hint}
            </p>
          )
        )}
      </div>
    </FieldContext>
  )
}
