import type { Page } from 'playwright-core'

/** The page has its heading, and nothing on it is on its way any more: only now does absence mean anything. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  await page.waitForFunction(() => document.querySelector('[aria-busy=true]') === null)
}
