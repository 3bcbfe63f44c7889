import type { TestProject } from 'vitest/node'
import { makeTemplate } from './template.ts'
import { startThrowawayStack, type ProvidedStack } from './throwaway-stack.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    stack: ProvidedStack
  }
}

/** One backend for all tests of the project. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const removeTemplate = await makeTemplate()
  const { stack, stop } = await startThrowawayStack('none')
  project.provide('stack', stack)
  return async () => {
    await stop()
    removeTemplate()
  }
}
