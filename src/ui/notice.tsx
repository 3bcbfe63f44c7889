import { CheckCircleIcon } from '@phosphor-icons/react/CheckCircle'
import { InfoIcon } from '@phosphor-icons/react/Info'
import { WarningIcon } from '@phosphor-icons/react/Warning'
import { XCircleIcon } from '@phosphor-icons/react/XCircle'
import type { ReactNode } from 'react'
import { TONE_CLASS } from '@/ui/chip'
import { cn } from '@/ui/cn'

interface NoticeProps {
  tone?: 'running' | 'success' | 'warning' | 'failure'
  title?: string
  /** At the right: a button. */
  action?: ReactNode
  className?: string
  children?: ReactNode
}

const ICON = { running: InfoIcon, success: CheckCircleIcon, warning: WarningIcon, failure: XCircleIcon } as const

/** A message inside a page. A failure is announced at once, everything else when there is a pause. */
export function Notice({ tone = 'running', title, action, className, children }: NoticeProps) {
  const Icon = ICON[tone]
  return (
    <div role={tone === 'failure' ? 'alert' : 'status'} className={cn('flex items-start gap-2.5 rounded-md px-3 py-2.5 text-hint', TONE_CLASS[tone], className)}>
      <Icon weight="fill" aria-hidden className="mt-px size-4 shrink-0" />
      <div className="min-w-0 flex-1">
        {title !== undefined && <p className="font-semibold">{title}</p>}
        {children}
      </div>
      {action}
    </div>
  )
}
