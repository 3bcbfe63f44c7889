import { createApiDatabase } from '../_shared/api-database.ts'
import { connect } from '../_shared/database.ts'
import { createFunction } from '../_shared/runtime.ts'
import { createApiHandler } from './handler.ts'

Deno.serve(
  createFunction({
    source: 'api',
    getEnv: (name) => Deno.env.get(name),
    waitUntil: typeof EdgeRuntime === 'undefined' ? undefined : (work) => { EdgeRuntime.waitUntil(work) },
    makeHandler: (runtime) => createApiHandler({ ...runtime, database: createApiDatabase(connect(runtime.env.databaseUrl)) }),
  }),
)
