import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { z } from 'zod'
import { Failure, messageOf } from './lib/failure.ts'

/** The CLI knows more settings than the embedded Auth API, which refuses those that it does not know. */
const authOptions = z.object({
  jwt_expiry: z.number().optional(),
  enable_signup: z.boolean().optional(),
  enable_refresh_token_rotation: z.boolean().optional(),
  refresh_token_reuse_interval: z.number().optional(),
  minimum_password_length: z.number().optional(),
  password_requirements: z.string().optional(),
  sessions: z.object({ timebox: z.string().optional(), inactivity_timeout: z.string().optional() }).optional(),
  email: z.object({
    enable_signup: z.boolean().optional(),
    double_confirm_changes: z.boolean().optional(),
    enable_confirmations: z.boolean().optional(),
    otp_length: z.number().optional(),
    otp_expiry: z.number().optional(),
  }),
})

/** `[auth.rate_limit]`: requests in five minutes from one address, and mails in an hour to everybody. What is left out is as the CLI has it. */
const rateLimits = z.looseObject({
  sign_in_sign_ups: z.number().int().positive().default(30),
  token_refresh: z.number().int().positive().default(150),
  token_verifications: z.number().int().positive().default(30),
  email_sent: z.number().int().positive().default(30),
})

const schema = z.object({
  project_id: z.string(),
  api: z.looseObject({ schemas: z.array(z.string()).default(['public']), max_rows: z.number().int().positive().default(1000) }),
  auth: z.looseObject({
    jwt_expiry: z.number().int().min(60).max(604_800).default(3600),
    email: z.looseObject({ enabled: z.boolean().optional(), max_frequency: z.string().default('1m').transform(seconds) }).default({ max_frequency: 60 }),
    rate_limit: rateLimits.default(rateLimits.parse({})),
    additional_redirect_urls: z.array(z.string()).default([]),
    hook: z
      .looseObject({ custom_access_token: z.object({ enabled: z.boolean().default(false), uri: z.string().default('') }).optional() })
      .optional(),
  }),
  functions: z.record(z.string(), z.looseObject({ enabled: z.boolean().default(true), verify_jwt: z.boolean().default(true) })).default({}),
})

export interface Settings {
  projectId: string
  api: { schemas: string[]; maxRows: number }
  auth: {
    jwtExpiry: number
    redirectUrls: string[]
    /** The function that may add claims to every access token, or undefined. */
    tokenHook: { uri: string; schema: string; name: string } | undefined
    rateLimits: z.infer<typeof rateLimits> & { max_frequency_seconds: number }
    /** What the embedded Auth API understands of the [auth] table, under the same names. */
    options: z.infer<typeof authOptions>
  }
  /** What config.toml says of a function; one that it does not name is on and wants a JWT. */
  function(name: string): { enabled: boolean; verifyJwt: boolean }
}

/** Reads supabase/config.toml, the same file that the Supabase CLI reads, and of it what the embedded stack honours. */
export function readSettings(supabaseDir: string): Settings {
  const path = join(supabaseDir, 'config.toml')
  let table: z.infer<typeof schema>
  try {
    table = schema.parse(substitute(parse(readFileSync(path, 'utf8'))))
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error)
    throw new Failure(`${path} cannot be used: ${reason}`)
  }
  const { hook, rate_limit: limits, ...auth } = table.auth
  return {
    projectId: table.project_id,
    api: { schemas: table.api.schemas, maxRows: table.api.max_rows },
    auth: {
      jwtExpiry: auth.jwt_expiry,
      redirectUrls: auth.additional_redirect_urls,
      tokenHook: tokenHook(hook?.custom_access_token),
      rateLimits: { ...limits, max_frequency_seconds: auth.email.max_frequency },
      options: authOptions.parse({ ...auth, email: { ...auth.email, enable_signup: auth.email.enabled ?? true } }),
    },
    function: (name) => {
      const entry = table.functions[name]
      return { enabled: entry?.enabled ?? true, verifyJwt: entry?.verify_jwt ?? true }
    },
  }
}

const unitSeconds: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3_600 }

/** A duration as the CLI writes it, such as `1m` or `1m30s`. */
function seconds(duration: string, context: z.RefinementCtx): number {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(duration)) {
    context.addIssue({ code: 'custom', message: `"${duration}" is no duration such as 1m or 30s` })
    return z.NEVER
  }
  return [...duration.matchAll(/([\d.]+)(ms|s|m|h)/g)].reduce((total, [, count, unit]) => total + Number(count) * (unitSeconds[unit ?? ''] ?? 0), 0)
}

function tokenHook(entry: { enabled: boolean; uri: string } | undefined): Settings['auth']['tokenHook'] {
  if (!entry?.enabled) return undefined
  const [, schemaName, name] = /^pg-functions:\/\/[^/]+\/([A-Za-z_]\w*)\/([A-Za-z_]\w*)$/.exec(entry.uri) ?? []
  if (!schemaName || !name) throw new Failure(`auth.hook.custom_access_token.uri in config.toml must read pg-functions://postgres/<schema>/<function>; it is "${entry.uri}".`)
  return { uri: entry.uri, schema: schemaName, name }
}

/** `env(NAME)` stands for a variable of the environment, as in the CLI; one that is not set leaves the text as it is. */
function substitute(value: unknown): unknown {
  if (typeof value === 'string') {
    const name = /^env\((\w+)\)$/.exec(value)?.[1]
    return name ? (process.env[name] ?? value) : value
  }
  if (Array.isArray(value)) return value.map(substitute)
  if (value && typeof value === 'object' && !(value instanceof Date)) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, substitute(entry)]))
  }
  return value
}
