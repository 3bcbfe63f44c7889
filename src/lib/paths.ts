interface PathOptions {
  /** Where to go on to afterwards: a path of this app. */
  next?: string
  /** What the form begins with. */
  email?: string
}

const withNext = (path: string, { next, email }: PathOptions = {}): string => {
  const query = [
    ...(next === undefined || next === '/' ? [] : [`next=${encodeURIComponent(next)}`]),
    ...(email === undefined ? [] : [`email=${encodeURIComponent(email)}`]),
  ]
  return query.length === 0 ? path : `${path}?${query.join('&')}`
}

const segment = encodeURIComponent

/** Every address of the app: `path` is what the router matches, `getHref` what a link points to. */
export const paths = {
  home: { path: '/', getHref: () => '/' },
  content: { path: '/content', getHref: () => '/content' },
  contentTypes: { path: '/content/types', getHref: () => '/content/types' },
  contentTemplates: { path: '/content/types/templates', getHref: (template?: string) => `/content/types/templates${template === undefined ? '' : `?template=${segment(template)}`}` },
  /** A type and its fields; `new` is one that is not saved yet. */
  contentType: { path: '/content/types/:typeId', getHref: (typeId: string) => `/content/types/${segment(typeId)}` },
  contentItem: { path: '/content/:itemId', getHref: (itemId: string) => `/content/${segment(itemId)}` },
  sites: { path: '/sites', getHref: () => '/sites' },
  /** A site; `section` is one of its tabs (features/sites/sections.ts). */
  site: { path: '/sites/:siteId/:section?', getHref: (siteId: string, section?: string) => `/sites/${segment(siteId)}${section === undefined || section === '' ? '' : `/${segment(section)}`}` },
  mappings: {
    path: '/mappings',
    /** With a cell: the matrix opens at it. */
    getHref: (cell?: { item: string; site: string }) => (cell === undefined ? '/mappings' : `/mappings?item=${segment(cell.item)}&site=${segment(cell.site)}`),
  },
  jobs: { path: '/jobs', getHref: () => '/jobs' },
  schedules: { path: '/jobs/schedules', getHref: () => '/jobs/schedules' },
  /** The same page with one of them open: its next runs and what it has done. */
  schedule: { path: '/jobs/schedules/:scheduleId', getHref: (scheduleId: string) => `/jobs/schedules/${segment(scheduleId)}` },
  calendar: { path: '/jobs/calendar', getHref: () => '/jobs/calendar' },
  approvals: { path: '/jobs/approvals', getHref: () => '/jobs/approvals' },
  /** Two runs beside each other, by their ids; `a` is the one before. */
  compareJobs: { path: '/jobs/compare', getHref: (a: string, b: string) => `/jobs/compare?a=${segment(a)}&b=${segment(b)}` },
  job: { path: '/jobs/:jobId', getHref: (jobId: string) => `/jobs/${segment(jobId)}` },
  review: { path: '/review', getHref: () => '/review' },
  /** The review of a plan that somebody has asked an approval of. */
  approval: { path: '/review', getHref: (approvalId: string) => `/review?approval=${segment(approvalId)}` },
  alerts: { path: '/alerts', getHref: () => '/alerts' },
  settings: { path: '/settings', getHref: () => '/settings' },
  members: { path: '/settings/members', getHref: () => '/settings/members' },
  alertRules: { path: '/settings/alerts', getHref: () => '/settings/alerts' },
  apiKeys: { path: '/settings/api-keys', getHref: () => '/settings/api-keys' },
  audit: { path: '/settings/audit', getHref: () => '/settings/audit' },
  account: { path: '/settings/account', getHref: () => '/settings/account' },
  /** Where an invitation's mail leads; the token is in the query. */
  invitation: {
    path: '/invitation',
    getHref: (token: string, email?: string) => `/invitation?token=${segment(token)}${email === undefined ? '' : `&email=${segment(email)}`}`,
  },
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

/** The pages of Jobs, in the order of their tabs: lib/jobs-tabs.ts adds the approvals where runs need them. */
export const jobsTabs = [
  { label: 'Runs', href: paths.jobs.getHref() },
  { label: 'Schedules', href: paths.schedules.getHref() },
  { label: 'Calendar', href: paths.calendar.getHref() },
] as const

/** The pages of Settings; those that only admins may read are left out for others. */
export const settingsTabs = [
  { label: 'Organization', href: paths.settings.getHref(), adminsOnly: false },
  { label: 'Members', href: paths.members.getHref(), adminsOnly: false },
  { label: 'Alerts', href: paths.alertRules.getHref(), adminsOnly: true },
  { label: 'API keys', href: paths.apiKeys.getHref(), adminsOnly: true },
  { label: 'Audit log', href: paths.audit.getHref(), adminsOnly: true },
  { label: 'Your account', href: paths.account.getHref(), adminsOnly: false },
] as const

/** Only a path of this app may follow a sign-in: anything else (another origin, `//host`, `/\host`, a scheme) becomes home. */
export function safeNext(next: string | null | undefined, origin: string = window.location.origin): string {
  if (next === null || next === undefined || !next.startsWith('/')) return '/'
  try {
    const url = new URL(next, origin)
    // What dots leave may begin with `//` again ("/x/..//host"), and that names a host.
    return url.origin === origin ? `${url.pathname.replace(/^\/+/, '/')}${url.search}${url.hash}` : '/'
  } catch {
    return '/'
  }
}
