import { BellRingingIcon } from '@phosphor-icons/react/BellRinging'
import { PlusIcon } from '@phosphor-icons/react/Plus'
import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { Link } from 'react-router-dom'
import { saveRule } from '@/features/alerts/queries/change-rules'
import { useRules, type AlertRule } from '@/features/alerts/queries/rules'
import type { MadeSecret } from '@/features/alerts/rule-form'
import { RuleRow } from '@/features/alerts/rule-row'
import { usualRules } from '@/features/alerts/rule-schema'
import { SecretDialog } from '@/features/alerts/secret-dialog'
import { useRuleActs } from '@/features/alerts/use-rule-acts'
import { describeError, errorLine } from '@/lib/errors'
import { count } from '@/lib/format'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { useHasRole, useSession } from '@/lib/session'
import { useSettingsTabs } from '@/lib/settings-tabs'
import { useShortcut } from '@/lib/shortcuts'
import { Button } from '@/ui/button'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { LinkTabs } from '@/ui/link-tabs'
import { PageHeader } from '@/ui/page-header'
import { Skeleton } from '@/ui/skeleton'
import { toast } from '@/ui/toaster'

const RuleDrawer = lazy(() => import('@/features/alerts/rule-drawer').then((module) => ({ default: module.RuleDrawer })))

const PURPOSE = 'Rules that watch runs, sites and schedules, and tell you once when something begins and once when it is over.'

export function Component() {
  usePageTitle({ label: 'Settings', href: paths.settings.getHref() }, 'Alert rules')
  const isAdmin = useHasRole('admin')
  const tabs = useSettingsTabs()
  if (isAdmin) return <Rules />
  return (
    <>
      <PageHeader title="Alert rules" sub={PURPOSE} />
      <LinkTabs aria-label="Settings" tabs={tabs} />
      <div className="rounded-lg border border-line bg-panel">
        <EmptyState
          icon={<BellRingingIcon />}
          title="Admins set these up"
          detail="Rules hold addresses of people and programs, so only admins see them. What rules have seen is in the inbox, for everybody."
          actions={
            <Button asChild>
              <Link to={paths.alerts.getHref()}>Open the inbox</Link>
            </Button>
          }
        />
      </div>
    </>
  )
}

function Rules() {
  const tabs = useSettingsTabs()
  const { data: rules, error, refetch, isFetching } = useRules()
  const acts = useRuleActs()
  const [editing, setEditing] = useState<{ rule: AlertRule | null } | null>(null)
  const [open, setOpen] = useState(false)
  const [made, setMade] = useState<MadeSecret | null>(null)
  const [asking, setAsking] = useState<{ what: 'delete' | 'rotate'; rule: AlertRule } | null>(null)
  const edit = (rule: AlertRule | null) => {
    setEditing({ rule })
    setOpen(true)
  }
  useShortcut('n', 'New rule', () => edit(null))
  const secretOf = async (rule: AlertRule) => {
    try {
      setMade(await acts.makeSecret(rule))
    } catch (failure) {
      toast.error(errorLine(failure))
    }
  }
  const some = rules !== undefined && rules.length > 0

  return (
    <>
      <PageHeader
        title={some ? sentence(rules) : 'Alert rules'}
        sub={PURPOSE}
        actions={
          <>
            <Button asChild>
              <Link to={paths.alerts.getHref()}>Inbox</Link>
            </Button>
            {some && (
              <Button variant="primary" icon={<PlusIcon aria-hidden />} onClick={() => edit(null)}>
                New rule
              </Button>
            )}
          </>
        }
      />
      <LinkTabs aria-label="Settings" tabs={tabs} />
      {error !== null && rules === undefined ? (
        <ErrorState className="rounded-lg border border-line bg-panel" {...describeError(error)} retrying={isFetching} onRetry={() => void refetch()} />
      ) : rules?.length === 0 ? (
        <div className="rounded-lg border border-line bg-panel">
          <EmptyState
            icon={<BellRingingIcon />}
            title="Nobody is told yet"
            detail="Most teams want to know when a run fails, a site is unhealthy for ten minutes, nothing was synced for a day, or a schedule is missed."
            actions={
              <>
                <UsualRules />
                <Button icon={<PlusIcon aria-hidden />} onClick={() => edit(null)}>
                  New rule
                </Button>
              </>
            }
          />
        </div>
      ) : (
        <ul aria-label="Alert rules" aria-busy={rules === undefined || undefined} className="rounded-lg border border-line bg-panel">
          {rules === undefined
            ? Array.from({ length: 3 }, (_, index) => (
                <li key={index} className="flex flex-col gap-2 border-b border-line px-4 py-3.5 last:border-b-0">
                  <Skeleton className="w-48" />
                  <Skeleton className="h-3 w-72 max-w-full" />
                </li>
              ))
            : rules.map((rule) => (
                <RuleRow
                  key={rule.id}
                  rule={rule}
                  busy={acts.busyId === rule.id}
                  acts={{
                    onEdit: () => edit(rule),
                    onTest: () => void acts.testRule(rule),
                    onSwitch: (enabled) => void acts.switchRule(rule, enabled),
                    onMute: (hours) => void acts.muteRule(rule, hours),
                    onSecret: () => (rule.secretVersion === 0 ? void secretOf(rule) : setAsking({ what: 'rotate', rule })),
                    onDelete: () => setAsking({ what: 'delete', rule }),
                  }}
                />
              ))}
        </ul>
      )}
      {editing !== null && (
        <Suspense>
          <RuleDrawer key={editing.rule?.id ?? 'new'} open={open} onOpenChange={setOpen} rule={editing.rule} onSecret={setMade} />
        </Suspense>
      )}
      {made !== null && <SecretDialog made={made} open onOpenChange={(next) => next || setMade(null)} />}
      {asking?.what === 'delete' && (
        <ConfirmDialog
          open
          onOpenChange={(next) => next || setAsking(null)}
          title={`Delete the rule "${asking.rule.name}"?`}
          description="It watches nothing any more, and what it has not sent yet is not sent. The inbox keeps what it has said."
          confirmLabel="Delete rule"
          describeFailure={errorLine}
          onConfirm={() => acts.deleteRule(asking.rule)}
        />
      )}
      {asking?.what === 'rotate' && (
        <ConfirmDialog
          open
          onOpenChange={(next) => next || setAsking(null)}
          title={`Rotate the signing secret of "${asking.rule.name}"?`}
          description="A new secret is made and shown once. The old one goes on signing beside it for a day: give the receiver the new one until then."
          confirmLabel="Rotate secret"
          tone="primary"
          describeFailure={errorLine}
          onConfirm={async () => setMade(await acts.makeSecret(asking.rule))}
        />
      )}
    </>
  )
}

/** Four rules at once, told to whoever presses it. */
function UsualRules() {
  const client = useQueryClient()
  const userId = useSession((state) => state.user?.id)
  const [busy, setBusy] = useState(false)
  const add = async () => {
    setBusy(true)
    try {
      // One after the other, so that they stand in this order.
      for (const rule of usualRules(userId ?? '')) await saveRule(null, rule)
      toast.success('Four rules are watching', { description: 'They tell you by mail. Add colleagues or a webhook to each.' })
    } catch (failure) {
      toast.error(errorLine(failure))
    } finally {
      await client.invalidateQueries({ queryKey: ['alert_rules'] })
      setBusy(false)
    }
  }
  return (
    <Button variant="primary" busy={busy} onClick={() => void add()}>
      Add the usual rules
    </Button>
  )
}

function sentence(rules: readonly AlertRule[]): string {
  const watching = rules.filter(({ enabled }) => enabled)
  const firing = watching.filter((rule) => rule.firing > 0).length
  if (watching.length === 0) return `${count('rule', rules.length)}, none of them watching`
  if (firing > 0) return `${count('rule', rules.length)}, ${firing} firing`
  return `${count('rule', rules.length)}, all is well`
}
