import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import postgres, { type Sql } from 'postgres'
import { launchBrowser } from '../../e2e/support/browser.ts'
import { loadDemo, newPerson, signUp, type Person } from '../../e2e/support/person.ts'
import { startTestStack } from '../../supabase/tests/support/start-test-stack.ts'

export interface DemoGround {
  person: Person
  browser: Browser
  sql: Sql
  app_url: string
}

/** A stack of its own with the built app, and somebody in a real browser who has pressed "Load Demo Data"; gone when `act` is done. */
export async function withDemo(act: (ground: DemoGround) => Promise<void>, options: { viewport?: { width: number; height: number } } = {}): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'datasync-bench-'))
  const stack = await startTestStack({ dataDir, port: 0, app: 'dist', quiet: true })
  const sql = postgres(stack.db_url, { onnotice: () => undefined })
  const browser = await launchBrowser()
  try {
    const person = await newPerson(browser, options)
    // The compiler of scripts marks named functions with a helper that a page does not have.
    await person.context.addInitScript('globalThis.__name = (value) => value')
    await signUp(person, stack.app_url)
    await loadDemo(person)
    await act({ person, browser, sql, app_url: stack.app_url })
  } finally {
    await browser.close()
    await sql.end()
    await stack.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}
