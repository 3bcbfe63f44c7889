/**
 * Where the backend is. Build-time variables win; without them the page's own meta tags say it, which whoever serves
 * the page fills in (so that one build runs on any port). Parsed once, and everything that is missing is named at once.
 */
export interface Env {
  supabaseUrl: string
  supabaseKey: string
  /** Where mail can be read, when the backend that serves this page catches it; null everywhere else. */
  inboxPath: string | null
}

export type EnvResult = { ok: true; env: Env } | { ok: false; problems: string[] }

export interface EnvSources {
  variables: Readonly<Record<string, string | boolean | undefined>>
  meta: (name: string) => string | null
}

export function parseEnv({ variables, meta }: EnvSources): EnvResult {
  const read = (names: string[], metaName: string): string => {
    for (const name of names) {
      const value = variables[name]
      if (typeof value === 'string' && value.trim() !== '') return value.trim()
    }
    return meta(metaName)?.trim() ?? ''
  }

  const problems: string[] = []
  const supabaseUrl = read(['VITE_SUPABASE_URL'], 'supabase-url')
  if (supabaseUrl === '') problems.push('VITE_SUPABASE_URL is missing')
  else if (!isHttpUrl(supabaseUrl)) problems.push(`VITE_SUPABASE_URL is not an http(s) address: ${supabaseUrl}`)

  const supabaseKey = read(['VITE_SUPABASE_PUBLISHABLE_KEY', 'VITE_SUPABASE_ANON_KEY'], 'supabase-publishable-key')
  if (supabaseKey === '') problems.push('VITE_SUPABASE_PUBLISHABLE_KEY (or VITE_SUPABASE_ANON_KEY) is missing')
  else if (supabaseKey.startsWith('sb_secret_'))
    problems.push('VITE_SUPABASE_PUBLISHABLE_KEY holds a secret key, which must never reach a browser')

  if (problems.length > 0) return { ok: false, problems }
  return { ok: true, env: { supabaseUrl: supabaseUrl.replace(/\/+$/, ''), supabaseKey, inboxPath: meta('datasync-inbox') } }
}

function isHttpUrl(value: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(value).protocol)
  } catch {
    return false
  }
}

export const envResult: EnvResult = parseEnv({
  variables: import.meta.env,
  meta: (name) => document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content || null,
})

/** For modules that only run after main.tsx has seen that nothing is missing. */
export function requireEnv(): Env {
  if (!envResult.ok) throw new Error(envResult.problems.join('; '))
  return envResult.env
}
