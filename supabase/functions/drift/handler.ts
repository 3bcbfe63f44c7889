import { z } from 'zod'
import { acceptCall } from '../_shared/call.ts'
import { checkDrift, type DriftDependencies } from '../_shared/drift.ts'
import { corsHeaders, json, problem } from '../_shared/http.ts'
import type { Handler, Runtime } from '../_shared/runtime.ts'

/**
 * `POST {site_ids?}`: asks sites what they show, where they have an address for it, and answers
 * `{checked, drifted, unreachable, left}` when all have answered or the time is over. Without `site_ids` it is every such
 * site of the caller's organization. For editors and admins of the sites' organizations, and for the service itself.
 */

const most = 300

const requestSchema = z.object({ site_ids: z.array(z.uuid()).max(most).optional() })

const form = `{"site_ids": ["<the id of a site>", …]}, ${most} at the most, or {} for all sites of your organization`

const mayAsk: ReadonlySet<string> = new Set(['admin', 'editor'])

/** The caller waits for the answer, and whoever stands between waits 150 s: a question takes up to 10 s more than this. */
const longestAskMs = 100_000

export type DriftHandlerDependencies = Pick<Runtime, 'identify' | 'send' | 'log' | 'nowMs'> & {
  env: Pick<Runtime['env'], 'runConcurrency' | 'hostConcurrency'>
  database: DriftDependencies['database'] & Pick<Runtime['database'], 'roleForSite' | 'askableSites'>
}

export function createDriftHandler({ env, database, identify, send, log, nowMs }: DriftHandlerDependencies): Handler {
  const limits = { runConcurrency: env.runConcurrency, hostConcurrency: env.hostConcurrency, askMs: longestAskMs }
  return async (request) => {
    const call = await acceptCall(request, { identify, schema: requestSchema, form })
    if (!call.ok) return call.error
    const { caller, body } = call.value
    let siteIds = body.site_ids === undefined ? null : [...new Set(body.site_ids)]
    if (caller.kind === 'user') {
      siteIds ??= await database.askableSites(caller.userId)
      const roles = await Promise.all(siteIds.map((siteId) => database.roleForSite(siteId, caller.userId)))
      if (roles.includes(null)) {
        return problem(404, 'not_found', 'one of these sites is not in your organizations', corsHeaders)
      }
      if (!roles.every((role) => role !== null && mayAsk.has(role))) {
        return problem(403, 'forbidden', 'a viewer cannot check sites for drift; ask an editor or an admin', corsHeaders)
      }
    }
    if (siteIds === null) return problem(400, 'bad_request', 'the service names the sites: send site_ids', corsHeaders)
    return json(200, await checkDrift(siteIds, { database, send, log, nowMs, limits }), corsHeaders)
  }
}
