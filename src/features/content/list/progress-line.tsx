import { Button } from '@/ui/button'

interface ProgressLineProps {
  /** What is under way, and how far: "Exporting: 2,000 of 9,300". */
  label: string
  /** From 0 to 1. */
  share: number
  onCancel: (() => void) | undefined
}

export function ProgressLine({ label, share, onCancel }: ProgressLineProps) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100)
  return (
    <div className="mb-3 flex min-h-10 items-center gap-3 rounded-md border border-line bg-panel py-1.5 pr-1.5 pl-3 text-hint text-ink-2">
      <div className="min-w-0 flex-1">
        <p>{label}</p>
        <div role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent} className="mt-1 h-1 overflow-hidden rounded-full bg-muted-ground">
          <div className="h-full rounded-full bg-accent transition-[width] duration-200" style={{ width: `${percent}%` }} />
        </div>
      </div>
      {onCancel !== undefined && (
        <Button size="sm" variant="ghost" onClick={onCancel}>
          Cancel
        </Button>
      )}
    </div>
  )
}
