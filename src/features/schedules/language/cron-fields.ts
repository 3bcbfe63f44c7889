/** What one field of cron says. */
export type Field =
  | { kind: 'every' }
  /** "*\/5", "8-18/2": from `from` in steps. */
  | { kind: 'step'; from: number; to: number | null; step: number }
  | { kind: 'range'; from: number; to: number }
  /** "1,15,L": L is the last day of the month. */
  | { kind: 'list'; values: number[]; last?: boolean }
  /** "L": the last day of the month. */
  | { kind: 'last' }
  /** "1#2": the second Monday; "5L", "5#L": the last Friday. */
  | { kind: 'nth'; weekday: number; nth: number | 'last' }

export interface CronFields {
  minute: Field
  hour: Field
  day: Field
  month: Field
  weekday: Field
}

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ')
const WEEKDAYS = 'SUN MON TUE WED THU FRI SAT'.split(' ')

/** The five fields, where each is one of the forms above; null for anything else. What cron refuses may be taken here, not the other way. */
export function readCron(expression: string): CronFields | null {
  const parts = expression.trim().toUpperCase().split(/\s+/)
  if (parts.length !== 5) return null
  const minute = readField(parts[0], 0, 59)
  const hour = readField(parts[1], 0, 23)
  const day = readField(parts[2], 1, 31)
  const month = readField(parts[3], 1, 12, MONTHS)
  const weekday = sundayFirst(readField(parts[4], 0, 7, WEEKDAYS))
  if (minute === null || hour === null || day === null || month === null || weekday === null) return null
  return { minute, hour, day, month, weekday }
}

function readField(text = '', least: number, most: number, names: readonly string[] = []): Field | null {
  const number = (word: string | undefined): number | null => {
    const named = names.indexOf(word ?? '')
    const value = named >= 0 ? named + least : /^\d{1,2}$/.test(word ?? '') ? Number(word) : NaN
    return value >= least && value <= most ? value : null
  }
  if (text === '*' || text === '?') return { kind: 'every' }
  if (text === 'L' && most === 31) return { kind: 'last' }
  const nth = most === 7 ? /^(\w+?)(?:#([1-5L])|L)$/.exec(text) : null
  if (nth !== null) {
    const weekday = number(nth[1])
    return weekday === null ? null : { kind: 'nth', weekday, nth: nth[2] === undefined || nth[2] === 'L' ? 'last' : Number(nth[2]) }
  }
  const step = /^(\*|\w+)(?:-(\w+))?\/(\d{1,2})$/.exec(text)
  if (step !== null) {
    const from = step[1] === '*' ? least : number(step[1])
    const to = step[2] === undefined ? null : number(step[2])
    const by = Number(step[3])
    return from === null || (step[2] !== undefined && to === null) || by < 1 ? null : { kind: 'step', from, to, step: by }
  }
  const range = /^(\w+)-(\w+)$/.exec(text)
  if (range !== null) {
    const [from, to] = [number(range[1]), number(range[2])]
    return from === null || to === null || to < from ? null : { kind: 'range', from, to }
  }
  const values: number[] = []
  const parts = text.split(',')
  const last = most === 31 && parts.includes('L')
  for (const part of parts) {
    if (last && part === 'L') continue
    const inner = /^(\w+)-(\w+)$/.exec(part)
    const [from, to] = inner === null ? [number(part), number(part)] : [number(inner[1]), number(inner[2])]
    if (from === null || to === null || to < from) return null
    for (let value = from; value <= to; value++) values.push(value)
  }
  return { kind: 'list', values: [...new Set(values)].sort((a, b) => a - b), ...(last ? { last } : {}) }
}

/** Sunday is 0 and 7; here it is 0. */
function sundayFirst(field: Field | null): Field | null {
  if (field?.kind === 'nth') return { ...field, weekday: field.weekday % 7 }
  if (field?.kind === 'list') return { kind: 'list', values: [...new Set(field.values.map((value) => value % 7))].sort((a, b) => a - b) }
  if (field?.kind === 'range' && field.to === 7) return sundayFirst({ kind: 'list', values: Array.from({ length: 8 - field.from }, (_, index) => field.from + index) })
  return field
}

/** The values themselves, for lists and ranges; null where they are not counted out. */
export function valuesOf(field: Field): number[] | null {
  if (field.kind === 'list') return field.values
  if (field.kind === 'range') return Array.from({ length: field.to - field.from + 1 }, (_, index) => field.from + index)
  return null
}
