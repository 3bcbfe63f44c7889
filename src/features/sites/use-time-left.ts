import { useEffect, useState } from 'react'

const CLOSE_MS = 120_000

/** Milliseconds until then, 0 once it has passed (or was never set); turns every second when it is close. */
export function useTimeLeft(at: string | null): number {
  const due = at === null ? 0 : Date.parse(at)
  const [now, setNow] = useState(Date.now)
  const left = due > now ? due - now : 0
  const tick = left === 0 ? null : left < CLOSE_MS ? 1000 : 20_000
  useEffect(() => {
    if (tick === null) return
    const timer = setInterval(() => setNow(Date.now()), tick)
    return () => clearInterval(timer)
  }, [tick])
  return left
}
