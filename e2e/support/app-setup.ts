import type { TestProject } from 'vitest/node'
import { startThrowawayStack, type ProvidedStack } from '../../supabase/tests/support/throwaway-stack.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    app: ProvidedStack
  }
}

/** The product as `npm start` serves it: the production build and the whole backend under one origin. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { stack, stop } = await startThrowawayStack('dist')
  project.provide('app', stack)
  return stop
}
