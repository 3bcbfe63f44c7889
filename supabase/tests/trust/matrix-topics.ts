/** Who may listen to which topic of Realtime: stated by hand, for every kind that the database sends to or lets anybody read. */
import { createClient, type RealtimeChannel, type SupabaseClient } from '@supabase/supabase-js'
import type { Sql } from 'postgres'
import ws from 'ws'
import { join } from '../support/actors.ts'
import { isMember, type Actor, type Ids, type MatrixWorld } from './matrix-actors.ts'
import type { Letter, Seen } from './matrix-report.ts'

export interface Topic {
  /** Members of every role, or everybody whose token proves anything, or nobody. */
  may: 'members' | 'everybody' | 'nobody'
  name: (ids: Ids) => string
}

export const topics: Record<string, Topic> = {
  item: { may: 'members', name: ({ item }) => `item:${item}` },
  job: { may: 'members', name: ({ job }) => `job:${job}` },
  landing: { may: 'everybody', name: ({ organizationSlug, siteSlug }) => `landing:${organizationSlug}/${siteSlug}` },
  org: { may: 'members', name: ({ organization }) => `org:${organization}` },
  '(unknown)': { may: 'nobody', name: ({ organization }) => `site:${organization}` },
}

/** The policies through which anybody reads or writes messages at all; what they let through is said above. */
export const messagePolicies = [
  'editors show that they are editing: INSERT by authenticated',
  'members read their topics: SELECT by authenticated',
  'members see who is editing: SELECT by authenticated',
  'visitors read landing topics: SELECT by anon',
]

/** Kinds by the functions that send and the one that is asked who may read. */
export async function liveTopics(sql: Sql): Promise<string[]> {
  const rows = await sql<{ kind: string }[]>`
    select distinct m[1] as kind from pg_proc p
    cross join lateral regexp_matches(p.prosrc, '''([a-z_]+):', 'g') m
    where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace) and p.prosrc ~ 'realtime\\.send'
    union
    select m[1] from regexp_matches(pg_get_functiondef('private.may_read_topic(text)'::regprocedure), 'when ''([a-z_]+)'' then', 'g') m
    order by 1`
  return rows.map(({ kind }) => kind)
}

export async function livePolicies(sql: Sql): Promise<string[]> {
  const rows = await sql<{ policy: string }[]>`
    select policyname || ': ' || cmd || ' by ' || array_to_string(roles, ', ') as policy from pg_policies where schemaname = 'realtime' and tablename = 'messages' order by 1`
  return rows.map(({ policy }) => policy)
}

export function statedJoin({ may }: Topic, { standing }: Actor): Letter {
  if (standing === 'unverified') return '-'
  if (may === 'everybody') return '+'
  return may === 'members' && isMember(standing) ? '+' : '.'
}

/** A client whose connection and channels carry the actor's token and no other. */
export async function openRealtime(world: MatrixWorld, { token }: Pick<Actor, 'token'>): Promise<SupabaseClient> {
  const { api_url, publishable_key } = world.backend
  const client = createClient(api_url, publishable_key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    ...(token === null ? {} : { accessToken: () => Promise.resolve(token) }),
    // Node 20 has no WebSocket of its own.
    realtime: { transport: ws as unknown as typeof WebSocket, timeout: 30_000 },
  })
  // Told before anything is joined: a client that joins first is refused and tries again a second later.
  if (token !== null) await client.realtime.setAuth(token)
  return client
}

export interface Joined {
  seen: Seen
  channel: RealtimeChannel
}

export async function joinAs(client: SupabaseClient, topic: string): Promise<Joined> {
  const channel = client.channel(topic, { config: { private: true } })
  const outcome = await join(channel)
  return { seen: { letter: letterOf(outcome, topic), detail: outcome }, channel }
}

/** The same words for what is somebody else's and for what is not there. */
function letterOf(outcome: string, topic: string): Letter | '?' {
  if (outcome === 'SUBSCRIBED') return '+'
  if (outcome.includes(`Unauthorized: You do not have permissions to read from this Channel topic: ${topic}`)) return '.'
  return /JwtSignatureError|InvalidJWTToken: Token has expired|JwtSignerError|MalformedJWT/.test(outcome) ? '-' : '?'
}

/** Over HTTP: the answer to one message to a private topic. */
export async function sayOverHttp({ backend }: MatrixWorld, { token }: Pick<Actor, 'token'>, topic: string): Promise<number> {
  const response = await fetch(`${backend.api_url}/realtime/v1/api/broadcast/${encodeURIComponent(topic)}/events/forged?private=true`, {
    method: 'POST',
    headers: { apikey: backend.publishable_key, 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ sequence: 999 }),
  })
  await response.body?.cancel()
  return response.status
}
