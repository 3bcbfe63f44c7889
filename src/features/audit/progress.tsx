import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'

interface ProgressProps {
  /** What is under way, and how far: "Exporting: 12,000 entries so far". */
  label: string
  /** From 0 to 1; null while that is not known. */
  share: number | null
  onCancel: () => void
}

/** Something long that can be stopped. */
export function Progress({ label, share, onCancel }: ProgressProps) {
  const percent = share === null ? undefined : Math.round(Math.min(1, Math.max(0, share)) * 100)
  return (
    <div className="mb-3 flex items-center gap-3 rounded-md border border-line bg-panel py-1.5 pr-1.5 pl-3 text-hint text-ink-2">
      <div className="min-w-0 flex-1">
        <p>{label}</p>
        <div role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent} className="mt-1 h-1 overflow-hidden rounded-full bg-muted-ground">
          <div className={cn('h-full rounded-full bg-accent transition-[width] duration-200', percent === undefined && 'w-1/3 animate-breathe')} style={percent === undefined ? undefined : { width: `${percent}%` }} />
        </div>
      </div>
      <Button size="sm" variant="ghost" onClick={onCancel}>
        Cancel
      </Button>
    </div>
  )
}
