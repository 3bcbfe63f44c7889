import { z } from 'zod'
import { actorOf } from '../_shared/actor.ts'
import { acceptCall } from '../_shared/call.ts'
import type { AlertsDatabase } from '../_shared/alerts-database.ts'
import { newSecret } from '../_shared/site-secrets.ts'
import { corsHeaders, json, problem } from '../_shared/http.ts'
import { errorText } from '../_shared/log.ts'
import type { Handler, Runtime } from '../_shared/runtime.ts'

/**
 * `POST {rule_id, action}`, for the admins of the rule's organization:
 *
 * - `secret` makes the signing secret of its webhook, or the next one, and answers `{version, secret}`. It is told this
 *   once. After a rotation the old one signs beside it for `overlap_hours` (24 unless it says otherwise);
 * - `test` sends a test message to everybody whom the rule tells, and answers what came of each.
 */

const requestSchema = z.union([
  z.object({ rule_id: z.uuid(), action: z.literal('test') }),
  z.object({ rule_id: z.uuid(), action: z.literal('secret'), from_version: z.int().min(0), overlap_hours: z.number().min(0).max(168).optional() }),
])

const form =
  '{"rule_id": "<the id of an alert rule>", "action": "test"}, or "action": "secret" with "from_version" (the version that signs now, 0 for none) and "overlap_hours" from 0 to 168'

export type AlertsDependencies = Pick<Runtime, 'identify' | 'actingAs' | 'keyRing' | 'randomBytes' | 'log' | 'alerts'> & {
  env: Pick<Runtime['env'], 'secretOverlapMs'>
  alertsDatabase: Pick<AlertsDatabase, 'ruleFor' | 'queueTest'>
}

export function createAlertsHandler(dependencies: AlertsDependencies): Handler {
  const { env, alertsDatabase, identify, actingAs, keyRing, randomBytes, log, alerts } = dependencies
  return async (request) => {
    const call = await acceptCall(request, { identify, schema: requestSchema, form })
    if (!call.ok) return call.error
    const { caller, body } = call.value
    // A key is no person: nobody could be named in the audit log.
    if (caller.kind === 'service') return problem(403, 'forbidden', 'send the access token of an admin', corsHeaders)
    const ruleId = body.rule_id
    const rule = await alertsDatabase.ruleFor(ruleId, caller.userId)
    if (rule === null) return noSuchRule()
    if (rule.role !== 'admin') {
      return problem(403, 'forbidden', `${rule.role === 'viewer' ? 'a' : 'an'} ${rule.role} cannot change alert rules; ask an admin`, corsHeaders)
    }
    if (body.action === 'test') {
      const eventId = await alertsDatabase.queueTest(ruleId, rule.email)
      if (eventId === null) return noSuchRule()
      return json(200, { event_id: eventId, told: await alerts.tellOne(eventId) }, corsHeaders)
    }
    if (body.from_version !== rule.secretVersion) return rotatedMeanwhile()
    if (!keyRing.ok) {
      log('error', 'the signing secret of an alert rule could not be made', { rule: ruleId, error: errorText(keyRing.error.message) })
      return problem(503, keyRing.error.code, `the signing secret could not be made: ${keyRing.error.message}`, corsHeaders)
    }
    const { text, sealed } = await newSecret(keyRing.value, ruleId, body.from_version + 1, randomBytes)
    const overlapMs = body.overlap_hours === undefined ? env.secretOverlapMs : body.overlap_hours * 3_600_000
    const stored = await actingAs(actorOf(caller, request), (acting) => acting.storeAlertSecret(ruleId, sealed, overlapMs))
    if (!stored) return rotatedMeanwhile()
    log('info', 'a signing secret of an alert rule was made', { rule: ruleId, version: sealed.version })
    return json(200, { version: sealed.version, secret: text }, corsHeaders)
  }
}

function rotatedMeanwhile(): Response {
  return problem(409, 'rotated_meanwhile', 'somebody else has made a new secret in the meantime; look at what signs now, and rotate again only if that is not enough', corsHeaders)
}

function noSuchRule(): Response {
  return problem(404, 'not_found', 'there is no such alert rule in your organizations', corsHeaders)
}
