import { diffArrays } from 'diff/lib/diff/array.js'

/** A stretch of a line; `changed` marks what the other side does not have. */
export interface Segment {
  text: string
  changed: boolean
}

/** Two lines that belong together. null: there is none on that side. */
export interface Pair {
  before: Segment[] | null
  after: Segment[] | null
  same: boolean
}

/** Texts that share less than this of the shorter one are two texts: marking nearly all of them would say nothing. */
const SHARED = 0.3
/** Edits after which a finer answer is not worth the wait: Myers' algorithm takes the square of them. */
const MOST_EDITS = 1500

/** How a value reads line by line: a text by its lines, a list by its entries, an object as JSON. */
export function linesOf(value: unknown): string[] {
  if (typeof value === 'string') return value.split('\n')
  if (Array.isArray(value)) return value.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry)))
  if (typeof value === 'object' && value !== null) return JSON.stringify(sorted(value), null, 2).split('\n')
  return [JSON.stringify(value)]
}

/** Equal objects read alike, whatever the order of their keys. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, child]) => [key, sorted(child)]))
}

/** Lines side by side: what is alike beside what is alike, and of what differs the words that do. undefined: that side does not exist. */
export function pairsOf(before: unknown, after: unknown): Pair[] {
  if (before === undefined) return linesOf(after).map((line) => ({ before: null, after: whole(line), same: false }))
  if (after === undefined) return linesOf(before).map((line) => ({ before: whole(line), after: null, same: false }))
  const isText = typeof before === 'string' && typeof after === 'string'
  const [was, willBe] = [linesOf(before), linesOf(after)]
  const chunks = diffArrays(was, willBe, { maxEditLength: MOST_EDITS }) ?? [
    { value: was, removed: true, added: false },
    { value: willBe, removed: false, added: true },
  ]
  const pairs: Pair[] = []
  let removed: string[] = []
  let added: string[] = []
  const settle = () => {
    for (let index = 0; index < Math.max(removed.length, added.length); index += 1) {
      const [left, right] = [removed[index], added[index]]
      if (left === undefined || right === undefined) {
        pairs.push({ before: left === undefined ? null : whole(left), after: right === undefined ? null : whole(right), same: false })
      } else {
        const [marked, counterpart] = isText || Array.isArray(before) || typeof before === 'object' ? changedWords(left, right) : [whole(left), whole(right)]
        pairs.push({ before: marked, after: counterpart, same: false })
      }
    }
    removed = []
    added = []
  }
  for (const chunk of chunks) {
    if (chunk.removed) removed.push(...chunk.value)
    else if (chunk.added) added.push(...chunk.value)
    else {
      settle()
      for (const line of chunk.value) pairs.push({ before: whole(line), after: whole(line), same: true })
    }
  }
  settle()
  return pairs
}

const whole = (text: string): Segment[] => [{ text, changed: false }]

/** Where two lines differ, in whole words. */
export function changedWords(before: string, after: string): [Segment[], Segment[]] {
  const [was, willBe] = [words(before), words(after)]
  const chunks = diffArrays(was, willBe, { maxEditLength: MOST_EDITS })
  if (chunks === undefined) return ends(was, willBe)
  const left: Segment[] = []
  const right: Segment[] = []
  let alike = 0
  chunks.forEach((chunk, index) => {
    const text = chunk.value.join('')
    if (chunk.removed) left.push({ text, changed: true })
    else if (chunk.added) right.push({ text, changed: true })
    // A space between two new words is no common ground: they read as one change.
    else if (/^\s*$/.test(text) && index > 0 && index < chunks.length - 1) {
      left.push({ text, changed: left.at(-1)?.changed === true })
      right.push({ text, changed: right.at(-1)?.changed === true })
    } else {
      alike += text.length
      left.push({ text, changed: false })
      right.push({ text, changed: false })
    }
  })
  if (alike < SHARED * Math.min(before.length, after.length) || alike === 0) return [whole(before), whole(after)]
  return [joined(left), joined(right)]
}

/** Neighbours of one kind as one, and no blank marked where nothing follows it. */
function joined(segments: readonly Segment[]): Segment[] {
  const result: Segment[] = []
  for (const segment of segments) {
    const last = result.at(-1)
    if (segment.text === '') continue
    if (last?.changed === segment.changed) last.text += segment.text
    else result.push({ ...segment })
  }
  return result
}

/** For what differs in too many places: what is between a common start and a common end. */
function ends(was: readonly string[], willBe: readonly string[]): [Segment[], Segment[]] {
  const most = Math.min(was.length, willBe.length)
  let start = 0
  while (start < most && was[start] === willBe[start]) start += 1
  let end = 0
  while (end < most - start && was[was.length - 1 - end] === willBe[willBe.length - 1 - end]) end += 1
  const cut = (all: readonly string[]): Segment[] =>
    joined([
      { text: all.slice(0, start).join(''), changed: false },
      { text: all.slice(start, all.length - end).join(''), changed: start + end > 0 },
      { text: all.slice(all.length - end).join(''), changed: false },
    ])
  return [cut(was), cut(willBe)]
}

/** Words, and what stands between them. Scripts without spaces are read letter by letter. */
const words = (text: string): string[] =>
  text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{M}\p{N}_])+|\s+|[^\p{L}\p{M}\p{N}_\s]|./gsu) ?? []

/** What is shown of a long diff: pairs, and runs of unchanged ones that are folded away. */
export type Shown = { kind: 'pairs'; pairs: Pair[] } | { kind: 'folded'; pairs: Pair[] }

/** Lines around a change that tell where one is. */
const CONTEXT = 2

export function folded(pairs: readonly Pair[]): Shown[] {
  const near = pairs.map((_, index) => pairs.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ same }) => !same))
  const shown: Shown[] = []
  for (let from = 0; from < pairs.length; ) {
    let to = from
    while (to < pairs.length && near[to] === near[from]) to += 1
    const run = pairs.slice(from, to)
    // One line less is not worth a button.
    shown.push({ kind: near[from] === true || run.length < 2 ? 'pairs' : 'folded', pairs: run })
    from = to
  }
  return shown
}

/** Characters kept on either side of a change within one long line, and of a line that is new as a whole. */
const AROUND = 80
const ALONE = 1600

/** A long unchanged stretch of a line, in three: what is kept of its start, what is folded, what is kept of its end. */
export function stretch(text: string, isFirst: boolean, isLast: boolean): { start: string; hidden: string; end: string } | null {
  if (isFirst && isLast) {
    const end = wordEnd(text, ALONE)
    return text.length < ALONE * 1.5 ? null : { start: text.slice(0, end), hidden: text.slice(end), end: '' }
  }
  if (text.length < AROUND * 4) return null
  const start = isFirst ? 0 : wordEnd(text, AROUND)
  const end = isLast ? text.length : wordStart(text, text.length - AROUND)
  return { start: text.slice(0, start), hidden: text.slice(start, end), end: text.slice(end) }
}

function wordEnd(text: string, at: number): number {
  const space = text.indexOf(' ', at)
  return space < 0 || space > at + 40 ? boundary(text, at) : space
}

function wordStart(text: string, at: number): number {
  const space = text.lastIndexOf(' ', at)
  return space < at - 40 ? boundary(text, at) : space + 1
}

/** Never between the halves of one character. */
function boundary(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code >= 0xdc00 && code <= 0xdfff ? at + 1 : at
}
