import type { Page } from 'playwright-core'

/** What has the focus, as somebody who listens would be told it. */
export async function focusedName(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement
    if (element === null || element === document.body) return ''
    const pointed = (element.getAttribute('aria-labelledby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id)?.textContent ?? '')
      .join(' ')
      .trim()
    const label = element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement ? element.labels?.[0]?.textContent : undefined
    return (element.getAttribute('aria-label') ?? (pointed === '' ? (label ?? element.textContent) : pointed)).replace(/\s+/g, ' ').trim()
  })
}

/** Tab, as often as it takes, until something of this name has the focus. Says what it met when there is no such thing. */
export async function tabTo(page: Page, name: RegExp, { most = 150 }: { most?: number } = {}): Promise<void> {
  const met: string[] = []
  for (let step = 0; step < most; step++) {
    const at = await focusedName(page)
    if (name.test(at)) return
    met.push(at.slice(0, 40))
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab never reached ${String(name)}; it met: ${[...new Set(met)].join(' | ')}`)
}

/** Whoever plays with keys alone must not touch a pointer, and a test that says so must be able to fail: it is counted in the page. */
export async function countPointers(page: Page): Promise<() => Promise<number>> {
  await page.context().addInitScript(() => {
    const key = 'pointers-touched'
    addEventListener('pointerdown', () => sessionStorage.setItem(key, String(Number(sessionStorage.getItem(key) ?? 0) + 1)), { capture: true })
  })
  return () => page.evaluate(() => Number(sessionStorage.getItem('pointers-touched') ?? 0))
}
