import { createFunction } from '../_shared/runtime.ts'
import { createDestinationHandler } from './handler.ts'

Deno.serve(
  createFunction({
    source: 'destination',
    getEnv: (name) => Deno.env.get(name),
    waitUntil: typeof EdgeRuntime === 'undefined' ? undefined : (work) => { EdgeRuntime.waitUntil(work) },
    makeHandler: createDestinationHandler,
  }),
)
