import { afterAll, beforeAll, expect, it } from 'vitest'
import { as, call, publishTo, startSync } from '../functions/support.ts'
import { openFault, type Opening } from './opening.ts'
import { countAtReceivers, figures, seconds, untilEnded } from './proof.ts'
import { openReceiver, type Receiver } from './receivers.ts'

/** SIGKILL of whatever process is draining a run, three times in one run, while requests are on their way. */

let { stack, sql, me, openTerminal } = {} as Opening

beforeAll(async () => {
  ;({ stack, sql, me, openTerminal } = await openFault())
}, 120_000)
afterAll(async () => {
  await sql.end()
  await stack.close()
})

it('loses nothing and has nothing applied twice when its workers are killed in mid-batch, again and again', { timeout: 180_000 }, async () => {
  const kills: { at: number; pids: number[]; unanswered: number }[] = []
  let arrived = 0
  let nextKill = 20
  const receivers: Receiver[] = []
  const unanswered = () => receivers.reduce((sum, receiver) => sum + receiver.unanswered(), 0)
  const onRequest = () => {
    arrived += 1
    if (kills.length === 3 || arrived < nextKill || unanswered() < 3) return
    const known = kills.flatMap(({ pids }) => pids)
    const pids = stack.functions('sync', 'tick').filter((pid) => !known.includes(pid))
    if (pids.length === 0) return
    kills.push({ at: Date.now(), pids, unanswered: unanswered() })
    for (const pid of pids) process.kill(pid, 'SIGKILL')
    nextKill = arrived + 20
  }
  for (let count = 0; count < 8; count += 1) receivers.push(await openReceiver({ holdMs: 60, onRequest }))

  const remote = receivers.flatMap((receiver) => Array.from({ length: 25 }, (_, index) => receiver.url(`site-${index}`)))
  const { siteIds } = await publishTo(sql, me.organization, [...remote, ...Array<null>(40).fill(null)])
  const { job_id: jobId } = await startSync(me, siteIds)
  const terminal = openTerminal(jobId)
  expect((await call(stack, 'sync', { job_id: jobId }, as(me, stack))).status).toBe(202)

  const job = await untilEnded(sql, jobId, 150_000)
  expect(kills).toHaveLength(3)
  expect(job).toMatchObject({ status: 'success', succeeded: 240, failed: 0 })
  expect(job.leases_lost).toBeGreaterThan(0)
  const counts = await countAtReceivers(sql, jobId, receivers)
  expect(counts).toMatchObject({ lost: 0, appliedTwice: 0, deliveries: 240 })
  await terminal.whole(60_000)
  const lines = await terminal.expectAllLines(sql, jobId)
  figures('SIGKILL of workers', {
    ...counts, kills: kills.length, inFlightAtKills: kills.map((kill) => kill.unanswered), leasesLost: job.leases_lost, lines,
    secondsToRecovery: seconds(job.finished_at.getTime() - (kills.at(-1)?.at ?? 0)),
  })
  terminal.close()
  await Promise.all(receivers.map((receiver) => receiver.close()))
})
