import { z } from 'zod'
import { acceptCall } from '../_shared/call.ts'
import type { Result } from '../_shared/core/result.ts'
import { corsHeaders, json, problem } from '../_shared/http.ts'
import { errorText } from '../_shared/log.ts'
import type { Handler, Runtime } from '../_shared/runtime.ts'

/**
 * `POST {email, role, app_url}`: invites somebody into the caller's organization. `POST {invitation_id, app_url}`: a new
 * token for an invitation, and the mail once more. Both answer `{invitation, link, mail, reason?}`: the link is for the
 * admin to hand over as well, because the token in it is known only now. A mail that could not be sent is no failure of the
 * invitation: `mail` is then "not_sent", and `reason` says why.
 */

const where = z.object({ app_url: z.url({ protocol: /^https?$/ }).max(2_000) })

const requestSchema = z.union([
  where.extend({ invitation_id: z.uuid() }),
  // Whether it is an address, and whether the role fits, SQL says in words.
  where.extend({ email: z.string().max(320), role: z.string().max(20) }),
])

type InviteRequest = z.infer<typeof requestSchema>

const form =
  '{"email": "<an address>", "role": "admin", "editor" or "viewer", "app_url": "<the address of the app>"}, or "invitation_id" in place of e-mail and role to send it again'

const invitationSchema = z.object({
  id: z.uuid(),
  token: z.string().min(1),
  email: z.string(),
  role: z.string(),
  expires_at: z.string(),
})

type Invitation = z.infer<typeof invitationSchema>

const refusalSchema = z.object({
  code: z.string().optional(),
  message: z.string().optional(),
  hint: z.string().nullish(),
})

/** Postgres has no HTTP statuses of its own: PostgREST answers every code that it does not know with 400. */
const statusOf: Partial<Record<string, number>> = { DS001: 403, DS002: 403, DS045: 409, DS046: 404, DS047: 409 }

const rpcMs = 10_000
const mailMs = 20_000

export type InviteDependencies = Pick<Runtime, 'identify' | 'log'> & {
  env: Pick<Runtime['env'], 'supabaseUrl' | 'publishableKey'> & Partial<Pick<Runtime['env'], 'forwardSecret'>>
  fetch: (url: string, init: RequestInit) => Promise<Response>
}

export function createInviteHandler({ env, identify, log, fetch }: InviteDependencies): Handler {
  /** As the caller: SQL decides what they may do, and the audit log names them. */
  async function invite(request: Request, body: InviteRequest): Promise<Result<Invitation, Response>> {
    const [verb, args] =
      'invitation_id' in body
        ? ['renew_invitation', { invitation_id: body.invitation_id }]
        : ['create_invitation', { email: body.email, role: body.role }]
    let answer: Response
    let told: unknown
    try {
      answer = await fetch(`${env.supabaseUrl}/rest/v1/rpc/${verb}`, {
        method: 'POST',
        headers: { ...passedOn(request), ...onBehalf(request), apikey: env.publishableKey, 'content-type': 'application/json' },
        body: JSON.stringify(args),
        signal: AbortSignal.timeout(rpcMs),
      })
      told = await answer.json().catch(() => null)
    } catch (error) {
      log('error', 'the Data API did not answer', { error: errorText(error) })
      return { ok: false, error: unreachable() }
    }
    if (answer.status >= 500) {
      log('error', 'the Data API failed', { status: answer.status })
      return { ok: false, error: unreachable() }
    }
    if (!answer.ok) return { ok: false, error: refusal(answer, told) }
    const invitation = invitationSchema.safeParse(told)
    if (invitation.success) return { ok: true, value: invitation.data }
    log('error', 'the Data API answered with something else than an invitation')
    return { ok: false, error: unreachable() }
  }

  /** Null when it is on its way, else why it is not. The link in it signs the person in, with an account made if there is none. */
  async function mail(request: Request, email: string, leadTo: string): Promise<string | null> {
    try {
      const answer = await fetch(`${env.supabaseUrl}/auth/v1/otp?redirect_to=${encodeURIComponent(leadTo)}`, {
        method: 'POST',
        headers: { ...onBehalf(request), apikey: env.publishableKey, 'content-type': 'application/json' },
        body: JSON.stringify({ email, create_user: true }),
        signal: AbortSignal.timeout(mailMs),
      })
      const told: unknown = await answer.json().catch(() => null)
      if (answer.ok) return null
      const reason = mailRefusal(answer.status, told)
      log('warn', 'an invitation could not be sent by mail', { status: answer.status, reason })
      return reason
    } catch (error) {
      log('warn', 'an invitation could not be sent by mail', { error: errorText(error) })
      return 'the auth server, which sends the mail, did not answer'
    }
  }

  /** What makes the embedded backend count and record this for whoever called, and not for this function. */
  function onBehalf(request: Request): Record<string, string> {
    const from = request.headers.get('x-forwarded-for')
    return env.forwardSecret === undefined || from === null ? {} : { 'x-forwarded-for': from, 'x-datasync-forward': env.forwardSecret }
  }

  return async (request) => {
    const call = await acceptCall(request, { identify, schema: requestSchema, form })
    if (!call.ok) return call.error
    const { caller, body } = call.value
    if (caller.kind === 'service') return problem(403, 'forbidden', 'people invite people: send the access token of an admin', corsHeaders)
    const made = await invite(request, body)
    if (!made.ok) return made.error
    const { token, ...invitation } = made.value
    const app = new URL(body.app_url).origin
    // The address goes along so that whoever has to sign in first need not type it.
    const path = `/invitation?${new URLSearchParams({ token, email: invitation.email })}`
    const reason = await mail(request, invitation.email, `${app}/auth/callback?${new URLSearchParams({ next: path })}`)
    return json(200, { invitation, link: `${app}${path}`, ...(reason === null ? { mail: 'sent' } : { mail: 'not_sent', reason }) }, corsHeaders)
  }
}

/** Who calls, and from where: what an audit entry says about it should be about the person and not about this function. */
function passedOn(request: Request): Record<string, string> {
  const names = ['authorization', 'user-agent', 'x-forwarded-for', 'x-request-id']
  return Object.fromEntries(names.flatMap((name) => {
    const value = request.headers.get(name)
    return value === null ? [] : [[name, value]]
  }))
}

/** The refusal of the verb in its own words, with a status that says what kind it is. */
function refusal(answer: Response, told: unknown): Response {
  const { code = 'refused', message = 'the invitation was refused', hint } = refusalSchema.safeParse(told).data ?? {}
  const retryAfter = answer.headers.get('retry-after')
  const headers = retryAfter === null ? corsHeaders : { ...corsHeaders, 'retry-after': retryAfter }
  return json(statusOf[code] ?? answer.status, { error: message, code, ...(hint ? { hint } : {}) }, headers)
}

function unreachable(): Response {
  return problem(503, 'database_unreachable', 'the database did not answer; look at the list of invitations, then try again', corsHeaders)
}

const authErrorSchema = z.object({ error_code: z.string().optional(), msg: z.string().optional() })

/** https://supabase.com/docs/guides/auth/debugging/error-codes */
function mailRefusal(status: number, told: unknown): string {
  const { error_code: code, msg } = authErrorSchema.safeParse(told).data ?? {}
  switch (code) {
    case 'over_email_send_rate_limit':
    case 'over_request_rate_limit':
      return 'too many mails were sent in a short time; send it again in a minute'
    case 'signup_disabled':
    case 'otp_disabled':
    case 'email_provider_disabled':
      return 'new accounts are switched off here, and this address has none'
    case 'email_address_invalid':
    case 'email_address_not_authorized':
      return 'the mail server does not accept this address'
    default:
      return `the auth server, which sends the mail, answered ${status}${msg === undefined ? '' : `: ${msg}`}`
  }
}
