import { Link } from 'react-router-dom'
import { AccountSections } from '@/features/account/account-sections'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { PageHeader } from '@/ui/page-header'
import { Wordmark } from '@/ui/wordmark'

/** The same page for somebody who is in no organization: without the app around it, which is an organization's. */
export function AccountAlone() {
  usePageTitle('Your account')
  return (
    <main className="mx-auto min-h-dvh w-full max-w-300 px-4 py-10 md:px-6">
      <Wordmark />
      <div className="mt-6">
        <PageHeader
          title="Your account"
          sub={
            <>
              You are in no organization now.{' '}
              <Link to={paths.onboarding.getHref()} className="font-semibold text-accent-ink underline-offset-2 hover:underline">
                Create or open one
              </Link>
            </>
          }
        />
        <AccountSections />
      </div>
    </main>
  )
}
