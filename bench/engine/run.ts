import { printRow } from '../lib/figures.ts'
import { benchClaim } from './claim.ts'
import { openGround, type Ground } from './ground.ts'
import { benchNeighbour } from './neighbour.ts'
import { benchPlan } from './plan.ts'
import { benchThroughput } from './throughput.ts'

/** `npm run bench:engine -- [part ...] [--rounds=5]`: JSON lines on stdout, all parts unless some are named. */

const onStack: Record<string, (ground: Ground, rounds: number) => Promise<void>> = {
  throughput: benchThroughput,
  plan: benchPlan,
  neighbour: benchNeighbour,
}
const parts = [...Object.keys(onStack), 'claim']

const words = process.argv.slice(2)
const rounds = Number(words.find((word) => word.startsWith('--rounds='))?.slice('--rounds='.length) ?? 5)
const named = words.filter((word) => !word.startsWith('--'))
const unknown = named.filter((name) => !parts.includes(name))
if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  const problem = unknown.length > 0 ? `There is no part "${unknown.join('", "')}".` : '--rounds is a whole number from 1.'
  console.error(`${problem} Use: npm run bench:engine -- [${parts.join('] [')}] [--rounds=5]`)
  process.exit(2)
}
const chosen = named.length > 0 ? named : parts

const needsStack = Object.entries(onStack).filter(([name]) => chosen.includes(name))
if (needsStack.length > 0) {
  const ground = await openGround()
  try {
    for (const [name, run] of needsStack) await attempt(name, () => run(ground, rounds))
  } finally {
    await ground.close()
  }
}
if (chosen.includes('claim')) await attempt('claim', benchClaim)

/** One part that fails costs the others nothing. */
async function attempt(name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    process.exitCode = 1
    printRow({ bench: name, error: error instanceof Error ? error.message : String(error) })
  }
}
