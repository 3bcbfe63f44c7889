import type { ReactNode } from 'react'
import { cn } from '@/ui/cn'

export type Tone = 'neutral' | 'accent' | 'success' | 'warning' | 'failure' | 'running'

export const TONE_CLASS: Record<Tone, string> = {
  neutral: 'bg-muted-ground text-muted',
  accent: 'bg-accent-ground text-accent-ink',
  success: 'bg-success-ground text-success',
  warning: 'bg-warning-ground text-warning',
  failure: 'bg-failure-ground text-failure',
  running: 'bg-running-ground text-running',
}

interface ChipProps {
  tone?: Tone
  icon?: ReactNode
  className?: string
  children: ReactNode
}

export function Chip({ tone = 'neutral', icon, className, children }: ChipProps) {
  return (
    <span
      className={cn('inline-flex h-5.5 items-center gap-1.5 rounded-sm px-2 text-xs font-semibold whitespace-nowrap', TONE_CLASS[tone], className)}
    >
      {icon}
      {children}
    </span>
  )
}
