import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { replayDeliveries, replayPlanQuery, type ReplayContent, type ReplayFilter } from '@/features/jobs/queries/replay'
import { ContentChoice } from '@/features/jobs/replay/content-choice'
import { ReplayPreview } from '@/features/jobs/replay/replay-preview'
import { partsOfReplay, replayFilter, STATUSES, WINDOWS, type ReplayForm } from '@/features/jobs/replay/replay-words'
import { SitePicker } from '@/features/jobs/replay/site-picker'
import { useReplay } from '@/features/jobs/replay/use-replay'
import { describeError, errorLine } from '@/lib/errors'
import { count } from '@/lib/format'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { Drawer } from '@/ui/drawer'
import { ErrorState } from '@/ui/error-state'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { Notice } from '@/ui/notice'
import { Select } from '@/ui/select'
import { Skeleton } from '@/ui/skeleton'

const NOTHING: ReplayFilter = {}

/** Many deliveries again, by filter: looked at before they are sent, as everything is. */
export function BulkReplayDrawer({ onClose }: { onClose: () => void }) {
  const [form, setForm] = useState<ReplayForm>(() => ({ siteIds: [], statuses: ['failed'], window: 'day', now: Date.now(), from: '', to: '' }))
  const [content, setContent] = useState<ReplayContent>('original')
  const change = (partial: Partial<ReplayForm>) => setForm((before) => ({ ...before, ...partial }))

  const asked = useMemo(() => replayFilter(form), [form])
  const filter = 'filter' in asked ? asked.filter : null
  const plan = useQuery({ ...replayPlanQuery(filter ?? NOTHING), enabled: filter !== null, placeholderData: keepPreviousData })
  const found = filter === null ? undefined : plan.data
  const settled = found !== undefined && !plan.isPlaceholderData
  const sent = found === undefined ? 0 : partsOfReplay(found, content).sent
  const replay = useReplay(() => replayDeliveries(filter ?? NOTHING, content))
  const busy = replay.isPending || replay.isSuccess

  return (
    <Drawer
      open
      size="lg"
      onOpenChange={(open) => {
        if (!open && !busy) onClose()
      }}
      title="Replay deliveries"
      description="Of each site the newest delivery that matches, in one new run."
      footer={
        <>
          <Button onClick={onClose} disabled={busy}>
            Cancel
          </Button>
          <Button variant="primary" busy={busy} disabled={!settled || sent === 0} onClick={() => replay.mutate()}>
            {sent === 0 ? 'Replay' : `Replay ${count('delivery', sent, 'deliveries')}`}
          </Button>
        </>
      }
    >
      <div className="space-y-5">
        <div className="grid gap-x-5 gap-y-4 sm:grid-cols-2">
          <SitePicker chosen={form.siteIds} onChange={(siteIds) => change({ siteIds })} />
          <div className="space-y-4">
            <fieldset>
              <legend className="mb-1.5 text-hint font-semibold text-ink">Status</legend>
              <div className="flex flex-wrap gap-x-4 gap-y-1.5">
                {STATUSES.map((status) => (
                  <Checkbox
                    key={status}
                    label={status}
                    checked={form.statuses.includes(status)}
                    onCheckedChange={(checked) => change({ statuses: checked ? [...form.statuses, status] : form.statuses.filter((other) => other !== status) })}
                  />
                ))}
              </div>
            </fieldset>
            <Field label="When">
              <Select value={form.window} onValueChange={(window) => change({ window, now: Date.now() })} options={WINDOWS} />
            </Field>
            {form.window === 'custom' && (
              <div className="grid grid-cols-1 gap-3 min-[26rem]:grid-cols-2 sm:grid-cols-1">
                <Field label="From" optional>
                  <Input type="datetime-local" value={form.from} onChange={(event) => change({ from: event.target.value })} />
                </Field>
                <Field label="To" optional>
                  <Input type="datetime-local" value={form.to} onChange={(event) => change({ to: event.target.value })} />
                </Field>
              </div>
            )}
          </div>
        </div>

        <section aria-label="What would be replayed" aria-busy={filter !== null && !settled}>
          {'problem' in asked ? (
            <Notice tone="warning">{asked.problem}</Notice>
          ) : plan.error !== null && !settled ? (
            <ErrorState {...describeError(plan.error)} className="py-6" onRetry={() => void plan.refetch()} retrying={plan.isFetching} />
          ) : found === undefined ? (
            <Skeleton className="h-32" />
          ) : (
            <ReplayPreview plan={found} content={content} />
          )}
        </section>

        <ContentChoice
          value={content}
          onChange={setContent}
          original="Each of these bodies, byte by byte. Where a site has moved on since, it goes back to what that delivery held, until its next run."
          current="What each of these sites should show now, as a run would send it."
        />
        {replay.error !== null && <Notice tone="failure">{errorLine(replay.error)}</Notice>}
      </div>
    </Drawer>
  )
}
