import { readFileSync } from 'node:fs'
import PgBoss from 'pg-boss'
import { serveSteps } from '../../lib/serve-steps.ts'
import { concurrency, deliver, inParallel, keepAlive, type Delivery } from '../delivery.ts'
import { openRecords, type Outcome } from '../records.ts'

/**
 * pg-boss 10. It polls: a worker that got a batch asks again after its interval, at the earliest after 0.5 s, unless
 * `notifyWorker` tells it that there is more, which its documentation names for just this.
 */

export interface PgBossSettings {
  databaseUrl: string
  file: string
  workers: number
  batchSize: number
}

const queue = 'deliveries'
/** For 32 workers that fetch, and a few that complete meanwhile. */
const connections = concurrency + 4
const agent = keepAlive()

async function openRound({ databaseUrl, file, workers, batchSize }: PgBossSettings) {
  const deliveries = JSON.parse(readFileSync(file, 'utf8')) as Delivery[]
  const boss = new PgBoss({ connectionString: databaseUrl, max: connections, supervise: false, schedule: false })
  boss.on('error', ({ message }) => console.error(`pg-boss: ${message}`))
  await boss.start()
  await boss.createQueue(queue)
  await boss.insert(deliveries.map((data) => ({ name: queue, data })))
  const records = openRecords(databaseUrl, Math.min(workers, concurrency))
  // Nobody is timed while it connects.
  await Promise.all(Array.from({ length: connections }, () => boss.getDb().executeSql('select pg_sleep(0.05)', [])))
  await records.warm()

  async function drain(): Promise<number> {
    const started = performance.now()
    let handled = 0
    let report: () => void = () => undefined
    const allHandled = new Promise<void>((resolve) => (report = resolve))
    const startWorker = async (): Promise<void> => {
      let id = ''
      id = await boss.work<Delivery>(queue, { batchSize, pollingIntervalSeconds: 0.5, priority: false }, async (jobs) => {
        boss.notifyWorker(id)
        const outcomes: Outcome[] = []
        await inParallel(jobs, Math.ceil(concurrency / workers), async ({ data }) => {
          outcomes.push({ delivery: data, sent: await deliver(data, agent) })
        })
        const [first] = outcomes
        if (batchSize === 1 && first !== undefined) await records.one(first)
        else await records.batch(outcomes)
        handled += jobs.length
        if (handled >= deliveries.length) report()
      })
    }
    for (let n = 0; n < workers; n++) await startWorker()
    await allHandled
    for (;;) {
      const [row] = await records.sql<{ open: number }[]>`
        select count(*)::integer as open from pgboss.job where name = ${queue} and state <> 'completed'`
      if (row?.open === 0) return performance.now() - started
    }
  }

  async function close(): Promise<void> {
    await boss.offWork(queue)
    await boss.stop({ graceful: false })
    await records.close()
  }

  return { drain, close }
}

let round: Awaited<ReturnType<typeof openRound>> | undefined

serveSteps(
  {
    prepare: async (settings: PgBossSettings) => {
      round = await openRound(settings)
    },
    drain: () => round?.drain(),
    rest: () => round?.close(),
  },
  () => agent.destroy(),
)
