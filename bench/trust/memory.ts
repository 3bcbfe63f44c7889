import { readFileSync } from 'node:fs'
import { as, call, publishTo, rpc, signUp } from '../../supabase/tests/functions/support.ts'
import { join } from '../../supabase/tests/support/actors.ts'
import { children, commandOf } from '../lib/cpu.ts'
import { median } from '../lib/figures.ts'
import { jobEnd } from '../lib/organization.ts'
import { clientWith, type Ground } from './ground.ts'

export interface MemoryReport {
  runs: number
  deliveries: number
  seconds: number
  /** Megabytes of anonymous memory, the median of the second quarter of the runs and of the last. */
  processes: { name: string; early: number; late: number }[]
}

const runs = 600
const sites = 10
const sampleEvery = 10

/**
 * Ten hours' worth of runs (one a minute, ten sites each) with what an open page does beside them, as fast as they go. The first
 * quarter fills caches and pools; after it, a process that keeps nothing stays where it is.
 */
export async function memory({ stack, sql }: Ground): Promise<MemoryReport> {
  const admin = await signUp(stack)
  await publishTo(sql, admin.organization, Array.from({ length: sites }, () => null))
  const samples: Record<string, number>[] = []
  const began = performance.now()
  for (let run = 0; run < runs; run += 1) {
    const page = clientWith(stack, admin.token)
    const { job_id } = await rpc<{ job_id: string }>(admin.client, 'start_sync', { options: { force: true } })
    await page.realtime.setAuth()
    const channel = page.channel(`job:${job_id}`, { config: { private: true } })
    const state = await join(channel)
    if (state !== 'SUBSCRIBED') throw new Error(`the topic of run ${run + 1} could not be joined: ${state}`)
    const answer = await call(stack, 'sync', { job_id }, as(admin, stack))
    await answer.body?.cancel()
    const status = await jobEnd(sql, job_id)
    if (status !== 'success') throw new Error(`run ${run + 1} ended as ${status}`)
    await page.rpc('dashboard')
    await page.from('job_logs').select().eq('job_id', job_id)
    await page.removeAllChannels()
    await page.realtime.disconnect()
    if (run % sampleEvery === sampleEvery - 1) samples.push(sample(stack.pid))
  }
  const names = Object.keys(samples.at(-1) ?? {})
  const quarter = samples.length / 4
  return {
    runs,
    deliveries: runs * sites,
    seconds: (performance.now() - began) / 1_000,
    processes: names.map((name) => {
      const of = (from: number, to: number): number => median(samples.slice(Math.floor(from), Math.floor(to)).map((one) => one[name] ?? 0))
      return { name, early: of(quarter, 2 * quarter), late: of(3 * quarter, samples.length) }
    }),
  }
}

/** What is a process's own: shared buffers and files, which fill up and stay, are not. */
function sample(root: number): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const pid of descendants(root)) {
    const command = commandOf(pid)
    const name = pid === root ? 'gateway, APIs and realtime (Node)' : command.includes('postgres') ? 'PostgreSQL' : /\/functions\/([\w-]+)\//.exec(command)?.[1]
    if (name === undefined) continue
    const key = name.includes(' ') || name === 'PostgreSQL' ? name : `function ${name} (Deno)`
    sums[key] = (sums[key] ?? 0) + anonymousMegabytes(pid)
  }
  return sums
}

function anonymousMegabytes(pid: number): number {
  try {
    const kilobytes = /^Pss_Anon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]
    return Number(kilobytes ?? 0) / 1_024
  } catch {
    return 0
  }
}

function descendants(root: number): number[] {
  return [root, ...children(root).flatMap(descendants)]
}
