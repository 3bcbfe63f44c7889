/** Anything that is numbered from 1 without gaps. */
export interface Numbered {
  seq: number
}

/**
 * What is known of a log. The database numbers the lines of a job from 1 without gaps, and a number is visible only when every
 * lower one is: so whatever is missing below a number that was heard of can be fetched.
 */
export interface LineLog<Line extends Numbered> {
  /** In order of `seq`, each once. */
  lines: readonly Line[]
  /** 1..contiguous are all there: lines[i].seq is i + 1 below it. */
  contiguous: number
  /** The highest number that is known to exist, whether or not its line is here. */
  top: number
}

export function emptyLog<Line extends Numbered>(): LineLog<Line> {
  return { lines: [], contiguous: 0, top: 0 }
}

/** Adds lines in any order, some of them perhaps known already. The same log again when nothing was new. */
export function mergeLines<Line extends Numbered>(log: LineLog<Line>, batch: readonly Line[]): LineLog<Line> {
  const fresh = batch.filter(({ seq }) => seq > log.contiguous).sort((a, b) => a.seq - b.seq)
  const [first] = fresh
  if (first === undefined) return log
  const lines = first.seq > lastSeq(log.lines) ? appendOnce(log.lines, fresh) : weave(log.lines, fresh)
  if (lines.length === log.lines.length) return log
  let { contiguous } = log
  while (lines[contiguous]?.seq === contiguous + 1) contiguous += 1
  return { lines, contiguous, top: Math.max(log.top, lastSeq(lines)) }
}

/** Notes that lines up to this number exist. */
export function noteTop<Line extends Numbered>(log: LineLog<Line>, top: number): LineLog<Line> {
  return top > log.top ? { ...log, top } : log
}

export interface Gap {
  /** Fetch what comes after this number … */
  after: number
  /** … up to and with this one. */
  upTo: number
}

/** The first stretch of lines that exist and are not here; null when there is none. */
export function firstGap<Line extends Numbered>({ lines, contiguous, top }: LineLog<Line>): Gap | null {
  if (contiguous >= top) return null
  const next = lines[contiguous]
  return { after: contiguous, upTo: next === undefined ? top : next.seq - 1 }
}

const lastSeq = (lines: readonly Numbered[]): number => lines[lines.length - 1]?.seq ?? 0

function appendOnce<Line extends Numbered>(lines: readonly Line[], sorted: readonly Line[]): readonly Line[] {
  return lines.concat(sorted.filter((line, index) => line.seq !== sorted[index - 1]?.seq))
}

function weave<Line extends Numbered>(lines: readonly Line[], sorted: readonly Line[]): readonly Line[] {
  const woven: Line[] = []
  let next = 0
  const add = (line: Line) => {
    if (line.seq !== woven[woven.length - 1]?.seq) woven.push(line)
  }
  for (const line of lines) {
    for (let candidate = sorted[next]; candidate !== undefined && candidate.seq < line.seq; candidate = sorted[next]) {
      add(candidate)
      next += 1
    }
    add(line)
  }
  for (const line of sorted.slice(next)) add(line)
  return woven
}
