import { isService, type AuthOptions } from '../_shared/auth.ts'
import { json, methodNotAllowed } from '../_shared/http.ts'
import { errorText } from '../_shared/log.ts'
import type { Handler, Runtime } from '../_shared/runtime.ts'

/**
 * `GET`, for monitors: 200 `{ok: true}` or 503 `{ok: false}`.
 *
 * For everybody it says whether the functions reach the database and can sign, and nothing else. For those who hold a
 * secret it says as well how the engine is doing (`engine_health`), and is not ok either when the last tick is more than a
 * minute old: then nothing that waits is taken up by itself. `reasons` says what is wrong and what to do.
 */

/** Six ticks. */
const longestTickAgeS = 60

export type HealthDependencies = Pick<Runtime, 'keyRing' | 'log'> & {
  env: Pick<AuthOptions, 'secretKeys' | 'tickSecret'>
  database: Pick<Runtime['database'], 'ping' | 'engineHealth'>
}

export function createHealthHandler({ env, database, keyRing, log }: HealthDependencies): Handler {
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return methodNotAllowed('GET, HEAD')
    try {
      if (!isService(request, env)) {
        await database.ping()
        return json(keyRing.ok ? 200 : 503, { ok: keyRing.ok })
      }
      const engine = await database.engineHealth()
      const reasons = [keyRing.ok ? null : `deliveries cannot be signed: ${keyRing.error.message}`, tickFault(engine.tick_age_s)]
      const faults = reasons.filter((reason) => reason !== null)
      const ok = faults.length === 0
      return json(ok ? 200 : 503, { ok, reasons: faults, signing: keyRing.ok ? 'ready' : keyRing.error.message, keys: keysOf(keyRing), ...engine })
    } catch (error) {
      log('error', 'the database does not answer', { error: errorText(error) })
      return json(503, { ok: false, reasons: isService(request, env) ? ['the database does not answer'] : undefined })
    }
  }
}

/** Which key seals, and by which checks to tell that the keys here are the ones that somebody else holds. */
function keysOf(keyRing: Runtime['keyRing']): { sealing: number; checks: Readonly<Record<string, string>> } | null {
  return keyRing.ok ? { sealing: keyRing.value.current, checks: keyRing.value.checks } : null
}

function tickFault(ageS: unknown): string | null {
  const what = 'see that something calls the function tick every 10 seconds, with its secret'
  if (typeof ageS !== 'number') return `the tick has never come: ${what}`
  return ageS > longestTickAgeS ? `the last tick came ${ageS} s ago: ${what}` : null
}
