import { randomUUID } from 'node:crypto'
import { request } from 'node:http'
import fc from 'fast-check'
import type postgres from 'postgres'
import { importSecret, signatureHeaders, type SigningKey } from '../../functions/_shared/core/signing.ts'
import { as, call, jobEnd, publishTo, rpc, signUp } from '../functions/support.ts'
import { inLanes } from '../support/lanes.ts'
import type { ProvidedStack } from '../support/throwaway-stack.ts'
import { cases, type Case, type Credential, type Known } from './fuzz-cases.ts'

export interface FuzzReport {
  cases: number
  /** Answers by status. */
  answers: Record<string, number>
  /** Cases of whose batch every answer was 4xx: nothing may have changed, and that was compared. */
  comparedUnchanged: number
  /** What must not be: an answer that is neither 2xx nor 4xx, or a change without a 2xx. */
  violations: string[]
}

interface Options {
  stack: ProvidedStack
  sql: postgres.Sql
  count: number
  seed: number
}

const batchSize = 20
const lanes = 10

/** Sends what fast-check makes up, in batches, and compares the database before and after each batch that was refused as a whole. */
export async function fuzz({ stack, sql, count, seed }: Options): Promise<FuzzReport> {
  const { known, tokens, key } = await prepare(stack, sql)
  const report: FuzzReport = { cases: 0, answers: {}, comparedUnchanged: 0, violations: [] }
  const made = fc.sample(cases(known), { numRuns: count, seed })
  let before = await fingerprint(sql)
  let sequence = 1_000
  for (let start = 0; start < made.length; start += batchSize) {
    const batch = made.slice(start, start + batchSize)
    const statuses: number[] = []
    await inLanes(batch, lanes, async (one) => {
      const headers = { ...one.headers, ...credentialHeaders(one.credential, tokens) }
      if (one.signed && one.body !== null && one.path.startsWith('destination/')) {
        sequence += 1
        const signed = await signatureHeaders([key], { id: `msg_${randomUUID()}`, timestamp: Math.floor(Date.now() / 1_000), sequence, body: one.body })
        Object.assign(headers, signed)
      }
      const status = await send(stack, one, headers)
      statuses.push(status)
      report.answers[status] = (report.answers[status] ?? 0) + 1
      if (status < 200 || status >= 500 || (status >= 300 && status < 400 && status !== 304)) report.violations.push(`${status} to ${describe(one)}`)
    })
    report.cases += batch.length
    const after = await fingerprint(sql)
    if (statuses.every((status) => status >= 400 && status < 500)) {
      report.comparedUnchanged += batch.length
      if (after !== before) report.violations.push(`something changed although all was refused: ${batch.map(describe).join(' | ')}`)
    }
    before = after
  }
  return report
}

interface Prepared {
  known: Known
  tokens: Record<Credential, string | null>
  key: SigningKey
}

async function prepare(stack: ProvidedStack, sql: postgres.Sql): Promise<Prepared> {
  const admin = await signUp(stack)
  const stranger = await signUp(stack)
  const viewer = await signUp(stack)
  await sql`insert into public.memberships (organization_id, user_id, role) values (${admin.organization.id}, ${viewer.userId}, 'viewer')`
  await rpc(viewer.client, 'switch_organization', { organization_id: admin.organization.id })
  const { data } = await viewer.client.auth.refreshSession()
  const { siteIds, itemId } = await publishTo(sql, admin.organization, [null])
  const other = await publishTo(sql, stranger.organization, [null])
  const site = siteIds[0] ?? ''
  const [row] = await sql<{ slug: string }[]>`select slug from public.sites where id = ${site}`
  await call(stack, 'site-secret', { site_id: site }, as(admin, stack))
  const revealed = (await (await call(stack, 'site-secret', { site_id: site, action: 'reveal' }, as(admin, stack))).json()) as { secret?: string }
  const key = await importSecret(revealed.secret ?? '')
  if (!key.ok) throw new Error(`the receiver's secret was not revealed: ${JSON.stringify(Object.keys(revealed))}`)
  const { job_id } = await rpc<{ job_id: string }>(admin.client, 'start_sync')
  await call(stack, 'sync', { job_id }, as(admin, stack))
  await jobEnd(sql, job_id)
  const { key: apiKey } = await rpc<{ key: string }>(admin.client, 'create_api_key', { name: 'Fuzz', scopes: ['content:read', 'sync:run'] })
  return {
    known: { site, otherSite: other.siteIds[0] ?? '', job: job_id, item: itemId, slug: row?.slug ?? '' },
    tokens: {
      none: null, garbage: 'not.a.token', publishable: stack.publishable_key, 'tick-guess': null,
      viewer: data.session?.access_token ?? '', admin: admin.token, stranger: stranger.token, 'api-key': apiKey,
    },
    key: key.value,
  }
}

function credentialHeaders(credential: Credential, tokens: Record<Credential, string | null>): Record<string, string> {
  if (credential === 'tick-guess') return { 'x-tick-secret': 'a-guess-that-is-long-enough' }
  const token = tokens[credential]
  return token === null ? {} : { authorization: `Bearer ${token}` }
}

/** Node's own client: fetch would put its own headers beside ours, and refuses some methods a body. */
function send(stack: ProvidedStack, { path, method, body }: Case, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${stack.api_url}/functions/v1/`, { method, headers: { 'content-type': 'application/json', ...headers, ...(body === null ? {} : { 'content-length': body.length }) }, path: `/functions/v1/${path}` })
    outgoing.setTimeout(60_000, () => outgoing.destroy(new Error('no answer within a minute')))
    outgoing.once('response', (answer) => {
      answer.resume()
      answer.once('end', () => resolve(answer.statusCode ?? 0))
      answer.once('error', reject)
    })
    // A server that has refused a large body may close while it is still being sent; its answer counts then.
    outgoing.once('error', reject)
    outgoing.end(body ?? undefined)
  })
}

/**
 * All that people and the engine have, down to the last byte. Left out: what counts requests, what the clock writes, and
 * what Realtime has said.
 */
async function fingerprint(sql: postgres.Sql): Promise<string> {
  const tables = await sql<{ name: string }[]>`
    select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'private') and c.relkind = 'r' and c.relname not in ('verb_uses', 'api_key_hashes', 'api_keys', 'engine_state', 'audit_queue', 'audit_commits')
    order by 1`
  const parts = tables.map(({ name }) => `select '${name} ' || count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '-') as print from ${name} t`)
  const prints = await sql.unsafe<{ print: string }[]>(parts.join(' union all '))
  return prints.map(({ print }) => print).join('\n')
}

function describe({ method, path, credential, headers, body, signed }: Case): string {
  const text = body === null ? 'no body' : `${body.length} bytes ${JSON.stringify(body.subarray(0, 120).toString('latin1'))}`
  return `${method} ${path.slice(0, 80)} as ${credential}${signed ? ', signed' : ''}, ${JSON.stringify(headers)}, ${text}`
}
