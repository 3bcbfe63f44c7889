import type { TestProject } from 'vitest/node'
import { startThrowawayStack, type ProvidedStack } from './throwaway-stack.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    stack: ProvidedStack
  }
}

/** One backend for all tests of the project. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { stack, stop } = await startThrowawayStack('none')
  project.provide('stack', stack)
  return stop
}
