import { isService } from '../_shared/auth.ts'
import { json, methodNotAllowed } from '../_shared/http.ts'
import { errorText } from '../_shared/log.ts'
import type { Handler, Runtime } from '../_shared/runtime.ts'

/** `GET`: whether the functions reach the database; for those who hold a secret also how the engine is doing. */

export type HealthDependencies = Pick<Runtime, 'env' | 'database' | 'keyRing' | 'log'>

export function createHealthHandler({ env, database, keyRing, log }: HealthDependencies): Handler {
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return methodNotAllowed('GET, HEAD')
    try {
      if (!isService(request, env)) {
        await database.ping()
        return json(200, { ok: true })
      }
      const engine = await database.engineHealth()
      return json(200, { ok: keyRing.ok, signing: keyRing.ok ? 'ready' : keyRing.error.message, ...engine })
    } catch (error) {
      log('error', 'the database does not answer', { error: errorText(error) })
      return json(503, { ok: false })
    }
  }
}
