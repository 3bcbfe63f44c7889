import { chromium, type Browser } from 'playwright-core'
import { chromiumLaunch } from './chromium.ts'

/** A real headless browser: the installed one, else the Chromium that comes as an npm package. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch(await chromiumLaunch())
}
