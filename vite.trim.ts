import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

/** A first load counts in kilobytes; these take out what the app cannot reach. They only act in a build. */
export function trimFirstLoad(): Plugin[] {
  return [withoutStorage(), withoutPasskeys(), withoutWarningsForDevelopers(), withFewerIconWeights()]
}

/**
 * supabase-js makes a storage client whether or not one is wanted (7 kB with its Iceberg client, gzip).
 * The one request that DataSync makes of Storage it makes itself (src/lib/image-store.ts): `supabase.storage` says so, should
 * somebody reach for it.
 */
function withoutStorage(): Plugin {
  const instead = fileURLToPath(new URL('./src/lib/no-storage.ts', import.meta.url))
  return {
    name: 'datasync:without-storage',
    apply: 'build',
    enforce: 'pre',
    resolveId: (source, importer) => (source === '@supabase/storage-js' && importer?.includes('supabase-js') === true ? instead : null),
  }
}

/** The auth client brings passkeys along (2 kB, gzip), which DataSync does not offer: `src/lib/no-passkeys.ts` says so. */
function withoutPasskeys(): Plugin {
  const instead = fileURLToPath(new URL('./src/lib/no-passkeys.ts', import.meta.url))
  return {
    name: 'datasync:without-passkeys',
    apply: 'build',
    enforce: 'pre',
    resolveId: (source, importer) => (source === './lib/webauthn' && importer?.includes('@supabase/auth-js') === true ? instead : null),
  }
}

/** React Router has a build without its warnings, which differs by this one line, but no way to ask for it by a condition. */
function withoutWarningsForDevelopers(): Plugin {
  return {
    name: 'datasync:without-router-warnings',
    apply: 'build',
    enforce: 'pre',
    transform(code, id) {
      if (!/\/react-router\/dist\/development\/[^/]+\.mjs$/.test(id)) return null
      return { code: code.replace('var ENABLE_DEV_WARNINGS = true;', 'var ENABLE_DEV_WARNINGS = false;'), map: null }
    },
  }
}

/** Each Phosphor icon carries its path in six weights; we draw with regular, bold and fill. */
function withFewerIconWeights(): Plugin {
  const unused = /^ {2}\[\n {4}"(?:thin|light|duotone)",\n[\s\S]*?^ {2}\],?\n/gm
  return {
    name: 'datasync:fewer-icon-weights',
    apply: 'build',
    enforce: 'pre',
    transform(code, id) {
      if (!/@phosphor-icons\/react\/dist\/defs\/[^/]+\.js$/.test(id)) return null
      return { code: code.replace(unused, ''), map: null }
    },
  }
}

/**
 * Libraries that the first page needs whole, as they are ES modules (React is not: its wrappers want to be set up in their own
 * order). Not those whose parts the pages share out among themselves, as of radix-ui: the first page would get all of it.
 */
const LIBRARIES = /node_modules\/(?:react-router|react-router-dom|@tanstack|zustand|clsx|@supabase|tslib)\//

/**
 * Modules of ours that the signed-in home page needs. Left to itself the bundler makes a chunk of each combination of pages
 * that shares one, some sixty for the first page, and small files compress badly: together they are about 15 kB less.
 */
export function firstLoadGroup(roots: { home: string[]; apart: string[] }): { plugin: Plugin; isFirstLoad: (id: string) => boolean } {
  const first = new Set<string>()
  return {
    isFirstLoad: (id) => first.has(id) && (/\/src\/|@phosphor-icons/.test(id) || LIBRARIES.test(id)),
    plugin: {
      name: 'datasync:first-load',
      apply: 'build',
      buildEnd() {
        const reach = (from: string[], found: Set<string>): Set<string> => {
          for (const id of from) {
            if (found.has(id)) continue
            found.add(id)
            reach([...(this.getModuleInfo(id)?.importedIds ?? [])], found)
          }
          return found
        }
        const apart = reach(roots.apart, new Set())
        first.clear()
        // The roots stay what they are: entries, each with a chunk of its name.
        for (const id of reach(roots.home, new Set())) if (!apart.has(id) && !roots.home.includes(id)) first.add(id)
      },
    },
  }
}
