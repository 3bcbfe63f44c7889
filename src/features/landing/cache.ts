import { parsePage, type LandingPage } from './page-data.ts'
import type { PageAddress } from './route.ts'

/** The last page received, kept in the browser: painted at once on the next visit, and all there is while the backend is away. */
export interface PageCache {
  load(): LandingPage | null
  save(page: LandingPage): void
  clear(): void
}

export function createPageCache(storage: Storage | null, address: PageAddress): PageCache {
  // Encoded, so that no pair of slugs can spell another pair's key.
  const key = `datasync.landing.${encodeURIComponent(address.organization)}/${encodeURIComponent(address.site)}`
  return {
    load() {
      try {
        const kept = storage?.getItem(key)
        return kept ? parsePage(JSON.parse(kept)) : null
      } catch {
        // Damaged by hand or by an older version: as good as nothing kept.
        return null
      }
    },
    save(page) {
      try {
        storage?.setItem(key, JSON.stringify(page))
      } catch {
        // Storage full or closed by the browser: the page works without, the next visit just starts from the network.
      }
    },
    clear() {
      try {
        storage?.removeItem(key)
      } catch {
        // As above.
      }
    },
  }
}

/** Reading `localStorage` itself throws where a visitor has blocked site data. */
export function browserStorage(): Storage | null {
  try {
    return window.localStorage
  } catch {
    return null
  }
}
