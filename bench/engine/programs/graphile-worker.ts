import { readFileSync } from 'node:fs'
import { Logger, makeWorkerUtils, run, type Runner } from 'graphile-worker'
import { Pool } from 'pg'
import { serveSteps } from '../../lib/serve-steps.ts'
import { concurrency, deliver, keepAlive, type Delivery } from '../delivery.ts'
import { recordOne, recordValues } from '../records.ts'

/** graphile-worker 0.17. Batched means its local queue and its batched completion, https://worker.graphile.org/docs/performance. */

export interface GraphileSettings {
  databaseUrl: string
  file: string
  /** How many jobs its pool fetches at once; null: its default, each worker its own. */
  localQueue: number | null
}

/** Its documentation: at least concurrentJobs + 2, and more when the tasks use the pool too. */
const connections = concurrency + 8
const agent = keepAlive()
const logger = new Logger(() => (level, message) => {
  if (/error|warning/.test(level)) console.error(`graphile-worker: ${message}`)
})

async function openRound({ databaseUrl, file, localQueue }: GraphileSettings) {
  const deliveries = JSON.parse(readFileSync(file, 'utf8')) as Delivery[]
  const pool = new Pool({ connectionString: databaseUrl, max: connections, idleTimeoutMillis: 0 })
  const onError = ({ message }: Error): void => console.error(`pg: ${message}`)
  // graphile-worker asks for both listeners on a pool that is not its own.
  pool.on('error', onError).on('connect', (client) => client.on('error', onError))
  const utils = await makeWorkerUtils({ pgPool: pool, logger })
  await utils.migrate()
  await utils.addJobs(deliveries.map((payload) => ({ identifier: 'deliver', payload })))
  // Nobody is timed while it connects.
  await Promise.all(Array.from({ length: connections }, () => pool.query('select pg_sleep(0.05)')))
  let runner: Runner | undefined

  async function drain(): Promise<number> {
    let handled = 0
    let report: () => void = () => undefined
    const allHandled = new Promise<void>((resolve) => (report = resolve))
    const started = performance.now()
    runner = await run({
      pgPool: pool,
      preset: {
        worker: {
          concurrentJobs: concurrency,
          maxPoolSize: connections,
          ...(localQueue === null ? {} : { localQueue: { size: localQueue }, completeJobBatchDelay: 0, failJobBatchDelay: 0 }),
        },
      },
      logger,
      noHandleSignals: true,
      crontab: '',
      taskList: {
        deliver: async (payload, helpers) => {
          const delivery = payload as Delivery
          const sent = await deliver(delivery, agent)
          const query = { name: 'record', text: recordOne, values: recordValues({ delivery, sent }) }
          await helpers.withPgClient((client) => client.query(query))
          if (++handled >= deliveries.length) report()
        },
      },
    })
    await allHandled
    for (;;) {
      const { rows } = await pool.query<{ open: number }>('select count(*)::integer as open from graphile_worker._private_jobs')
      if (rows[0]?.open === 0) return performance.now() - started
    }
  }

  async function close(): Promise<void> {
    await runner?.stop()
    await utils.release()
    await pool.end()
  }

  return { drain, close }
}

let round: Awaited<ReturnType<typeof openRound>> | undefined

serveSteps(
  {
    prepare: async (settings: GraphileSettings) => {
      round = await openRound(settings)
    },
    drain: () => round?.drain(),
    rest: () => round?.close(),
  },
  () => agent.destroy(),
)
