import * as z from 'zod/mini'
import type { SiteDraft } from '@/features/sites/queries/save-site'
import type { Site } from '@/features/sites/queries/sites'

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
  })
  .check(
    z.refine(({ destination, address }) => destination === 'built-in' || isAddress(address), {
      path: ['address'],
      error: 'Write a full address, for example https://example.com/hooks/datasync.',
    }),
  )

export type SiteFormValues = z.infer<typeof siteSchema>

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
  }
}

export function toDraft(values: SiteFormValues): SiteDraft {
  const builtIn = values.destination === 'built-in'
  return {
    name: values.name,
    slug: values.slug,
    region: values.region === '' ? null : values.region,
    // The database takes the scheme in lower case only.
    destination_url: builtIn ? null : values.address.replace(/^https?/i, (scheme) => scheme.toLowerCase()),
    enabled: values.enabled,
    failure_rate: builtIn ? values.failureRate : 0,
    fail_next: builtIn && values.failNext ? 1 : 0,
  }
}
