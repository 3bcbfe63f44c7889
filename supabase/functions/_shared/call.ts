import type { z } from 'zod'
import type { Caller, IdentifyCaller } from './auth.ts'
import type { Result } from './core/result.ts'
import { bodyProblem, corsHeaders, methodNotAllowed, preflight, problem, readJson } from './http.ts'

/**
 * What every function that the app calls asks first, in this order: a browser's preflight, the method, who calls, and a
 * body of the right form. The error is the answer to give. `form` says how the body should have looked.
 */
export async function acceptCall<T>(
  request: Request,
  { identify, schema, form }: { identify: IdentifyCaller; schema: z.ZodType<T>; form: string },
): Promise<Result<{ caller: Caller; body: T }, Response>> {
  if (request.method === 'OPTIONS') return { ok: false, error: preflight() }
  if (request.method !== 'POST') return { ok: false, error: methodNotAllowed('POST', corsHeaders) }
  const caller = await identify(request)
  if (!caller.ok) {
    const { status, code, message } = caller.error
    return { ok: false, error: problem(status, code, message, corsHeaders) }
  }
  const body = await readJson(request)
  if (!body.ok) return { ok: false, error: bodyProblem(body.error, corsHeaders) }
  const parsed = schema.safeParse(body.value)
  if (!parsed.success) return { ok: false, error: problem(400, 'bad_request', `send ${form}`, corsHeaders) }
  return { ok: true, value: { caller: caller.value, body: parsed.data } }
}
