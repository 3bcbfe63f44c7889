import * as z from 'zod/mini'
import { DEFAULT_POLICY, POLICY_LIMITS } from '@/features/sites/delivery-policy'
import type { SiteDraft } from '@/features/sites/queries/save-site'
import type { DeliveryPolicy, Site } from '@/features/sites/queries/sites'
import { formatNumber } from '@/lib/format'

function wholeNumber({ min, max }: { min: number; max: number }) {
  const range = `from ${formatNumber(min)} to ${formatNumber(max)}`
  return z.number(`Write a number ${range}.`).check(z.int('Write a whole number.'), z.gte(min, `Use a number ${range}.`), z.lte(max, `Use a number ${range}.`))
}

const { min: fewest, max: most } = POLICY_LIMITS.requestsPerMinute

/** The checks of the table `sites`, in words. */
export const siteSchema = z
  .object({
    name: z.string().check(z.trim(), z.minLength(1, 'A site needs a name.'), z.maxLength(120, 'Use at most 120 characters.')),
    slug: z.string().check(
      z.trim(),
      z.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'Lower-case letters and digits, joined by single hyphens.'),
      z.maxLength(63, 'Use at most 63 characters.'),
    ),
    region: z.string().check(z.trim(), z.maxLength(60, 'Use at most 60 characters.')),
    destination: z.enum(['built-in', 'url']),
    address: z.string().check(z.trim(), z.maxLength(2048, 'Use at most 2,048 characters.')),
    enabled: z.boolean(),
    failureRate: z.number('Write a number from 0 to 100.').check(z.int('Write a whole number.'), z.gte(0, 'At least 0.'), z.lte(100, 'At most 100.')),
    failNext: z.boolean(),
    maxAttempts: wholeNumber(POLICY_LIMITS.maxAttempts),
    firstRetryMs: wholeNumber(POLICY_LIMITS.firstRetryMs),
    timeoutSeconds: wholeNumber(POLICY_LIMITS.timeoutSeconds),
    /** Empty: no limit. */
    requestsPerMinute: z.string().check(
      z.trim(),
      z.refine((text) => text === '' || (/^[0-9]{1,9}$/.test(text) && Number(text) >= fewest && Number(text) <= most), {
        error: `Write a whole number from ${fewest} to ${formatNumber(most)}, or leave it empty for no limit.`,
      }),
    ),
    /** Empty: the site does not say what it shows. */
    stateUrl: z.string().check(z.trim(), z.maxLength(2048, 'Use at most 2,048 characters.')),
  })
  .check(
    z.refine(({ destination, stateUrl }) => destination === 'built-in' || stateUrl === '' || isAddress(stateUrl), {
      path: ['stateUrl'],
      error: 'Write a full address, for example https://example.com/datasync-state, or leave it empty.',
    }),
    z.refine(({ destination, address }) => destination === 'built-in' || isAddress(address), {
      path: ['address'],
      error: 'Write a full address, for example https://example.com/hooks/datasync.',
    }),
  )

export type SiteFormValues = z.infer<typeof siteSchema>

/** The fields of the form's section "Delivery". */
export const POLICY_FIELDS = ['maxAttempts', 'firstRetryMs', 'timeoutSeconds', 'requestsPerMinute', 'stateUrl'] as const

function isAddress(text: string): boolean {
  return /^https?:\/\//i.test(text) && !/\s/.test(text) && URL.canParse(text)
}

export function toFormValues(site: Site | null): SiteFormValues {
  return {
    name: site?.name ?? '',
    slug: site?.slug ?? '',
    region: site?.region ?? '',
    destination: site === null || site.destinationUrl === null ? 'built-in' : 'url',
    address: site?.destinationUrl ?? '',
    enabled: site?.enabled ?? true,
    failureRate: site?.failureRate ?? 0,
    failNext: (site?.failNext ?? 0) > 0,
    ...policyValues(site?.delivery ?? DEFAULT_POLICY),
  }
}

function policyValues({ requestsPerMinute, stateUrl, ...policy }: DeliveryPolicy): Pick<SiteFormValues, (typeof POLICY_FIELDS)[number]> {
  return { ...policy, requestsPerMinute: requestsPerMinute === null ? '' : String(requestsPerMinute), stateUrl: stateUrl ?? '' }
}

/** What the form's section "Delivery" says now; where a number is none yet, what it would be by default. */
export function toPolicy(values: Pick<SiteFormValues, (typeof POLICY_FIELDS)[number] | 'destination'>): DeliveryPolicy {
  const number = (key: 'maxAttempts' | 'firstRetryMs' | 'timeoutSeconds') => (Number.isInteger(values[key]) ? values[key] : DEFAULT_POLICY[key])
  const limit = Number(values.requestsPerMinute)
  return {
    maxAttempts: number('maxAttempts'),
    firstRetryMs: number('firstRetryMs'),
    timeoutSeconds: number('timeoutSeconds'),
    requestsPerMinute: values.requestsPerMinute.trim() === '' || !Number.isInteger(limit) ? null : limit,
    stateUrl: values.destination === 'built-in' || values.stateUrl.trim() === '' ? null : values.stateUrl,
  }
}

export function toDraft(values: SiteFormValues): SiteDraft {
  const builtIn = values.destination === 'built-in'
  const policy = toPolicy(values)
  return {
    name: values.name,
    slug: values.slug,
    region: values.region === '' ? null : values.region,
    destination_url: builtIn ? null : lowerScheme(values.address),
    enabled: values.enabled,
    failure_rate: builtIn ? values.failureRate : 0,
    fail_next: builtIn && values.failNext ? 1 : 0,
    max_attempts: policy.maxAttempts,
    first_retry_ms: policy.firstRetryMs,
    timeout_seconds: policy.timeoutSeconds,
    requests_per_minute: policy.requestsPerMinute,
    state_url: policy.stateUrl === null ? null : lowerScheme(policy.stateUrl),
  }
}

/** The database takes the scheme in lower case only. */
function lowerScheme(address: string): string {
  return address.replace(/^https?/i, (scheme) => scheme.toLowerCase())
}
