import { parsePage, type LandingPage } from './page-data.ts'
import type { PageAddress } from './route.ts'

export interface Backend {
  supabaseUrl: string
  supabaseKey: string
}

/** Why a page could not be fetched; `status` where the backend answered at all. */
export type FetchFailure = { reason: 'unreachable' } | { reason: 'refused'; status: number } | { reason: 'unreadable' }

export type FetchResult = { kind: 'page'; page: LandingPage } | { kind: 'unknown' } | { kind: 'failed'; failure: FetchFailure }

const timeoutMs = 10_000

/**
 * One call of the public `landing_page` function, by plain fetch so that the Supabase client is not on the way to the first paint.
 * The key goes in `apikey` alone: publishable keys are no JWTs and have no meaning as a bearer token.
 */
export async function fetchPage(backend: Backend, address: PageAddress): Promise<FetchResult> {
  let response: Response
  try {
    response = await fetch(`${backend.supabaseUrl}/rest/v1/rpc/landing_page`, {
      method: 'POST',
      headers: { apikey: backend.supabaseKey, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ org_slug: address.organization, site_slug: address.site }),
      signal: AbortSignal.timeout(timeoutMs),
    })
  } catch {
    return { kind: 'failed', failure: { reason: 'unreachable' } }
  }
  if (!response.ok) return { kind: 'failed', failure: { reason: 'refused', status: response.status } }

  let answer: unknown
  try {
    answer = await response.json()
  } catch {
    return { kind: 'failed', failure: { reason: 'unreadable' } }
  }
  if (answer === null) return { kind: 'unknown' }
  const page = parsePage(answer)
  return page ? { kind: 'page', page } : { kind: 'failed', failure: { reason: 'unreadable' } }
}
