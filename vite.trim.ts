import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

/** A first load counts in kilobytes; these take out what the app cannot reach. They only act in a build. */
export function trimFirstLoad(): Plugin[] {
  return [withoutStorage(), withFewerIconWeights()]
}

/**
 * supabase-js makes a storage client whether or not one is wanted (7 kB with its Iceberg client, gzip).
 * DataSync keeps no files in Supabase Storage: `supabase.storage` says so, should somebody reach for it.
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
 * Modules of ours that the signed-in home page needs. Left to itself the bundler makes a chunk of each combination of pages
 * that shares one, some sixty for the first page, and small files compress badly: together they are about 15 kB less.
 */
export function firstLoadGroup(roots: { home: string[]; apart: string[] }): { plugin: Plugin; isFirstLoad: (id: string) => boolean } {
  const first = new Set<string>()
  return {
    isFirstLoad: (id) => first.has(id) && /\/src\/|@phosphor-icons/.test(id),
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
