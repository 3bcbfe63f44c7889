import { createFunction } from '../_shared/runtime.ts'
import { createAlertsHandler } from './handler.ts'

Deno.serve(
  createFunction({
    source: 'alerts',
    getEnv: (name) => Deno.env.get(name),
    waitUntil: typeof EdgeRuntime === 'undefined' ? undefined : (work) => { EdgeRuntime.waitUntil(work) },
    makeHandler: createAlertsHandler,
  }),
)
