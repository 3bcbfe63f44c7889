import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RealtimeChannel, SupabaseClient } from '@supabase/supabase-js'
import { as, call, publishTo, rpc, signUp } from '../../supabase/tests/functions/support.ts'
import { join } from '../../supabase/tests/support/actors.ts'
import { inLanes } from '../../supabase/tests/support/lanes.ts'
import { percentile } from '../lib/figures.ts'
import { jobEnd } from '../lib/organization.ts'
import { clientWith, type Ground } from './ground.ts'

export interface LoadReport {
  clients: number
  requests: number
  /** Refused with 429, as they should be. */
  rateLimited: number
  /** Every other answer that is not 2xx, in words. */
  errors: string[]
  p50: number
  p95: number
  runs: number
  /** Log lines that were written, times the clients that listened. */
  lines: number
  lost: number
  twice: number
  seconds: number
}

const people = 20
const clientsEach = 10
const rounds = 10
const runs = 5
const sites = 40

/** Two hundred clients read, call functions and follow runs live, all at once; bounded in rounds and in runs. */
export async function load({ stack, sql }: Ground): Promise<LoadReport> {
  const destination = await slowDestination()
  const admin = await signUp(stack)
  const { siteIds, itemId } = await publishTo(sql, admin.organization, Array.from({ length: sites }, () => destination.url))
  const tokens: string[] = []
  await inLanes(Array.from({ length: people }), 4, async () => {
    const member = await signUp(stack)
    await sql`insert into public.memberships (organization_id, user_id, role) values (${admin.organization.id}, ${member.userId}, 'editor')`
    await rpc(member.client, 'switch_organization', { organization_id: admin.organization.id })
    const { data } = await member.client.auth.refreshSession()
    tokens.push(data.session?.access_token ?? '')
  })
  const { key } = await rpc<{ key: string }>(admin.client, 'create_api_key', { name: 'Load', scopes: ['content:read'] })
  const [site] = await sql<{ slug: string }[]>`select slug from public.sites where id = ${siteIds[0] ?? ''}`
  const clients = tokens.flatMap((token) => Array.from({ length: clientsEach }, () => ({ token, client: clientWith(stack, token) })))

  const report: LoadReport = { clients: clients.length, requests: 0, rateLimited: 0, errors: [], p50: 0, p95: 0, runs, lines: 0, lost: 0, twice: 0, seconds: 0 }
  const times: number[] = []
  const measured = async (what: string, work: () => Promise<{ status: number; words: string }>): Promise<void> => {
    const began = performance.now()
    const { status, words } = await work().catch((error: unknown) => ({ status: 0, words: String(error) }))
    times.push(performance.now() - began)
    report.requests += 1
    if (status === 429) report.rateLimited += 1
    else if (status < 200 || status >= 300) report.errors.push(`${what}: ${status} ${words}`)
  }

  const began = performance.now()
  const reading = Promise.all(
    clients.map(async ({ token, client }) => {
      for (let round = 0; round < rounds; round += 1) {
        await measured('sites', () => answered(client.from('sites').select('*, site_states(*)').limit(20)))
        await measured('items', () => answered(client.from('content_items').select().eq('id', itemId)))
        await measured('dashboard', () => answered(client.rpc('dashboard')))
        await measured('preview_payload', () => answered(client.rpc('preview_payload', { site_id: siteIds[round % siteIds.length] })))
        await measured('plan_sync', () => answered(client.rpc('plan_sync', { site_ids: siteIds.slice(0, 3) })))
        await measured('site-secret', () => fetched(call(stack, 'site-secret', { site_id: siteIds[round % siteIds.length] }, { authorization: `Bearer ${token}` })))
        await measured('api', () => fetched(fetch(`${stack.api_url}/functions/v1/api/content/${site?.slug ?? ''}`, { headers: { authorization: `Bearer ${key}` } })))
      }
    }),
  )
  for (let run = 0; run < runs; run += 1) {
    const { job_id } = await rpc<{ job_id: string }>(admin.client, 'start_sync', { options: { force: true } })
    const followers = await Promise.all(clients.map(({ client }) => follow(client, job_id)))
    await fetched(call(stack, 'sync', { job_id }, as(admin, stack)))
    const status = await jobEnd(sql, job_id)
    if (status !== 'success') report.errors.push(`run ${run + 1} ended as ${status}`)
    const [job] = await sql<{ last: string }[]>`select log_seq as last from public.sync_jobs where id = ${job_id}`
    const last = Number(job?.last)
    for (const follower of followers) {
      const { lost, twice } = await follower.end(last)
      report.lines += last
      report.lost += lost
      report.twice += twice
    }
  }
  await reading
  report.seconds = (performance.now() - began) / 1_000
  report.p50 = percentile(times, 0.5)
  report.p95 = percentile(times, 0.95)
  for (const { client } of clients) await client.realtime.disconnect()
  await destination.close()
  return report
}

interface Answer {
  status: number
  error: { message: string } | null
}

async function answered(request: PromiseLike<Answer>): Promise<{ status: number; words: string }> {
  const { status, error } = await request
  return { status, words: error?.message ?? '' }
}

async function fetched(request: Promise<Response>): Promise<{ status: number; words: string }> {
  const response = await request
  const words = await response.text()
  return { status: response.status, words: response.ok ? '' : words.slice(0, 200) }
}

interface Line {
  seq: number
}

/** As the terminal does it: subscribe, then backfill once. What is missing at the end has been lost on the way. */
async function follow(client: SupabaseClient, job: string): Promise<{ end: (last: number) => Promise<{ lost: number; twice: number }> }> {
  const seen = new Map<number, number>()
  const ranges: Promise<void>[] = []
  const note = (lines: readonly Line[]): void => lines.forEach(({ seq }) => seen.set(seq, (seen.get(seq) ?? 0) + 1))
  const fetchLines = async (from: number, to: number): Promise<Line[]> => {
    const { data, error } = await client.from('job_logs').select('seq').eq('job_id', job).gte('seq', from).lte('seq', to).order('seq')
    if (error) throw new Error(error.message)
    return data
  }
  await client.realtime.setAuth()
  const channel: RealtimeChannel = client.channel(`job:${job}`, { config: { private: true } })
  channel.on('broadcast', { event: 'log_lines' }, ({ payload }: { payload: { lines?: Line[]; from_seq?: number; to_seq?: number } }) => {
    if (payload.lines) note(payload.lines)
    else ranges.push(fetchLines(payload.from_seq ?? 0, payload.to_seq ?? 0).then(note))
  })
  const state = await join(channel)
  if (state !== 'SUBSCRIBED') throw new Error(`the topic of a run could not be joined: ${state}`)
  // Nothing but the opening lines is written before the run is drained: what came live meanwhile is not counted twice.
  const first = await fetchLines(1, 1_000_000)
  note(first.filter(({ seq }) => !seen.has(seq)))
  return {
    async end(last) {
      const deadline = Date.now() + 30_000
      while (seen.size < last && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20))
      await Promise.all(ranges)
      await client.removeChannel(channel)
      return { lost: last - seen.size, twice: [...seen.values()].filter((times) => times > 1).length }
    },
  }
}

/** Takes its time, so that lines come while everybody listens. */
async function slowDestination(): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    request.resume()
    setTimeout(() => response.writeHead(200).end('{}'), 100)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => new Promise((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    }),
  }
}
