import { z } from 'zod/mini'
import type { Role } from '@/lib/claims'
import { functionError } from '@/lib/errors'
import { supabase } from '@/lib/supabase'

const sentSchema = z.object({
  invitation: z.object({ id: z.string(), email: z.string(), role: z.string(), expires_at: z.string() }),
  link: z.string(),
  mail: z.enum(['sent', 'not_sent']),
  reason: z.optional(z.string()),
})

export interface SentInvitation {
  id: string
  email: string
  /** With the token in it, which is told this once. */
  link: string
  /** Why no mail went out; null when one did. */
  notSent: string | null
}

async function callInvite(body: { email: string; role: Role } | { invitation_id: string }): Promise<SentInvitation> {
  const answer = await supabase.functions.invoke<unknown>('invite', { body: { ...body, app_url: window.location.origin } })
  if (answer.error !== null) throw await functionError(answer.error)
  const { invitation, link, mail, reason } = sentSchema.parse(answer.data)
  return { id: invitation.id, email: invitation.email, link, notSent: mail === 'sent' ? null : (reason ?? 'the server did not say why') }
}

/** Invites an address, by mail and with a link to hand over; one that is open already is replaced. */
export function invite(email: string, role: Role): Promise<SentInvitation> {
  return callInvite({ email, role })
}

/** A new link and seven more days; the link before is worth nothing from then on. */
export function inviteAgain(id: string): Promise<SentInvitation> {
  return callInvite({ invitation_id: id })
}
