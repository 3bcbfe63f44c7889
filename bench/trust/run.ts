/**
 * `npm run trust`: the proofs that are too long for every test run. `-- matrix fuzz load memory` chooses parts; each prints its figures, and
 * what was measured replaces its rows of the README's table.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { fuzz } from '../../supabase/tests/trust/fuzz.ts'
import { openGround, type Ground } from './ground.ts'
import { load } from './load.ts'
import { memory } from './memory.ts'

interface Row {
  what: string
  figure: string
  aim: string
}

const project = fileURLToPath(new URL('../../', import.meta.url))
const fuzzCases = 12_000
const number = (value: number, digits = 0): string => value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })

const parts: Record<string, () => Promise<Row[]>> = {
  matrix: async () => {
    execFileSync('npx', ['vitest', 'run', '--project', 'stack', 'supabase/tests/trust'], { cwd: project, stdio: ['ignore', 'inherit', 'inherit'] })
    const summary = z.looseObject({ cells: z.number(), failures: z.number() }).parse(JSON.parse(readFileSync(`${project}.trust/matrix.json`, 'utf8')))
    return [{ what: 'isolation matrix: cells asserted; failures', figure: `${number(summary.cells)}; ${number(summary.failures)}`, aim: '0 failures' }]
  },
  fuzz: () =>
    onGround(async (ground) => {
      const seed = Math.floor(Math.random() * 2 ** 31)
      const { cases, answers, comparedUnchanged, violations } = await fuzz({ ...ground, count: fuzzCases, seed })
      console.log(JSON.stringify({ part: 'fuzz', seed, cases, answers, comparedUnchanged, violations: violations.length }))
      for (const violation of violations.slice(0, 20)) console.log(violation)
      return [
        { what: 'fuzzed requests to every function and the receiver; answers that are neither 2xx nor 4xx, changes after a refusal', figure: `${number(cases)}; ${number(violations.length)}`, aim: '10,000 or more; 0' },
      ]
    }),
  load: () =>
    onGround(async (ground) => {
      const report = await load(ground)
      console.log(JSON.stringify({ part: 'load', ...report, errors: report.errors.length }))
      for (const error of report.errors.slice(0, 20)) console.log(error)
      return [
        { what: `${number(report.clients)} clients at once on the Data API, functions and Realtime: requests; errors that are not rate limits`, figure: `${number(report.requests)} in ${number(report.seconds)} s; ${number(report.errors.length)}`, aim: '0 errors' },
        { what: `log lines of ${number(report.runs)} runs, to each of them, live; lost, shown twice`, figure: `${number(report.lines)}; ${number(report.lost)}, ${number(report.twice)}`, aim: '0, 0' },
      ]
    }),
  memory: () =>
    onGround(async (ground) => {
      const report = await memory(ground)
      console.log(JSON.stringify({ part: 'memory', ...report }))
      const early = report.processes.reduce((sum, one) => sum + one.early, 0)
      const late = report.processes.reduce((sum, one) => sum + one.late, 0)
      return [
        { what: `memory of all processes, second quarter of ${number(report.runs)} runs to the last`, figure: `${number(early)} MB to ${number(late)} MB (${number(late / early, 2)})`, aim: 'no growth' },
      ]
    }),
}

async function onGround(work: (ground: Ground) => Promise<Row[]>): Promise<Row[]> {
  const ground = await openGround()
  try {
    return await work(ground)
  } finally {
    await ground.close()
  }
}

const rowsFile = `${project}.trust/rows.json`

/** Parts that did not run this time keep the rows of their last run on this checkout. */
function keep(made: Record<string, Row[]>): Record<string, Row[]> {
  let known: Record<string, Row[]> = {}
  try {
    known = JSON.parse(readFileSync(rowsFile, 'utf8')) as Record<string, Row[]>
  } catch {
    // The first run.
  }
  const all = { ...known, ...made }
  mkdirSync(`${project}.trust`, { recursive: true })
  writeFileSync(rowsFile, `${JSON.stringify(all, null, 2)}\n`)
  return all
}

function writeTable(rows: readonly Row[]): void {
  const path = `${project}README.md`
  const table = ['| what | figure | aim |', '|---|---|---|', ...rows.map(({ what, figure, aim }) => `| ${what} | ${figure} | ${aim} |`)].join('\n')
  const text = readFileSync(path, 'utf8')
  const marked = /(<!-- trust: written by `npm run trust` -->\n)[\s\S]*?(\n<!-- \/trust -->)/
  if (!marked.test(text)) throw new Error('README.md has no place for the table of `npm run trust`')
  writeFileSync(path, text.replace(marked, (_, head: string, tail: string) => `${head}${table}${tail}`))
}

const chosen = process.argv.slice(2)
const unknown = chosen.find((name) => !(name in parts))
if (unknown !== undefined) {
  console.error(`"${unknown}" is not a part; there are: ${Object.keys(parts).join(' ')}`)
  process.exit(2)
}
const made: Record<string, Row[]> = {}
for (const [name, work] of Object.entries(parts)) {
  if (chosen.length === 0 || chosen.includes(name)) made[name] = await work()
}
const all = keep(made)
writeTable(Object.keys(parts).flatMap((name) => all[name] ?? []))
