import { KeyIcon } from '@phosphor-icons/react/Key'
import { PlusIcon } from '@phosphor-icons/react/Plus'
import { useState } from 'react'
import { CreateKeyDrawer } from '@/features/api-keys/create-key-drawer'
import { keyColumns } from '@/features/api-keys/key-columns'
import { isUsable, keysSentence, keyState, type ApiKey } from '@/features/api-keys/key-words'
import { useApiKeys } from '@/features/api-keys/queries/api-keys'
import { QuickStart } from '@/features/api-keys/quick-start'
import { RevokeKeyDialog } from '@/features/api-keys/revoke-key-dialog'
import { describeError } from '@/lib/errors'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { useHasRole, useSession } from '@/lib/session'
import { useSettingsTabs } from '@/lib/settings-tabs'
import { Button } from '@/ui/button'
import { DataTable } from '@/ui/data-table'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { LinkTabs } from '@/ui/link-tabs'
import { PageHeader } from '@/ui/page-header'
import { SegmentedControl } from '@/ui/segmented-control'
import { useNow } from '@/ui/use-now'

const PURPOSE = 'For programs: static builds that pull content, and CI that starts runs.'

export function Component() {
  usePageTitle({ label: 'Settings', href: paths.settings.getHref() }, 'API keys')
  const isAdmin = useHasRole('admin')
  const tabs = useSettingsTabs()
  if (isAdmin) return <ApiKeys />
  return (
    <>
      <PageHeader title="API keys" sub={PURPOSE} />
      <LinkTabs aria-label="Settings" tabs={tabs} />
      <div className="rounded-lg border border-line bg-panel">
        <EmptyState
          icon={<KeyIcon />}
          title="Admins manage these"
          detail="A key acts for the whole organization, so only its admins create and revoke them. Ask one of them for the key that you need."
        />
      </div>
    </>
  )
}

type Shown = 'usable' | 'ended'

function ApiKeys() {
  const tabs = useSettingsTabs()
  const userId = useSession((state) => state.user?.id)
  const now = useNow()
  const { data: keys, error, refetch, isFetching } = useApiKeys()
  const [chosen, setChosen] = useState<Shown>('usable')
  const [creating, setCreating] = useState(false)
  const [revoking, setRevoking] = useState<ApiKey | null>(null)
  const [asking, setAsking] = useState(false)

  const usable = keys?.filter((key) => isUsable(keyState(key, now)))
  const ended = keys?.filter((key) => !isUsable(keyState(key, now)))
  const shown: Shown = ended?.length === 0 ? 'usable' : chosen
  const some = keys !== undefined && keys.length > 0
  const columns = keyColumns({
    userId,
    now,
    onRevoke: (key) => {
      setRevoking(key)
      setAsking(true)
    },
  })
  const create = (
    <Button variant="primary" icon={<PlusIcon aria-hidden />} onClick={() => setCreating(true)}>
      Create key
    </Button>
  )

  return (
    <>
      <PageHeader title={some ? keysSentence(keys.map((key) => keyState(key, now))) : 'API keys'} sub={PURPOSE} actions={some && create} />
      <LinkTabs aria-label="Settings" tabs={tabs} />
      <div className="flex flex-col gap-4">
        {error !== null && keys === undefined ? (
          <ErrorState className="rounded-lg border border-line bg-panel" {...describeError(error)} retrying={isFetching} onRetry={() => void refetch()} />
        ) : (
          <div>
            {some && ended !== undefined && ended.length > 0 && (
              <SegmentedControl
                aria-label="Which keys"
                className="mb-3"
                value={shown}
                onValueChange={setChosen}
                segments={[
                  { value: 'usable', label: `In use ${usable?.length ?? 0}` },
                  { value: 'ended', label: `Ended ${ended.length}` },
                ]}
              />
            )}
            <DataTable
              caption={shown === 'usable' ? 'API keys' : 'API keys that have ended'}
              columns={columns}
              rows={shown === 'usable' ? usable : ended}
              rowKey={({ id }) => id}
              skeletonRows={2}
              boxClassName="max-h-160"
              empty={
                some ? (
                  <EmptyState icon={<KeyIcon />} title="No key is in use" detail="All of them have been revoked or have expired. Programs cannot reach this organization." />
                ) : (
                  <EmptyState
                    icon={<KeyIcon />}
                    title="No program has a key yet"
                    detail="With a key, a static build can pull what a site should show, and CI can start a run after a deployment."
                    actions={create}
                  />
                )
              }
            />
          </div>
        )}
        <QuickStart />
      </div>
      <CreateKeyDrawer open={creating} onOpenChange={setCreating} />
      {revoking !== null && <RevokeKeyDialog open={asking} onOpenChange={setAsking} apiKey={revoking} />}
    </>
  )
}
