import { afterAll, beforeAll, expect, it } from 'vitest'
import { as, call, publishTo, rpc, signUp, startSync } from '../functions/support.ts'
import { openFault, type Opening } from './opening.ts'
import { countAtReceivers, eventually, figures, seconds, untilEnded } from './proof.ts'
import { openReceiver, type Receiver } from './receivers.ts'

/** SIGKILL of PostgreSQL, three times in one run: the stack starts it again, and everything that uses it goes on by itself. */

let { stack, sql, me, openTerminal } = {} as Opening

beforeAll(async () => {
  ;({ stack, sql, me, openTerminal } = await openFault())
}, 180_000)
afterAll(async () => {
  await sql.end()
  await stack.close()
})

it('loses nothing and has nothing applied twice when PostgreSQL is killed in mid-run', { timeout: 240_000 }, async () => {
  const kills: { at: number; pid: number; backMs: number | null }[] = []
  let arrived = 0
  const restarts = () => stack.said().match(/PostgreSQL has ended unexpectedly and is started again/g)?.length ?? 0
  const restartsBefore = restarts()
  const receivers: Receiver[] = []
  // Long enough that the run is still under way whenever a busy machine looks.
  for (let count = 0; count < 8; count += 1) receivers.push(await openReceiver({ holdMs: 250, onRequest: () => (arrived += 1) }))
  const remote = receivers.flatMap((receiver) => Array.from({ length: 25 }, (_, index) => receiver.url(`site-${index}`)))
  const urls = [...remote, ...Array<null>(40).fill(null)]
  const { siteIds } = await publishTo(sql, me.organization, urls)
  const { job_id: jobId } = await startSync(me, siteIds)
  const terminal = openTerminal(jobId)
  expect((await call(stack, 'sync', { job_id: jobId }, as(me, stack))).status).toBe(202)

  for (let round = 1; round <= 3; round += 1) {
    const before = arrived
    const pid = await eventually(90_000, `the run to go on before kill ${round}`, () =>
      arrived >= before + 15 && receivers.some((receiver) => receiver.unanswered() > 0) ? (stack.postmaster() ?? null) : null)
    process.kill(pid, 'SIGKILL')
    const kill = { at: Date.now(), pid, backMs: 0 }
    kills.push(kill)
    // Not before another one is there: what is left of the old one answers for a moment.
    await eventually(60_000, 'PostgreSQL to be started again', () => ((stack.postmaster() ?? pid) === pid ? null : true))
    await eventually(60_000, 'PostgreSQL to answer again', async () => ((await sql`select 1`).length === 1 ? true : null))
    kill.backMs = Date.now() - kill.at
  }

  const job = await untilEnded(sql, jobId, 120_000)
  expect(job).toMatchObject({ status: 'success', succeeded: urls.length, failed: 0 })
  const counts = await countAtReceivers(sql, jobId, receivers)
  expect(counts).toMatchObject({ lost: 0, appliedTwice: 0, deliveries: urls.length })
  await terminal.whole(60_000)
  const lines = await terminal.expectAllLines(sql, jobId)
  expect(new Set(kills.map(({ pid }) => pid)).size).toBe(3)
  expect(restarts() - restartsBefore).toBe(3)
  figures('PostgreSQL killed and restarted', {
    ...counts, kills: kills.length, leasesLost: job.leases_lost, lines, secondsAway: kills.map(({ backMs }) => seconds(backMs ?? 0)),
    secondsToRecovery: seconds(job.finished_at.getTime() - (kills.at(-1)?.at ?? 0)),
  })
  terminal.close()
  await Promise.all(receivers.map((receiver) => receiver.close()))
})

it('serves people afterwards as before: signing up, verbs, changes of the schema, a run that is seen live', { timeout: 120_000 }, async () => {
  const other = await eventually(60_000, 'somebody to sign up', () => signUp(stack))
  await sql.unsafe(`create function public.after_the_fault() returns text language sql as $$ select 'here' $$;
    grant execute on function public.after_the_fault() to authenticated; notify pgrst, 'reload schema'`)
  expect(await eventually(60_000, 'the API to know a new function', () => rpc<string>(other.client, 'after_the_fault'))).toBe('here')
  const { siteIds } = await publishTo(sql, me.organization, [null, null])
  const { job_id: jobId } = await startSync(me, siteIds)
  const terminal = openTerminal(jobId)
  await eventually(60_000, 'the terminal to be live', () => (terminal.state().connection === 'live' ? true : null))
  await call(stack, 'sync', { job_id: jobId }, as(me, stack))
  expect((await untilEnded(sql, jobId, 60_000)).status).toBe('success')
  await terminal.whole(60_000)
  await terminal.expectAllLines(sql, jobId)
  terminal.close()
})
