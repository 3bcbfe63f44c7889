import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FetchResult } from './api.ts'
import type { PageCache } from './cache.ts'
import { noChanges } from './changes.ts'
import type { LandingPage } from './page-data.ts'
import { createLandingStore, type LandingStore } from './store.ts'
import { landingPage, offerItem } from './test-pages.ts'

const unreachable: FetchResult = { kind: 'failed', failure: { reason: 'unreachable' } }
const answer = (page: LandingPage): FetchResult => ({ kind: 'page', page })

function memoryCache(kept: LandingPage | null = null): PageCache {
  return { load: () => kept, save: (page) => (kept = page), clear: () => (kept = null) }
}

/** A store whose requests are answered by hand, in any order. */
function openStore(cache = memoryCache()) {
  const requests: ((result: FetchResult) => void)[] = []
  const store: LandingStore = createLandingStore(() => new Promise((resolve) => requests.push(resolve)), cache)
  const refresh = () => {
    const done = store.refresh()
    const resolve = requests.at(-1)
    return async (result: FetchResult) => {
      resolve?.(result)
      await done
    }
  }
  return { store, refresh, requests, cache, shown: () => (view(store).kind === 'page' ? pageOf(store) : null) }
}

const view = (store: LandingStore) => store.getView()
function pageOf(store: LandingStore) {
  const current = store.getView()
  if (current.kind !== 'page') throw new Error(`no page on screen but ${current.kind}`)
  return current
}

describe('landing store', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('goes from loading to the page, and keeps it for the next visit', async () => {
    const { store, refresh, cache } = openStore()
    expect(view(store)).toEqual({ kind: 'loading' })
    await refresh()(answer(landingPage(1)))
    expect(view(store)).toEqual({ kind: 'page', page: landingPage(1), changes: noChanges, update: 0, unreachable: false })
    expect(cache.load()).toEqual(landingPage(1))
  })

  it('shows the kept page at once and replaces it without marks, even by a lower sequence', async () => {
    const { store, refresh } = openStore(memoryCache(landingPage(50)))
    expect(pageOf(store).page.sequence).toBe(50)
    await refresh()(answer(landingPage(1, [offerItem('b')])))
    expect(pageOf(store)).toMatchObject({ page: landingPage(1, [offerItem('b')]), changes: noChanges, update: 0 })
  })

  it('never lets an older answer that comes late overwrite a newer one', async () => {
    const { store, refresh } = openStore()
    const first = refresh()
    const second = refresh()
    await second(answer(landingPage(6)))
    await first(answer(landingPage(5)))
    expect(pageOf(store).page.sequence).toBe(6)
  })

  it('takes the newer of two overlapping answers, whichever request brought it', async () => {
    const { store, refresh } = openStore()
    const first = refresh()
    const second = refresh()
    await second(answer(landingPage(5)))
    await first(answer(landingPage(6)))
    expect(pageOf(store).page.sequence).toBe(6)
  })

  it('believes a request that began after the last answer, also where the site counts anew or is gone', async () => {
    const { store, refresh, cache } = openStore()
    await refresh()(answer(landingPage(9)))
    await refresh()(answer(landingPage(1)))
    expect(pageOf(store).page.sequence).toBe(1)
    await refresh()({ kind: 'unknown' })
    expect(view(store)).toEqual({ kind: 'unknown' })
    expect(cache.load()).toBeNull()
  })

  it('marks what changes before the eyes, and keeps the marks when the same is answered again', async () => {
    const { store, refresh } = openStore()
    await refresh()(answer(landingPage(1)))
    const changed = landingPage(2, [offerItem('a', { body: 'new' })])
    await refresh()(answer(changed))
    await refresh()(answer(changed))
    expect(pageOf(store)).toMatchObject({ update: 1, changes: new Map([['a', new Set(['body'])]]) })
  })

  it('keeps the last version with a note while the backend is away, and tries again by itself', async () => {
    const { store, refresh, requests } = openStore(memoryCache(landingPage(3)))
    await refresh()(unreachable)
    expect(pageOf(store)).toMatchObject({ page: landingPage(3), unreachable: true })
    await vi.advanceTimersByTimeAsync(2_000)
    expect(requests).toHaveLength(2)
    requests[1]?.(answer(landingPage(4)))
    await vi.advanceTimersByTimeAsync(0)
    expect(pageOf(store)).toMatchObject({ page: landingPage(4), unreachable: false })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(requests).toHaveLength(2)
  })

  it('offers to try again where nothing is kept, with growing pauses in between', async () => {
    const { store, refresh, requests } = openStore()
    await refresh()(unreachable)
    expect(view(store)).toEqual({ kind: 'failed', failure: { reason: 'unreachable' }, retrying: false })
    await vi.advanceTimersByTimeAsync(2_000)
    expect(view(store)).toMatchObject({ kind: 'failed', retrying: true })
    requests[1]?.(unreachable)
    await vi.advanceTimersByTimeAsync(3_999)
    expect(requests).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1)
    expect(requests).toHaveLength(3)
  })

  it('does not let a failure that was overtaken spoil a page', async () => {
    const { store, refresh } = openStore()
    const first = refresh()
    await refresh()(answer(landingPage(1)))
    await first(unreachable)
    expect(pageOf(store).unreachable).toBe(false)
  })
})
