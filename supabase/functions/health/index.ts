import { createFunction } from '../_shared/runtime.ts'
import { createHealthHandler } from './handler.ts'

Deno.serve(
  createFunction({
    source: 'health',
    getEnv: (name) => Deno.env.get(name),
    waitUntil: typeof EdgeRuntime === 'undefined' ? undefined : (work) => { EdgeRuntime.waitUntil(work) },
    makeHandler: createHealthHandler,
  }),
)
