/** An answer that has not come by then is given up and asked for again: a wire may fall silent without a word. */
const PATIENCE_MS = 15_000
/** Longer each time, for answers that are merely slow. */
const AT_MOST_MS = 120_000

export interface OpenCalls {
  /** Runs a call; rejects when it takes too long (the more failures before it, the longer it may), or when it is given up. */
  run: <Answer>(failures: number, call: (signal: AbortSignal) => Promise<Answer>) => Promise<Answer>
  /** Lets go of every call that is under way. */
  giveUp: () => void
}

export function createOpenCalls(): OpenCalls {
  const open = new Set<AbortController>()
  return {
    run: async (failures, call) => {
      const controller = new AbortController()
      const { signal } = controller
      open.add(controller)
      const timer = setTimeout(() => controller.abort(new Error('The server did not answer in time')), Math.min(AT_MOST_MS, PATIENCE_MS * 2 ** failures))
      try {
        // Not left to the call alone: before it reaches the network it may wait for something that does not know of the signal (a token).
        const givenUp = new Promise<never>((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
        })
        return await Promise.race([call(signal), givenUp])
      } finally {
        clearTimeout(timer)
        open.delete(controller)
      }
    },
    giveUp: () => {
      for (const controller of open) controller.abort(new Error('The call was given up'))
    },
  }
}
