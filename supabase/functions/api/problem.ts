import { violatedPolicies } from './headers.ts'

/** Errors of the public API: problem details (RFC 9457) with a stable `code` for programs. */

export const problems = {
  bad_request: [400, 'The request is malformed'],
  bad_idempotency_key: [400, 'The idempotency key is malformed'],
  missing_key: [401, 'An API key is needed'],
  unknown_key: [401, 'The API key is not valid'],
  expired_key: [401, 'The API key has expired'],
  revoked_key: [401, 'The API key has been revoked'],
  insufficient_scope: [403, 'The API key lacks a scope'],
  not_found: [404, 'Not found'],
  method_not_allowed: [405, 'Method not allowed'],
  nothing_to_sync: [409, 'There is no site to sync'],
  nothing_published: [409, 'There is nothing to send'],
  payload_too_large: [409, 'A payload is too large to be delivered'],
  site_disabled: [409, 'The site is disabled'],
  too_large: [413, 'The request body is too large'],
  unsupported_media_type: [415, 'The request body is not JSON'],
  unknown_site: [422, 'There is no such site'],
  idempotency_key_reused: [422, 'The idempotency key was used for another request'],
  rate_limited: [429, 'Too many requests'],
  internal: [500, 'Something went wrong'],
  unavailable: [503, 'The database cannot be reached'],
} as const satisfies Record<string, readonly [status: number, title: string]>

export type ProblemCode = keyof typeof problems

export const problemCodes = Object.keys(problems) as ProblemCode[]

/** The path of the API behind the gateway of a Supabase project. */
export const basePath = '/functions/v1/api'

/** The registered type where there is one; else the place in the OpenAPI document that describes it. */
export function problemType(code: ProblemCode): string {
  if (code === 'rate_limited') return 'https://iana.org/assignments/http-problem-types#quota-exceeded'
  return `${basePath}/openapi.json#/components/responses/${code}`
}

export interface ProblemDetails {
  type: string
  title: string
  status: number
  detail: string
  code: ProblemCode
  /** Where in the body the faults are (JSON Pointer), with bad_request. */
  errors?: { pointer: string; detail: string }[]
  'violated-policies'?: string[]
}

export interface ProblemExtras {
  headers?: Readonly<Record<string, string>>
  members?: Pick<ProblemDetails, 'errors'>
}

export function problemDetails(code: ProblemCode, detail: string, members: ProblemExtras['members'] = {}): ProblemDetails {
  const [status, title] = problems[code]
  return { type: problemType(code), title, status, detail, code, ...members, ...(code === 'rate_limited' ? violatedPolicies : {}) }
}

export function problem(code: ProblemCode, detail: string, { headers = {}, members }: ProblemExtras = {}): Response {
  return new Response(JSON.stringify(problemDetails(code, detail, members)), {
    status: problems[code][0],
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
  })
}
