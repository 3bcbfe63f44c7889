import { createFunction } from '../_shared/runtime.ts'
import { createSiteSecretHandler } from './handler.ts'

Deno.serve(
  createFunction({
    source: 'site-secret',
    getEnv: (name) => Deno.env.get(name),
    waitUntil: typeof EdgeRuntime === 'undefined' ? undefined : (work) => { EdgeRuntime.waitUntil(work) },
    makeHandler: createSiteSecretHandler,
  }),
)
