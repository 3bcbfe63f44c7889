import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useForm, useWatch } from 'react-hook-form'
import { Link } from 'react-router-dom'
import * as z from 'zod/mini'
import { AUDIT_LONGEST, AUDIT_SHORTEST, setAuditRetention, useAuditRetention } from '@/features/settings/queries/audit-retention'
import { describeError, errorLine } from '@/lib/errors'
import { count, formatNumber } from '@/lib/format'
import { paths } from '@/lib/paths'
import { useHasRole } from '@/lib/session'
import { formatMoment } from '@/lib/zoned-time'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { ErrorState } from '@/ui/error-state'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { SegmentedControl } from '@/ui/segmented-control'
import { Skeleton } from '@/ui/skeleton'
import { toast } from '@/ui/toaster'
import { useNow } from '@/ui/use-now'

const RANGE = `From ${AUDIT_SHORTEST} to ${formatNumber(AUDIT_LONGEST)} days.`
const DAY_MS = 86_400_000
/** What the field begins with for somebody who no longer keeps everything. */
const SUGGESTED = 365

const schema = z.object({
  keep: z.enum(['for-ever', 'days']),
  days: z.number(`Write a number of days. ${RANGE}`).check(z.int('Write whole days.'), z.gte(AUDIT_SHORTEST, RANGE), z.lte(AUDIT_LONGEST, RANGE)),
})

const words = (days: number | null): string => (days === null ? 'forever' : `for ${count('day', days)}`)

export function AuditRetentionCard() {
  const { data: days, error, refetch, isFetching } = useAuditRetention()
  const isAdmin = useHasRole('admin')
  return (
    <Card title="Audit log" className="lg:col-span-2">
      {error !== null && days === undefined ? (
        <ErrorState {...describeError(error)} retrying={isFetching} onRetry={() => void refetch()} />
      ) : days === undefined ? (
        <div aria-busy className="flex flex-col gap-3">
          <Skeleton className="w-64" />
          <Skeleton className="w-40" />
        </div>
      ) : (
        <div className="grid items-start gap-x-8 gap-y-4 lg:grid-cols-2">
          {isAdmin ? <AuditRetentionForm key={String(days)} days={days} /> : <p>Who did what is kept {words(days)}. Admins can change that.</p>}
          <p className="text-hint text-ink-2">
            What is older is removed, and a checkpoint stays, from which the chain of the{' '}
            {isAdmin ? (
              <Link to={paths.audit.getHref()} className="font-semibold text-accent-ink underline underline-offset-2">
                audit log
              </Link>
            ) : (
              'audit log'
            )}{' '}
            goes on and can be verified.
          </p>
        </div>
      )}
    </Card>
  )
}

function AuditRetentionForm({ days }: { days: number | null }) {
  const queryClient = useQueryClient()
  const now = useNow()
  const [asking, setAsking] = useState<number | null>(null)
  const { register, handleSubmit, setError, setValue, control, formState } = useForm({
    resolver: zodResolver(schema),
    defaultValues: { keep: days === null ? ('for-ever' as const) : ('days' as const), days: days ?? SUGGESTED },
  })
  const keep = useWatch({ control, name: 'keep' })
  const save = useMutation({
    mutationFn: setAuditRetention,
    onSuccess: async (_, kept) => {
      toast.success(`The audit log is kept ${words(kept)}`)
      await queryClient.invalidateQueries({ queryKey: ['organizations'] })
    },
    onError: (error) => setError('days', { message: errorLine(error) }),
  })
  return (
    <>
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) =>
          void handleSubmit((values) => {
            const next = values.keep === 'for-ever' ? null : values.days
            // Less is removed for good, more costs nothing: only the one asks.
            if (next !== null && (days === null || next < days)) setAsking(next)
            else save.mutate(next)
          })(event)
        }
      >
        <div className="flex flex-col gap-1.5">
          <span aria-hidden className="text-hint font-semibold">
            Keep entries
          </span>
          <SegmentedControl
            aria-label="How long the audit log is kept"
            value={keep}
            onValueChange={(value) => setValue('keep', value, { shouldDirty: true })}
            segments={[
              { value: 'for-ever', label: 'Forever' },
              { value: 'days', label: 'A number of days' },
            ]}
          />
        </div>
        {keep === 'days' && (
          <Field label="Keep entries for (days)" required error={formState.errors.days?.message} hint={RANGE}>
            <Input
              {...register('days', { valueAsNumber: true })}
              type="number"
              inputMode="numeric"
              min={AUDIT_SHORTEST}
              max={AUDIT_LONGEST}
              className="max-w-28 tabular-nums"
            />
          </Field>
        )}
        {keep === 'for-ever' && formState.errors.days?.message !== undefined && (
          <p role="alert" className="text-hint text-failure">
            {formState.errors.days.message}
          </p>
        )}
        <Button type="submit" className="self-start" busy={save.isPending} disabled={!formState.isDirty}>
          Save period
        </Button>
      </form>
      <ConfirmDialog
        open={asking !== null}
        onOpenChange={(open) => {
          if (!open) setAsking(null)
        }}
        title={`Keep the audit log only ${words(asking ?? SUGGESTED)} instead of ${days === null ? 'forever' : formatNumber(days)}?`}
        description={`Entries from before ${formatMoment(now - (asking ?? SUGGESTED) * DAY_MS)} are removed for good, within minutes.`}
        confirmLabel="Remove what is older"
        describeFailure={errorLine}
        onConfirm={async () => {
          if (asking !== null) await save.mutateAsync(asking)
        }}
      />
    </>
  )
}
