/** What the matrix asserts, cell by cell, and how it is printed. */
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** The letters of the matrix. */
export const legend = {
  '+': 'allowed: a table shows the effect, a verb or function got past every check of rights',
  o: 'allowed, about what is the caller’s own and nothing else',
  '.': 'hidden: answered as what does not exist',
  x: 'refused',
  '-': 'not signed in (401)',
  '=': 'the same: an answer as for what is not there; organization A as it was before',
} as const

export type Letter = keyof typeof legend

export interface Seen {
  letter: Letter | '?'
  /** What was answered, for the list of failures. */
  detail: string
}

interface Cell {
  stated: string
  problems: string[]
}

interface Area {
  name: string
  columns: readonly string[]
  rows: Map<string, Map<string, Cell>>
}

const areas = new Map<string, Area>()
const startedAt = Date.now()

export function area(name: string, columns: readonly string[]): { cell: (row: string, column: string, stated: string, problems?: readonly string[]) => void; row: (row: string) => string[]; forget: (row: string) => void } {
  const found: Area = areas.get(name) ?? { name, columns, rows: new Map() }
  areas.set(name, found)
  return {
    /** One or several letters, each of them asserted; problems are what was not as stated. */
    cell(row, column, stated, problems = []) {
      const cells = found.rows.get(row) ?? new Map<string, Cell>()
      found.rows.set(row, cells)
      const cell = cells.get(column) ?? { stated: '', problems: [] }
      cells.set(column, { stated: cell.stated + stated, problems: [...cell.problems, ...problems] })
    },
    row: (row) => [...(found.rows.get(row) ?? new Map<string, Cell>())].flatMap(([column, { problems }]) => problems.map((problem) => `${row}, ${column}: ${problem}`)),
    /** Before a row is looked at again. */
    forget: (row) => void found.rows.delete(row),
  }
}

/** A row is one test: all its cells are looked at before it fails, and it says which were not as stated. */
export function expectAsStated(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(problems.join('\n'))
}

/** The problem of a letter that is not the stated one; none otherwise. */
export function compare(what: string, stated: Letter, seen: Seen): string[] {
  return seen.letter === stated ? [] : [`${what} is stated as "${stated}" and was "${seen.letter}": ${seen.detail}`]
}

/** The problem that a catalogue and the statements do not name the same things. */
export function unstated(kind: string, live: readonly string[], stated: readonly string[]): string[] {
  return [
    ...live.filter((name) => !stated.includes(name)).map((name) => `state the outcome for the ${kind} ${name}`),
    ...stated.filter((name) => !live.includes(name)).map((name) => `an outcome is stated for the ${kind} ${name}, which does not exist`),
  ]
}

interface Summary {
  cells: number
  failures: number
  seconds: number
  areas: { name: string; columns: readonly string[]; cells: number; rows: { object: string; cells: Record<string, string> }[]; failures: string[] }[]
}

export function summary(): Summary {
  const listed = [...areas.values()].map(({ name, columns, rows }) => {
    const all = [...rows.values()].flatMap((cells) => [...cells.values()])
    return {
      name,
      columns,
      cells: all.reduce((sum, { stated }) => sum + stated.length, 0),
      rows: [...rows].map(([object, cells]) => ({ object, cells: Object.fromEntries([...cells].map(([column, { stated, problems }]) => [column, problems.length > 0 ? `${stated}!` : stated])) })),
      failures: [...rows].flatMap(([row, cells]) => [...cells].flatMap(([column, { problems }]) => problems.map((problem) => `${row}, ${column}: ${problem}`))),
    }
  })
  return {
    cells: listed.reduce((sum, { cells }) => sum + cells, 0),
    failures: listed.reduce((sum, { failures }) => sum + failures.length, 0),
    seconds: Math.round((Date.now() - startedAt) / 100) / 10,
    areas: listed,
  }
}

/** A few lines a block: rows are objects, columns actors. */
export function printed({ areas: blocks, cells, failures, seconds }: Summary): string {
  const lines = Object.entries(legend).map(([letter, meaning]) => `  ${letter}  ${meaning}`)
  for (const { name, columns, rows, cells: count, failures: failed } of blocks) {
    const first = Math.max(name.length, ...rows.map(({ object }) => object.length))
    const widths = columns.map((column) => Math.max(column.length, ...rows.map(({ cells: of }) => (of[column] ?? '').length)))
    const line = (head: string, parts: readonly string[]) => [head.padEnd(first), ...parts.map((part, index) => part.padEnd(widths[index] ?? 0))].join('  ').trimEnd()
    lines.push('', line(name, columns), ...rows.map(({ object, cells: of }) => line(object, columns.map((column) => of[column] ?? ''))))
    lines.push(`${count.toLocaleString('en')} cells asserted, ${failed.length} failures`, ...failed.map((failure) => `  ! ${failure}`))
  }
  lines.push('', `matrix: ${cells.toLocaleString('en')} cells asserted, ${failures} failures, ${seconds} s`)
  return lines.join('\n')
}

/** For people on the terminal, and for commands in an ignored folder of the repository; there only a run that was whole. */
export async function publish(expectedRows: number): Promise<void> {
  const result = summary()
  console.log(printed(result))
  if (result.areas.some(({ rows }) => rows.length === 0) || result.areas.reduce((sum, { rows }) => sum + rows.length, 0) < expectedRows) return
  const folder = fileURLToPath(new URL('../../../.trust/', import.meta.url))
  await mkdir(folder, { recursive: true })
  await writeFile(`${folder}matrix.json`, `${JSON.stringify({ made_at: new Date().toISOString(), ...result }, null, 2)}\n`)
}
