import { createFunction } from '../_shared/runtime.ts'
import { createSyncHandler } from './handler.ts'

Deno.serve(
  createFunction({
    source: 'sync',
    getEnv: (name) => Deno.env.get(name),
    waitUntil: typeof EdgeRuntime === 'undefined' ? undefined : (work) => { EdgeRuntime.waitUntil(work) },
    makeHandler: createSyncHandler,
  }),
)
