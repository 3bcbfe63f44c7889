import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createOpenCalls } from './open-calls.ts'

const never = () => new Promise<never>(() => undefined)

describe('calls that are under way', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('answer', async () => {
    await expect(createOpenCalls().run(0, async () => 7)).resolves.toBe(7)
    expect(vi.getTimerCount()).toBe(0)
  })
  it('end after a while, longer after each failure, even where nobody listens to the signal', async () => {
    const calls = createOpenCalls()
    const ends = vi.fn()
    calls.run(0, never).catch(ends)
    calls.run(1, never).catch(ends)
    await vi.advanceTimersByTimeAsync(15_000)
    expect(ends).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(15_000)
    expect(ends).toHaveBeenCalledTimes(2)
  })
  it('can all be given up, and tell what they asked of it', async () => {
    const calls = createOpenCalls()
    let signal: AbortSignal | undefined
    const ends = calls.run(0, (own) => {
      signal = own
      return never()
    })
    calls.giveUp()
    await expect(ends).rejects.toThrow('given up')
    expect(signal?.aborted).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })
})
