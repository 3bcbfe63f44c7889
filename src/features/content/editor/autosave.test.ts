import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createAutosave, type AutosaveState } from './autosave.ts'

/** A server that answers when it is told to. */
function harness() {
  const written: (string | null)[] = []
  const here: (string | null)[] = []
  const states: AutosaveState[] = []
  let answer: (work: string | null) => Promise<{ at: string } | 'removed' | 'elsewhere'> = (work) => Promise.resolve(work === null ? 'removed' : { at: `t${written.length}` })
  const autosave = createAutosave<string>({
    keep: (work) => {
      written.push(work)
      return answer(work)
    },
    keepHere: (work) => {
      here.push(work)
      return true
    },
    onState: (state) => states.push(state),
  })
  return { autosave, written, here, states, last: () => states.at(-1), answering: (next: typeof answer) => { answer = next } }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('autosave', () => {
  it('writes once, a moment after the last letter', async () => {
    const { autosave, written, last } = harness()
    for (const work of ['a', 'ab', 'abc']) {
      autosave.change(work)
      await vi.advanceTimersByTimeAsync(500)
    }
    expect(written).toEqual([])
    expect(last()).toEqual({ kind: 'pending' })
    await vi.advanceTimersByTimeAsync(500)
    expect(written).toEqual(['abc'])
    expect(last()).toEqual({ kind: 'kept', at: 't1' })
  })

  it('never has two writes under way, and what is typed meanwhile follows', async () => {
    const { autosave, written, last, answering } = harness()
    const releases: (() => void)[] = []
    answering(() => new Promise((resolve) => releases.push(() => resolve({ at: 'then' }))))
    autosave.change('a')
    await vi.advanceTimersByTimeAsync(1000)
    autosave.change('ab')
    await vi.advanceTimersByTimeAsync(5000)
    expect(written).toEqual(['a'])
    const flushed = autosave.flush()
    releases.shift()?.()
    await vi.advanceTimersByTimeAsync(0)
    expect(written).toEqual(['a', 'ab'])
    releases.shift()?.()
    expect(await flushed).toEqual({ kind: 'kept', at: 'then' })
    expect(last()).toEqual({ kind: 'kept', at: 'then' })
  })

  it('takes what was typed during a slow write although its own pause ended within it', async () => {
    const { autosave, written, answering } = harness()
    let release: (() => void) | undefined
    answering(() => new Promise((resolve) => { release = () => resolve({ at: 'then' }) }))
    autosave.change('a')
    await vi.advanceTimersByTimeAsync(1000)
    autosave.change('ab')
    await vi.advanceTimersByTimeAsync(3000)
    answering(() => Promise.resolve({ at: 'at last' }))
    release?.()
    await vi.advanceTimersByTimeAsync(0)
    expect(written).toEqual(['a', 'ab'])
  })

  it('says that it failed, keeps every letter here, and tries again by itself', async () => {
    const { autosave, written, here, last, answering } = harness()
    answering(() => Promise.reject(new TypeError('Failed to fetch')))
    autosave.change('a')
    await vi.advanceTimersByTimeAsync(1000)
    expect(last()).toMatchObject({ kind: 'failed', here: true })
    autosave.change('ab')
    expect(here).toEqual(['a', 'ab'])
    expect(autosave.isAtRisk()).toBe(false)
    answering(() => Promise.resolve({ at: 'later' }))
    await vi.advanceTimersByTimeAsync(2000)
    expect(written).toEqual(['a', 'ab'])
    expect(last()).toEqual({ kind: 'kept', at: 'later' })
    expect(here.at(-1)).toBeNull()
  })

  it('stops where another window was faster, until somebody has chosen', async () => {
    const { autosave, written, last, answering } = harness()
    answering(() => Promise.resolve('elsewhere'))
    autosave.change('mine')
    await vi.advanceTimersByTimeAsync(1000)
    expect(last()).toEqual({ kind: 'elsewhere' })
    autosave.change('mine too')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(written).toEqual(['mine'])
    expect(autosave.isAtRisk()).toBe(true)
    answering(() => Promise.resolve({ at: 'now' }))
    autosave.resume()
    expect(await autosave.flush()).toEqual({ kind: 'kept', at: 'now' })
    expect(written).toEqual(['mine', 'mine too'])
  })

  it('waits while the work itself is being saved, and forgets it then', async () => {
    const { autosave, written, last } = harness()
    autosave.change('a')
    await autosave.pause()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(written).toEqual([])
    autosave.forget()
    autosave.resume()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(written).toEqual([])
    expect(last()).toEqual({ kind: 'none' })
  })

  it('takes the copy away when the work was undone by hand', async () => {
    const { autosave, written, last } = harness()
    autosave.change('a')
    await vi.advanceTimersByTimeAsync(1000)
    autosave.change(null)
    await vi.advanceTimersByTimeAsync(1000)
    expect(written).toEqual(['a', null])
    expect(last()).toEqual({ kind: 'none' })
  })

  it('leaves in this browser what the server does not have yet', () => {
    const { autosave, written, here } = harness()
    autosave.change('a')
    autosave.leave()
    expect(here).toEqual(['a'])
    expect(written).toEqual(['a'])
  })
})
