import { createStore, type StoreApi } from 'zustand/vanilla'
import { emptyLog, firstGap, mergeLines, noteTop, type Gap, type LineLog } from '@/features/jobs/live/merge-lines'
import { createOpenCalls } from '@/features/jobs/live/open-calls'
import { readLogMessage, readStateMessage, type Delivery, type Job, type LogLine } from '@/features/jobs/live/shapes'
import type { TopicListener, TopicStatus } from '@/lib/realtime'

export interface JobSnapshot {
  job: Job
  deliveries: Delivery[]
  starter: { full_name: string | null; email: string } | null
  /** The name of the schedule that started it. */
  schedule: string | null
}

/** Where a run is read from. */
export interface JobFeed {
  subscribe: (listener: TopicListener) => () => void
  /** null: there is no such run. */
  fetchSnapshot: (signal: AbortSignal) => Promise<JobSnapshot | null>
  /** At most `PAGE` lines in order of `seq`, the first of those after `after` and up to `upTo` (null: to the end). */
  fetchLines: (after: number, upTo: number | null, signal: AbortSignal) => Promise<LogLine[]>
}

export const PAGE = 1000

export interface JobLive {
  job: Job | null
  /** By name. */
  deliveries: readonly Delivery[]
  starter: JobSnapshot['starter']
  schedule: JobSnapshot['schedule']
  missing: boolean
  /** Why the run could not be read; null as soon as it could. */
  problem: unknown
  log: LineLog<LogLine>
  connection: TopicStatus
  /** A page of lines could not be fetched; it is tried again. */
  linesFailing: boolean
  /** The job was read after its end, so that its `logSeq` is the final number of lines. */
  settled: boolean
  /** This machine's clock minus the database's, in milliseconds, at least; null before the first live line. */
  clockOffset: number | null
}

const INITIAL: JobLive = {
  job: null, deliveries: [], starter: null, schedule: null, missing: false, problem: null, log: emptyLog(), connection: 'connecting',
  linesFailing: false, settled: false, clockOffset: null,
}

/** Runs something before the next paint. A hidden page has no frames, so it takes a timer there. */
export type OnFrame = (run: () => void) => () => void

const onNextFrame: OnFrame = (run) => {
  if (document.hidden) {
    const timer = setTimeout(run, 250)
    return () => clearTimeout(timer)
  }
  const frame = requestAnimationFrame(run)
  return () => cancelAnimationFrame(frame)
}

export interface JobLogStore {
  store: StoreApi<JobLive>
  /** Begins to listen and to fetch; the returned function ends both. */
  start: () => () => void
}

/**
 * One run as it happens. It listens first and fetches in parallel, so nothing falls between the two; lines are known by their
 * number, so nothing counts twice; whatever is missing below a number that was heard of is fetched. Everything that arrives
 * within a frame reaches the page as one change. `around`: the number of a line whose surroundings are fetched first.
 */
export function createJobLogStore(feed: JobFeed, onFrame: OnFrame = onNextFrame, around: number | null = null): JobLogStore {
  const store = createStore<JobLive>(() => INITIAL)
  return { store, start: () => follow(feed, store, onFrame, around) }
}

/** Lines on either side of the one that a link names: a screen of them, and some to scroll. */
const AROUND = 300

function follow(feed: JobFeed, store: StoreApi<JobLive>, onFrame: OnFrame, around: number | null): () => void {
  const stopped = new AbortController()
  const { signal } = stopped
  const calls = createOpenCalls()
  let next: JobLive = store.getState()
  let cancelFrame: (() => void) | null = null
  let arrived: LogLine[] = []

  const change = (partial: Partial<JobLive>): void => {
    next = { ...next, ...partial }
    cancelFrame ??= onFrame(() => {
      cancelFrame = null
      take()
      store.setState(next)
      if (missingOf(next) !== null) void fill()
    })
  }
  const take = (): void => {
    if (arrived.length === 0) return
    next = { ...next, log: mergeLines(next.log, arrived) }
    arrived = []
  }

  // Log lines.
  let filling = false
  let beyond = false
  let retry: ReturnType<typeof setTimeout> | undefined
  let failures = 0

  /** Fetches what is known to be missing, and with `beyond` also what may have been written after the newest known line. */
  const fill = async (): Promise<void> => {
    if (filling) return
    filling = true
    clearTimeout(retry)
    try {
      for (;;) {
        take()
        const gap = missingOf(next)
        if (gap === null && !beyond) break
        if (gap === null) beyond = false
        const after = gap?.after ?? next.log.contiguous
        const page = await calls.run(failures, (own) => feed.fetchLines(after, gap?.upTo ?? null, own))
        if (gap !== null && page.length === 0) {
          // Only a fresh look at the run can tell whether they were removed meanwhile.
          void read()
          throw new Error('Lines of the log that must be there were not returned')
        }
        if (gap === null && page.length >= PAGE) beyond = true
        arrived.push(...page)
        failures = 0
        change({ linesFailing: false })
      }
    } catch {
      if (!signal.aborted) {
        // The page says that lines are behind; the reason is the connection's, and the next try may have none.
        beyond = true
        retry = setTimeout(() => void fill(), backoff(failures++))
        change({ linesFailing: true })
      }
    } finally {
      filling = false
    }
  }

  // The job and its deliveries. What is said while a snapshot is on its way may be newer than it: it is said again on top.
  let reading = false
  let asked = 0
  let readRetry: ReturnType<typeof setTimeout> | undefined
  let readFailures = 0
  let saidMeanwhile: unknown[] = []

  const say = (payload: unknown): void => {
    // A run that has ended does not change any more, so this was said before the snapshot was taken.
    if (next.settled) return
    const { job, deliveries } = readStateMessage(payload)
    change({
      ...(job === null ? {} : { job }),
      ...(deliveries.length === 0 ? {} : { deliveries: withNews(next.deliveries, deliveries) }),
    })
    // The row was written before the line that tells of the end; only a fresh look knows how many lines there are.
    if (job?.finishedAt != null) void read()
  }

  const read = async (): Promise<void> => {
    asked += 1
    if (reading) return
    reading = true
    clearTimeout(readRetry)
    try {
      for (let answered = 0; answered !== asked; ) {
        answered = asked
        saidMeanwhile = []
        const snapshot = await calls.run(readFailures, (own) => feed.fetchSnapshot(own))
        if (snapshot === null) {
          change({ missing: true, problem: null })
          return
        }
        const settled = snapshot.job.finishedAt !== null
        change({
          ...snapshot, deliveries: byName(snapshot.deliveries), settled, missing: false, problem: null,
          log: noteTop(next.log, snapshot.job.logSeq),
        })
        readFailures = 0
        saidMeanwhile.forEach(say)
      }
    } catch (problem) {
      if (!signal.aborted) {
        change({ problem })
        readRetry = setTimeout(() => void read(), backoff(readFailures++))
      }
    } finally {
      reading = false
    }
  }

  let wasLive = false
  const listener: TopicListener = {
    onMessage: (event, payload) => {
      if (event === 'job_state') {
        saidMeanwhile.push(payload)
        say(payload)
      } else if (event === 'log_lines') {
        const message = readLogMessage(payload)
        if ('top' in message) {
          change({ log: noteTop(next.log, message.top) })
        } else {
          arrived.push(...message.lines)
          const newest = message.lines[message.lines.length - 1]
          change(newest === undefined ? {} : { clockOffset: Math.min(Date.now() - newest.at, next.clockOffset ?? Infinity) })
        }
      }
    },
    onStatus: (connection) => {
      change({ connection })
      // What was asked on a wire that has been replaced may never be answered.
      if (connection === 'live' && wasLive) calls.giveUp()
      wasLive ||= connection === 'live'
      // What was said before the line stood, or while it was down, is fetched.
      if (connection === 'live' && !isWhole(next)) catchUp()
    },
  }
  const catchUp = (): void => {
    beyond = true
    failures = 0
    void fill()
    void read()
  }

  /** Out of turn: whatever fails here comes with the others. */
  const lookAround = async (seq: number): Promise<void> => {
    try {
      arrived.push(...(await calls.run(0, (own) => feed.fetchLines(Math.max(0, seq - AROUND - 1), seq + AROUND, own))))
      if (!signal.aborted) change({})
    } catch {
      // The lines are fetched in order all the same.
    }
  }

  const unsubscribe = feed.subscribe(listener)
  if (around !== null) void lookAround(around)
  catchUp()
  return () => {
    stopped.abort()
    calls.giveUp()
    unsubscribe()
    clearTimeout(retry)
    clearTimeout(readRetry)
    cancelFrame?.()
  }
}

/** The run is over and every line of it is here: nothing can be missing any more. */
export function isWhole({ job, settled, log }: Pick<JobLive, 'job' | 'settled' | 'log'>): boolean {
  if (job === null || !settled) return false
  return job.logsRemovedAt !== null || (firstGap(log) === null && log.contiguous >= job.logSeq)
}

/** The first stretch of lines that can still be fetched: what retention has removed is not waited for. */
export function missingOf({ job, log }: Pick<JobLive, 'job' | 'log'>): Gap | null {
  return job !== null && job.logsRemovedAt !== null ? null : firstGap(log)
}

const backoff = (failures: number): number => Math.min(10_000, 500 * 2 ** failures)

/** Thousands of deliveries change one by one; only one that is not known yet asks for a new order. */
function withNews(known: readonly Delivery[], news: readonly Delivery[]): readonly Delivery[] {
  const fresh = new Map(news.map((delivery) => [delivery.id, delivery]))
  const all = known.map((delivery) => {
    const changed = fresh.get(delivery.id)
    fresh.delete(delivery.id)
    return changed ?? delivery
  })
  return fresh.size === 0 ? all : byName([...all, ...fresh.values()])
}

function byName(deliveries: readonly Delivery[]): Delivery[] {
  return [...deliveries].sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id))
}
