/** Hosted Supabase keeps broadcasts for three days; so does this, or the table would grow with every log line. */
import type { MessageStore } from './message-store.ts'

const RETENTION_DAYS = 3
const INTERVAL_MS = 3_600_000

/** Deletes old messages now and every hour. Returns the stop function. */
export function keepBounded(store: Pick<MessageStore, 'deleteOlderThan'>, log: (line: string) => void): () => void {
  let running = false
  const sweep = async () => {
    if (running) return
    running = true
    try {
      await store.deleteOlderThan(RETENTION_DAYS)
    } catch (error) {
      log(`retention: ${String(error)}; trying again in an hour`)
    } finally {
      running = false
    }
  }
  void sweep()
  const timer = setInterval(() => void sweep(), INTERVAL_MS)
  timer.unref()
  return () => clearInterval(timer)
}
