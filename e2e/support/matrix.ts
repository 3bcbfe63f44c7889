import type { Locator, Page } from 'playwright-core'

/** The cell of an item (a part of its title) on a site, once its column is there. */
export async function cellOf(page: Page, item: string, site: string): Promise<Locator> {
  // Only columns in sight are in the page, so the place among them says nothing; the grid's own count does.
  const column = await page.getByRole('columnheader', { name: site }).getAttribute('aria-colindex')
  const cell = page.getByRole('row', { name: item }).locator(`[role=gridcell][aria-colindex="${column ?? ''}"]`)
  await cell.and(page.locator(':not([aria-busy=true])')).waitFor()
  return cell
}
