import { createFunction } from '../_shared/runtime.ts'
import { createSendTestHandler } from './handler.ts'

Deno.serve(
  createFunction({
    source: 'send-test',
    getEnv: (name) => Deno.env.get(name),
    waitUntil: typeof EdgeRuntime === 'undefined' ? undefined : (work) => { EdgeRuntime.waitUntil(work) },
    makeHandler: createSendTestHandler,
  }),
)
