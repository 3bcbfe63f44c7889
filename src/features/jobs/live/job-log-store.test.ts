import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { TopicListener } from '@/lib/realtime'
import { createJobLogStore, isWhole, PAGE, type JobFeed, type JobSnapshot } from './job-log-store.ts'
import type { LogLine } from './shapes.ts'
import { streamState } from './stream-state.ts'

const at = '2026-11-21T08:00:00.000Z'
const upTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1)

/** A run as the database and its topic show it: rows first, then word of them, which may be lost. */
class Run {
  rows: LogLine[] = []
  status = 'running'
  listeners = new Set<TopicListener>()
  joined = false
  requests: [number, number | null][] = []
  broken = false
  logsRemovedAt: string | null = null

  feed: JobFeed = {
    subscribe: (listener) => {
      this.listeners.add(listener)
      listener.onStatus('connecting')
      return () => this.listeners.delete(listener)
    },
    fetchSnapshot: async () => {
      if (this.broken) throw new Error('offline')
      return this.snapshot()
    },
    fetchLines: async (after, end) => {
      this.requests.push([after, end])
      // What a query sees is what was there when it began.
      const page = this.rows.filter(({ seq }) => seq > after && (end === null || seq <= end)).slice(0, PAGE)
      if (this.broken) throw new Error('offline')
      return page
    },
  }

  snapshot(): JobSnapshot {
    const finishedAt = this.status === 'running' ? null : at
    return {
      job: {
        id: 'job', number: 1, status: this.status, trigger: 'manual', createdBy: null, apiKey: null, planHash: null, message: '', total: 1,
        logSeq: this.rows.length, createdAt: at, finishedAt, cancelRequestedAt: null,
        attempts: 0, p50Ms: null, p95Ms: null, logsRemovedAt: this.logsRemovedAt,
      },
      deliveries: [],
      starter: null,
      schedule: null,
    }
  }

  join() {
    this.joined = true
    this.listeners.forEach((listener) => listener.onStatus('live'))
  }
  drop() {
    this.joined = false
    this.listeners.forEach((listener) => listener.onStatus('reconnecting'))
  }
  write(count: number, how: 'lines' | 'range' | 'lost' = 'lines') {
    const from = this.rows.length + 1
    const rows = upTo(count).map((n) => ({ job_id: 'job', seq: from + n - 1, at, level: 'info', message: `line ${from + n - 1}`, site_id: null, payload: null }))
    this.rows.push(...rows.map(({ seq, level, message }) => ({ seq, at: Date.parse(at), level, message, siteId: null, payload: null })))
    if (!this.joined || how === 'lost') return
    const payload = how === 'range' ? { from_seq: from, to_seq: from + count - 1, id: 'x' } : { lines: rows, id: 'x' }
    this.listeners.forEach((listener) => listener.onMessage('log_lines', payload))
  }
  /** As SQL does it: the state's message is written before the last line. */
  finish() {
    this.status = 'success'
    const message = { job: { id: 'job', number: 1, status: 'success', log_seq: this.rows.length, created_at: at, finished_at: at } }
    if (this.joined) this.listeners.forEach((listener) => listener.onMessage('job_state', message))
    this.write(1)
  }
}

/** Frames come when the test says so. */
function frames() {
  let waiting: (() => void)[] = []
  return {
    onFrame: (run: () => void) => {
      waiting.push(run)
      return () => {
        waiting = waiting.filter((other) => other !== run)
      }
    },
    paint: async () => {
      // Every answer that is due comes in before the frame.
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
      waiting.splice(0).forEach((run) => run())
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
    },
  }
}

const open = (run: Run) => {
  const { onFrame, paint } = frames()
  const { store, start } = createJobLogStore(run.feed, onFrame)
  const seen = () => store.getState().log.lines.map(({ seq }) => seq)
  return { store, start, paint, seen }
}

afterEach(() => {
  vi.useRealTimers()
})

describe('a run that is followed', () => {
  it('shows the lines that were there at once, before the topic is joined', async () => {
    const run = new Run()
    run.write(5)
    const { start, paint, seen, store } = open(run)
    const stop = start()
    await paint()
    expect(seen()).toEqual(upTo(5))
    expect(streamState(store.getState())).toBe('connecting')
    run.join()
    await paint()
    expect(streamState(store.getState())).toBe('live')
    stop()
    expect(run.listeners.size).toBe(0)
  })

  it('reaches the page once a frame, however many messages come', async () => {
    const run = new Run()
    const { store, start, paint, seen } = open(run)
    start()
    run.join()
    await paint()
    const changes = vi.fn()
    store.subscribe(changes)
    for (let message = 0; message < 50; message += 1) run.write(3)
    expect(changes).not.toHaveBeenCalled()
    await paint()
    expect(changes).toHaveBeenCalledTimes(1)
    expect(seen()).toEqual(upTo(150))
  })

  it('fetches what a lost message and a mere range leave out, and no more than that', async () => {
    const run = new Run()
    const { start, paint, seen } = open(run)
    start()
    run.join()
    run.write(3)
    await paint()
    await paint()
    run.requests = []
    run.write(4, 'lost')
    run.write(2)
    run.write(5, 'range')
    await paint()
    await paint()
    expect(run.requests).toEqual([[3, 7], [9, 14]])
    expect(seen()).toEqual(upTo(14))
  })

  it('asks in pages for a long log', async () => {
    const run = new Run()
    run.write(2500)
    const { start, paint, seen } = open(run)
    start()
    for (let turn = 0; turn < 4; turn += 1) await paint()
    expect(seen()).toEqual(upTo(2500))
  })

  it('is finished only when the last line is there, though the word of the end comes before it', async () => {
    const run = new Run()
    run.write(2)
    const { start, paint, seen, store } = open(run)
    start()
    run.join()
    await paint()
    await paint()
    run.finish()
    run.drop()
    for (let turn = 0; turn < 4; turn += 1) await paint()
    expect(seen()).toEqual(upTo(3))
    expect(isWhole(store.getState())).toBe(true)
    expect(streamState(store.getState())).toBe('finished')
  })

  it('does not go back to what was said before the end', async () => {
    const run = new Run()
    run.finish()
    const { start, paint, store } = open(run)
    start()
    await paint()
    run.listeners.forEach((listener) => listener.onMessage('job_state', { job: { id: 'job', status: 'running', log_seq: 0 } }))
    await paint()
    expect(store.getState().job?.status).toBe('success')
  })

  it('tries again when lines cannot be fetched, and says so meanwhile', async () => {
    vi.useFakeTimers()
    const run = new Run()
    run.write(3)
    run.broken = true
    const { start, paint, seen, store } = open(run)
    const stop = start()
    await paint()
    expect(store.getState().linesFailing).toBe(true)
    expect(store.getState().problem).not.toBeNull()
    run.broken = false
    await vi.advanceTimersByTimeAsync(500)
    await paint()
    expect(seen()).toEqual(upTo(3))
    expect(store.getState()).toMatchObject({ linesFailing: false, problem: null })
    stop()
  })

  it('asks again when an answer does not come, and at once when the line stands anew', async () => {
    vi.useFakeTimers()
    const run = new Run()
    const { start, paint, seen, store } = open(run)
    const stop = start()
    run.join()
    for (let turn = 0; turn < 4; turn += 1) await paint()
    const { fetchLines, fetchSnapshot } = run.feed
    const never = () => new Promise<never>(() => undefined)
    run.feed.fetchLines = never
    run.feed.fetchSnapshot = never
    run.write(3)
    run.write(4, 'lost')
    run.write(1)
    for (let turn = 0; turn < 4; turn += 1) await paint()
    expect(seen()).toEqual([1, 2, 3, 8])
    await vi.advanceTimersByTimeAsync(15_000)
    await paint()
    expect(store.getState().linesFailing).toBe(true)

    run.write(2, 'lost')
    run.drop()
    Object.assign(run.feed, { fetchLines, fetchSnapshot })
    run.join()
    for (let turn = 0; turn < 4; turn += 1) await paint()
    await vi.advanceTimersByTimeAsync(500)
    for (let turn = 0; turn < 4; turn += 1) await paint()
    expect(seen()).toEqual(upTo(10))
    expect(store.getState()).toMatchObject({ linesFailing: false, problem: null })
    stop()
  })

  it('does not wait for lines that retention has removed', async () => {
    vi.useFakeTimers()
    const run = new Run()
    run.write(2500)
    run.finish()
    run.rows = []
    run.logsRemovedAt = at
    run.snapshot = () => ({ ...Run.prototype.snapshot.call(run), job: { ...Run.prototype.snapshot.call(run).job, logSeq: 2501 } })
    const { start, paint, seen, store } = open(run)
    const stop = start()
    run.join()
    for (let turn = 0; turn < 6; turn += 1) await paint()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(seen()).toEqual([])
    expect(isWhole(store.getState())).toBe(true)
    expect(streamState(store.getState())).toBe('finished')
    expect(run.requests.length).toBeLessThan(4)
    stop()
  })

  it('shows what retention has left, and asks no more for the rest', async () => {
    vi.useFakeTimers()
    const run = new Run()
    run.write(40)
    run.finish()
    run.rows = run.rows.slice(30)
    run.logsRemovedAt = at
    const { start, paint, seen, store } = open(run)
    const stop = start()
    run.join()
    for (let turn = 0; turn < 6; turn += 1) await paint()
    await vi.advanceTimersByTimeAsync(60_000)
    await paint()
    expect(seen()).toEqual(upTo(41).slice(30))
    expect(streamState(store.getState())).toBe('finished')
    const asked = run.requests.length
    await vi.advanceTimersByTimeAsync(60_000)
    expect(run.requests.length).toBe(asked)
    stop()
  })

  it('notices that lines were removed while it looked for them', async () => {
    vi.useFakeTimers()
    const run = new Run()
    run.write(40)
    run.finish()
    run.rows = run.rows.slice(30)
    const { start, paint, store } = open(run)
    const stop = start()
    for (let turn = 0; turn < 4; turn += 1) await paint()
    expect(store.getState().linesFailing).toBe(true)
    run.logsRemovedAt = at
    await vi.advanceTimersByTimeAsync(10_000)
    for (let turn = 0; turn < 4; turn += 1) await paint()
    expect(streamState(store.getState())).toBe('finished')
    stop()
  })

  it('says that there is no such run', async () => {
    const run = new Run()
    run.feed.fetchSnapshot = async () => null
    const { start, paint, store } = open(run)
    start()
    await paint()
    expect(store.getState().missing).toBe(true)
  })
})

describe('whatever happens on the way', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('write' as const), count: fc.integer({ min: 1, max: 30 }), how: fc.constantFrom('lines' as const, 'range' as const, 'lost' as const) }),
    fc.record({ kind: fc.constantFrom('join' as const, 'drop' as const, 'paint' as const) }),
  )

  it('ends with every line exactly once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const run = new Run()
        const { start, paint, seen, store } = open(run)
        const stop = start()
        for (const each of steps) {
          if (each.kind === 'write') run.write(each.count, each.how)
          else if (each.kind === 'join') run.join()
          else if (each.kind === 'drop') run.drop()
          else await paint()
          const now = seen()
          expect(now).toEqual([...new Set(now)].sort((a, b) => a - b))
        }
        run.join()
        run.finish()
        for (let turn = 0; turn < 6; turn += 1) await paint()
        expect(seen()).toEqual(upTo(run.rows.length))
        expect(streamState(store.getState())).toBe('finished')
        stop()
      }),
      { numRuns: 150 },
    )
  })
})
