import { cn } from '@/ui/cn'

/** `live`: lines come as they are written. `catching-up`: the run has ended and some of its lines are still being fetched. */
export type TerminalState = 'connecting' | 'live' | 'reconnecting' | 'catching-up' | 'finished'

const LOOK: Record<TerminalState, { words: string; dot: string; ink: string }> = {
  connecting: { words: 'Connecting…', dot: 'bg-term-dim', ink: 'text-term-dim' },
  live: { words: 'LIVE STREAMING', dot: 'bg-term-success', ink: 'text-term-success' },
  reconnecting: { words: 'Reconnecting…', dot: 'bg-term-warn', ink: 'text-term-warn' },
  'catching-up': { words: 'Catching up…', dot: 'bg-term-info', ink: 'text-term-info' },
  finished: { words: 'Finished', dot: 'bg-term-dim', ink: 'text-term-dim' },
}

export function StreamState({ state }: { state: TerminalState }) {
  const { words, dot, ink } = LOOK[state]
  return (
    <span role="status" className={cn('inline-flex items-center gap-2 text-2xs font-semibold tracking-wide whitespace-nowrap', ink)}>
      <span aria-hidden className="relative flex size-2">
        {state === 'live' && <span className={cn('absolute -inset-1 animate-breathe rounded-full opacity-35', dot)} />}
        <span className={cn('relative size-2 rounded-full', dot)} />
      </span>
      {words}
    </span>
  )
}
