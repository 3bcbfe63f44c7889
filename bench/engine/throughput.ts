import { execFileSync } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { secretFromBytes } from '../../supabase/functions/_shared/core/signing.ts'
import { cpuMs, cpuWithChildrenMs } from '../lib/cpu.ts'
import { median, printRow } from '../lib/figures.ts'
import { createOrganization, fill, rpc } from '../lib/organization.ts'
import { denoBinary } from '../lib/program.ts'
import { bareLoop, bullMq, graphileWorker, ours, pgBoss, type Contestant, type Field, type Skipped } from './contestants.ts'
import { concurrency, type Delivery } from './delivery.ts'
import type { Ground } from './ground.ts'

/** Deliveries per second under one contract: signed, sent to one sink, an attempt row and a log line each, 32 at once. */

const deliveries = 2_000
const aims = { peers: 1.5, bare: 0.6 }

export async function benchThroughput(ground: Ground, rounds: number): Promise<void> {
  const field = await prepareField(ground)
  const contestants: Contestant[] = []
  const skipped: Skipped[] = []
  const results = new Map<Contestant, Round[]>()
  try {
    // Not at once: those that migrate would wait for each other.
    for (const enter of entries) {
      const entered = await enter(field)
      if ('skipped' in entered) skipped.push(entered)
      else contestants.push(entered)
    }
    for (let round = 0; round <= rounds; round++) {
      for (const contestant of contestants) {
        const result = await playRound(ground, contestant)
        // The first warms up caches, compilers and, for ours, makes the sites' secrets.
        if (round > 0) results.set(contestant, [...(results.get(contestant) ?? []), result])
      }
    }
  } finally {
    for (const contestant of contestants) await contestant.close()
  }
  report(results, skipped)
}

const entries: ((field: Field) => Promise<Contestant | Skipped>)[] = [
  async (field) => ours(field),
  (field) => pgBoss(field, 32, 1),
  (field) => pgBoss(field, 2, 16),
  (field) => graphileWorker(field, null),
  (field) => graphileWorker(field, 500),
  bullMq,
  (field) => bareLoop(field, 'node'),
  (field) => bareLoop(field, 'deno'),
]

async function prepareField({ stack, sql, superuser, sink, folder }: Ground): Promise<Field> {
  const organization = await createOrganization(stack)
  await fill(sql, organization, { sites: deliveries, items: 1, letters: 1_800, destination: sink.url })
  const [site] = await sql<{ id: string }[]>`select id from public.sites where organization_id = ${organization.id} order by name limit 1`
  const { body } = await rpc<{ body: string }>(organization.client, 'preview_payload', { site_id: site?.id })
  const list = Array.from({ length: deliveries }, (_, n): Delivery => ({
    id: `msg_${randomUUID().replaceAll('-', '')}`,
    url: `${sink.url}/${n + 1}`,
    secret: secretFromBytes(randomBytes(32)),
    sequence: 1,
    body,
  }))
  const deliveriesFile = join(folder, 'deliveries.json')
  await writeFile(deliveriesFile, JSON.stringify(list))
  await superuser`create database peers owner postgres`
  return { stack, sql, sink, organization, deliveriesFile, peersUrl: stack.db_url.replace(/\/[^/]*$/, '/peers'), deno: denoVersion() }
}

interface Round {
  perSecond: number
  /** Milliseconds of processor time for each delivery, which tell more than the clock does on a machine with other work. */
  cpu: { postgres: number; worker: number; sink: number }
}

/** Fills the queue, drains it, and looks whether each delivery has arrived and is on record. */
async function playRound({ superuser, sink, postgresPid }: Ground, contestant: Contestant): Promise<Round> {
  // What autovacuum and the checkpointer would do some time, in the middle of somebody's run.
  await superuser`vacuum analyze`
  await superuser`checkpoint`
  await sink.reset()
  await contestant.prepare()
  const cpu = () => ({ postgres: cpuWithChildrenMs(postgresPid), worker: contestant.cpuMs(), sink: cpuMs(sink.pid) })
  const before = cpu()
  const ms = await contestant.drain()
  const after = cpu()
  const { requests, sites, headers } = await sink.count()
  if (sites !== deliveries) throw new Error(`${contestant.name}: only ${sites} of ${deliveries} sites were reached`)
  if (requests !== deliveries) console.error(`${contestant.name}: ${requests - deliveries} deliveries were sent more than once`)
  const unsigned = ['webhook-signature', 'x-dsign'].filter((name) => headers[name] === undefined)
  if (unsigned.length > 0) throw new Error(`${contestant.name} sent no ${unsigned.join(' and no ')}`)
  const recorded = await contestant.recorded()
  await contestant.rest()
  if (recorded !== null && (recorded.attempts !== requests || recorded.logs !== deliveries)) {
    throw new Error(`${contestant.name}: ${recorded.attempts} attempt rows and ${recorded.logs} log lines for ${requests} requests`)
  }
  const each = (part: keyof typeof after): number => (after[part] - before[part]) / deliveries
  return { perSecond: (deliveries / ms) * 1_000, cpu: { postgres: each('postgres'), worker: each('worker'), sink: each('sink') } }
}

function report(results: ReadonlyMap<Contestant, readonly Round[]>, skipped: readonly Skipped[]): void {
  const medians = [...results].map(([contestant, rounds]) => {
    const rates = rounds.map(({ perSecond }) => perSecond)
    const cpu = (part: keyof Round['cpu']) => round(median(rounds.map((one) => one.cpu[part])))
    return { contestant, rates, middle: median(rates), cpu: { postgres: cpu('postgres'), worker: cpu('worker'), sink: cpu('sink') } }
  })
  const own = medians.find(({ contestant }) => contestant.role === 'ours')?.middle ?? NaN
  for (const { contestant, rates, middle, cpu } of medians) {
    printRow({
      bench: 'throughput',
      name: contestant.name,
      runtime: contestant.runtime,
      http_client: contestant.httpClient,
      detail: contestant.detail,
      deliveries,
      concurrency,
      rounds: rates.length,
      median_per_s: Math.round(middle),
      min_per_s: Math.round(Math.min(...rates)),
      max_per_s: Math.round(Math.max(...rates)),
      ours_to_this: round(own / middle),
      cpu_ms_each: cpu,
    })
  }
  for (const one of skipped) printRow({ bench: 'throughput', ...one })
  const fastest = (role: Contestant['role']) =>
    medians.filter(({ contestant }) => contestant.role === role).reduce((a, b) => (b.middle > a.middle ? b : a))
  const peer = fastest('peer')
  const bare = fastest('bare')
  printRow({
    bench: 'throughput',
    name: 'summary',
    fastest_peer: peer.contestant.name,
    ours_to_fastest_peer: round(own / peer.middle),
    aim_to_fastest_peer: aims.peers,
    fastest_bare_loop: bare.contestant.name,
    ours_to_bare_loop: round(own / bare.middle),
    aim_to_bare_loop: aims.bare,
    met: own >= aims.peers * peer.middle && own >= aims.bare * bare.middle,
  })
}

const round = (ratio: number): number => Math.round(ratio * 100) / 100

function denoVersion(): string {
  return /^deno \S+/.exec(execFileSync(denoBinary(), ['--version'], { encoding: 'utf8' }))?.[0] ?? 'deno'
}
