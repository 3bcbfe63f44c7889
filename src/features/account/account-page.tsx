import { AccountSections } from '@/features/account/account-sections'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { useSettingsTabs } from '@/lib/settings-tabs'
import { LinkTabs } from '@/ui/link-tabs'
import { PageHeader } from '@/ui/page-header'

export function Component() {
  usePageTitle({ label: 'Settings', href: paths.settings.getHref() }, 'Your account')
  return (
    <>
      <PageHeader title="Your account" sub="Who you are, how you sign in, and where you are signed in. It is the same in every organization." />
      <LinkTabs aria-label="Settings" tabs={useSettingsTabs()} />
      <AccountSections />
    </>
  )
}
