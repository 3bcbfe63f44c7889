import type { Caller } from './auth.ts'

/**
 * Who acts, and from where, in the words of the audit log: SQL reads it from the setting `datasync.actor` of the transaction
 * that makes the change. What acts without one is the system itself.
 */
export interface Actor {
  kind: 'user' | 'api_key' | 'schedule'
  id: string
  name?: string
  ip: string | null
  user_agent: string | null
  request_id: string | null
}

/** A header may be as long as its sender likes; what is kept of it may not. */
const longest = 500

/** Null for the service: whoever holds its key acts for no person. */
export function actorOf(caller: Caller, request: Request): Actor | null {
  return caller.kind === 'user' ? { kind: 'user', id: caller.userId, ...originOf(request) } : null
}

export function apiKeyActor({ id, name }: { id: string; name: string }, request: Request): Actor {
  return { kind: 'api_key', id, name, ...originOf(request) }
}

function originOf({ headers }: Request): Pick<Actor, 'ip' | 'user_agent' | 'request_id'> {
  const text = (name: string) => headers.get(name)?.trim().slice(0, longest) || null
  return {
    // The first address is the caller's; the others are those of the proxies in between.
    ip: text('x-forwarded-for')?.split(',')[0]?.trim() || null,
    user_agent: text('user-agent'),
    // Hosted Supabase gives every request a number of its own, which its log explorer finds again.
    request_id: text('sb-request-id') ?? text('x-request-id'),
  }
}
