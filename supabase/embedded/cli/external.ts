import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { Failure } from '../lib/failure.ts'
import { readIfPresent } from '../lib/files.ts'
import { projectDir } from '../lib/paths.ts'

const keyNames = ['VITE_SUPABASE_PUBLISHABLE_KEY', 'VITE_SUPABASE_ANON_KEY']

export interface ExternalBackend {
  url: string
  /** Every variable that Vite will put into the build. */
  viteEnv: Record<string, string>
}

/** The Supabase project that the environment, or Vite's .env files, name; undefined when they name none. */
export function externalBackend(app: 'dist' | 'dev'): ExternalBackend | undefined {
  const viteEnv = readViteEnv(app === 'dev' ? 'development' : 'production')
  const url = viteEnv['VITE_SUPABASE_URL']
  const hasKey = keyNames.some((name) => viteEnv[name])
  if (!url && !hasKey) return undefined
  const remedy = 'set both to use a Supabase project, or neither to use the embedded backend'
  if (!url) throw new Failure(`VITE_SUPABASE_URL is missing, but a key for it is set: ${remedy}.`)
  if (!hasKey) throw new Failure(`VITE_SUPABASE_PUBLISHABLE_KEY (or VITE_SUPABASE_ANON_KEY) is missing, but VITE_SUPABASE_URL is set: ${remedy}.`)
  if (!URL.canParse(url)) throw new Failure(`VITE_SUPABASE_URL is no address: "${url}".`)
  return { url, viteEnv }
}

/** The files that Vite reads, later ones winning; the environment wins over all of them. */
function readViteEnv(mode: string): Record<string, string> {
  const files = ['.env', '.env.local', `.env.${mode}`, `.env.${mode}.local`]
  const sources = [...files.map((file) => parseEnv(readIfPresent(join(projectDir, file)) ?? '')), process.env]
  const found = sources.flatMap((source) => Object.entries(source)).filter(([name]) => name.startsWith('VITE_'))
  return Object.fromEntries(found.flatMap(([name, value]) => (value ? [[name, value.trim()]] : [])))
}
