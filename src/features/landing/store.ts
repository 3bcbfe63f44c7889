import type { FetchFailure, FetchResult } from './api.ts'
import type { PageCache } from './cache.ts'
import { findChanges, noChanges, type Changes } from './changes.ts'
import type { LandingPage } from './page-data.ts'

export type View =
  | { kind: 'loading' }
  /** `update` counts the changes since the page was opened; `unreachable`: what is shown could not be refreshed. */
  | { kind: 'page'; page: LandingPage; changes: Changes; update: number; unreachable: boolean }
  | { kind: 'unknown' }
  | { kind: 'failed'; failure: FetchFailure; retrying: boolean }

export interface LandingStore {
  getView(): View
  subscribe(listener: () => void): () => void
  /** Asks the backend for the page; may be called at any time, also while an earlier request is under way. */
  refresh(): Promise<void>
  dispose(): void
}

/** First and longest pause between tries while the backend cannot be reached. */
const retryMs = { first: 2_000, longest: 30_000 }

export function createLandingStore(request: () => Promise<FetchResult>, cache: PageCache): LandingStore {
  const listeners = new Set<() => void>()
  const kept = cache.load()
  let view: View = kept ? { kind: 'page', page: kept, changes: noChanges, update: 0, unreachable: false } : { kind: 'loading' }

  // A logical clock that orders requests against answers: wall time can stand still or jump.
  let clock = 0
  let answeredAt = 0
  let live = false
  let update = 0
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function show(next: View): void {
    view = next
    for (const listener of listeners) listener()
  }

  /**
   * Requests may overtake each other. An answer counts if its request began after the one on screen had arrived
   * (then it is later whatever its number: a site can be made anew and count from 1), or if its sequence is not older.
   */
  function isCurrent(startedAt: number, result: FetchResult): boolean {
    if (startedAt > answeredAt) return true
    return result.kind === 'page' && view.kind === 'page' && result.page.sequence > view.page.sequence
  }

  function accept(result: Exclude<FetchResult, { kind: 'failed' }>): void {
    answeredAt = ++clock
    failures = 0
    if (result.kind === 'unknown') {
      cache.clear()
      live = false
      show({ kind: 'unknown' })
      return
    }
    cache.save(result.page)
    // What was kept from an earlier visit is replaced quietly: only changes that happen before the visitor's eyes are marked.
    const shown = live && view.kind === 'page' ? view.page : null
    live = true
    const news = shown ? findChanges(shown, result.page) : { altered: false, changes: noChanges }
    if (news.altered) update += 1
    // An answer without news leaves the marks of the last one: it may follow within the second.
    const changes = !news.altered && view.kind === 'page' ? view.changes : news.changes
    show({ kind: 'page', page: result.page, changes, update, unreachable: false })
  }

  function fail(failure: FetchFailure): void {
    show(view.kind === 'page' ? { ...view, unreachable: true } : { kind: 'failed', failure, retrying: false })
    clearTimeout(timer)
    timer = setTimeout(() => void refresh(), Math.min(retryMs.first * 2 ** failures, retryMs.longest))
    failures += 1
  }

  async function refresh(): Promise<void> {
    clearTimeout(timer)
    const startedAt = ++clock
    if (view.kind === 'failed') show({ ...view, retrying: true })
    const result = await request()
    if (result.kind === 'failed') {
      // A failure that a later answer has overtaken says nothing any more.
      if (startedAt > answeredAt) fail(result.failure)
    } else if (isCurrent(startedAt, result)) {
      accept(result)
    }
  }

  return {
    getView: () => view,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    refresh,
    dispose() {
      clearTimeout(timer)
      listeners.clear()
    },
  }
}
