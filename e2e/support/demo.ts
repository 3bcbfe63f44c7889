import type { Browser, Page } from 'playwright-core'
import type { Sql } from 'postgres'
import { launchBrowser } from './browser.ts'
import { loadDemo, newPerson, signUp, type Person } from './person.ts'

export interface Demo {
  browser: Browser
  person: Person
  page: Page
  /** Its id. */
  organization: string
}

/** Somebody who has just loaded the demo data, on the home page of "Acme Holdings". */
export async function openDemo(appUrl: string, sql: Sql, options: Parameters<typeof newPerson>[1] = {}): Promise<Demo> {
  const browser = await launchBrowser()
  const person = await newPerson(browser, { reducedMotion: 'reduce', ...options })
  await signUp(person, appUrl)
  await loadDemo(person)
  const [row] = await sql<{ id: string }[]>`select organization_id as id from public.profiles where email = ${person.email}`
  return { browser, person, page: person.page, organization: row?.id ?? '' }
}
