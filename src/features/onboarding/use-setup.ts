import { useState } from 'react'
import { errorLine } from '@/lib/errors'

export interface SetupStep {
  /** What a person reads while it is under way, and when it failed. */
  underWay: string
  failed: string
  run: (name: string) => Promise<void>
}

export interface Setup {
  /** What is under way; null: nothing. */
  step: SetupStep | null
  /** The step that failed, and why. */
  failure: { step: SetupStep; message: string } | null
  /** Runs what is still to do: what has succeeded once is not done again. True when all of it is done. */
  run: (name: string) => Promise<boolean>
}

/** Steps one after the other; a retry goes on at the one that failed, so that nothing is made twice. */
export function useSetup(steps: readonly SetupStep[]): Setup {
  const [done, setDone] = useState(0)
  const [step, setStep] = useState<SetupStep | null>(null)
  const [failure, setFailure] = useState<Setup['failure']>(null)

  const run = async (name: string): Promise<boolean> => {
    setFailure(null)
    for (const [index, current] of steps.entries()) {
      if (index < done) continue
      setStep(current)
      try {
        await current.run(name)
        setDone(index + 1)
      } catch (error) {
        setFailure({ step: current, message: errorLine(error) })
        setStep(null)
        return false
      }
    }
    setStep(null)
    return true
  }

  return { step, failure, run }
}
