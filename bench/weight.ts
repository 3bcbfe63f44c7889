import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { print } from './lib/figures.ts'

/** The scripts that a page has asked for until `loaded` resolves, by their paths. */
export async function scriptsOf(page: Page, loaded: () => Promise<unknown>): Promise<Set<string>> {
  const scripts = new Set<string>()
  const note = (request: { url(): string; resourceType(): string }): void => {
    if (request.resourceType() === 'script') scripts.add(new URL(request.url()).pathname)
  }
  page.on('request', note)
  await loaded()
  page.off('request', note)
  return scripts
}

/** Their size as gzip makes it, in kB. */
export async function weightOf(scripts: Iterable<string>, dist: string): Promise<number> {
  let bytes = 0
  for (const path of scripts) bytes += gzipSync(await readFile(join(dist, path)), { level: 9 }).byteLength
  return bytes / 1000
}

/** The JavaScript that a page has asked for until `loaded` resolves, as gzip makes it, in kB. */
export async function weigh(page: Page, dist: string, loaded: () => Promise<unknown>): Promise<number> {
  return weightOf(await scriptsOf(page, loaded), dist)
}

export function printWeight(name: string, value: number, detail: string): void {
  print({ name, value, unit: 'kB gzip', detail })
}
