import { createFunction } from '../_shared/runtime.ts'
import { createInviteHandler } from './handler.ts'

Deno.serve(
  createFunction({
    source: 'invite',
    getEnv: (name) => Deno.env.get(name),
    waitUntil: typeof EdgeRuntime === 'undefined' ? undefined : (work) => { EdgeRuntime.waitUntil(work) },
    makeHandler: (runtime) => createInviteHandler({ ...runtime, fetch }),
  }),
)
