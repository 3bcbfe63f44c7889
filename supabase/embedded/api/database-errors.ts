import type postgres from 'postgres'

/**
 * An error of the database as PostgREST answers it, https://docs.postgrest.org/en/stable/references/errors.html.
 * The library behind the Data API knows some codes and makes the others, among them those that our own functions raise,
 * a plain 500 without code, details and hint.
 */
export function responseForError(error: postgres.PostgresError, role: string): Response {
  return Response.json(
    { code: error.code, message: error.message, details: error.detail ?? null, hint: error.hint ?? null },
    { status: statusFor(error.code, role), headers: { 'proxy-status': `PostgREST; error=${error.code}` } },
  )
}

const exact: Record<string, number> = {
  '23503': 409, '23505': 409, '25006': 405, '42883': 404, '42P01': 404, '42P17': 500, '53400': 500, P0001: 400,
}

const byClass: Record<string, number> = {
  '08': 503, '09': 500, '0L': 403, '0P': 403, '25': 500, '28': 403, '2D': 500, '38': 500, '39': 500, '3B': 500, '40': 500,
  '53': 503, '54': 500, '55': 500, '57': 500, '58': 500, F0: 500, HV: 500, P0: 500, XX: 500,
}

function statusFor(code: string, role: string): number {
  // With these a function names the status itself: PT429 is 429.
  const chosen = /^PT([2-5]\d\d)$/.exec(code)?.[1]
  if (chosen) return Number(chosen)
  // Who has not signed in might be allowed after that; who has is refused.
  if (code === '42501') return role === 'anon' ? 401 : 403
  return exact[code] ?? byClass[code.slice(0, 2)] ?? 400
}

/** The code with which a function chooses the whole answer itself; the library understands it. */
export function choosesAnswer(error: postgres.PostgresError): boolean {
  return error.code === 'PGRST'
}
