import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ServerResponse } from 'node:http'
import { as, call, publishTo, startSync } from '../functions/support.ts'
import { openFault, type Opening } from './opening.ts'
import { countAtReceivers, endedJob, eventually, figures, seconds, untilEnded, type EndedJob } from './proof.ts'
import { openReceiver, type Receiver } from './receivers.ts'
import type { Terminal } from './terminal.ts'

/** A worker that is held still for longer than its leases, as by a laptop's lid, and goes on when somebody else has done its work. */

let { stack, sql, me, openTerminal } = {} as Opening

beforeAll(async () => {
  ;({ stack, sql, me, openTerminal } = await openFault())
}, 180_000)
afterAll(async () => {
  await sql.end()
  await stack.close()
})

interface Round {
  receivers: Receiver[]
  siteIds: string[]
  jobId: string
  job: EndedJob
  terminal: Terminal
  stopped: number[]
  stoppedAt: number
  stoppedWorkers: string[]
}

const sites = ['a', 'b', 'c', 'd']

/** A run whose worker is stopped while it waits for every site's answer. What it would have heard then is late, and half of it is bad news. */
async function stopInMidSend(): Promise<Round> {
  const late: ServerResponse[] = []
  const receivers = await Promise.all(
    [200, 410, 200, 410, 500].map((status) =>
      openReceiver({
        answer: (response, { requests }) => {
          if (requests > 1) response.writeHead(200).end('{"applied":true}')
          else late.push(response.writeHead(status))
        },
      }),
    ),
  )
  const urls = receivers.flatMap((receiver) => sites.map((site) => receiver.url(site)))
  const { siteIds } = await publishTo(sql, me.organization, urls)
  await sql`update public.sites set timeout_seconds = 30 where id in ${sql(siteIds)}`
  const { job_id: jobId } = await startSync(me, siteIds)
  const terminal = openTerminal(jobId)
  expect((await call(stack, 'sync', { job_id: jobId }, as(me, stack))).status).toBe(202)
  await eventually(60_000, 'all sites to be asked', () => (late.length === urls.length ? true : null))

  const stopped = stack.functions('sync')
  for (const pid of stopped) process.kill(pid, 'SIGSTOP')
  const stoppedAt = Date.now()
  const workers = await sql<{ worker: string }[]>`
    select distinct lease_worker as worker from public.sync_deliveries where job_id = ${jobId} and status = 'sending'`
  for (const response of late) response.end('{"applied":true}')
  const job = await untilEnded(sql, jobId, 120_000)
  return { receivers, siteIds, jobId, job, terminal, stopped, stoppedAt, stoppedWorkers: workers.map(({ worker }) => worker) }
}

function goOn({ stopped }: Round): void {
  for (const pid of stopped) process.kill(pid, 'SIGCONT')
}

it('records nothing of a worker that comes back after its leases were taken over', { timeout: 240_000 }, async () => {
  let round = await stopInMidSend()
  // The tick may have come in between and taken the run itself; then nobody was stopped, and it is tried once more.
  for (let tries = 1; round.job.leases_lost === 0 && tries < 3; tries += 1) {
    goOn(round)
    round.terminal.close()
    await Promise.all(round.receivers.map((receiver) => receiver.close()))
    round = await stopInMidSend()
  }
  const { receivers, siteIds, jobId, job, terminal, stoppedAt, stoppedWorkers } = round
  const all = siteIds.length
  expect(job).toMatchObject({ status: 'success', succeeded: all, failed: 0, leases_lost: all })
  goOn(round)
  await eventually(60_000, 'the stopped worker to hear that it is too late', () =>
    stack.said().includes('results came after their lease had gone') ? true : null)

  expect(await endedJob(sql, jobId)).toEqual(job)
  const attempts = await sql<{ number: number; worker: string; status_code: number | null }[]>`
    select a.number, a.worker, a.status_code from public.delivery_attempts a
    join public.sync_deliveries d on d.id = a.delivery_id where d.job_id = ${jobId}`
  expect(attempts).toHaveLength(all)
  expect(new Set(attempts.map(({ number, status_code }) => `${number}: ${status_code ?? 'none'}`))).toEqual(new Set(['1: 200']))
  for (const worker of stoppedWorkers) expect(attempts.map((attempt) => attempt.worker)).not.toContain(worker)
  expect(await sql`select from public.sites where id in ${sql(siteIds)} and not enabled`).toHaveLength(0)
  const counts = await countAtReceivers(sql, jobId, receivers)
  expect(counts).toEqual({ lost: 0, appliedTwice: 0, duplicatesSent: all, deliveries: all })
  await terminal.whole(60_000)
  const lines = await terminal.expectAllLines(sql, jobId)
  figures('two workers with one expired lease', {
    ...counts, leasesLost: job.leases_lost, lines, secondsToRecovery: seconds(job.finished_at.getTime() - stoppedAt),
  })
  terminal.close()
  await Promise.all(receivers.map((receiver) => receiver.close()))
})
