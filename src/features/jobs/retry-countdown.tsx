import { useEffect, useState } from 'react'
import { retryWords } from '@/features/jobs/delivery-words'
import type { Delivery } from '@/features/jobs/live/shapes'

interface RetryCountdownProps {
  delivery: Pick<Delivery, 'attempts' | 'maxAttempts'>
  /** When the next attempt is due, by this machine's clock. */
  dueAt: number
}

const TICK_MS = 100

export function RetryCountdown({ delivery, dueAt }: RetryCountdownProps) {
  const [now, setNow] = useState(Date.now)
  const over = dueAt <= now
  useEffect(() => {
    if (over) return
    const timer = setInterval(() => setNow(Date.now()), TICK_MS)
    return () => clearInterval(timer)
  }, [over])
  return <span className="tabular-nums">{retryWords(delivery, dueAt - now)}</span>
}
