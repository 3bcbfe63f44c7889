import { messageOf } from './lib/failure.ts'
import type { Log } from './lib/log.ts'

const interval = 10_000

/** Does what pg_cron does on hosted Supabase: calls the `tick` function every ten seconds, one call at a time. */
export function startTicker(options: { url: string; secret: string; log: Log }): () => void {
  const stop = new AbortController()
  let atWork = false
  let failing = false

  const tick = async (): Promise<void> => {
    if (atWork) return
    atWork = true
    try {
      const response = await fetch(options.url, {
        method: 'POST',
        headers: { 'x-tick-secret': options.secret, 'content-type': 'application/json' },
        body: '{}',
        signal: AbortSignal.any([stop.signal, AbortSignal.timeout(60_000)]),
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`${response.status} ${text.slice(0, 300)}`)
      failing = false
    } catch (error) {
      // Said once, not every ten seconds.
      if (!failing && !stop.signal.aborted) options.log.warn(`The tick failed, and is tried again every ${interval / 1000} s: ${messageOf(error)}`)
      failing = true
    } finally {
      atWork = false
    }
  }

  void tick()
  const timer = setInterval(() => void tick(), interval)
  return () => {
    clearInterval(timer)
    stop.abort()
  }
}
