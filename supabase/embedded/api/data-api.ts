import { AsyncLocalStorage } from 'node:async_hooks'
import { App, type IntrospectResult } from '@supabase/lite'
import { createPostgresConnection, PostgresConnection } from '@supabase/lite/postgres'
import { decodeProtectedHeader, jwtVerify } from 'jose'
import postgres from 'postgres'
import { messageOf } from '../lib/failure.ts'
import type { Log } from '../lib/log.ts'
import { connectPause, superuser, type Postgres } from '../postgres/server.ts'
import type { Settings } from '../settings.ts'
import { choosesAnswer, responseForError } from './database-errors.ts'
import { bearer, type ApiKeys } from './keys.ts'
import { calledFunction } from './paths.ts'
import { createCallLimits, refusedCalls, type CallLimits } from './rate-limits.ts'

export interface DataApi {
  fetch(request: Request): Promise<Response>
  close(): Promise<void>
}

type ContextParameters = Parameters<PostgresConnection['withContext']>

const schemaReadMilliseconds = 15_000

/** PostgREST reads the schema through a cache; here too, and it is filled again when the schema changes. */
class SchemaCache {
  private current: Promise<IntrospectResult> | undefined
  private times: Promise<ReadonlyMap<string, string>> | undefined

  constructor(private readonly url: string) {}

  read(): Promise<IntrospectResult> {
    if (this.current) return this.current
    const reading = introspect(this.url)
    this.current = reading
    // A failure is the moment's: the next request reads again.
    reading.catch(() => {
      if (this.current === reading) this.current = undefined
    })
    return reading
  }

  /** By function: the time that it claims for itself. */
  ownTimes(): Promise<ReadonlyMap<string, string>> {
    if (this.times) return this.times
    const reading = readOwnTimes(this.url)
    this.times = reading
    reading.catch(() => {
      if (this.times === reading) this.times = undefined
    })
    return reading
  }

  forget(): void {
    this.current = undefined
    this.times = undefined
  }
}

async function readOwnTimes(url: string): Promise<ReadonlyMap<string, string>> {
  const reader = postgres(url, { max: 1, onnotice: () => undefined, backoff: connectPause })
  try {
    const rows = await reader<{ name: string; time: string }[]>`
      select p.proname as name, split_part(c.setting, '=', 2) as time
      from pg_catalog.pg_proc p, unnest(p.proconfig) c(setting)
      where p.pronamespace = 'public'::regnamespace and c.setting like 'statement_timeout=%'`
    return new Map(rows.map(({ name, time }) => [name, time]))
  } finally {
    void reader.end({ timeout: 5 })
  }
}

/** Over a connection of its own, which is rare enough: one that a crash of the server left behind cannot hold everybody up. */
async function introspect(url: string): Promise<IntrospectResult> {
  const reader = createPostgresConnection({ url, postgresOptions: { max: 1, onnotice: () => undefined, backoff: connectPause } })
  const driver = reader.driver as postgres.Sql
  const impatient = setTimeout(() => void driver.end({ timeout: 0 }), schemaReadMilliseconds)
  try {
    const schema = await reader.introspect()
    // The library answers with an empty schema when it could not read; only a reading that went well names the default schema.
    if (schema.default_schema === undefined) throw new Error('the schema could not be read')
    return withTellingColumnsFirst(schema)
  } finally {
    clearTimeout(impatient)
    // In good order: one that is cut off while it connects would connect all the same, and stay.
    void driver.end({ timeout: 5 })
  }
}

/**
 * Of a reference of several columns that is named as the hint of an embed, the library takes the first. Ours all carry the
 * organization, which says nothing: by the other column alone a row is found as well, and one and not the whole tenant's.
 */
function withTellingColumnsFirst(schema: IntrospectResult): IntrospectResult {
  const last = ({ column }: { column: string }) => Number(column === 'organization_id')
  return { ...schema, foreign_keys: schema.foreign_keys.toSorted((a, b) => last(a) - last(b)) }
}

/**
 * The library hands a function's JSON arguments over as text that is JSON already; the driver would make JSON of that text
 * once more, and the function would get a string. (What goes into a table's column takes another way.)
 */
const jsonAsGiven = {
  to: 114,
  from: [114, 3802],
  serialize: (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value)),
  parse: (text: string): unknown => JSON.parse(text),
}

/** PostgREST writes times in ISO 8601, which every browser reads; PostgreSQL's own form is not read by all. */
const isoTime = (oid: number) => ({
  to: oid,
  from: [oid],
  serialize: (value: unknown): string => String(value),
  parse: (text: string): string => text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'),
})

const types = { json: jsonAsGiven, jsonb: jsonAsGiven, timestamp: isoTime(1114), timestamptz: isoTime(1184) }

/**
 * The connection on which requests run: the role `authenticator`, which may become anon, authenticated or service_role and
 * may do nothing itself, as behind PostgREST. It could not even see the tables, so another role reads the schema for it.
 */
class RequestConnection extends PostgresConnection {
  constructor(
    url: string,
    private readonly cache: SchemaCache,
    private readonly requests: AsyncLocalStorage<Request>,
  ) {
    super({ url, postgresOptions: { max: 10, onnotice: () => undefined, backoff: connectPause, types } })
  }

  override introspect(): Promise<IntrospectResult> {
    return this.cache.read()
  }

  override async withContext<T>(
    vars: ContextParameters[0],
    work: (database: Parameters<ContextParameters[1]>[0]) => Promise<T>,
    options?: ContextParameters[2],
  ): Promise<T> {
    // A request's work ends in a Response; the caller hands on whichever Response comes.
    const progress = { begun: false }
    try {
      return await super.withContext(vars, async (database) => {
        progress.begun = true
        // The library tells functions of the request; triggers on tables want to know of it too.
        if (!options?.rpc) await describeRequest(database, this.requests.getStore())
        else await this.giveOwnTime(database)
        return work(database)
      }, options)
    } catch (error) {
      if (!progress.begun || !(error instanceof postgres.PostgresError) || choosesAnswer(error)) throw error
      return responseForError(error, roleIn(vars)) as T
    }
  }

  /** A function that says how long it may take (`set statement_timeout`) is given that from the transaction on: PostgREST's db-hoisted-tx-settings. */
  private async giveOwnTime(database: Parameters<ContextParameters[1]>[0]): Promise<void> {
    const request = this.requests.getStore()
    const verb = request === undefined ? undefined : calledFunction(new URL(request.url))
    const time = verb === undefined ? undefined : (await this.cache.ownTimes()).get(verb)
    if (time === undefined) return
    await database.selectNoFrom((query) => query.fn('set_config', [query.val('statement_timeout'), query.val(time), query.lit(true)]).as('ownTime')).execute()
  }
}

/** For the transaction alone, under PostgREST's names: https://docs.postgrest.org/en/stable/references/transactions.html#request-headers. */
async function describeRequest(database: Parameters<ContextParameters[1]>[0], request: Request | undefined): Promise<void> {
  if (!request) return
  const settings = {
    'request.method': request.method,
    'request.path': new URL(request.url).pathname.replace(/^\/rest\/v1/, ''),
    'request.headers': JSON.stringify(Object.fromEntries(request.headers)),
  }
  await database
    .selectNoFrom((query) => Object.entries(settings).map(([name, value]) => query.fn('set_config', [query.val(name), query.val(value), query.lit(true)]).as(name)))
    .execute()
}

function roleIn(vars: ContextParameters[0]): string {
  const auth = vars?.['auth']
  return typeof auth === 'object' && auth !== null && 'role' in auth ? String(auth.role) : 'anon'
}

interface DataApiOptions {
  server: Postgres
  settings: Settings
  keys: ApiKeys
  jwtSecret: string
  log: Log
  /** Whether refused calls are limited. */
  limited: boolean
}

const unlimited: CallLimits = { take: () => 0, settle: () => undefined }

export async function createDataApi(options: DataApiOptions): Promise<DataApi> {
  const { server, settings, keys } = options
  const cache = new SchemaCache(server.url(superuser))
  const requests = new AsyncLocalStorage<Request>()
  const connection = new RequestConnection(server.url('authenticator'), cache, requests)
  await settleGrants(connection)
  const app = new App({
    connection,
    api: { enabled: true, schemas: settings.api.schemas, max_rows: settings.api.maxRows },
    auth: { enabled: false, jwt_secret: options.jwtSecret },
    db: { migrations: { enabled: false } },
    studio: { enabled: false },
    options: {
      server: {
        admin: false,
        disableStudio: true,
        apiKeys: {
          resolver: keys.resolve,
        },
        middlewares: [
          // PostgREST trusts a valid JWT until it expires. Without this the library would look the user and the session up
          // in Auth's tables for every request; it verifies the token afterwards all the same and sets what it says.
          async (context, next) => {
            const token = bearer(context.req.header('Authorization'))
            if (token && !token.startsWith('sb_') && !isSignedToken(token)) return refuseToken()
            if (token && !token.startsWith('sb_') && token !== context.req.header('apikey')) {
              context.set('userId', 'set once the token is verified')
              context.set('sessionId', 'set once the token is verified')
            }
            await next()
          },
        ],
      },
    },
  })
  await cache.read()
  const limits = options.limited ? createCallLimits() : unlimited
  const verificationKey = new TextEncoder().encode(options.jwtSecret)
  const listener = await reloadOnChange(server.url('authenticator'), cache, options.log)
  return {
    fetch: (request) =>
      requests.run(request, async () => {
        const verb = calledFunction(new URL(request.url))
        const person = verb === undefined ? undefined : await personIn(request, verificationKey)
        if (verb === undefined || person === undefined) return app.fetch(request)
        const wait = limits.take(person, verb)
        if (wait > 0) return tooManyRefused(verb, wait)
        const response = await app.fetch(request)
        limits.settle(person, verb, response.status)
        return response
      }),
    close: async () => {
      // Not the library's own end, which waits for every query: one that a crash of the server left behind is never answered.
      await Promise.all([listener.end({ timeout: 2 }), (connection.driver as postgres.Sql).end({ timeout: 2 })])
    },
  }
}

/** Who asks, if they have a token that holds. */
async function personIn(request: Request, key: Uint8Array): Promise<string | undefined> {
  try {
    return (await jwtVerify(bearer(request.headers.get('authorization') ?? undefined) ?? '', key, { algorithms: ['HS256'] })).payload.sub
  } catch {
    return undefined
  }
}

/** In the form in which SQL says it of the calls that it counts. */
function tooManyRefused(verb: string, seconds: number): Response {
  const hint = `${verb} may be refused ${refusedCalls} times a minute. Try again in ${seconds === 1 ? '1 second' : `${seconds} seconds`}.`
  return Response.json(
    { code: 'PT429', message: 'Too many requests.', details: null, hint },
    {
      status: 429,
      headers: { 'retry-after': String(seconds), 'proxy-status': 'PostgREST; error=PT429', 'access-control-allow-origin': '*', 'access-control-expose-headers': 'retry-after' },
    },
  )
}

/** The library passes over what is no token of ours in form, as if nobody had said who they are; PostgREST refuses it. */
function isSignedToken(token: string): boolean {
  try {
    return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) && decodeProtectedHeader(token).alg === 'HS256'
  } catch {
    return false
  }
}

function refuseToken(): Response {
  const message = 'No suitable key or wrong key type'
  return Response.json(
    { code: 'PGRST301', message, details: null, hint: null },
    { status: 401, headers: { 'www-authenticate': `Bearer error="invalid_token", error_description="${message}"`, 'proxy-status': 'PostgREST; error=PGRST301' } },
  )
}

/**
 * On its first request the library grants all on every table to anon, authenticated and service_role, wherever a table has
 * row level security. That would undo what the migrations revoke. `authenticator` owns nothing and so can grant nothing;
 * the attempt is made here once, where its refusal is expected, and not on somebody's first request.
 */
async function settleGrants(connection: RequestConnection): Promise<void> {
  try {
    await connection.withContext({ auth: { role: 'anon' } }, () => Promise.resolve())
  } catch (error) {
    if (!(error instanceof postgres.PostgresError) || error.code !== '42501') throw error
  }
}

async function reloadOnChange(url: string, cache: SchemaCache, log: Log): Promise<postgres.Sql> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined, backoff: connectPause, connection: { application_name: 'datasync-schema-watch' } })
  const reload = (): void => {
    cache.forget()
    cache.read().catch((error: unknown) => log.error(`The schema could not be read: ${messageOf(error)}`))
  }
  // The second function runs after every (re)connection: what changed in between is read then.
  await sql.listen('pgrst', reload, cache.forget.bind(cache))
  return sql
}
