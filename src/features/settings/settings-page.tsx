import { ApprovalCard } from '@/features/settings/approval-card'
import { AuditRetentionCard } from '@/features/settings/audit-retention-card'
import { CopyCard } from '@/features/settings/copy-card'
import { DeleteOrganizationCard } from '@/features/settings/delete-organization-card'
import { OrganizationCard } from '@/features/settings/organization-card'
import { RetentionCard } from '@/features/settings/retention-card'
import { usePageTitle } from '@/lib/page-title'
import { useSettingsTabs } from '@/lib/settings-tabs'
import { LinkTabs } from '@/ui/link-tabs'
import { PageHeader } from '@/ui/page-header'

export function Component() {
  usePageTitle('Settings')
  return (
    <>
      <PageHeader title="Organization" sub="What it is called, how long its history is kept, and how its content gets out and in." />
      <LinkTabs aria-label="Settings" tabs={useSettingsTabs()} />
      <div className="grid gap-4 lg:grid-cols-2">
        <OrganizationCard />
        <CopyCard />
        <ApprovalCard />
        <RetentionCard />
        <AuditRetentionCard />
        <DeleteOrganizationCard />
      </div>
    </>
  )
}
