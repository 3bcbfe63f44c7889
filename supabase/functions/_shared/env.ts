import { z } from 'zod'
import { nothingAllowed, parseAllowList, type AllowList } from './core/allow-list.ts'
import type { Problem, Result } from './core/result.ts'
import { mailFormatOf, mailFormats, type MailSettings } from './mail.ts'

/** The environment of the functions, parsed once: one error names everything that is missing or malformed. */

const keysByName = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      context.addIssue({ code: 'custom', message: 'must be JSON of the form {"default": "…"}' })
      return z.NEVER
    }
  })
  .pipe(z.record(z.string(), z.string().min(1)))

const allowList = z.string().transform((text, context): AllowList => {
  const parsed = parseAllowList(text)
  if (parsed.ok) return parsed.value
  context.addIssue({ code: 'custom', message: parsed.error.message })
  return z.NEVER
})

const wholeNumber = (fallback: number, least: number, most: number) =>
  z.coerce.number().int().min(least).max(most).default(fallback)

const environmentSchema = z.object({
  SUPABASE_URL: z.url({ protocol: /^https?$/, error: 'must be the web address of the API' }),
  SUPABASE_DB_URL: z.string().min(1),
  SUPABASE_ANON_KEY: z.string().optional(),
  SUPABASE_PUBLISHABLE_KEYS: keysByName.optional(),
  SUPABASE_SERVICE_ROLE_KEY: z.string().optional(),
  SUPABASE_SECRET_KEYS: keysByName.optional(),
  DATASYNC_SECRET_KEYS: z.string().optional(),
  DATASYNC_SEALING_KEY: z.coerce.number().int().min(1).optional(),
  // An empty secret would let everybody in: it counts as none.
  DATASYNC_TICK_SECRET: z.string().min(16, { error: 'must have 16 characters or more' }).optional(),
  DATASYNC_FORWARD_SECRET: z.string().optional(),
  DATASYNC_ALLOW_PRIVATE_DESTINATIONS: z.enum(['true', 'false']).default('false'),
  DATASYNC_ALLOWED_DESTINATIONS: allowList.optional(),
  DATASYNC_SEND_TIMEOUT_MS: wholeNumber(10_000, 100, 30_000),
  DATASYNC_DRAIN_SECONDS: wholeNumber(120, 1, 390),
  DATASYNC_DRAIN_DELIVERIES: wholeNumber(1_000, 1, 1_000_000),
  DATASYNC_RUN_CONCURRENCY: wholeNumber(32, 1, 1_000),
  DATASYNC_HOST_CONCURRENCY: wholeNumber(4, 1, 1_000),
  DATASYNC_MAIL_URL: z.url({ protocol: /^https?$/, error: 'must be the web address that takes mails' }).optional(),
  DATASYNC_MAIL_TOKEN: z.string().optional(),
  DATASYNC_MAIL_FROM: z.string().max(320).regex(/^[^\r\n]*@[^\r\n]*$/, { error: 'must be an address such as DataSync <alerts@example.com>' }).optional(),
  DATASYNC_MAIL_FORMAT: z.enum(mailFormats).optional(),
  DATASYNC_APP_URL: z.url({ protocol: /^https?$/, error: 'must be the web address of the app' }).optional(),
  DATASYNC_SECRET_OVERLAP_HOURS: z.coerce.number().min(0).max(168).default(24),
})

export interface Environment {
  /** Without a slash at its end. */
  supabaseUrl: string
  databaseUrl: string
  publishableKey: string
  /** Whoever holds one of these is the service itself. */
  secretKeys: string[]
  /** Still to be parsed: the reason why it cannot be used belongs to the deliveries that need it. */
  signingKeys: string | undefined
  /** The version of the key that seals; undefined: the highest. */
  sealingKey: number | undefined
  tickSecret: string | null
  /** With it the embedded backend believes for whom a function asks; hosted there is none. */
  forwardSecret: string | undefined
  allowPrivateDestinations: boolean
  allowedDestinations: AllowList
  /** For whatever has no time of its own: a site's deliveries bring theirs. */
  sendTimeoutMs: number
  drainMs: number
  drainDeliveries: number
  /** Requests under way at once: in one run, and in one drain. */
  runConcurrency: number
  /** Requests under way at once to one scheme, host and port, over all runs. The built-in receiver is exempt. */
  hostConcurrency: number
  /** How long the old secret goes on signing after a rotation that says nothing else. */
  secretOverlapMs: number
  /** Where mails are handed over; null: this deployment sends none. */
  mail: MailSettings | null
  /** Where people open the app, without a slash at its end: what links in messages begin with. Null: messages have none. */
  appUrl: string | null
}

export type EnvironmentError = Problem<'environment'>

const names = Object.keys(environmentSchema.shape) as (keyof typeof environmentSchema.shape)[]

export function readEnvironment(get: (name: string) => string | undefined): Result<Environment, EnvironmentError> {
  const given = Object.fromEntries(names.map((name) => [name, get(name)?.trim() || undefined]))
  const parsed = environmentSchema.safeParse(given)
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => {
      const name = String(path[0])
      return given[name] === undefined ? `${name} is missing` : `${name}: ${message}`
    })
    return { ok: false, error: { code: 'environment', message: faults.join('; ') } }
  }
  const env = parsed.data
  const publishable = { ...env.SUPABASE_PUBLISHABLE_KEYS }
  return {
    ok: true,
    value: {
      supabaseUrl: env.SUPABASE_URL.replace(/\/+$/, ''),
      databaseUrl: env.SUPABASE_DB_URL,
      publishableKey: publishable.default ?? Object.values(publishable)[0] ?? env.SUPABASE_ANON_KEY ?? '',
      secretKeys: [...Object.values({ ...env.SUPABASE_SECRET_KEYS }), env.SUPABASE_SERVICE_ROLE_KEY ?? ''].filter(Boolean),
      signingKeys: env.DATASYNC_SECRET_KEYS,
      sealingKey: env.DATASYNC_SEALING_KEY,
      tickSecret: env.DATASYNC_TICK_SECRET ?? null,
      forwardSecret: env.DATASYNC_FORWARD_SECRET,
      allowPrivateDestinations: env.DATASYNC_ALLOW_PRIVATE_DESTINATIONS === 'true',
      allowedDestinations: env.DATASYNC_ALLOWED_DESTINATIONS ?? nothingAllowed,
      sendTimeoutMs: env.DATASYNC_SEND_TIMEOUT_MS,
      drainMs: env.DATASYNC_DRAIN_SECONDS * 1_000,
      drainDeliveries: env.DATASYNC_DRAIN_DELIVERIES,
      runConcurrency: env.DATASYNC_RUN_CONCURRENCY,
      hostConcurrency: env.DATASYNC_HOST_CONCURRENCY,
      secretOverlapMs: env.DATASYNC_SECRET_OVERLAP_HOURS * 3_600_000,
      mail:
        env.DATASYNC_MAIL_URL === undefined
          ? null
          : {
              url: env.DATASYNC_MAIL_URL,
              token: env.DATASYNC_MAIL_TOKEN ?? null,
              from: env.DATASYNC_MAIL_FROM ?? null,
              format: env.DATASYNC_MAIL_FORMAT ?? mailFormatOf(env.DATASYNC_MAIL_URL),
            },
      appUrl: env.DATASYNC_APP_URL?.replace(/\/+$/, '') ?? null,
    },
  }
}
