import type { Attempt } from '@/features/jobs/queries/delivery-detail'
import { formatDuration } from '@/lib/format'

type Times = Pick<Attempt, 'connectMs' | 'firstByteMs' | 'durationMs'>

export interface Phase {
  name: 'connect' | 'wait' | 'receive'
  /** Milliseconds. */
  lasts: number
}

/** The parts of an attempt, one after the other; together as long as the attempt. Clocks that disagree by a millisecond cannot make one negative. */
export function phasesOf({ connectMs, firstByteMs, durationMs }: Times): Phase[] {
  const within = (ms: number | null, from: number, otherwise: number) => Math.min(Math.max(ms ?? otherwise, from), durationMs)
  const connected = within(connectMs, 0, 0)
  // Without an answer the rest was waiting.
  const answered = within(firstByteMs, connected, durationMs)
  const phases: Phase[] = [
    { name: 'connect', lasts: connected },
    { name: 'wait', lasts: answered - connected },
    { name: 'receive', lasts: durationMs - answered },
  ]
  return phases.filter(({ lasts }) => lasts > 0)
}

/** The same as figures, each from the start of the attempt. */
export function timingWords({ connectMs, firstByteMs, durationMs }: Times): { name: string; value: string }[] {
  return [
    // Without an answer nobody knows whether a connection was kept or never made.
    { name: 'connect', value: connectMs !== null ? formatDuration(connectMs) : firstByteMs === null ? '–' : 'kept open' },
    { name: 'first byte', value: firstByteMs === null ? '–' : formatDuration(firstByteMs) },
    { name: 'total', value: formatDuration(durationMs) },
  ]
}
