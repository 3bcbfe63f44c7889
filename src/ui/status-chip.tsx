import { ArchiveIcon } from '@phosphor-icons/react/Archive'
import { ArrowClockwiseIcon } from '@phosphor-icons/react/ArrowClockwise'
import { ArrowsClockwiseIcon } from '@phosphor-icons/react/ArrowsClockwise'
import { ArrowsSplitIcon } from '@phosphor-icons/react/ArrowsSplit'
import { CalendarCheckIcon } from '@phosphor-icons/react/CalendarCheck'
import { CalendarXIcon } from '@phosphor-icons/react/CalendarX'
import { CheckCircleIcon } from '@phosphor-icons/react/CheckCircle'
import { CircleDashedIcon } from '@phosphor-icons/react/CircleDashed'
import { CircleHalfIcon } from '@phosphor-icons/react/CircleHalf'
import { ClockIcon } from '@phosphor-icons/react/Clock'
import { MinusCircleIcon } from '@phosphor-icons/react/MinusCircle'
import { PaperPlaneTiltIcon } from '@phosphor-icons/react/PaperPlaneTilt'
import { PauseCircleIcon } from '@phosphor-icons/react/PauseCircle'
import { PencilSimpleLineIcon } from '@phosphor-icons/react/PencilSimpleLine'
import { PlugsIcon } from '@phosphor-icons/react/Plugs'
import { ProhibitIcon } from '@phosphor-icons/react/Prohibit'
import { StackIcon } from '@phosphor-icons/react/Stack'
import { WarningIcon } from '@phosphor-icons/react/Warning'
import { WifiSlashIcon } from '@phosphor-icons/react/WifiSlash'
import { XCircleIcon } from '@phosphor-icons/react/XCircle'
import type { ComponentType } from 'react'
import { Chip, type Tone } from '@/ui/chip'
import { cn } from '@/ui/cn'

interface IconProps {
  weight?: 'fill' | 'bold' | 'regular'
  className?: string
  'aria-hidden'?: boolean
}

interface Look {
  tone: Tone
  icon: ComponentType<IconProps>
  weight: 'fill' | 'bold' | 'regular'
  word: string
}

const look = (tone: Tone, icon: ComponentType<IconProps>, word: string, weight: Look['weight'] = 'fill'): Look => ({ tone, icon, word, weight })

const QUEUED = look('neutral', ClockIcon, 'queued', 'bold')
const SUCCESS = look('success', CheckCircleIcon, 'success')
const FAILED = look('failure', XCircleIcon, 'failed')
const CANCELLED = look('neutral', ProhibitIcon, 'cancelled', 'bold')

const LOOKS = {
  // jobs
  queued: QUEUED,
  running: look('running', CircleHalfIcon, 'running'),
  success: SUCCESS,
  partial: look('warning', WarningIcon, 'partial'),
  failed: FAILED,
  cancelled: CANCELLED,
  // deliveries
  sending: look('running', PaperPlaneTiltIcon, 'sending'),
  retrying: look('warning', ArrowClockwiseIcon, 'retrying', 'bold'),
  skipped: look('neutral', MinusCircleIcon, 'skipped'),
  superseded: look('neutral', StackIcon, 'superseded'),
  // content items
  draft: look('neutral', CircleDashedIcon, 'draft', 'bold'),
  published: look('success', CheckCircleIcon, 'published'),
  scheduled: look('accent', CalendarCheckIcon, 'scheduled', 'bold'),
  ended: look('neutral', CalendarXIcon, 'ended', 'bold'),
  archived: look('neutral', ArchiveIcon, 'archived', 'bold'),
  // sites against their plan
  'up to date': look('success', CheckCircleIcon, 'up to date'),
  behind: look('warning', ArrowsClockwiseIcon, 'behind', 'bold'),
  'never synced': look('neutral', CircleDashedIcon, 'never synced', 'bold'),
  'on hold': look('warning', PauseCircleIcon, 'on hold'),
  disabled: look('neutral', ProhibitIcon, 'disabled', 'bold'),
  // what a site shows against what it has accepted
  'in sync': look('success', CheckCircleIcon, 'in sync'),
  drifted: look('warning', ArrowsSplitIcon, 'drifted', 'bold'),
  unreachable: look('failure', WifiSlashIcon, 'unreachable', 'bold'),
  'not checked': look('neutral', CircleDashedIcon, 'not checked', 'bold'),
  // the circuit breaker of a site
  open: look('failure', PlugsIcon, 'circuit open', 'bold'),
  'half-open': look('running', CircleHalfIcon, 'half-open'),
  closed: look('success', CheckCircleIcon, 'closed'),
  // mappings
  full: look('success', CheckCircleIcon, 'full'),
  override: look('accent', PencilSimpleLineIcon, 'override'),
  block: look('failure', ProhibitIcon, 'block', 'bold'),
} as const satisfies Record<string, Look>

export type Status = keyof typeof LOOKS

export function isStatus(value: string): value is Status {
  return Object.hasOwn(LOOKS, value)
}

interface StatusChipProps {
  /** A status of a job, a delivery, an item, a site or a mapping. One that is not known yet is shown as its bare word. */
  status: string
  /** Other words for the same status, e.g. "nothing to do" for a success that sent nothing. */
  label?: string
  /** `bare` leaves the ground away: for a cell that is the status. */
  variant?: 'chip' | 'bare'
  className?: string
}

const INK: Record<Tone, string> = {
  neutral: 'text-muted', accent: 'text-accent-ink', success: 'text-success', warning: 'text-warning', failure: 'text-failure', running: 'text-running',
}

/** Status is icon + word + colour; the reason stands beside it, in words. */
export function StatusChip({ status, label, variant = 'chip', className }: StatusChipProps) {
  const { tone, icon: Icon, weight, word }: Look = isStatus(status) ? LOOKS[status] : look('neutral', CircleDashedIcon, status, 'bold')
  const icon = <Icon weight={weight} aria-hidden className={cn('size-3.5 shrink-0', (status === 'running' || status === 'sending') && 'animate-breathe')} />
  if (variant === 'bare') {
    return (
      <span className={cn('inline-flex items-center gap-1.5 text-hint font-semibold whitespace-nowrap', INK[tone], className)}>
        {icon}
        {label ?? word}
      </span>
    )
  }
  return (
    <Chip tone={tone} icon={icon} className={className}>
      {label ?? word}
    </Chip>
  )
}
