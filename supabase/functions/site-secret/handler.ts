import { z } from 'zod'
import { actorOf, type Actor } from '../_shared/actor.ts'
import type { Caller } from '../_shared/auth.ts'
import { acceptCall } from '../_shared/call.ts'
import { corsHeaders, json, problem } from '../_shared/http.ts'
import type { Handler, Runtime } from '../_shared/runtime.ts'
import { createSiteSecret, revealSiteSecret, rotatedMeanwhile, rotateSiteSecret, type SecretError } from '../_shared/site-secrets.ts'

/**
 * `POST {site_id}`: makes the site's signing secret where there is none yet, and says which version signs.
 * `POST {site_id, action: "rotate"}`: a new secret. The old one signs beside it for `overlap_hours` (0 ends it at once);
 * with `from_version` only if that version still signs, so that a click that came twice rotates once.
 * `POST {site_id, action: "end_overlap"}`: from now on only the newest signs.
 * `POST {site_id, action: "reveal"}`: the text of the secret that signs. For an admin who has signed in within the last ten
 * minutes, and only when the audit log has it; no other answer of this function holds a secret.
 */

const requestSchema = z.union([
  z.object({ site_id: z.uuid(), action: z.literal('make').default('make') }),
  z.object({
    site_id: z.uuid(),
    action: z.literal('rotate'),
    overlap_hours: z.number().min(0).max(168).optional(),
    from_version: z.int().min(1).optional(),
  }),
  z.object({ site_id: z.uuid(), action: z.literal('end_overlap') }),
  z.object({ site_id: z.uuid(), action: z.literal('reveal') }),
])

type SecretRequest = z.infer<typeof requestSchema>
type Action = SecretRequest['action']

const form =
  '{"site_id": "<the id of a site>"}, with "action": "rotate" and "overlap_hours" from 0 to 168 for a new secret, or "action": "end_overlap" or "reveal"'

/** Making the first is part of adding a site; taking one away from a receiver that knows it is not. */
const mayDo: Readonly<Record<Action, { roles: ReadonlySet<string>; what: string; ask: string }>> = {
  make: { roles: new Set(['admin', 'editor']), what: 'make signing secrets', ask: 'ask an editor or an admin' },
  rotate: { roles: new Set(['admin']), what: 'rotate signing secrets', ask: 'ask an admin' },
  end_overlap: { roles: new Set(['admin']), what: 'end the overlap of signing secrets', ask: 'ask an admin' },
  reveal: { roles: new Set(['admin']), what: 'reveal signing secrets', ask: 'ask an admin' },
}

/** A session that somebody left open must not be enough to carry a secret away. */
const recentSignInMs = 10 * 60_000

export type SiteSecretDependencies = Pick<Runtime, 'identify' | 'actingAs' | 'keyRing' | 'randomBytes' | 'nowMs' | 'log'> & {
  env: Pick<Runtime['env'], 'secretOverlapMs'>
  database: Pick<Runtime['database'], 'roleForSite' | 'siteExists' | 'currentSecret'>
}

export function createSiteSecretHandler(dependencies: SiteSecretDependencies): Handler {
  const { env, database, actingAs, identify, keyRing, randomBytes, nowMs, log } = dependencies

  async function refusal(siteId: string, caller: Caller, action: Action): Promise<Response | null> {
    if (caller.kind === 'service') {
      // A key is no person: nobody could be named in the audit log.
      if (action === 'reveal') return problem(403, 'forbidden', 'only an admin who is signed in can reveal signing secrets', corsHeaders)
      return (await database.siteExists(siteId)) ? null : noSuchSite()
    }
    const role = await database.roleForSite(siteId, caller.userId)
    if (role === null) return noSuchSite()
    const { roles, what, ask } = mayDo[action]
    const article = role === 'viewer' ? 'a' : 'an'
    if (!roles.has(role)) return problem(403, 'forbidden', `${article} ${role} cannot ${what}; ${ask}`, corsHeaders)
    const age = caller.signedInAt === null ? Infinity : nowMs() - caller.signedInAt
    if (action === 'reveal' && age > recentSignInMs) {
      return problem(403, 'reauthentication_needed', 'sign in again to reveal a signing secret: your last sign-in is more than 10 minutes ago', corsHeaders)
    }
    return null
  }

  async function make(siteId: string, actor: Actor | null): Promise<Response> {
    let current = await database.currentSecret(siteId)
    if (current === null) {
      const made = await actingAs(actor, (acting) => createSiteSecret(acting, keyRing, siteId, randomBytes))
      if (!made.ok) return notMade(siteId, made.error)
      current = await database.currentSecret(siteId)
    }
    // The site was deleted in between.
    if (current === null) return noSuchSite()
    return json(200, { version: current.version, created_at: current.createdAt }, corsHeaders)
  }

  async function rotate(siteId: string, overlapMs: number, fromVersion: number | undefined, actor: Actor | null): Promise<Response> {
    const from = (await database.currentSecret(siteId))?.version ?? 0
    if (fromVersion !== undefined && fromVersion !== from) return conflict(rotatedMeanwhile)
    const rotated = await actingAs(actor, (acting) => rotateSiteSecret(acting, keyRing, { siteId, from, overlapMs }, randomBytes))
    if (!rotated.ok) return rotated.error.code === rotatedMeanwhile.code ? conflict(rotated.error) : notMade(siteId, rotated.error)
    const { version, overlapUntil } = rotated.value
    log('info', 'a signing secret was rotated', { site: siteId, version, overlap_until: overlapUntil })
    return json(200, { version, overlap_until: overlapUntil }, corsHeaders)
  }

  async function endOverlap(siteId: string, actor: Actor | null): Promise<Response> {
    await actingAs(actor, (acting) => acting.endSecretOverlap(siteId))
    const current = await database.currentSecret(siteId)
    return json(200, { version: current?.version ?? null, overlap_until: null }, corsHeaders)
  }

  async function reveal(siteId: string, actor: Actor | null): Promise<Response> {
    // The answer leaves when the transaction with its entry in the audit log is done, or not at all.
    const revealed = await actingAs(actor, (acting) => revealSiteSecret(acting, keyRing, siteId))
    if (!revealed.ok) {
      const { code, message } = revealed.error
      if (code === 'no_secret') return problem(404, code, message, corsHeaders)
      log('error', 'a signing secret could not be revealed', { site: siteId, error: message })
      return problem(503, code, `the signing secret could not be revealed: ${message}`, corsHeaders)
    }
    const { version, secret, createdAt } = revealed.value
    log('info', 'a signing secret was revealed', { site: siteId, version, user: actor?.id })
    return json(200, { version, secret, created_at: createdAt }, corsHeaders)
  }

  function notMade(siteId: string, { code, message }: SecretError): Response {
    log('error', 'a signing secret could not be made', { site: siteId, error: message })
    return problem(503, code, `the signing secret could not be made: ${message}`, corsHeaders)
  }

  return async (request) => {
    const call = await acceptCall(request, { identify, schema: requestSchema, form })
    if (!call.ok) return call.error
    const { caller, body } = call.value
    const refused = await refusal(body.site_id, caller, body.action)
    if (refused !== null) return refused
    const actor = actorOf(caller, request)
    switch (body.action) {
      case 'make':
        return make(body.site_id, actor)
      case 'rotate': {
        const overlapMs = body.overlap_hours === undefined ? env.secretOverlapMs : body.overlap_hours * 3_600_000
        return rotate(body.site_id, overlapMs, body.from_version, actor)
      }
      case 'end_overlap':
        return endOverlap(body.site_id, actor)
      case 'reveal':
        return reveal(body.site_id, actor)
    }
  }
}

function conflict({ code, message }: SecretError): Response {
  return problem(409, code, message, corsHeaders)
}

function noSuchSite(): Response {
  return problem(404, 'not_found', 'there is no such site in your organizations', corsHeaders)
}
