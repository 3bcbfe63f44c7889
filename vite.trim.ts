import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync, Visitor, type ESTree, type Plugin } from 'vite'

/** A first load counts in kilobytes; these take out what the app cannot reach. They only act in a build. */
export function trimFirstLoad(): Plugin[] {
  return [withoutStorage(), withoutPasskeys(), withoutUncalledMethods(), withoutWarningsForDevelopers(), withFewerIconWeights()]
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

/**
 * A class keeps all its methods, called or not. These are the ways to sign in that DataSync does not offer, the administration of
 * users (for servers, which have a key of their own) and filters of a kind of Realtime that it does not use: 5 kB, gzip. Their names
 * stay, and say that this build leaves them out, should somebody call one.
 */
const UNCALLED: { file: RegExp; isUncalled: (method: string) => boolean }[] = [
  {
    file: /\/@supabase\/auth-js\/dist\/module\/GoTrueClient\.js$/,
    isUncalled: (method) =>
      /^signIn(Anonymously|With(Ethereum|IdToken|OAuth|SSO|Solana|Web3))$|Passkey|OAuthGrants?$|Authorization(Details)?$|^(un)?linkIdentity|^getUserIdentities$|^_(handleProviderSignIn|getUrlForProvider)$|^getClaims$|^fetchJwk$/.test(method),
  },
  { file: /\/@supabase\/auth-js\/dist\/module\/GoTrueAdminApi\.js$/, isUncalled: (method) => method !== 'constructor' && method !== 'signOut' },
  { file: /\/@supabase\/realtime-js\/dist\/module\/RealtimePostgresFilterBuilder\.js$/, isUncalled: (method) => method !== 'constructor' },
]

function withoutUncalledMethods(): Plugin {
  return {
    name: 'datasync:without-uncalled-methods',
    apply: 'build',
    enforce: 'pre',
    transform(code, id) {
      const uncalled = UNCALLED.find(({ file }) => file.test(id))
      if (uncalled === undefined) return null
      const bodies: { start: number; end: number }[] = []
      new Visitor({
        MethodDefinition({ kind, key, value }) {
          if (kind === 'method' && key.type === 'Identifier' && value.body !== null && uncalled.isUncalled(key.name)) bodies.push(value.body)
        },
      }).visit(parseSync(id, code).program)
      if (bodies.length === 0) this.error(`${id} no longer has the methods that vite.trim.ts leaves out.`)
      return { code: `${bodies.reduceRight((text, { start, end }) => `${text.slice(0, start)}{ return leftOut() }${text.slice(end)}`, code)}\n${LEFT_OUT}`, map: null }
    },
  }
}

const LEFT_OUT = `function leftOut() { throw new Error('This build leaves this part of @supabase out: see vite.trim.ts') }`

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

/** Each Phosphor icon carries its path in six weights. It keeps those in which src draws it. */
function withFewerIconWeights(): Plugin {
  const weights = '(?:thin|light|regular|bold|fill|duotone)'
  const entry = new RegExp(`^ {2}\\[\\n {4}"(${weights})",\\n[\\s\\S]*?^ {2}\\],?\\n`, 'gm')
  let drawn: ReadonlyMap<string, ReadonlySet<string>> = new Map()
  return {
    name: 'datasync:fewer-icon-weights',
    apply: 'build',
    enforce: 'pre',
    buildStart() {
      drawn = drawnWeights(fileURLToPath(new URL('./src', import.meta.url)))
    },
    transform(code, id) {
      if (!/@phosphor-icons\/react\/dist\/defs\/[^/]+\.js$/.test(id)) return null
      const kept = drawn.get(basename(id).replace(/\..*$/, '')) ?? ANY_WEIGHT
      return { code: code.replace(entry, (whole, weight: string) => (kept.has(weight) ? whole : '')), map: null }
    },
  }
}

/** What an icon may be drawn with that is handed on as a value (`icon: CheckIcon`), and so drawn who knows where. */
const ANY_WEIGHT: ReadonlySet<string> = new Set(['regular', 'bold', 'fill'])

/** By icon ("Check"): the weights of `<CheckIcon weight="bold" />`, and regular where nothing is said. */
function drawnWeights(folder: string): Map<string, Set<string>> {
  const drawn = new Map<string, Set<string>>()
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/(?<!\.test)\.tsx?$/.test(file)) continue
    const code = readFileSync(join(folder, file), 'utf8')
    if (!code.includes('@phosphor-icons/react/')) continue
    // What the file calls an icon, and what the icon is called.
    const icons = new Map<string, string>()
    const note = (local: string, found: Iterable<string>): void => {
      const icon = icons.get(local)
      if (icon !== undefined) drawn.set(icon, new Set([...(drawn.get(icon) ?? []), ...found]))
    }
    const { program } = parseSync(file, code)
    new Visitor({
      ImportDeclaration({ source, specifiers }) {
        const icon = /^@phosphor-icons\/react\/(\w+)$/.exec(source.value)?.[1]
        if (icon !== undefined) for (const { local } of specifiers) icons.set(local.name, icon)
      },
    }).visit(program)
    const imported = new Set<number>()
    new Visitor({
      ImportDeclaration({ specifiers }) {
        for (const specifier of specifiers) {
          imported.add(specifier.local.start)
          if (specifier.type === 'ImportSpecifier') imported.add(specifier.imported.start)
        }
      },
      JSXOpeningElement({ name, attributes }) {
        if (name.type === 'JSXIdentifier') note(name.name, weightsOf(attributes))
      },
      Identifier({ name, start }) {
        if (!imported.has(start)) note(name, ANY_WEIGHT)
      },
    }).visit(program)
  }
  return drawn
}

function weightsOf(attributes: ESTree.JSXOpeningElement['attributes']): Iterable<string> {
  let weights: Iterable<string> = ['regular']
  for (const attribute of attributes) {
    if (attribute.type === 'JSXSpreadAttribute') return ANY_WEIGHT
    if (attribute.name.type !== 'JSXIdentifier' || attribute.name.name !== 'weight') continue
    weights = attribute.value?.type === 'Literal' && typeof attribute.value.value === 'string' ? [attribute.value.value] : ANY_WEIGHT
  }
  return weights
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
