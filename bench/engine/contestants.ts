import postgres from 'postgres'
import type { Stack } from '../../supabase/embedded/stack.ts'
import { childPid, cpuMs } from '../lib/cpu.ts'
import { invokeSync, jobEnd, rpc, type Organization, type StartedJob } from '../lib/organization.ts'
import { startProgram, type Program, type Runtime } from '../lib/program.ts'
import { startRedis } from '../lib/redis.ts'
import type { Sink } from './ground.ts'
import { createRecords } from './records.ts'

/** Who takes part, each with the configuration that its documentation recommends for throughput. */

export interface Contestant {
  name: string
  role: 'ours' | 'peer' | 'bare'
  runtime: string
  httpClient: string
  detail: string
  /** Fills the queue; not timed. */
  prepare(): Promise<void>
  /** Empties it, and returns how many milliseconds that took. */
  drain(): Promise<number>
  /** Attempt rows and log lines that the last drain has left; null for those that keep none. */
  recorded(): Promise<{ attempts: number; logs: number } | null>
  /** Processor time so far of what works for this contestant beside PostgreSQL and the sink. */
  cpuMs(): number
  /** After a round: gives back connections, of which the server has few. */
  rest(): Promise<void>
  close(): Promise<void>
}

export interface Skipped {
  name: string
  skipped: string
}

export interface Field {
  stack: Stack
  sql: postgres.Sql
  sink: Sink
  organization: Organization
  /** JSON list of what the others deliver: the same bodies to the same sites. */
  deliveriesFile: string
  /** A database beside ours on the same server, so with the same settings. */
  peersUrl: string
  deno: string
}

const node = `node ${process.versions.node}`
const nodeHttp = 'node:http keep-alive'

export function ours({ stack, sql, sink, organization, deno }: Field): Contestant {
  let jobId = ''
  return {
    name: 'datasync',
    role: 'ours',
    runtime: deno,
    httpClient: `${nodeHttp}, address pinned`,
    detail: 'start_sync, then the sync function; from its call to the end of the run',
    async prepare() {
      for (;;) {
        // The content is the same every round; without force there would be nothing to send.
        jobId = (await rpc<StartedJob>(organization.client, 'start_sync', { options: { force: true } })).job_id
        // The tick may come just now and begin before the clock runs: then that run does not count.
        const begun = await sql`select 1 from public.sync_deliveries where job_id = ${jobId} and status <> 'queued' limit 1`
        if (begun.length === 0) return
        await jobEnd(sql, jobId)
        await sink.reset()
      }
    },
    async drain() {
      const started = performance.now()
      await invokeSync(stack, organization, jobId)
      const status = await jobEnd(sql, jobId)
      const took = performance.now() - started
      if (status !== 'success') throw new Error(`our run ended as ${status}`)
      return took
    },
    async recorded() {
      const [row] = await sql<{ attempts: number; logs: number }[]>`
        select (select count(*) from public.delivery_attempts a join public.sync_deliveries d on d.id = a.delivery_id where d.job_id = ${jobId})::integer as attempts,
          (select count(distinct l.delivery_id) from public.job_logs l where l.job_id = ${jobId} and l.level = 'success')::integer as logs`
      return row ?? { attempts: 0, logs: 0 }
    },
    cpuMs() {
      const worker = childPid(process.pid, 'functions/sync/index.ts')
      // Our own process holds the gateway and Realtime, which take part.
      return cpuMs(process.pid) + (worker === null ? 0 : cpuMs(worker))
    },
    rest: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
}

/** `settings` reach the program together with the address of the peers' database. */
async function peer(field: Field, about: Pick<Contestant, 'name' | 'detail'>, file: string, settings: Record<string, unknown>): Promise<Contestant> {
  const program = startProgram(new URL(`programs/${file}`, import.meta.url))
  const sql = postgres(field.peersUrl, { max: 1, onnotice: () => undefined })
  await sql.unsafe(createRecords)
  return {
    ...about,
    ...inSteps(program),
    role: 'peer',
    runtime: node,
    httpClient: nodeHttp,
    async prepare() {
      // Each round sends the same ids.
      await sql`truncate delivery_attempts, job_logs`
      await program.ask('prepare', { ...settings, databaseUrl: field.peersUrl, file: field.deliveriesFile })
    },
    async recorded() {
      const [row] = await sql<{ attempts: number; logs: number }[]>`
        select (select count(*) from delivery_attempts)::integer as attempts, (select count(distinct delivery_id) from job_logs)::integer as logs`
      return row ?? { attempts: 0, logs: 0 }
    },
    async close() {
      await program.close()
      await sql.end()
    },
  }
}

export const pgBoss = (field: Field, workers: number, batchSize: number): Promise<Contestant> =>
  peer(
    field,
    {
      name: batchSize === 1 ? 'pg-boss' : 'pg-boss batched',
      detail: `10.4, ${workers} ${workers === 1 ? 'worker' : 'workers'}, batchSize ${batchSize}, notifyWorker${batchSize === 1 ? '' : ', the record in batches too'}`,
    },
    'pg-boss.ts',
    { workers, batchSize },
  )

export const graphileWorker = (field: Field, localQueue: number | null): Promise<Contestant> =>
  peer(
    field,
    {
      name: localQueue === null ? 'graphile-worker' : 'graphile-worker batched',
      detail: localQueue === null ? '0.17, concurrentJobs 32' : `0.17, concurrentJobs 32, localQueue ${localQueue}, completeJobBatchDelay 0`,
    },
    'graphile-worker.ts',
    { localQueue },
  )

export async function bullMq(field: Field): Promise<Contestant | Skipped> {
  const redis = await startRedis()
  if (redis === null) return { name: 'bullmq', skipped: 'Redis is not installed' }
  const contestant = await peer(
    field,
    { name: 'bullmq', detail: `6.7, concurrency 32, Redis ${redis.version} with appendfsync always; records in PostgreSQL` },
    'bullmq.ts',
    { redisPort: redis.port },
  )
  return {
    ...contestant,
    cpuMs: () => contestant.cpuMs() + cpuMs(redis.pid),
    async close() {
      await contestant.close()
      await redis.close()
    },
  }
}

export async function bareLoop(field: Field, runtime: Runtime): Promise<Contestant> {
  const program = startProgram(new URL('programs/bare-loop.ts', import.meta.url), runtime)
  return {
    name: `bare loop in ${runtime === 'node' ? 'Node' : 'Deno'}`,
    role: 'bare',
    runtime: runtime === 'node' ? node : field.deno,
    httpClient: nodeHttp,
    detail: 'signs and sends, keeps nothing',
    ...inSteps(program),
    prepare: () => program.ask('prepare', { file: field.deliveriesFile }),
    recorded: () => Promise.resolve(null),
    close: () => program.close(),
  }
}

function inSteps(program: Program): Pick<Contestant, 'drain' | 'cpuMs' | 'rest'> {
  return { drain: () => program.ask<number>('drain'), cpuMs: () => cpuMs(program.pid), rest: () => program.ask('rest') }
}
