import { memo } from 'react'
import type { Mapping } from '@/features/mappings/mapping'
import { count } from '@/lib/format'
import { StatusChip } from '@/ui/status-chip'

interface ModeMarkProps {
  mapping: Mapping | null
}

/** A cell's content: icon and word for a mode, a quiet dash for none. */
export const ModeMark = memo(function ModeMark({ mapping }: ModeMarkProps) {
  if (mapping === null) {
    return (
      <>
        <span aria-hidden className="text-ink-3">
          –
        </span>
        <span className="sr-only">not sent</span>
      </>
    )
  }
  return (
    <>
      <StatusChip variant="bare" status={mapping.mode} />
      {mapping.mode === 'override' && <span className="sr-only">, {count('field', Object.keys(mapping.overrides).length)}</span>}
    </>
  )
})
