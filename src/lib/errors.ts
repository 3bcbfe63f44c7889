/** What a person reads when something failed: what happened, and what to do next. */
export interface ErrorText {
  title: string
  detail?: string
  /** The machine's own code (SQLSTATE, HTTP status), for a report. */
  code?: string
}

interface ErrorLike {
  message?: unknown
  hint?: unknown
  details?: unknown
  code?: unknown
  status?: unknown
  name?: unknown
}

/** Codes of PostgreSQL and PostgREST (postgrest.org, "Errors") whose own words would not help a person. */
const KNOWN: Readonly<Record<string, ErrorText>> = {
  '42501': { title: 'Your role does not allow this', detail: 'Ask an admin of the organization to do it or to change your role.' },
  '23505': { title: 'That name is taken', detail: 'Something with the same name or slug exists already. Choose another.' },
  '23503': { title: 'Something else still refers to this', detail: 'Remove what refers to it first, then try again.' },
  '23514': { title: 'A value is outside what is allowed here', detail: 'Check the fields and save again.' },
  '57014': { title: 'The database took too long', detail: 'Nothing was changed. Try again in a moment.' },
  PGRST116: { title: 'Not found', detail: 'It was deleted, or it belongs to another organization.' },
  PGRST301: { title: 'Your session has ended', detail: 'Sign in again.' },
  PGRST303: { title: 'Your session has ended', detail: 'Sign in again.' },
}

const OFFLINE: ErrorText = {
  title: 'The server cannot be reached',
  detail: 'Check your connection, then try again.',
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined)

/** Turns anything thrown (PostgREST, Auth, functions, fetch) into words. Our own verbs (SQLSTATE DS0xx) speak for themselves. */
export function describeError(error: unknown): ErrorText {
  if (typeof error === 'string') return { title: error }
  if (typeof error !== 'object' || error === null) return { title: 'Something went wrong', detail: 'Try again.' }

  const like = error as ErrorLike
  const message = text(like.message)
  const code = text(like.code) ?? (typeof like.status === 'number' ? String(like.status) : undefined)

  if (message !== undefined && isNetworkFailure(like, message)) return OFFLINE
  // Our verbs raise DS0xx and may use a well-known code with a hint of their own: then their words are the better ones.
  if (code !== undefined && text(like.hint) === undefined && KNOWN[code] !== undefined) return { ...KNOWN[code], code }
  return {
    title: message ?? 'Something went wrong',
    ...(text(like.hint) !== undefined ? { detail: text(like.hint) } : {}),
    ...(code !== undefined ? { code } : {}),
  }
}

/** One line, for a toast or a field. */
export function errorLine(error: unknown): string {
  const { title, detail } = describeError(error)
  if (detail === undefined) return title
  return `${title}${/[.!?]$/.test(title) ? '' : '.'} ${detail}`
}

function isNetworkFailure(like: ErrorLike, message: string): boolean {
  if (like.name === 'AuthRetryableFetchError' || like.name === 'FunctionsFetchError') return true
  // fetch() rejects with a TypeError whose words differ by browser; PostgREST's client passes them on in `message`.
  return /failed to fetch|networkerror when attempting|load failed|fetch failed/i.test(message)
}

export interface ValidationProblem {
  path: string
  message: string
}

/** The problems that publishing invalid data raises (DS020: `details` is JSON [{path, message}]); empty for anything else. */
export function validationProblems(error: unknown): ValidationProblem[] {
  if (typeof error !== 'object' || error === null) return []
  const details = text((error as ErrorLike).details)
  if (details === undefined) return []
  try {
    const parsed: unknown = JSON.parse(details)
    return Array.isArray(parsed) ? parsed.filter(isProblem) : []
  } catch {
    return []
  }
}

function isProblem(value: unknown): value is ValidationProblem {
  return (
    typeof value === 'object' && value !== null && 'path' in value && 'message' in value &&
    typeof value.path === 'string' && typeof value.message === 'string'
  )
}

/**
 * supabase-js wraps a function's refusal in a FunctionsHttpError whose `context` is the Response: the words are in its body.
 * Awaited once, where the call is made, so that everything after it sees a plain {code, message, hint}.
 */
export async function functionError(error: unknown): Promise<unknown> {
  if (typeof error !== 'object' || error === null || !('context' in error) || !(error.context instanceof Response)) return error
  const status = error.context.status
  try {
    const body: unknown = await error.context.clone().json()
    // Our functions say what happened in `error`, the gateway and the platform in `message`.
    if (typeof body === 'object' && body !== null) return { status, ...('error' in body ? { message: body.error } : {}), ...body }
  } catch {
    // Not JSON: a gateway's own page. The status is all there is to tell.
  }
  return { status, message: `The server answered ${status}` }
}
