import type { RunnerTestCase } from 'vitest'

/** Whether this is a further try of a step: what the one before has left behind may be there already. */
export function isFurtherTry(task: Readonly<RunnerTestCase>): boolean {
  return (task.result?.retryCount ?? 0) > 0
}
