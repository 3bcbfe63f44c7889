import { DesktopIcon } from '@phosphor-icons/react/Desktop'
import { DeviceMobileIcon } from '@phosphor-icons/react/DeviceMobile'
import { TerminalWindowIcon } from '@phosphor-icons/react/TerminalWindow'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { browserWords, deviceOf } from '@/features/account/browser-words'
import { endEverySession, endOtherSessions, endSession } from '@/features/account/queries/end-sessions'
import { useSessions, type AccountSession } from '@/features/account/queries/sessions'
import { describeError, errorLine } from '@/lib/errors'
import { countInWords } from '@/lib/format'
import { Button } from '@/ui/button'
import { Chip } from '@/ui/chip'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { DataTable, type Column } from '@/ui/data-table'
import { ErrorState } from '@/ui/error-state'
import { RelativeTime } from '@/ui/relative-time'
import { toast } from '@/ui/toaster'

const ICON = { phone: DeviceMobileIcon, computer: DesktopIcon, program: TerminalWindowIcon } as const

export function SessionsSection() {
  const queryClient = useQueryClient()
  const { data: sessions, error, refetch, isFetching } = useSessions()
  const [asking, setAsking] = useState<'others' | 'all' | null>(null)
  const reread = () => queryClient.invalidateQueries({ queryKey: ['sessions'] })
  const end = useMutation({
    mutationFn: endSession,
    onSuccess: () => toast.success('That session has ended'),
    onError: (refused) => toast.error(errorLine(refused)),
    onSettled: reread,
  })
  const others = (sessions ?? []).filter(({ current }) => !current).length

  const columns: Column<AccountSession>[] = [
    {
      key: 'browser', header: 'Browser',
      cell: (session) => {
        const Icon = ICON[deviceOf(session.userAgent)]
        return (
          <span className="flex min-w-0 items-center gap-2">
            <Icon aria-hidden className="size-4 shrink-0 text-ink-3" />
            <span className="min-w-0 py-1">
              <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
                <span className="font-semibold">{browserWords(session.userAgent)}</span>
                {session.current && <Chip tone="accent">this one</Chip>}
              </span>
              <span className="block text-hint text-ink-2 sm:hidden">
                <RelativeTime at={session.lastSeen} />
              </span>
            </span>
          </span>
        )
      },
    },
    { key: 'ip', header: 'Address', mono: true, hideBelow: 'md', cell: ({ ip }) => ip ?? <span className="text-ink-3">not known</span> },
    { key: 'since', header: 'Signed in', hideBelow: 'md', cell: ({ since }) => <RelativeTime at={since} className="text-ink-2" /> },
    { key: 'seen', header: 'Last seen', hideBelow: 'sm', cell: ({ lastSeen }) => <RelativeTime at={lastSeen} className="text-ink-2" /> },
    {
      key: 'end', header: 'End the session', hideHeader: true, align: 'right',
      cell: (session) =>
        session.current ? null : (
          <Button
            size="sm"
            aria-label={`Sign out ${browserWords(session.userAgent)}`}
            busy={end.isPending && end.variables === session.id}
            onClick={() => end.mutate(session.id)}
          >
            Sign out
          </Button>
        ),
    },
  ]

  return (
    <section aria-label="Sessions" className="lg:col-span-2">
      <div className="mb-2 flex flex-wrap items-end justify-between gap-x-6 gap-y-2">
        <div className="max-w-140">
          <h2 className="text-sm font-semibold">Where you are signed in</h2>
          <p className="text-hint text-ink-2">Browsers say themselves what they are. Last seen is when a session last renewed itself, which it does every hour while it is in use.</p>
        </div>
        <div className="flex flex-wrap gap-2">
          {others > 0 && (
            <Button size="sm" onClick={() => setAsking('others')}>
              Sign out everywhere else
            </Button>
          )}
          <Button size="sm" onClick={() => setAsking('all')}>
            Sign out everywhere
          </Button>
        </div>
      </div>
      {error !== null && sessions === undefined ? (
        <ErrorState className="rounded-lg border border-line bg-panel" {...describeError(error)} retrying={isFetching} onRetry={() => void refetch()} />
      ) : (
        <DataTable caption="Your sessions" columns={columns} rows={sessions} rowKey={({ id }) => id} skeletonRows={2} boxClassName="max-h-120" />
      )}
      <ConfirmDialog
        open={asking === 'others'}
        onOpenChange={(open) => setAsking(open ? 'others' : null)}
        title={`Sign out ${others === 1 ? 'the other session' : `the ${countInWords('other session', others)}`}?`}
        description="Whatever is done there next is refused, and whoever it is has to sign in again. This browser stays signed in."
        confirmLabel="Sign out everywhere else"
        describeFailure={errorLine}
        onConfirm={async () => {
          await endOtherSessions().finally(reread)
          toast.success('You are signed in here only')
        }}
      />
      <ConfirmDialog
        open={asking === 'all'}
        onOpenChange={(open) => setAsking(open ? 'all' : null)}
        title="Sign out everywhere, here too?"
        description="Every session ends at once, this one included. You can sign in again right away."
        confirmLabel="Sign out everywhere"
        describeFailure={errorLine}
        onConfirm={endEverySession}
      />
    </section>
  )
}
