import { createFunction } from '../_shared/runtime.ts'
import { createDriftHandler } from './handler.ts'

Deno.serve(
  createFunction({
    source: 'drift',
    getEnv: (name) => Deno.env.get(name),
    waitUntil: typeof EdgeRuntime === 'undefined' ? undefined : (work) => { EdgeRuntime.waitUntil(work) },
    makeHandler: createDriftHandler,
  }),
)
