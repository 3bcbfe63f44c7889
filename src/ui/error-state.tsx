import { ArrowClockwiseIcon } from '@phosphor-icons/react/ArrowClockwise'
import { WarningCircleIcon } from '@phosphor-icons/react/WarningCircle'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'

interface ErrorStateProps {
  /** With lib/errors: `<ErrorState {...describeError(error)} onRetry={refetch} />`. */
  title: string
  detail?: string | undefined
  code?: string | undefined
  onRetry?: () => void
  retrying?: boolean
  className?: string
}

export function ErrorState({ title, detail, code, onRetry, retrying = false, className }: ErrorStateProps) {
  return (
    <div role="alert" className={cn('flex flex-col items-center px-6 py-12 text-center', className)}>
      <WarningCircleIcon className="mb-3 size-7 text-failure" aria-hidden />
      <p className="text-sm font-semibold text-ink">{title}</p>
      {detail !== undefined && <p className="mt-1 max-w-96 text-hint text-ink-2">{detail}</p>}
      {code !== undefined && <p className="mt-1 font-mono text-xs text-ink-3">{code}</p>}
      {onRetry !== undefined && (
        <Button className="mt-4" icon={<ArrowClockwiseIcon aria-hidden />} busy={retrying} onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  )
}
