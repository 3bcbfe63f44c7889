import type { Page } from 'playwright-core'
import { median, percentile, print } from './figures.ts'

/** From one frame to the next, in ms, as the page itself is given them while `act` goes on. */
export async function framesDuring(page: Page, act: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const meter = { intervals: [] as number[], running: true }
    Object.assign(window, { benchFrames: meter })
    let before: number | null = null
    const frame = (now: number): void => {
      if (before !== null) meter.intervals.push(now - before)
      before = now
      if (meter.running) requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
  })
  await act()
  return page.evaluate(() => {
    const { benchFrames: meter } = window as unknown as { benchFrames: { intervals: number[]; running: boolean } }
    meter.running = false
    return meter.intervals
  })
}

/** Scrolls what `selector` names (the page itself by 'html'), a step with every frame as a wheel or a finger does it, and back where it ends. */
export function scrollSteps(page: Page, selector: string, steps: number, by: { x?: number; y?: number }): Promise<void> {
  return page.evaluate(
    ([where, count, x, y]) =>
      new Promise<void>((resolve, reject) => {
        const found = document.querySelector(where)
        if (found === null) return reject(new Error(`nothing on this page is ${where}`))
        let direction = 1
        let step = 0
        const next = (): void => {
          const before = [found.scrollLeft, found.scrollTop]
          found.scrollBy(x * direction, y * direction)
          if (before[0] === found.scrollLeft && before[1] === found.scrollTop) direction = -direction
          if (++step < count) requestAnimationFrame(next)
          else resolve()
        }
        requestAnimationFrame(next)
      }),
    [selector, steps, by.x ?? 0, by.y ?? 0] as const,
  )
}

export function printFrames(name: string, intervals: readonly number[], detail: string): void {
  print({ name: `${name}_p50`, value: median(intervals), unit: 'ms', detail: `between frames, ${detail}` })
  print({ name: `${name}_p95`, value: percentile(intervals, 0.95), unit: 'ms', detail: `${intervals.length} frames, the longest ${Math.round(Math.max(...intervals))} ms` })
}
