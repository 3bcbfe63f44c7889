import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { KeyRing } from '../../functions/_shared/encryption.ts'
import { runningInstance, type KeysInUse } from '../instance.ts'
import { Failure } from '../lib/failure.ts'
import { terminal } from '../lib/log.ts'

/** What a rotation of the master key has to know of the functions that run meanwhile. */
export interface RunningFunctions {
  /** Fails when what it does to the keys would not reach the functions, or not the functions' keys. */
  haveKeysFrom(source: KeysInUse['source']): Promise<void>
  /** Resolves when every function holds these keys and seals with the one that seals here. */
  untilTaken(ring: KeyRing): Promise<void>
}

/** None run, or nobody can ask them. */
export const noFunctions: RunningFunctions = {
  haveKeysFrom: () => Promise.resolve(),
  untilTaken: () => Promise.resolve(),
}

type Keys = Pick<KeysInUse, 'sealing' | 'checks'>

const pollMilliseconds = 200
/** A function that is at work when it gets new keys has 150 s to finish, and its successor 30 s to start. */
const longestHandover = 200_000
/** What a hosted function's worker may need to be replaced by one that knows of new secrets. */
const longestRefresh = 60_000

export function functionsOfInstance(dataDir: string): RunningFunctions {
  const keysInUse = (): KeysInUse | undefined => {
    const instance = runningInstance(dataDir)
    if (instance === undefined || instance.closing) throw new Failure('DataSync has been stopped meanwhile. What was done stays done: run this again, with DataSync running or not.')
    return instance.keys
  }
  return {
    haveKeysFrom: (source) => {
      const keys = keysInUse()
      if (keys === undefined) throw new Failure('The functions of the DataSync that runs have no keys that can be used; its log says why. Mend that, or stop it, and run this again.')
      if (keys.source === source) return Promise.resolve()
      throw new Failure(source === 'file'
        ? 'The DataSync that runs has its keys from DATASYNC_SECRET_KEYS in its environment, not from secrets.json. Add the new key there as the next version, start it again, and run this with the same DATASYNC_SECRET_KEYS.'
        : 'The DataSync that runs has its keys from secrets.json, not from DATASYNC_SECRET_KEYS as it is set here. Run this without it.')
    },
    untilTaken: async (ring) => {
      await poll(longestHandover, () => {
        const keys = keysInUse()
        if (keys !== undefined && sameKeys(keys, ring)) return Promise.resolve(undefined)
        if (keys?.source === 'environment') return Promise.reject(new Failure(`The DataSync that runs has other keys than DATASYNC_SECRET_KEYS here: ${difference(keys, ring)}. Start it again with these first.`))
        return Promise.resolve('The functions did not take the new key on in time')
      }, 'Waiting until every function has the new key; what is being sent is finished first ...')
    },
  }
}

const healthSchema = z.object({ keys: z.object({ sealing: z.number(), checks: z.record(z.string(), z.string()) }).nullish() })

/** Asks the function `health`, which tells the holder of the tick's secret by which checks to know its keys. */
export function functionsAtUrl(url: string, tickSecret: string | undefined): RunningFunctions {
  if (!URL.canParse(url)) throw new Failure('-- --url wants the address of the project: https://<ref>.supabase.co')
  if (!tickSecret) throw new Failure('Put DATASYNC_TICK_SECRET into the environment: the functions tell nobody else which keys they hold.')
  const address = `${url.replace(/\/+$/, '')}/functions/v1/health`
  return {
    haveKeysFrom: () => Promise.resolve(),
    untilTaken: (ring) =>
      poll(longestRefresh, async () => {
        const response = await fetch(address, { headers: { 'x-tick-secret': tickSecret }, signal: AbortSignal.timeout(10_000) }).catch(() => undefined)
        if (response === undefined) return `${address} does not answer`
        const health = healthSchema.safeParse(await response.json().catch(() => null))
        if (!health.success) return `${address} answered ${response.status}, and not as the function health does`
        const { keys } = health.data
        if (keys == null) return 'The functions do not say which keys they hold: DATASYNC_TICK_SECRET is not theirs, they are of an earlier version, or their DATASYNC_SECRET_KEYS cannot be used'
        return sameKeys(keys, ring) ? undefined : `The functions hold other keys than DATASYNC_SECRET_KEYS here: ${difference(keys, ring)}. Set them first (npx supabase secrets set)`
      }, 'Waiting until the functions have these keys ...'),
  }
}

/** `look` says why it is not so yet, or nothing when it is. */
async function poll(withinMilliseconds: number, look: () => Promise<string | undefined>, waiting: string): Promise<void> {
  const deadline = Date.now() + withinMilliseconds
  let said = false
  for (;;) {
    const reason = await look()
    if (reason === undefined) return
    if (Date.now() > deadline) throw new Failure(`${reason}. Nothing is lost: run this again.`)
    if (!said) terminal.info(waiting)
    said = true
    await sleep(pollMilliseconds)
  }
}

function sameKeys(keys: Keys, ring: KeyRing): boolean {
  const versions = new Set([...Object.keys(keys.checks), ...Object.keys(ring.checks)])
  return keys.sealing === ring.current && [...versions].every((version) => keys.checks[version] === ring.checks[version])
}

function difference(keys: Keys, ring: KeyRing): string {
  const here = Object.keys(ring.checks)
  const there = Object.keys(keys.checks)
  const other = here.filter((version) => keys.checks[version] !== undefined && keys.checks[version] !== ring.checks[version])
  if (other.length > 0) return `version ${other.join(', ')} is another key there`
  return `there ${there.join(', ')} with ${keys.sealing} to seal, here ${here.join(', ')} with ${ring.current}`
}
