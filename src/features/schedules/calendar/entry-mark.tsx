import { ArrowsSplitIcon } from '@phosphor-icons/react/ArrowsSplit'
import { CalendarCheckIcon } from '@phosphor-icons/react/CalendarCheck'
import { CalendarXIcon } from '@phosphor-icons/react/CalendarX'
import { CheckCircleIcon } from '@phosphor-icons/react/CheckCircle'
import { CircleHalfIcon } from '@phosphor-icons/react/CircleHalf'
import { ClockIcon } from '@phosphor-icons/react/Clock'
import { MinusCircleIcon } from '@phosphor-icons/react/MinusCircle'
import { ProhibitIcon } from '@phosphor-icons/react/Prohibit'
import { RepeatIcon } from '@phosphor-icons/react/Repeat'
import { WarningIcon } from '@phosphor-icons/react/Warning'
import { XCircleIcon } from '@phosphor-icons/react/XCircle'
import type { ComponentType } from 'react'
import type { Mark } from '@/features/schedules/calendar/entries'
import { cn } from '@/ui/cn'

interface Look {
  icon: ComponentType<{ className?: string; weight?: 'fill' | 'bold'; 'aria-hidden'?: boolean }>
  weight: 'fill' | 'bold'
  ink: string
  word: string
}

const LOOKS: Record<Mark, Look> = {
  planned: { icon: ClockIcon, weight: 'bold', ink: 'text-ink-3', word: 'planned' },
  often: { icon: RepeatIcon, weight: 'bold', ink: 'text-ink-3', word: 'planned' },
  opens: { icon: CalendarCheckIcon, weight: 'bold', ink: 'text-accent-ink', word: 'goes out' },
  closes: { icon: CalendarXIcon, weight: 'bold', ink: 'text-muted', word: 'comes off' },
  success: { icon: CheckCircleIcon, weight: 'fill', ink: 'text-success', word: 'success' },
  partial: { icon: WarningIcon, weight: 'fill', ink: 'text-warning', word: 'partial' },
  failed: { icon: XCircleIcon, weight: 'fill', ink: 'text-failure', word: 'failed' },
  cancelled: { icon: ProhibitIcon, weight: 'bold', ink: 'text-muted', word: 'cancelled' },
  running: { icon: CircleHalfIcon, weight: 'fill', ink: 'text-running', word: 'running' },
  quiet: { icon: MinusCircleIcon, weight: 'fill', ink: 'text-ink-3', word: 'nothing to send' },
  drifted: { icon: ArrowsSplitIcon, weight: 'bold', ink: 'text-warning', word: 'drifted' },
}

/** The sign of an entry; its word is read out. */
export function EntryMark({ mark, className }: { mark: Mark; className?: string }) {
  const { icon: Icon, weight, ink, word } = LOOKS[mark]
  return (
    <>
      <Icon aria-hidden weight={weight} className={cn('size-3.5 shrink-0', ink, className)} />
      <span className="sr-only">{word} </span>
    </>
  )
}

/** What the signs mean, for whoever sees them the first time. */
export function Legend() {
  const shown: Mark[] = ['planned', 'success', 'partial', 'failed', 'opens', 'closes']
  return (
    <ul aria-label="What the signs mean" className="mt-3 flex flex-wrap gap-x-4 gap-y-1 text-xs text-ink-2">
      {shown.map((mark) => {
        const { icon: Icon, weight, ink, word } = LOOKS[mark]
        return (
          <li key={mark} className="flex items-center gap-1.5">
            <Icon aria-hidden weight={weight} className={cn('size-3.5', ink)} />
            {mark === 'success' ? 'run: success' : mark === 'opens' ? 'content goes out' : mark === 'closes' ? 'content comes off' : mark === 'planned' ? 'planned run' : word}
          </li>
        )
      })}
    </ul>
  )
}
