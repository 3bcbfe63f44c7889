import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyLog, firstGap, mergeLines, noteTop, type LineLog } from './merge-lines.ts'

interface Line {
  seq: number
  origin: string
}

const line = (seq: number, origin = 'live'): Line => ({ seq, origin })
const numbers = (log: LineLog<Line>) => log.lines.map(({ seq }) => seq)
const upTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1)

/** What the page does until nothing is missing, with pages of any size. */
function backfill(log: LineLog<Line>, pageSize: number): LineLog<Line> {
  for (let gap = firstGap(log); gap !== null; gap = firstGap(log)) {
    const { after, upTo: end } = gap
    log = mergeLines(log, upTo(Math.min(end, after + pageSize)).slice(after).map((seq) => line(seq, 'page')))
  }
  return log
}

describe('mergeLines', () => {
  it('keeps the log as it is when a batch brings nothing new', () => {
    const log = mergeLines(emptyLog<Line>(), [line(1), line(2)])
    expect(mergeLines(log, [line(2), line(1)])).toBe(log)
    expect(mergeLines(log, [])).toBe(log)
  })

  it('shows what came after a gap, in its place, and says what is missing', () => {
    const log = mergeLines(mergeLines(emptyLog<Line>(), [line(1), line(2)]), [line(7), line(6)])
    expect(numbers(log)).toEqual([1, 2, 6, 7])
    expect(firstGap(log)).toEqual({ after: 2, upTo: 5 })
    const filled = mergeLines(log, [line(5), line(3), line(4), line(6)])
    expect(numbers(filled)).toEqual(upTo(7))
    expect(firstGap(filled)).toBeNull()
  })

  it('knows of lines that it has not seen', () => {
    const log = noteTop(mergeLines(emptyLog<Line>(), [line(1)]), 4)
    expect(firstGap(log)).toEqual({ after: 1, upTo: 4 })
    expect(noteTop(log, 3)).toBe(log)
  })

  it('keeps the first object of a line, so that a row is not drawn again', () => {
    const log = mergeLines(emptyLog<Line>(), [line(1, 'first'), line(3, 'first')])
    const again = mergeLines(log, [line(3, 'second'), line(2, 'second')])
    expect(again.lines.map(({ origin }) => origin)).toEqual(['first', 'second', 'first'])
  })
})

describe('any interleaving', () => {
  // Batches of a log 1..n, out of order, overlapping, repeated, with holes; some only as a range that says "there is more".
  const history = fc.integer({ min: 1, max: 120 }).chain((n) =>
    fc.record({
      n: fc.constant(n),
      pageSize: fc.integer({ min: 1, max: 40 }),
      events: fc.array(
        fc.oneof(
          fc.record({ kind: fc.constant('lines' as const), seqs: fc.array(fc.integer({ min: 1, max: n }), { maxLength: 30 }) }),
          fc.record({ kind: fc.constant('range' as const), to: fc.integer({ min: 1, max: n }) }),
          fc.record({ kind: fc.constant('backfill' as const) }),
        ),
        { maxLength: 25 },
      ),
    }),
  )

  it('is in order and has each line once, at every moment', () => {
    fc.assert(
      fc.property(history, ({ events, pageSize }) => {
        let log = emptyLog<Line>()
        const heard = new Set<number>()
        for (const event of events) {
          if (event.kind === 'lines') {
            event.seqs.forEach((seq) => heard.add(seq))
            log = mergeLines(log, event.seqs.map((seq) => line(seq)))
          } else if (event.kind === 'range') {
            log = noteTop(log, event.to)
          } else {
            log = backfill(log, pageSize)
            upTo(log.top).forEach((seq) => heard.add(seq))
          }
          expect(numbers(log)).toEqual([...heard].sort((a, b) => a - b))
          expect(numbers(log).slice(0, log.contiguous)).toEqual(upTo(log.contiguous))
          expect(numbers(log)).not.toContain(log.contiguous + 1)
        }
      }),
    )
  })

  it('ends with exactly 1..n once the number of lines is known', () => {
    fc.assert(
      fc.property(history, ({ n, events, pageSize }) => {
        let log = emptyLog<Line>()
        for (const event of events) {
          if (event.kind === 'lines') log = mergeLines(log, event.seqs.map((seq) => line(seq)))
          else if (event.kind === 'range') log = noteTop(log, event.to)
          else log = backfill(log, pageSize)
        }
        expect(numbers(backfill(noteTop(log, n), pageSize))).toEqual(upTo(n))
      }),
    )
  })
})
