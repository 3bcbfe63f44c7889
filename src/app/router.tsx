import { lazy, type ComponentType } from 'react'
import { createBrowserRouter, Outlet, type RouteObject } from 'react-router-dom'
import { RequireOrganization, RequireSession, SecondFactorFirst, SignedOutOnly } from '@/app/guards'
import { NotFound } from '@/app/not-found'
import { RouteError } from '@/app/route-error'
import { Splash } from '@/app/splash'
import { paths } from '@/lib/paths'

/**
 * A page as its own chunk, asked for when it is about to be shown. Not the router's `lazy`, which would fetch a guarded page
 * before the guard has looked: somebody signed out would load the dashboard to see the sign-in page.
 */
const page = (load: () => Promise<{ Component: ComponentType }>) => lazy(() => load().then(({ Component }) => ({ default: Component })))

const inShell: RouteObject[] = [
  { path: paths.home.path, Component: page(() => import('@/features/dashboard/dashboard-page')) },
  { path: paths.content.path, Component: page(() => import('@/features/content/list/content-page')) },
  { path: paths.contentTypes.path, Component: page(() => import('@/features/content/types/content-types-page')) },
  { path: paths.contentTemplates.path, Component: page(() => import('@/features/content/types/templates-page')) },
  { path: paths.contentType.path, Component: page(() => import('@/features/content/types/type-page')) },
  { path: paths.contentItem.path, Component: page(() => import('@/features/content/editor/content-item-page')) },
  { path: paths.sites.path, Component: page(() => import('@/features/sites/sites-page')) },
  { path: paths.site.path, Component: page(() => import('@/features/sites/site-page')) },
  { path: paths.mappings.path, Component: page(() => import('@/features/mappings/mappings-page')) },
  { path: paths.jobs.path, Component: page(() => import('@/features/jobs/jobs-page')) },
  // One route for the list and for one of them open over it: the list stays as it was.
  { path: `${paths.schedules.path}/:scheduleId?`, Component: page(() => import('@/features/schedules/schedules-page')) },
  { path: paths.calendar.path, Component: page(() => import('@/features/schedules/calendar/calendar-page')) },
  { path: paths.approvals.path, Component: page(() => import('@/features/jobs/approvals/approvals-page')) },
  { path: paths.compareJobs.path, Component: page(() => import('@/features/jobs/compare/compare-page')) },
  { path: paths.job.path, Component: page(() => import('@/features/jobs/job-page')) },
  { path: paths.review.path, Component: page(() => import('@/features/jobs/review-page')) },
  { path: paths.alerts.path, Component: page(() => import('@/features/alerts/inbox-page')) },
  { path: paths.settings.path, Component: page(() => import('@/features/settings/settings-page')) },
  { path: paths.members.path, Component: page(() => import('@/features/team/members-page')) },
  { path: paths.alertRules.path, Component: page(() => import('@/features/alerts/rules-page')) },
  { path: paths.apiKeys.path, Component: page(() => import('@/features/api-keys/api-keys-page')) },
  { path: paths.audit.path, Component: page(() => import('@/features/audit/audit-page')) },
  { path: paths.account.path, Component: page(() => import('@/features/account/account-page')) },
  { path: '*', Component: NotFound },
]

export const routes: RouteObject[] = [
  {
    Component: Outlet,
    ErrorBoundary: RouteError,
    HydrateFallback: Splash,
    children: [
      {
        Component: SignedOutOnly,
        children: [
          { path: paths.signIn.path, Component: page(() => import('@/features/auth/sign-in-page')) },
          { path: paths.signUp.path, Component: page(() => import('@/features/auth/sign-up-page')) },
          { path: paths.forgotPassword.path, Component: page(() => import('@/features/auth/forgot-password-page')) },
        ],
      },
      { path: paths.resetPassword.path, Component: page(() => import('@/features/auth/reset-password-page')) },
      { path: paths.authCallback.path, Component: page(() => import('@/features/auth/auth-callback-page')) },
      {
        Component: SecondFactorFirst,
        // For whoever has the link: signed in or not, with an organization or without.
        children: [{ path: paths.invitation.path, Component: page(() => import('@/features/team/invitation-page')) }],
      },
      {
        Component: RequireSession,
        children: [
          { path: paths.onboarding.path, Component: page(() => import('@/features/onboarding/welcome-page')) },
          {
            Component: RequireOrganization,
            children: [
              {
                Component: page(() => import('@/app/shell')),
                // An error inside a page leaves the shell standing.
                children: [{ ErrorBoundary: RouteError, children: inShell }],
              },
            ],
          },
        ],
      },
    ],
  },
]

export const router = createBrowserRouter(routes)
