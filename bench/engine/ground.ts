import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { superuser as superuserName } from '../../supabase/embedded/postgres/cluster.ts'
import type { Stack } from '../../supabase/embedded/stack.ts'
import { startTestStack } from '../../supabase/tests/support/start-test-stack.ts'
import { startProgram } from '../lib/program.ts'
import type { SinkCount } from './programs/sink.ts'

/** What all parts stand on: a stack of our own, its database, and a sink. */

export interface Sink {
  pid: number
  /** Sites are paths below it. */
  url: string
  /** Forgets its counts; from now on it does not answer the paths given. */
  reset(hanging?: readonly string[]): Promise<void>
  /** Answers what it held. */
  release(): Promise<void>
  count(): Promise<SinkCount>
}

export interface Ground {
  stack: Stack
  sql: postgres.Sql
  superuser: postgres.Sql
  sink: Sink
  /** Of PostgreSQL's first process. */
  postgresPid: number
  folder: string
  close(): Promise<void>
}

export async function openGround(): Promise<Ground> {
  // The cap per host protects other people's servers; the one here serves all sites.
  process.env['DATASYNC_HOST_CONCURRENCY'] = '1000'
  const folder = await mkdtemp(join(tmpdir(), 'datasync-bench-'))
  const stack = await startTestStack({ dataDir: join(folder, 'data'), port: 0, app: 'none', quiet: true })
  const program = startProgram(new URL('programs/sink.ts', import.meta.url))
  const port = await program.ask<number>('open')
  const options = { onnotice: () => undefined, idle_timeout: 0 }
  const sql = postgres(stack.db_url, { ...options, max: 2 })
  const superuser = postgres(stack.db_url.replace('//postgres:', `//${superuserName}:`), { ...options, max: 1 })
  return {
    stack,
    sql,
    superuser,
    folder,
    postgresPid: Number((await readFile(join(folder, 'data', 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]),
    sink: {
      pid: program.pid,
      url: `http://127.0.0.1:${port}/site`,
      reset: (hanging = []) => program.ask('reset', hanging),
      release: () => program.ask('release'),
      count: () => program.ask('count'),
    },
    async close() {
      await Promise.all([sql.end(), superuser.end(), program.close()])
      await stack.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
