import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { claimDataDir } from '../instance.ts'
import { Failure } from '../lib/failure.ts'
import { terminal } from '../lib/log.ts'
import { dataDirFrom } from '../lib/paths.ts'
import { stopOrphan } from '../postgres/cluster.ts'

/** What the stack itself writes. A folder may have been chosen that holds other things too; those stay. */
const ours = [
  'postgres', 'postgres-port', 'postgres.log', 'bootstrap', 'secrets.json', 'inbox.json', 'instance.json',
  'deno-cache', 'restore.partial',
]

/** Empties the data folder: every account, every site, every run, and the keys that site secrets are encrypted with. */
export async function reset(withoutAsking: boolean): Promise<number> {
  const dataDir = dataDirFrom(process.env)
  const found = existsSync(dataDir) ? readdirSync(dataDir).filter((name) => ours.includes(name) || name.startsWith('initdb.')) : []
  if (found.length === 0) {
    terminal.info(`There is no data in ${dataDir}.`)
    return 0
  }
  if (!withoutAsking && !(await confirmed(dataDir))) {
    terminal.info('Nothing was deleted.')
    return 1
  }
  const claim = await claimDataDir(dataDir)
  try {
    await stopOrphan(join(dataDir, 'postgres'))
    for (const name of found) if (name !== 'instance.json') rmSync(join(dataDir, name), { recursive: true, force: true })
  } finally {
    claim.release()
  }
  terminal.info(`The data in ${dataDir} is deleted. "npm start" begins anew.`)
  return 0
}

async function confirmed(dataDir: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Failure('There is no terminal to ask in. Run "npm run reset -- --yes" to delete the data without being asked.')
  const prompt = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const answer = await prompt.question(`Delete all DataSync data in ${dataDir}? This cannot be undone. Type "yes" to go on: `)
    return answer.trim().toLowerCase() === 'yes'
  } finally {
    prompt.close()
  }
}
