/**
 * Rights on a private channel, asked of the row level security policies on realtime.messages as Realtime asks them:
 * probe rows are written and read back as the caller, in a transaction that is always rolled back.
 */
import { randomUUID } from 'node:crypto'
import type { Sql, TransactionSql } from 'postgres'
import type { Identity } from './token.ts'

export interface Right {
  read: boolean
  write: boolean
}

export interface Rights {
  broadcast: Right
  presence: Right
}

export const publicRights: Rights = { broadcast: { read: true, write: true }, presence: { read: true, write: true } }

export interface AuthorizationFailure {
  code: 'UnableToConnectToProject' | 'QueryCanceled'
  message: string
}

export type AuthorizationResult = { ok: true; rights: Rights } | { ok: false; failure: AuthorizationFailure }

export interface AuthorizationRequest {
  topic: string
  identity: Identity
  /** The `x-` headers of the handshake or request, for policies that read `request.headers`. */
  headers: Record<string, string>
}

export type Authorize = (request: AuthorizationRequest) => Promise<AuthorizationResult>

const EXTENSIONS = ['broadcast', 'presence'] as const
const STATEMENT_TIMEOUT = '5s'
const INSUFFICIENT_PRIVILEGE = '42501'
const QUERY_CANCELED = '57014'

/** Carries the answer out of a transaction that must not commit. */
class RolledBack extends Error {
  constructor(readonly rights: Rights) {
    super('probes are rolled back')
  }
}

export function createAuthorize(sql: Sql, log: (line: string) => void): Authorize {
  return async function authorize(request) {
    try {
      await sql.begin(async (transaction) => {
        throw new RolledBack(await probe(transaction, request, log))
      })
    } catch (error) {
      if (error instanceof RolledBack) return { ok: true, rights: error.rights }
      const code = sqlState(error)
      if (code === QUERY_CANCELED) return { ok: false, failure: { code: 'QueryCanceled', message: 'Query was cancelled, please try again' } }
      if (code !== null && isAboutThePolicies(code)) {
        // A policy that raises (a topic that is no uuid, say) admits nobody.
        log(`RlsPolicyError on ${request.topic}: ${describe(error)}`)
        const none = { read: false, write: false }
        return { ok: true, rights: { broadcast: none, presence: none } }
      }
      log(`UnableToConnectToProject: ${describe(error)}`)
      return { ok: false, failure: { code: 'UnableToConnectToProject', message: 'Realtime was unable to connect to the project database' } }
    }
    throw new Error('the probe transaction committed')
  }
}

async function probe(transaction: TransactionSql, { topic, identity, headers }: AuthorizationRequest, log: (line: string) => void): Promise<Rights> {
  const ids = EXTENSIONS.map(() => randomUUID())
  await transaction`
    insert into realtime.messages (id, topic, extension, private)
    select id, ${topic}, extension, true
    from unnest(${ids}::uuid[], ${[...EXTENSIONS]}::text[]) as row (id, extension)`

  const { role, claims } = identity
  const subject = typeof claims.sub === 'string' ? claims.sub : ''
  // Through authenticator, as the Data API does: a token may name only the roles that the API hands out.
  await transaction`
    select set_config('statement_timeout', ${STATEMENT_TIMEOUT}, true), set_config('session_authorization', 'authenticator', true)`
  await transaction`
    select set_config('role', ${role}, true),
      set_config('realtime.topic', ${topic}, true),
      set_config('request.jwt.claims', ${JSON.stringify(claims)}, true),
      set_config('request.jwt.claim.sub', ${subject}, true),
      set_config('request.jwt.claim.role', ${role}, true),
      set_config('request.headers', ${JSON.stringify(headers)}, true)`

  const visible = await transaction<{ extension: string }[]>`
    select extension from realtime.messages where id = any (${ids}::uuid[])`
  const readable = new Set(visible.map((row) => row.extension))
  const writable = new Set<string>()
  for (const extension of EXTENSIONS) {
    if (await mayInsert(transaction, topic, extension, log)) writable.add(extension)
  }
  const right = (extension: (typeof EXTENSIONS)[number]): Right => ({ read: readable.has(extension), write: writable.has(extension) })
  return { broadcast: right('broadcast'), presence: right('presence') }
}

async function mayInsert(transaction: TransactionSql, topic: string, extension: string, log: (line: string) => void): Promise<boolean> {
  try {
    await transaction.savepoint(
      (savepoint) => savepoint`insert into realtime.messages (topic, extension, private) values (${topic}, ${extension}, true)`,
    )
    return true
  } catch (error) {
    const code = sqlState(error)
    if (code === null || code === QUERY_CANCELED || !isAboutThePolicies(code)) throw error
    if (code !== INSUFFICIENT_PRIVILEGE) log(`RlsPolicyError on ${topic}: ${describe(error)}`)
    return false
  }
}

function sqlState(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : null
}

/** Errors of the server's state (08 connection, 53 resources, 57 intervention, 58 system, XX internal) say nothing about rights. */
function isAboutThePolicies(code: string): boolean {
  return !['08', '53', '57', '58', 'XX'].includes(code.slice(0, 2))
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
