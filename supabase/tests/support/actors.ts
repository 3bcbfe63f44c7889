/** People against a running backend: unchanged clients for what users do, SQL for fixtures and the engine's verbs. */
import { randomUUID } from 'node:crypto'
import { createClient, type RealtimeChannel, type SupabaseClient } from '@supabase/supabase-js'
import { decodeJwt, SignJWT } from 'jose'
import postgres, { type Sql, type TransactionSql } from 'postgres'
import { expect } from 'vitest'
import ws from 'ws'
import type { Stack } from '../../embedded/stack.ts'

export type Backend = Pick<Stack, 'api_url' | 'db_url' | 'publishable_key' | 'secret_key' | 'jwt_secret'>
export type Role = 'admin' | 'editor' | 'viewer'

export interface Organization {
  id: string
  slug: string
  name: string
}

export interface Person {
  client: SupabaseClient
  userId: string
  email: string
  password: string
  /** The access token of the session as it is now. */
  token(): Promise<string>
  /** What the app does after it has changed its organization: asks for a new token. */
  refresh(): Promise<void>
}

export interface Member extends Person {
  organization: Organization
}

export interface World {
  sql: Sql
  newUser: () => Promise<Person>
  newAdmin: (name?: string) => Promise<Member>
  newMember: (organization: Organization, role: Role) => Promise<Member>
  visitor: () => SupabaseClient
  clientWith: (token: string) => SupabaseClient
  close: () => Promise<void>
}

/** What Supabase answers when it refuses: PostgREST's four fields, as an error that can be awaited and matched. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly details: string | null,
    readonly hint: string | null,
    readonly status: number,
  ) {
    super(message)
  }
}

export function openDatabase(backend: Backend, connections = 4): Sql {
  return postgres(backend.db_url, { max: connections, onnotice: () => undefined })
}

export function openWorld(backend: Backend): World {
  const sql = openDatabase(backend)
  const clients: SupabaseClient[] = []

  const newClient = (token?: string): SupabaseClient => {
    const client = createClient(backend.api_url, backend.publishable_key, {
      auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
      ...(token === undefined ? {} : { accessToken: () => Promise.resolve(token) }),
      // Node 20 has no WebSocket of its own.
      realtime: { transport: ws as unknown as typeof WebSocket, timeout: 30_000 },
    })
    clients.push(client)
    return client
  }

  const newUser = async (): Promise<Person> => {
    const client = newClient()
    const email = `${randomUUID()}@example.com`
    const password = `pass-${randomUUID()}`
    const { data, error } = await client.auth.signUp({ email, password })
    if (error || !data.user) throw new Error(`sign-up failed: ${error?.message ?? 'no user'}`)
    return {
      client,
      userId: data.user.id,
      email,
      password,
      async token() {
        const { data: held } = await client.auth.getSession()
        if (!held.session) throw new Error(`${email} is signed out`)
        return held.session.access_token
      },
      async refresh() {
        const { error: refused } = await client.auth.refreshSession()
        if (refused) throw new Error(`refresh failed: ${refused.message}`)
      },
    }
  }

  return {
    sql,
    newUser,
    async newAdmin(name = `Organization ${randomUUID().slice(0, 8)}`) {
      const person = await newUser()
      const organization = await rpc<Organization>(person, 'create_organization', { name })
      await person.refresh()
      return { ...person, organization }
    },
    async newMember(organization, role) {
      const person = await newUser()
      await addMember(sql, person, organization, role)
      await person.refresh()
      return { ...person, organization }
    },
    visitor: () => newClient(),
    clientWith: (token) => newClient(token),
    async close() {
      for (const client of clients) await client.realtime.disconnect()
      await sql.end()
    },
  }
}

/** What an accepted invitation writes, without one. */
export async function addMember(sql: Sql, person: Pick<Person, 'userId' | 'email'>, organization: Organization, role: Role): Promise<void> {
  await sql`
    insert into public.profiles (id, email, organization_id) values (${person.userId}, ${person.email}, ${organization.id})
    on conflict (id) do update set organization_id = excluded.organization_id`
  await sql`
    insert into public.memberships (organization_id, user_id, role) values (${organization.id}, ${person.userId}, ${role})`
}

interface Answer {
  data: unknown
  error: { code?: string; message: string; details?: string | null; hint?: string | null } | null
  status: number
}

/** The data of an answer; a refusal is thrown. */
export async function read<T>(answer: PromiseLike<Answer>): Promise<T> {
  const { data, error, status } = await answer
  if (error) throw new Refusal(error.code ?? '', error.message, error.details ?? null, error.hint ?? null, status)
  return data as T
}

export function rpc<T>(who: Pick<Person, 'client'>, name: string, args: Record<string, unknown> = {}): Promise<T> {
  return read<T>(who.client.rpc(name, args))
}

/** Holds only for the refusal that is meant: a test of denial that is content with "some error" also passes on a typo. */
export async function expectRefusal(attempt: PromiseLike<unknown>, code: string, message: string | RegExp): Promise<Refusal> {
  const outcome = await attempt.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('value' in outcome) throw new Error(`expected ${code}, but it was allowed and answered ${JSON.stringify(outcome.value)}`)
  expect(outcome.error).toMatchObject({
    code,
    message: typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
  })
  return outcome.error as Refusal
}

export type Claims = Record<string, unknown> & { role?: string; sub?: string }

/** A token that Auth did not issue. `expiresIn` in seconds from now. */
export function signToken(secret: string, claims: Claims, expiresIn = 3600): Promise<string> {
  return new SignJWT({ role: 'authenticated', ...claims })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setExpirationTime(Math.floor(Date.now() / 1000) + expiresIn)
    .sign(new TextEncoder().encode(secret))
}

export async function claimsOf(person: Person): Promise<Claims> {
  return decodeJwt(await person.token())
}

/** The rest of the transaction, until `reset role`, runs as the Data API would run it for this person. */
export async function actAs(transaction: TransactionSql, person: Person): Promise<void> {
  await transaction`select set_config('request.jwt.claims', ${JSON.stringify(await claimsOf(person))}, true)`
  await transaction`set local role authenticated`
}

/** 'SUBSCRIBED', or the reason why the channel could not be joined. */
export function join(channel: RealtimeChannel): Promise<string> {
  return new Promise((resolve) => {
    channel.subscribe((status, error) => resolve(error?.message ?? status))
  })
}

export interface Message {
  event: string
  payload: Record<string, unknown>
}

/** Collects broadcasts from now on; `until` resolves with the first message, past or future, that matches. */
export function listen(channel: RealtimeChannel): { all: Message[]; until: (matches: (message: Message) => boolean) => Promise<Message> } {
  const all: Message[] = []
  const waiting = new Set<() => void>()
  channel.on('broadcast', { event: '*' }, ({ event, payload }: { event: string; payload?: Record<string, unknown> }) => {
    all.push({ event, payload: payload ?? {} })
    for (const check of [...waiting]) check()
  })
  return {
    all,
    until: (matches) =>
      new Promise((resolve) => {
        const check = () => {
          const found = all.find(matches)
          if (found === undefined) return
          waiting.delete(check)
          resolve(found)
        }
        waiting.add(check)
        check()
      }),
  }
}
