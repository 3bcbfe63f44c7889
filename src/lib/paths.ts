interface PathOptions {
  /** Where to go on to afterwards: a path of this app. */
  next?: string
}

const withNext = (path: string, { next }: PathOptions = {}): string =>
  next === undefined || next === '/' ? path : `${path}?next=${encodeURIComponent(next)}`

const segment = encodeURIComponent

/** Every address of the app: `path` is what the router matches, `getHref` what a link points to. */
export const paths = {
  home: { path: '/', getHref: () => '/' },
  content: { path: '/content', getHref: () => '/content' },
  contentTypes: { path: '/content/types', getHref: () => '/content/types' },
  contentItem: { path: '/content/:itemId', getHref: (itemId: string) => `/content/${segment(itemId)}` },
  sites: { path: '/sites', getHref: () => '/sites' },
  site: { path: '/sites/:siteId', getHref: (siteId: string) => `/sites/${segment(siteId)}` },
  mappings: { path: '/mappings', getHref: () => '/mappings' },
  jobs: { path: '/jobs', getHref: () => '/jobs' },
  schedules: { path: '/jobs/schedules', getHref: () => '/jobs/schedules' },
  job: { path: '/jobs/:jobId', getHref: (jobId: string) => `/jobs/${segment(jobId)}` },
  review: { path: '/review', getHref: () => '/review' },
  settings: { path: '/settings', getHref: () => '/settings' },
  signIn: { path: '/sign-in', getHref: (options?: PathOptions) => withNext('/sign-in', options) },
  signUp: { path: '/sign-up', getHref: (options?: PathOptions) => withNext('/sign-up', options) },
  forgotPassword: { path: '/forgot-password', getHref: () => '/forgot-password' },
  resetPassword: { path: '/reset-password', getHref: () => '/reset-password' },
  authCallback: { path: '/auth/callback', getHref: (options?: PathOptions) => withNext('/auth/callback', options) },
  onboarding: { path: '/welcome', getHref: (options?: PathOptions) => withNext('/welcome', options) },
  /** The public page of a site: another entry of the build, so link to it with <a>, never with the router. */
  landing: {
    path: '/c/:organization/:site',
    getHref: (organization: string, site: string) => `/c/${segment(organization)}/${segment(site)}`,
  },
} as const

/** The pages of Jobs, in the order of their tabs (ui/link-tabs.tsx): two features share them. */
export const jobsTabs = [
  { label: 'Runs', href: paths.jobs.getHref() },
  { label: 'Schedules', href: paths.schedules.getHref() },
] as const

/** Only a path of this app may follow a sign-in: anything else (another origin, `//host`, `/\host`, a scheme) becomes home. */
export function safeNext(next: string | null | undefined, origin: string = window.location.origin): string {
  if (next === null || next === undefined || !next.startsWith('/')) return '/'
  try {
    const url = new URL(next, origin)
    return url.origin === origin ? `${url.pathname}${url.search}${url.hash}` : '/'
  } catch {
    return '/'
  }
}
