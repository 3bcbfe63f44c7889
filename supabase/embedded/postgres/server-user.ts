import { readFileSync, statSync } from 'node:fs'
import { Failure } from '../lib/failure.ts'

export interface ServerUser {
  uid: number
  gid: number
}

/**
 * PostgreSQL refuses to run as root. A start by root runs it as `nobody`, who exists everywhere (initdb wants an account
 * with a name, so a free number would not do, and making accounts is not ours to do). Data that is there already belongs
 * to whoever made it, and the server runs as that user. Undefined: run it as ourselves.
 */
export function serverUser(dataFolder?: string): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  const owner = dataFolder === undefined ? undefined : statSync(dataFolder, { throwIfNoEntry: false })
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  const account = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === 'nobody')
  const uid = Number(account?.[2])
  const gid = Number(account?.[3])
  if (!Number.isInteger(uid) || !Number.isInteger(gid)) {
    throw new Failure('PostgreSQL does not run as root, and this system has no account "nobody" to run it as. Start DataSync as a plain user.')
  }
  return { uid, gid }
}
