import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { projectDir } from '../supabase/embedded/lib/paths.ts'
import { serveStatic } from '../supabase/embedded/web/static.ts'
import { expect, test } from 'vitest'
import { launchBrowser } from './support/browser.ts'

test('a build that was not told its Supabase names what is missing, on every entry', async () => {
  // As any static host would serve it: nobody fills in addresses.
  const serve = serveStatic(join(projectDir, 'dist'), undefined)
  const server = createServer((request, response) => void serve(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const browser = await launchBrowser()
  try {
    const page = await browser.newPage()
    for (const path of ['/', '/sign-in', '/jobs', '/c/acme/facebook']) {
      await page.goto(`http://127.0.0.1:${port}${path}`)
      await page.getByText('VITE_SUPABASE_URL').first().waitFor()
      await expect.poll(() => page.innerText('body'), { message: path }).toContain('VITE_SUPABASE_PUBLISHABLE_KEY')
    }
  } finally {
    await browser.close()
    server.close()
  }
})
