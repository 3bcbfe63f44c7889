import { z } from 'zod'
import type { Caller } from '../_shared/auth.ts'
import { acceptCall } from '../_shared/call.ts'
import { corsHeaders, json, problem } from '../_shared/http.ts'
import type { Handler, Runtime } from '../_shared/runtime.ts'
import { createSiteSecret, rotatedMeanwhile, rotateSiteSecret, type SecretError } from '../_shared/site-secrets.ts'

/**
 * `POST {site_id}`: makes the site's signing secret where there is none yet, and says which version signs.
 * `POST {site_id, action: "rotate"}`: a new secret. The old one signs beside it for `overlap_hours` (0 ends it at once);
 * with `from_version` only if that version still signs, so that a click that came twice rotates once.
 * `POST {site_id, action: "end_overlap"}`: from now on only the newest signs.
 * It never answers with a secret itself.
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
])

type SecretRequest = z.infer<typeof requestSchema>
type Action = SecretRequest['action']

const form =
  '{"site_id": "<the id of a site>"}, with "action": "rotate" and "overlap_hours" from 0 to 168 for a new secret, or "action": "end_overlap"'

/** Making the first is part of adding a site; taking one away from a receiver that knows it is not. */
const mayDo: Readonly<Record<Action, { roles: ReadonlySet<string>; what: string; ask: string }>> = {
  make: { roles: new Set(['admin', 'editor']), what: 'make signing secrets', ask: 'ask an editor or an admin' },
  rotate: { roles: new Set(['admin']), what: 'rotate signing secrets', ask: 'ask an admin' },
  end_overlap: { roles: new Set(['admin']), what: 'end the overlap of signing secrets', ask: 'ask an admin' },
}

export type SiteSecretDependencies = Pick<Runtime, 'identify' | 'keyRing' | 'randomBytes' | 'log'> & {
  env: Pick<Runtime['env'], 'secretOverlapMs'>
  database: Pick<
    Runtime['database'],
    'roleForSite' | 'siteExists' | 'currentSecret' | 'siteSecrets' | 'storeSiteSecret' | 'rotateSiteSecret' | 'endSecretOverlap'
  >
}

export function createSiteSecretHandler(dependencies: SiteSecretDependencies): Handler {
  const { env, database, identify, keyRing, randomBytes, log } = dependencies

  async function refusal(siteId: string, caller: Caller, action: Action): Promise<Response | null> {
    if (caller.kind === 'service') return (await database.siteExists(siteId)) ? null : noSuchSite()
    const role = await database.roleForSite(siteId, caller.userId)
    if (role === null) return noSuchSite()
    const { roles, what, ask } = mayDo[action]
    const article = role === 'viewer' ? 'a' : 'an'
    return roles.has(role) ? null : problem(403, 'forbidden', `${article} ${role} cannot ${what}; ${ask}`, corsHeaders)
  }

  async function make(siteId: string): Promise<Response> {
    let current = await database.currentSecret(siteId)
    if (current === null) {
      const made = await createSiteSecret(database, keyRing, siteId, randomBytes)
      if (!made.ok) return notMade(siteId, made.error)
      current = await database.currentSecret(siteId)
    }
    // The site was deleted in between.
    if (current === null) return noSuchSite()
    return json(200, { version: current.version, created_at: current.createdAt }, corsHeaders)
  }

  async function rotate(siteId: string, overlapMs: number, fromVersion: number | undefined): Promise<Response> {
    const from = (await database.currentSecret(siteId))?.version ?? 0
    if (fromVersion !== undefined && fromVersion !== from) return conflict(rotatedMeanwhile)
    const rotated = await rotateSiteSecret(database, keyRing, { siteId, from, overlapMs }, randomBytes)
    if (!rotated.ok) return rotated.error.code === rotatedMeanwhile.code ? conflict(rotated.error) : notMade(siteId, rotated.error)
    const { version, overlapUntil } = rotated.value
    log('info', 'a signing secret was rotated', { site: siteId, version, overlap_until: overlapUntil })
    return json(200, { version, overlap_until: overlapUntil }, corsHeaders)
  }

  async function endOverlap(siteId: string): Promise<Response> {
    await database.endSecretOverlap(siteId)
    const current = await database.currentSecret(siteId)
    return json(200, { version: current?.version ?? null, overlap_until: null }, corsHeaders)
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
    switch (body.action) {
      case 'make':
        return make(body.site_id)
      case 'rotate': {
        const overlapMs = body.overlap_hours === undefined ? env.secretOverlapMs : body.overlap_hours * 3_600_000
        return rotate(body.site_id, overlapMs, body.from_version)
      }
      case 'end_overlap':
        return endOverlap(body.site_id)
    }
  }
}

function conflict({ code, message }: SecretError): Response {
  return problem(409, code, message, corsHeaders)
}

function noSuchSite(): Response {
  return problem(404, 'not_found', 'there is no such site in your organizations', corsHeaders)
}
