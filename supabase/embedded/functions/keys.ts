import { parseKeyRing } from '../../functions/_shared/encryption.ts'
import type { KeysInUse } from '../instance.ts'
import { messageOf } from '../lib/failure.ts'
import type { Log } from '../lib/log.ts'
import { readSecrets, type Secrets } from '../secrets.ts'
import type { FunctionHost } from './host.ts'

/** The keys for site secrets: from secrets.json to the functions, and again whenever a rotation has changed it. */

const lookMilliseconds = 500

type Environment = Readonly<Record<string, string | undefined>>

/** What the functions are told of the keys. Whoever starts the stack with keys of their own keeps them; ours are then of no use. */
export function keyEnvironment(secrets: Secrets, own: Environment): Record<string, string> {
  if (own['DATASYNC_SECRET_KEYS']) return {}
  const sealing = secrets.sealing_key
  return {
    DATASYNC_SECRET_KEYS: JSON.stringify(secrets.encryption_keys),
    DATASYNC_SEALING_KEY: sealing === undefined || sealing === highestKey(secrets) ? '' : String(sealing),
  }
}

export function highestKey({ encryption_keys }: Secrets): number {
  return Math.max(...Object.keys(encryption_keys).map(Number))
}

export interface FollowKeysOptions {
  dataDir: string
  /** As the functions have been started with. */
  secrets: Secrets
  functions: Pick<FunctionHost, 'renew'>
  /** Told whenever the last function with other keys has gone. */
  inUse: (keys: KeysInUse | undefined) => void
  log: Log
}

/**
 * Lets the functions take on the keys that a rotation writes into secrets.json. A function that is at work finishes with
 * those that it has, beside one that has the new ones: the rotation goes on when there is none of the former left.
 */
export async function followKeys({ dataDir, secrets, functions, inUse, log }: FollowKeysOptions): Promise<() => void> {
  if (process.env['DATASYNC_SECRET_KEYS']) {
    inUse(await describe('environment', process.env))
    return () => undefined
  }
  let taken = keyEnvironment(secrets, {})
  inUse(await describe('file', taken))

  const look = async (): Promise<void> => {
    const read = readSecrets(dataDir)
    const wanted = read && keyEnvironment(read, {})
    if (wanted === undefined || same(wanted, taken)) return
    taken = wanted
    log.info('The encryption keys have changed, and the functions are started again with them.')
    await functions.renew(wanted)
    inUse(await describe('file', wanted))
  }
  let looking = false
  const timer = setInterval(() => {
    if (looking) return
    looking = true
    look()
      .catch((error: unknown) => log.warn(`Changed encryption keys could not be taken on: ${messageOf(error)}`))
      .finally(() => (looking = false))
  }, lookMilliseconds)
  timer.unref()
  return () => clearInterval(timer)
}

async function describe(source: KeysInUse['source'], env: Environment): Promise<KeysInUse | undefined> {
  const ring = await parseKeyRing(env['DATASYNC_SECRET_KEYS'], Number(env['DATASYNC_SEALING_KEY']) || undefined)
  // The functions say in their own log what is wrong with keys that cannot be used.
  return ring.ok ? { source, sealing: ring.value.current, checks: { ...ring.value.checks } } : undefined
}

function same(a: Environment, b: Environment): boolean {
  return Object.keys(a).every((name) => a[name] === b[name])
}
