import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { as, call, openDatabase, publishTo, signUp, startSync, type Organization, type Person, type Sql } from '../functions/support.ts'
import { countAtReceivers, eventually, figures, untilEnded } from './proof.ts'
import { openReceiver } from './receivers.ts'
import { openWire, signInToApp, type Terminal, type Wire } from './terminal.ts'

/** The terminal's own store, feed and client over a wire that is cut while a run writes its log. Only this client notices. */

const stack = inject('stack')
let sql: Sql
let me: Person & { organization: Organization }
let wire: Wire
let openTerminal: (jobId: string) => Terminal

beforeAll(async () => {
  sql = openDatabase(stack)
  me = await signUp(stack)
  wire = await openWire(stack.api_url)
  openTerminal = await signInToApp(stack, wire.url, me)
}, 180_000)
afterAll(async () => {
  await wire.close()
  await sql.end()
})

/** A run to many sites, of which a few answer when they are told to, so that it is not over before the test has had its way. */
async function startRun() {
  const held: (() => void)[] = []
  const receivers = await Promise.all(
    Array.from({ length: 6 }, () =>
      openReceiver({
        answer: (response, { requests, applied }) => {
          const accept = () => response.writeHead(200).end('{"applied":true,"itemCount":1}')
          if (requests === 1 && applied[0] !== undefined && held.length < 3) held.push(accept)
          else setTimeout(accept, 20)
        },
      }),
    ),
  )
  const urls = receivers.flatMap((receiver) => Array.from({ length: 25 }, (_, index) => receiver.url(`site-${index}`)))
  const { siteIds } = await publishTo(sql, me.organization, [...urls, ...Array<null>(10).fill(null)])
  const { job_id: jobId } = await startSync(me, siteIds)
  return {
    jobId,
    receivers,
    release: () => {
      for (const accept of held.splice(0)) accept()
    },
    start: () => call(stack, 'sync', { job_id: jobId }, as(me, stack)),
    close: () => Promise.all(receivers.map((receiver) => receiver.close())),
  }
}

it('shows every line once when the socket is cut again and again in mid-stream, and once more as the run ends', { timeout: 180_000 }, async () => {
  const run = await startRun()
  const terminal = openTerminal(run.jobId)
  await eventually(60_000, 'the terminal to be live', () => (terminal.state().connection === 'live' ? true : null))
  await run.start()
  let cuts = 0
  for (const seen of [10, 60, 150]) {
    await eventually(60_000, `${seen} lines`, () => (terminal.state().log.contiguous >= seen ? true : null))
    cuts += wire.cut()
    const joins = terminal.joins()
    await eventually(60_000, 'the terminal to be live again', () => (terminal.joins() > joins ? true : null))
  }
  cuts += wire.cut()
  run.release()
  const job = await untilEnded(sql, run.jobId, 60_000)
  expect(job).toMatchObject({ status: 'success', succeeded: 160 })
  const state = await terminal.whole(60_000)
  expect(state.job).toMatchObject({ status: 'success', logSeq: job.log_seq })
  expect(new Set(state.deliveries.map(({ status }) => status))).toEqual(new Set(['success']))
  const lines = await terminal.expectAllLines(sql, run.jobId)
  expect(lines).toBe(job.log_seq)
  expect(cuts).toBe(4)
  const counts = await countAtReceivers(sql, run.jobId, run.receivers)
  expect(counts).toMatchObject({ lost: 0, appliedTwice: 0 })
  figures('a realtime socket cut in mid-stream', { ...counts, cuts, joins: terminal.joins(), lines })
  terminal.close()
  await run.close()
})

it('notices by itself that a wire has fallen silent, and catches up', { timeout: 240_000 }, async () => {
  const run = await startRun()
  const terminal = openTerminal(run.jobId)
  await eventually(60_000, 'the terminal to be live', () => (terminal.state().connection === 'live' ? true : null))
  await run.start()
  await eventually(60_000, '30 lines', () => (terminal.state().log.contiguous >= 30 ? true : null))
  const sockets = wire.silence()
  const silentAt = Date.now()
  run.release()
  const job = await untilEnded(sql, run.jobId, 60_000)
  // Nothing told the client: it asks every 25 seconds whether the other side is there, and joins anew when it is not.
  await terminal.whole(150_000)
  expect(await terminal.expectAllLines(sql, run.jobId)).toBe(job.log_seq)
  expect(sockets).toBe(1)
  figures('a realtime socket fallen silent', { lines: job.log_seq, secondsToRecovery: Math.round((Date.now() - silentAt) / 1_000) })
  terminal.close()
  await run.close()
})
