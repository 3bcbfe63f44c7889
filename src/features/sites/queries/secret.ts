import { z } from 'zod/mini'
import { functionError } from '@/lib/errors'
import { supabase } from '@/lib/supabase'

// The secret itself is made, kept encrypted and used by the functions; it comes here only when an admin reveals it.

async function siteSecret(body: { site_id: string; action?: 'rotate' | 'end_overlap' | 'reveal'; overlap_hours?: number; from_version?: number }): Promise<unknown> {
  const answer = await supabase.functions.invoke<unknown>('site-secret', { body })
  if (answer.error !== null) throw await functionError(answer.error)
  return answer.data
}

/** Makes the site's signing secret where there is none yet. */
export async function makeSiteSecret(siteId: string): Promise<void> {
  await siteSecret({ site_id: siteId })
}

const rotated = z.object({ version: z.number(), overlap_until: z.nullish(z.string()) })

export interface RotatedSecret {
  version: number
  /** null: the old one ended at once. */
  overlapUntil: string | null
}

/**
 * A new secret signs from now on; the old one signs beside it for so many hours, or (0) not at all any more. Refused when
 * another version than `from` signs by now, so that two who rotate at once rotate once.
 */
export async function rotateSecret(siteId: string, from: number | null, overlapHours: number): Promise<RotatedSecret> {
  const { version, overlap_until } = rotated.parse(
    await siteSecret({ site_id: siteId, action: 'rotate', overlap_hours: overlapHours, ...(from === null ? {} : { from_version: from }) }),
  )
  return { version, overlapUntil: overlap_until ?? null }
}

export async function endSecretOverlap(siteId: string): Promise<void> {
  await siteSecret({ site_id: siteId, action: 'end_overlap' })
}

const revealed = z.object({ secret: z.string() })

/** The text of the secret that signs; every call is recorded. Refused with `reauthentication_needed` ten minutes after the last sign-in. */
export async function revealSecret(siteId: string): Promise<{ secret: string }> {
  return revealed.parse(await siteSecret({ site_id: siteId, action: 'reveal' }))
}
