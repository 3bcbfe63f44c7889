/** Who may call which Edge Function: stated by hand, for every folder that is deployed as one. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isAtLeast, type Actor, type Ids, type MatrixWorld, type Minimum } from './matrix-actors.ts'
import { describeAnswer, send, type Answer, type Call } from './matrix-http.ts'
import type { Letter } from './matrix-report.ts'

export interface Act {
  /** `key`: API keys alone; `nobody`: machines with another proof than a session (a signature, the tick's secret). */
  may: 'everybody' | 'nobody' | 'key' | Minimum
  call: (ids: Ids) => Call
  /** What those who may send instead, so that A stays as it is. */
  harmless?: (ids: Ids) => Call
  /** What they are answered. */
  status: number
  /** What others are answered who are signed in and no member: as if nothing was there, unless it says otherwise. */
  stranger?: 'own'
  nobody?: 403
}

const post = (path: string, body: unknown): Call => ({ method: 'POST', path: `/functions/v1/${path}`, body })
const fetchFrom = (path: string): Call => ({ method: 'GET', path: `/functions/v1/${path}` })
const noId = '00000000-0000-4000-8000-000000000000'
const app_url = 'http://localhost:5173'

/** By function; a function may do several things. */
export const acts: Record<string, Record<string, Act>> = {
  alerts: {
    'make a secret': {
      may: 'admin', call: ({ alertRule }) => post('alerts', { rule_id: alertRule, action: 'secret', from_version: 1 }),
      harmless: ({ alertRule }) => post('alerts', { rule_id: alertRule, action: 'secret', from_version: 99 }), status: 409,
    },
    'send a test': { may: 'admin', call: ({ alertRule }) => post('alerts', { rule_id: alertRule, action: 'test' }), harmless: () => post('alerts', { rule_id: noId, action: 'test' }), status: 404 },
  },
  api: {
    'read content': { may: 'key', call: ({ siteSlug }) => fetchFrom(`api/content/${siteSlug}`), status: 200 },
    'read a run': { may: 'key', call: ({ job }) => fetchFrom(`api/syncs/${job}`), status: 200 },
    'start a run': { may: 'key', call: ({ siteSlug }) => post('api/syncs', { sites: [siteSlug] }), harmless: () => post('api/syncs', { sites: ['no-such-site'] }), status: 422 },
    'read openapi.json': { may: 'everybody', call: () => fetchFrom('api/openapi.json'), status: 200 },
  },
  destination: {
    deliver: { may: 'nobody', call: ({ site }) => ({ ...post(`destination/${site}`, { version: 1, site: {}, items: [] }), headers: signedBySomebodyElse() }), status: 401 },
  },
  drift: { check: { may: 'editor', call: ({ site }) => post('drift', { site_ids: [site] }), status: 200 } },
  health: { look: { may: 'everybody', call: () => fetchFrom('health'), status: 200 } },
  invite: {
    invite: {
      may: 'admin', call: () => post('invite', { email: 'mallory@example.com', role: 'admin', app_url }), harmless: () => post('invite', { email: 'mallory', role: 'admin', app_url }),
      status: 400, stranger: 'own', nobody: 403,
    },
    'send again': {
      may: 'admin', call: ({ invitation }) => post('invite', { invitation_id: invitation, app_url }), harmless: () => post('invite', { invitation_id: noId, app_url }), status: 404, nobody: 403,
    },
  },
  'send-test': { send: { may: 'editor', call: ({ site }) => post('send-test', { site_id: site }), status: 200 } },
  'site-secret': {
    make: { may: 'editor', call: ({ site }) => post('site-secret', { site_id: site }), status: 200 },
    rotate: {
      may: 'admin', call: ({ site }) => post('site-secret', { site_id: site, action: 'rotate', overlap_hours: 0 }),
      harmless: ({ site }) => post('site-secret', { site_id: site, action: 'rotate', from_version: 99 }), status: 409,
    },
    'end overlap': { may: 'admin', call: ({ site }) => post('site-secret', { site_id: site, action: 'end_overlap' }), status: 200 },
    reveal: { may: 'admin', call: ({ site }) => post('site-secret', { site_id: site, action: 'reveal' }), status: 200 },
  },
  sync: { drain: { may: 'viewer', call: ({ job }) => post('sync', { job_id: job }), status: 202 } },
  tick: { tick: { may: 'nobody', call: () => post('tick', {}), status: 401 } },
}

/** In the right form, now, and with a key that is not the site's. */
function signedBySomebodyElse(): Record<string, string> {
  const signature = Buffer.alloc(32, 7)
  return {
    'webhook-id': 'msg_matrix', 'webhook-timestamp': String(Math.floor(Date.now() / 1000)), 'webhook-sequence': '999999',
    'webhook-signature': `v1,${signature.toString('base64')}`, 'x-dsign': `v1=${signature.toString('hex')}`,
  }
}

/** What is deployed: a folder with an index.ts. */
export function liveFunctions(): string[] {
  const folder = fileURLToPath(new URL('../../functions/', import.meta.url))
  return readdirSync(folder).filter((name) => !name.startsWith('_') && existsSync(join(folder, name, 'index.ts'))).sort()
}

export interface StatedAnswer {
  letter: Letter
  status: number
}

export function statedAnswer(act: Act, { name, standing }: Actor): StatedAnswer {
  const signedOut: StatedAnswer = { letter: '-', status: 401 }
  const allowed: StatedAnswer = { letter: '+', status: act.status }
  if (act.may === 'everybody') return allowed
  if (act.may === 'nobody') return signedOut
  if (act.may === 'key') return name === 'key' ? allowed : signedOut
  // Functions ask Auth whose session it is: one that was ended is nobody's.
  if (standing === 'visitor' || standing === 'unverified' || standing === 'ended') return signedOut
  if (standing === 'nobody') return act.nobody === undefined ? { letter: '.', status: 404 } : { letter: 'x', status: 403 }
  if (standing === 'stranger') return act.stranger === 'own' ? { letter: 'o', status: 200 } : { letter: '.', status: 404 }
  return isAtLeast(standing, act.may) ? allowed : { letter: 'x', status: 403 }
}

export function callFunction(world: MatrixWorld, actor: Actor, act: Act, ids: Ids): Promise<Answer> {
  const { letter } = statedAnswer(act, actor)
  return send(world, actor, (letter === '+' ? (act.harmless ?? act.call) : act.call)(ids))
}

export function problemsOfFunction(world: MatrixWorld, act: Act, actor: Actor, answer: Answer): string[] {
  const { letter, status } = statedAnswer(act, actor)
  const problems = answer.status === status ? [] : [`is stated as "${letter}" ${status} and was ${describeAnswer(answer)}`]
  const names = [world.a.organization.id, world.a.owner.email, 'whsec_']
  if (letter !== '+') problems.push(...names.filter((text) => answer.text.includes(text)).map((text) => `the answer names ${text}`))
  return problems
}
