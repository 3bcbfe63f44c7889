import { readFileSync } from 'node:fs'
import { Queue, Worker } from 'bullmq'
import { serveSteps } from '../../lib/serve-steps.ts'
import { concurrency, deliver, keepAlive, type Delivery } from '../delivery.ts'
import { openRecords } from '../records.ts'

/** BullMQ: the queue is in Redis, the record in PostgreSQL. */

export interface BullMqSettings {
  databaseUrl: string
  file: string
  redisPort: number
}

const name = 'deliveries'
const agent = keepAlive()

async function openRound({ databaseUrl, file, redisPort }: BullMqSettings) {
  const deliveries = JSON.parse(readFileSync(file, 'utf8')) as Delivery[]
  const connection = { host: '127.0.0.1', port: redisPort, maxRetriesPerRequest: null }
  const queue = new Queue<Delivery>(name, { connection })
  await queue.addBulk(deliveries.map((data) => ({ name, data })))
  const records = openRecords(databaseUrl, concurrency)
  // Nobody is timed while it connects.
  await records.warm()
  const worker = new Worker<Delivery>(
    name,
    async ({ data }) => {
      await records.one({ delivery: data, sent: await deliver(data, agent) })
    },
    { connection, concurrency, autorun: false },
  )
  worker.on('error', ({ message }) => console.error(`bullmq: ${message}`))
  worker.on('failed', (_job, { message }) => console.error(`bullmq: ${message}`))
  await worker.waitUntilReady()

  async function drain(): Promise<number> {
    let completed = 0
    const started = performance.now()
    const allCompleted = new Promise<void>((resolve) => {
      worker.on('completed', () => {
        if (++completed >= deliveries.length) resolve()
      })
    })
    void worker.run()
    await allCompleted
    return performance.now() - started
  }

  async function close(): Promise<void> {
    await worker.close()
    await queue.obliterate({ force: true })
    await queue.close()
    await records.close()
  }

  return { drain, close }
}

let round: Awaited<ReturnType<typeof openRound>> | undefined

serveSteps(
  {
    prepare: async (settings: BullMqSettings) => {
      round = await openRound(settings)
    },
    drain: () => round?.drain(),
    rest: () => round?.close(),
  },
  () => agent.destroy(),
)
