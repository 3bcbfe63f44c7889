import { useCallback, useEffect, useRef, useState } from 'react'
import { fetchEnd } from '@/features/audit/queries/entries'
import { verifyLog, type Problem } from '@/features/audit/queries/verify'

export type VerificationState =
  | { is: 'idle' }
  | { is: 'running'; checked: number; share: number | null }
  | { is: 'sound'; checked: number }
  | { is: 'broken'; problem: Problem }
  | { is: 'failed'; error: unknown }

/** Checks the whole chain; one check at a time, which ends with the page. */
export function useVerification() {
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
      const [first, last] = await Promise.all([fetchEnd('first', signal), fetchEnd('last', signal)])
      const span = first === null || last === null ? 0 : last - first + 1
      const { checked, problem } = await verifyLog(signal, (done) => say({ is: 'running', checked: done, share: span === 0 ? null : done / span }))
      say(problem === null ? { is: 'sound', checked } : { is: 'broken', problem })
    } catch (error) {
      say({ is: 'failed', error })
    }
  }, [])

  return { state, start, stop }
}
