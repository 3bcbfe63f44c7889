import { z } from 'zod'
import { acceptCall } from '../_shared/call.ts'
import { corsHeaders, json, problem } from '../_shared/http.ts'
import type { Handler, Runtime } from '../_shared/runtime.ts'
import { createSiteSecret } from '../_shared/site-secrets.ts'

/**
 * `POST {site_id}`: makes the site's signing secret where there is none yet, and says which version signs. It never
 * answers with the secret itself.
 */

const requestSchema = z.object({ site_id: z.uuid() })

const mayMakeSecrets: ReadonlySet<string> = new Set(['admin', 'editor'])

export type SiteSecretDependencies = Pick<Runtime, 'database' | 'identify' | 'keyRing' | 'randomBytes' | 'log'>

export function createSiteSecretHandler(dependencies: SiteSecretDependencies): Handler {
  const { database, identify, keyRing, randomBytes, log } = dependencies
  return async (request) => {
    const call = await acceptCall(request, { identify, schema: requestSchema, form: '{"site_id": "<the id of a site>"}' })
    if (!call.ok) return call.error
    const { caller, body } = call.value
    const siteId = body.site_id

    if (caller.kind === 'user') {
      const role = await database.roleForSite(siteId, caller.userId)
      if (role === null) return noSuchSite()
      if (!mayMakeSecrets.has(role)) {
        return problem(403, 'forbidden', `a ${role} cannot make signing secrets; ask an editor or an admin`, corsHeaders)
      }
    } else if (!(await database.siteExists(siteId))) {
      return noSuchSite()
    }

    let current = await database.currentSecret(siteId)
    if (current === null) {
      const made = await createSiteSecret(database, keyRing, siteId, randomBytes)
      if (!made.ok) {
        const { code, message } = made.error
        log('error', 'a signing secret could not be made', { site: siteId, error: message })
        return problem(503, code, `the signing secret could not be made: ${message}`, corsHeaders)
      }
      current = await database.currentSecret(siteId)
    }
    // The site was deleted in between.
    if (current === null) return noSuchSite()
    return json(200, { version: current.version, created_at: current.createdAt }, corsHeaders)
  }
}

function noSuchSite(): Response {
  return problem(404, 'not_found', 'there is no such site in your organizations', corsHeaders)
}
