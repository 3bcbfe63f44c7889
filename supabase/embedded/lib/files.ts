import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { codeOf } from './failure.ts'

/** Replaces a file in one step, so that a crash leaves the old text or the new one, never half of it. Only its owner may read it. */
export function writePrivate(path: string, text: string): void {
  const temporary = `${path}.${randomBytes(4).toString('hex')}`
  writeFileSync(temporary, text, { mode: 0o600 })
  renameSync(temporary, path)
}

export function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
