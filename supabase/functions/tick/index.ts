import { createFunction } from '../_shared/runtime.ts'
import { createTickHandler } from './handler.ts'

Deno.serve(
  createFunction({
    source: 'tick',
    getEnv: (name) => Deno.env.get(name),
    waitUntil: typeof EdgeRuntime === 'undefined' ? undefined : (work) => { EdgeRuntime.waitUntil(work) },
    makeHandler: createTickHandler,
  }),
)
