import { RelativeTime } from '@/ui/relative-time'
import { useNow } from '@/ui/use-now'

/** Closer than this the clock of the page, which turns every ten seconds, is too coarse to count down. */
const SOON_MS = 20_000

/** "in 23 minutes", "due now". `at` in ms. */
export function Until({ at }: { at: number }) {
  const now = useNow()
  if (at <= now) return <>due now</>
  if (at - now < SOON_MS) return <>in a moment</>
  return <RelativeTime at={new Date(at)} />
}
