import { readFileSync } from 'node:fs'
import { serveSteps } from '../../lib/serve-steps.ts'
import { concurrency, deliver, inParallel, keepAlive, type Delivery } from '../delivery.ts'

/** Only signs and sends: no queue, nothing durable. What a machine could do at best. */

let deliveries: Delivery[] = []
const agent = keepAlive()

serveSteps(
  {
    prepare: ({ file }: { file: string }) => {
      deliveries = JSON.parse(readFileSync(file, 'utf8')) as Delivery[]
    },
    drain: async () => {
      const started = performance.now()
      await inParallel(deliveries, concurrency, async (delivery) => {
        await deliver(delivery, agent)
      })
      return performance.now() - started
    },
    rest: () => undefined,
  },
  () => agent.destroy(),
)
