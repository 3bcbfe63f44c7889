import { ArrowSquareOutIcon } from '@phosphor-icons/react/ArrowSquareOut'
import * as m from 'framer-motion/m'
import { memo, useState } from 'react'
import { isOpen, outcomeWords, payloadWords } from '@/features/jobs/delivery-words'
import type { Delivery } from '@/features/jobs/live/shapes'
import { RetryCountdown } from '@/features/jobs/retry-countdown'
import { count } from '@/lib/format'
import { useHasRole } from '@/lib/session'
import { cn } from '@/ui/cn'
import { StatusChip } from '@/ui/status-chip'

export type DeliveryView = 'payload' | 'attempts' | 'replay'

interface SiteCardProps {
  delivery: Delivery
  /** The page that shows what the site received; undefined for a destination that is not ours. */
  landingHref: string | undefined
  clockOffset: number
  onOpen: (deliveryId: string, view: DeliveryView) => void
  /** One of many, all of one height: long words are cut, the drawer has them in full. */
  compact?: boolean
}

/** One site of a run. It turns over once, when its result is there. */
export const SiteCard = memo(function SiteCard({ delivery, landingHref, clockOffset, onOpen, compact = false }: SiteCardProps) {
  const face = isOpen(delivery) ? 'waiting' : 'result'
  const mayReplay = useHasRole('editor')
  // What was so already when the page opened is no news.
  const [firstFace] = useState(face)
  return (
    <m.article
      key={face}
      aria-label={delivery.name}
      initial={face === firstFace ? false : { rotateX: -70, opacity: 0.4 }}
      animate={{ rotateX: 0, opacity: 1 }}
      transition={{ duration: 0.22, ease: [0.2, 0.7, 0.2, 1] }}
      style={{ transformPerspective: 900 }}
      className="relative flex h-full flex-col overflow-hidden rounded-lg border border-line bg-panel px-4 pt-3 pb-2.5"
    >
      <div className="flex min-h-6 items-start justify-between gap-3">
        <h2 className={cn('min-w-0 text-sm leading-5.5 font-semibold', compact ? 'truncate' : 'break-words')}>{delivery.name}</h2>
        <StatusChip status={delivery.status} />
      </div>
      <Story delivery={delivery} clockOffset={clockOffset} compact={compact} />
      <div className="mt-auto flex flex-wrap gap-x-3 pt-1.5 text-hint">
        <LinkButton onClick={() => onOpen(delivery.id, 'payload')}>Payload</LinkButton>
        {delivery.attempts > 0 && (
          <LinkButton onClick={() => onOpen(delivery.id, 'attempts')}>{count('attempt', delivery.attempts)}</LinkButton>
        )}
        {mayReplay && delivery.status === 'failed' && delivery.siteId !== null && (
          <LinkButton onClick={() => onOpen(delivery.id, 'replay')}>Replay</LinkButton>
        )}
        {landingHref !== undefined && (
          <a
            href={landingHref}
            target="_blank"
            rel="noreferrer"
            className="ml-auto inline-flex min-h-6 items-center gap-1 font-semibold text-accent-ink hover:underline"
          >
            Open page
            <span className="sr-only"> of {delivery.name} in a new tab</span>
            <ArrowSquareOutIcon aria-hidden />
          </a>
        )}
      </div>
      <Progress delivery={delivery} clockOffset={clockOffset} />
    </m.article>
  )
})

function Story({ delivery, clockOffset, compact }: { delivery: Delivery; clockOffset: number; compact: boolean }) {
  const outcome = outcomeWords(delivery)
  return (
    // Two lines, used or not: a retry's story must not move the log below.
    <p className={cn('mt-1.5 min-h-9 text-hint text-ink-2', compact && 'line-clamp-2')}>
      {payloadWords(delivery)}
      {delivery.status === 'retrying' && delivery.nextAttemptAt !== null ? (
        <>
          {' · '}
          <span className="text-warning">{delivery.reason}</span>,{' '}
          <RetryCountdown key={delivery.attempts} delivery={delivery} dueAt={Date.parse(delivery.nextAttemptAt) + clockOffset} />
        </>
      ) : (
        outcome !== '' && (
          <>
            {' · '}
            <span className={cn(delivery.status === 'failed' && 'text-failure')}>{outcome}</span>
          </>
        )
      )}
    </p>
  )
}

/** A hairline at the foot: on its way, or how far the wait for the next attempt has come. */
function Progress({ delivery, clockOffset }: { delivery: Delivery; clockOffset: number }) {
  if (delivery.status === 'sending') return <Hairline key={delivery.attempts} className="bg-running" to={0.92} durationMs={TIMEOUT_MS} ease={[0.05, 0.8, 0.1, 1]} />
  if (delivery.status !== 'retrying' || delivery.nextAttemptAt === null) return null
  return <Wait key={delivery.nextAttemptAt} dueAt={Date.parse(delivery.nextAttemptAt) + clockOffset} />
}

/** About as long as an attempt may take before it counts as failed: the line slows down towards it and never claims to be there. */
const TIMEOUT_MS = 15_000

function Wait({ dueAt }: { dueAt: number }) {
  const [durationMs] = useState(() => Math.max(0, dueAt - Date.now()))
  return <Hairline className="bg-warning" to={1} durationMs={durationMs} ease="linear" />
}

interface HairlineProps {
  className: string
  to: number
  durationMs: number
  ease: 'linear' | [number, number, number, number]
}

function Hairline({ className, to, durationMs, ease }: HairlineProps) {
  return (
    <m.span
      aria-hidden
      className={cn('absolute inset-x-0 bottom-0 h-0.5 origin-left', className)}
      initial={{ scaleX: 0 }}
      animate={{ scaleX: to }}
      transition={{ duration: durationMs / 1000, ease }}
    />
  )
}

function LinkButton({ onClick, children }: { onClick: () => void; children: React.ReactNode }) {
  return (
    <button type="button" onClick={onClick} className="min-h-6 text-ink-2 underline decoration-line-strong underline-offset-3 hover:text-ink hover:decoration-current">
      {children}
    </button>
  )
}
