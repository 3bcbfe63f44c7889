import { useCallback, useEffect, useRef, useState } from 'react'
import { fetchEnd } from '@/features/audit/queries/entries'
import { verifyLog, type Problem } from '@/features/audit/queries/verify'

/** Noted elsewhere, it tells a log that was written anew as a whole, which no chain can tell of itself. */
export interface LastEntry {
  organizationId: string
  seq: number
  hash: string
}

export type VerificationState =
  | { is: 'idle' }
  | { is: 'running'; checked: number; share: number | null }
  | { is: 'sound'; checked: number; last: LastEntry | null }
  | { is: 'broken'; problem: Problem }
  | { is: 'failed'; error: unknown }

/** Checks the whole chain; one check at a time, which ends with the page. */
export function useVerification(organizationId: string) {
  const [state, setState] = useState<VerificationState>({ is: 'idle' })
  const running = useRef<AbortController | null>(null)
  const stop = useCallback(() => {
    running.current?.abort()
    running.current = null
    setState({ is: 'idle' })
  }, [])
  useEffect(() => () => running.current?.abort(), [])

  const start = useCallback(async () => {
    running.current?.abort()
    const controller = new AbortController()
    const { signal } = controller
    running.current = controller
    const say = (next: VerificationState) => {
      if (!signal.aborted) setState(next)
    }
    say({ is: 'running', checked: 0, share: null })
    try {
      // Before the check, which then covers the last one too.
      const [first, last] = await Promise.all([fetchEnd('first', signal), fetchEnd('last', signal)])
      const span = first === null || last === null ? 0 : last.seq - first.seq + 1
      const { checked, problem } = await verifyLog(signal, (done) => say({ is: 'running', checked: done, share: span === 0 ? null : done / span }))
      say(problem === null ? { is: 'sound', checked, last: last === null ? null : { organizationId, ...last } } : { is: 'broken', problem })
    } catch (error) {
      say({ is: 'failed', error })
    }
  }, [organizationId])

  return { state, start, stop }
}
