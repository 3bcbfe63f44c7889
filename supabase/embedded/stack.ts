import { randomBytes } from 'node:crypto'
import { accessSync, constants, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createAuthApi } from './api/auth-api.ts'
import { createDataApi } from './api/data-api.ts'
import { createApiKeys } from './api/keys.ts'
import { createFunctionHost } from './functions/host.ts'
import { followKeys, keyEnvironment } from './functions/keys.ts'
import { createFunctionRoute } from './functions/route.ts'
import { createGateway, type Services } from './gateway.ts'
import { openInbox } from './inbox/store.ts'
import { claimDataDir, type Addresses } from './instance.ts'
import { Failure, messageOf } from './lib/failure.ts'
import { quietTerminal, terminal, type Log } from './lib/log.ts'
import { projectDir } from './lib/paths.ts'
import { listen } from './listener.ts'
import { bootstrap } from './postgres/bootstrap.ts'
import { migrate } from './postgres/migrate.ts'
import { startPostgres, superuser, type Postgres } from './postgres/server.ts'
import { createRealtime } from './realtime/realtime.ts'
import { ensureSecrets, roleToken, type Secrets } from './secrets.ts'
import { readSettings, type Settings } from './settings.ts'
import { startTicker } from './ticker.ts'
import { ensureBuild } from './web/build.ts'
import { serveDev } from './web/dev.ts'
import { serveStatic } from './web/static.ts'

export interface StackOptions {
  dataDir: string
  /** 0 takes any free port. */
  port: number
  /** Loopback when absent. */
  host?: string | undefined
  /** The production build, Vite's development server, or the backend alone. */
  app: 'dist' | 'dev' | 'none'
  quiet?: boolean
  /** A proxy in front, which alone reaches the port, is believed where a request came from (the last entry of `x-forwarded-for`). */
  trustProxy?: boolean
  /** Tests make more people in a minute than any address does: the limits of `[auth.rate_limit]`, and that of refused calls, do not hold. */
  liftAuthLimits?: boolean
  /** The folder with config.toml, migrations and functions; the checkout's own unless told otherwise. */
  supabaseDir?: string
}

export interface Stack extends Addresses {
  tick_secret: string
  jwt_secret: string
  /** Settles, with the reason, when a part has ended by itself and could not be started again. */
  broken: Promise<string>
  close(): Promise<void>
}

/** Starts the whole backend. What has been started is stopped again when a later part fails. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const cleanups: (() => Promise<void> | void)[] = []
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => (closing ??= unwind(cleanups, log))
  const log = options.quiet ? quietTerminal : terminal
  try {
    return await start(options, log, cleanups, close)
  } catch (error) {
    await close()
    throw error
  }
}

/** More than any part gives itself: PostgreSQL waits 10 s before it is less polite. */
const stopMilliseconds = 20_000

/** In the reverse order of starting; one part that fails to stop, or does not stop, does not keep the others running. */
async function unwind(cleanups: (() => Promise<void> | void)[], log: Log): Promise<void> {
  for (let cleanup = cleanups.pop(); cleanup; cleanup = cleanups.pop()) {
    let timer: NodeJS.Timeout | undefined
    const tooLong = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`a part has not stopped within ${stopMilliseconds / 1000} s`)), stopMilliseconds)
    })
    try {
      await Promise.race([cleanup(), tooLong])
    } catch (error) {
      log.warn(`While shutting down: ${messageOf(error)}`)
    } finally {
      clearTimeout(timer)
    }
  }
}

async function start(options: StackOptions, log: Log, cleanups: (() => Promise<void> | void)[], close: () => Promise<void>): Promise<Stack> {
  const { dataDir } = options
  const supabaseDir = options.supabaseDir ?? join(projectDir, 'supabase')
  prepareDataDir(dataDir)
  const claim = await claimDataDir(dataDir)
  cleanups.push(() => claim.release())
  const settings = readSettings(supabaseDir)

  let open: (services: Services) => void = () => undefined
  let giveUp: (reason: Error) => void = () => undefined
  const services = new Promise<Services>((resolve, reject) => {
    open = resolve
    giveUp = reject
  })
  // Of this start alone; nobody needs it but the functions of this start.
  const forwardSecret = randomBytes(32).toString('hex')
  const mailSecret = randomBytes(32).toString('hex')
  const listener = await listen(options.port, options.host, createGateway(services, log, { trustProxy: options.trustProxy ?? false, forwardSecret, mailSecret }))
  cleanups.push(() => listener.close())
  cleanups.push(() => giveUp(new Error('the stack is being shut down')))
  const appUrl = `http://localhost:${listener.port}`

  const secrets = ensureSecrets(dataDir)
  const [web, backend] = await settleBoth(
    startWeb(options, { server: listener.server, publishableKey: secrets.publishable_key, appUrl }, log, cleanups),
    startBackend({ dataDir, supabaseDir, settings, secrets, appUrl, forwardSecret, mailSecret, limited: options.liftAuthLimits !== true, log, cleanups }),
  )
  open({ ...backend.services, web })

  const addresses: Addresses = {
    app_url: appUrl,
    api_url: appUrl,
    db_url: backend.server.url('postgres'),
    inbox_url: `${appUrl}/inbox`,
    publishable_key: secrets.publishable_key,
    secret_key: secrets.secret_key,
  }
  cleanups.push(await followKeys({ dataDir, secrets, functions: backend.functions, inUse: (keys) => claim.keys(keys), log }))
  claim.ready(addresses)
  if (backend.functions.has('tick')) {
    cleanups.push(startTicker({ url: `http://127.0.0.1:${listener.port}/functions/v1/tick`, secret: secrets.tick_secret, log }))
  }
  // The first of the clean-ups: whoever starts on this folder now waits until the last is done.
  cleanups.push(() => claim.closing())
  void backend.functions.warm()
  return { ...addresses, tick_secret: secrets.tick_secret, jwt_secret: secrets.jwt_secret, broken: backend.server.ended, close }
}

/** Waits for both even when one fails, so that nothing is still being started while the rest is being stopped. */
async function settleBoth<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([a, b])
  return [await a, await b]
}

interface BackendOptions {
  dataDir: string
  supabaseDir: string
  settings: Settings
  secrets: Secrets
  appUrl: string
  forwardSecret: string
  mailSecret: string
  /** Whether the limits of `[auth.rate_limit]`, and that of refused calls, hold. */
  limited: boolean
  log: Log
  cleanups: (() => Promise<void> | void)[]
}

interface Backend {
  services: Omit<Services, 'web'>
  functions: ReturnType<typeof createFunctionHost>
  server: Postgres
}

async function startBackend({ dataDir, supabaseDir, settings, secrets, appUrl, forwardSecret, mailSecret, limited, log, cleanups }: BackendOptions): Promise<Backend> {
  const server = await startPostgres(dataDir, secrets.database_password, (message) => log.warn(message))
  cleanups.push(() => server.close())
  await bootstrap(server, dataDir, secrets.database_password)
  await migrate(server.url('postgres'), join(supabaseDir, 'migrations'), log)

  const jwtSecret = secrets.jwt_secret
  const keys = createApiKeys({
    publishable: secrets.publishable_key,
    secret: secrets.secret_key,
    anonJwt: await roleToken('anon', jwtSecret),
    serviceJwt: await roleToken('service_role', jwtSecret),
    jwtSecret,
  })
  const inbox = openInbox(dataDir)
  const auth = createAuthApi({ server, settings, keys, jwtSecret, inbox, appUrl, log, limited })
  cleanups.push(() => auth.close())
  const [data, realtime] = await settleBoth(
    createDataApi({ server, settings, keys, jwtSecret, log, limited }).then((made) => (cleanups.push(() => made.close()), made)),
    createRealtime({
      databaseUrl: server.url(superuser),
      jwtSecret,
      publishableKey: secrets.publishable_key,
      secretKey: secrets.secret_key,
      log: (line) => log.warn(`Realtime: ${line}`),
    }).then((made) => (cleanups.push(() => made.close()), made)),
  )
  const functions = createFunctionHost({
    functionsDir: join(supabaseDir, 'functions'),
    denoDir: denoCache(dataDir),
    env: { ...mailEnvironment(appUrl, mailSecret), ...functionEnvironment(secrets, keys, server, appUrl), DATASYNC_FORWARD_SECRET: forwardSecret },
    settings,
    log,
  })
  cleanups.push(() => functions.close())
  const route = createFunctionRoute({ host: functions, settings, keys, jwtSecret })
  cleanups.push(() => route.close())
  return { services: { data, auth, functions: route, realtime, inbox }, functions, server }
}

/** All stacks of a checkout share what Deno has compiled; where it may not be written (another user's), it goes to the data. */
function denoCache(dataDir: string): string {
  const shared = join(projectDir, 'node_modules', '.cache', 'datasync-deno')
  try {
    mkdirSync(shared, { recursive: true })
    accessSync(shared, constants.W_OK)
    return shared
  } catch {
    return join(dataDir, 'deno-cache')
  }
}

/** Hosted Supabase's variables, https://supabase.com/docs/guides/functions/secrets, and ours. */
function functionEnvironment(secrets: Secrets, keys: { anonJwt: string; serviceJwt: string }, server: Postgres, appUrl: string): Record<string, string> {
  const signingKey = { kty: 'oct', alg: 'HS256', k: Buffer.from(secrets.jwt_secret).toString('base64url') }
  return {
    // By number and not by name: some systems resolve localhost to an address that nothing listens on.
    SUPABASE_URL: appUrl.replace('localhost', '127.0.0.1'),
    SUPABASE_DB_URL: server.url('postgres'),
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: secrets.publishable_key }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: secrets.secret_key }),
    SUPABASE_JWKS: JSON.stringify({ keys: [signingKey] }),
    SUPABASE_ANON_KEY: keys.anonJwt,
    SUPABASE_SERVICE_ROLE_KEY: keys.serviceJwt,
    // A receiver on the same machine or network is what one tries out first.
    DATASYNC_ALLOW_PRIVATE_DESTINATIONS: 'true',
    ...functionSettings(process.env),
    ...keyEnvironment(secrets, process.env),
    DATASYNC_TICK_SECRET: secrets.tick_secret,
  }
}

/** Mails of alerts go to the inbox page, unless somebody has named a service for them: that one must not be shown our secret. */
function mailEnvironment(appUrl: string, mailSecret: string): Record<string, string> {
  const links = { DATASYNC_APP_URL: appUrl }
  if (process.env['DATASYNC_MAIL_URL']) return links
  return { ...links, DATASYNC_MAIL_URL: `${appUrl.replace('localhost', '127.0.0.1')}/inbox/api/send`, DATASYNC_MAIL_TOKEN: mailSecret, DATASYNC_MAIL_FORMAT: 'generic' }
}

/** What the person who starts the stack says of the functions, such as keys of their own, wins over what we made up. */
function functionSettings(env: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(env).filter(([name]) => name.startsWith('DATASYNC_') && name !== 'DATASYNC_DATA_DIR')
  return Object.fromEntries(entries.flatMap(([name, value]) => (value ? [[name, value]] : [])))
}

async function startWeb(
  options: StackOptions,
  page: { server: Parameters<typeof serveDev>[0]; publishableKey: string; appUrl: string },
  log: Log,
  cleanups: (() => Promise<void> | void)[],
): Promise<Services['web']> {
  if (options.app === 'none') return undefined
  if (options.app === 'dist') return serveStatic(await ensureBuild({}, log), page)
  const dev = await serveDev(page.server, page)
  cleanups.push(() => dev.close())
  return dev.handle
}

function prepareDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    accessSync(dataDir, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new Failure(`The data folder ${dataDir} cannot be written (${messageOf(error)}). Make it writable, or choose another with DATASYNC_DATA_DIR.`)
  }
  if (process.getuid?.() === 0) return
  const foreign = readdirSync(dataDir).find((name) => statSync(join(dataDir, name), { throwIfNoEntry: false })?.uid !== process.getuid?.())
  if (foreign !== undefined) {
    throw new Failure(`${join(dataDir, foreign)} belongs to another user; was DataSync started with sudo before? Give the folder back with "sudo chown -R $(id -u) ${dataDir}", or choose another with DATASYNC_DATA_DIR.`)
  }
}
