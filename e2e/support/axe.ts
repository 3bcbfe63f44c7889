import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const source = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface AxeResult {
  violations: { id: string; nodes: { target: string[]; failureSummary?: string }[] }[]
}

/** What axe finds against WCAG 2.2 A and AA: one line a violation, empty when there is none. */
export async function violations(page: Page): Promise<string[]> {
  // Colours in the middle of a transition are nobody's design, and one may begin where another ends.
  // What breathes for ever has no end to wait for.
  await page.evaluate(async () => {
    for (let moving = true; moving; ) {
      await new Promise(requestAnimationFrame)
      const ending = document
        .getAnimations()
        .filter((animation) => animation.playState !== 'finished' && animation.effect?.getComputedTiming().endTime !== Infinity)
      moving = ending.length > 0
      await Promise.all(ending.map((animation) => animation.finished.catch(() => undefined)))
    }
  })
  await page.evaluate(await source)
  const result = await page.evaluate<AxeResult>(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`,
  )
  return result.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`))
}
