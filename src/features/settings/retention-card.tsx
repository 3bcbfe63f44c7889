import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import * as z from 'zod/mini'
import { LONGEST, setRetention, SHORTEST, useRetention } from '@/features/settings/queries/retention'
import { describeError, errorLine } from '@/lib/errors'
import { count, formatNumber } from '@/lib/format'
import { useHasRole } from '@/lib/session'
import { formatMoment } from '@/lib/zoned-time'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { ErrorState } from '@/ui/error-state'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { Skeleton } from '@/ui/skeleton'
import { toast } from '@/ui/toaster'
import { useNow } from '@/ui/use-now'

const RANGE = `From ${SHORTEST} to ${formatNumber(LONGEST)} days.`
const DAY_MS = 86_400_000

const schema = z.object({
  days: z.number(`Write a number of days. ${RANGE}`).check(z.int('Write whole days.'), z.gte(SHORTEST, RANGE), z.lte(LONGEST, RANGE)),
})

export function RetentionCard() {
  const { data: days, error, refetch, isFetching } = useRetention()
  const isAdmin = useHasRole('admin')
  return (
    <Card title="History" className="lg:col-span-2">
      {error !== null && days === undefined ? (
        <ErrorState {...describeError(error)} retrying={isFetching} onRetry={() => void refetch()} />
      ) : days === undefined ? (
        <div aria-busy className="flex flex-col gap-3">
          <Skeleton className="w-64" />
          <Skeleton className="w-40" />
        </div>
      ) : (
        <div className="grid items-start gap-x-8 gap-y-4 lg:grid-cols-2">
          {isAdmin ? <RetentionForm key={days} days={days} /> : <p>Log lines and attempts are kept for {count('day', days)}. Admins can change that.</p>}
          <div className="flex flex-col gap-2 text-hint text-ink-2">
            <p>
              <strong className="font-semibold text-ink">Removed</strong> when they are older: the log lines of runs, the attempts of deliveries, and the payloads that no
              rollback offers.
            </p>
            <p>
              <strong className="font-semibold text-ink">Never removed:</strong> the runs and how each site fared in them, and the last 50 payloads that every site accepted, so that
              a rollback always finds what it offers.
            </p>
          </div>
        </div>
      )}
    </Card>
  )
}

function RetentionForm({ days }: { days: number }) {
  const queryClient = useQueryClient()
  const now = useNow()
  const [asking, setAsking] = useState<number | null>(null)
  const { register, handleSubmit, setError, formState } = useForm({ resolver: zodResolver(schema), defaultValues: { days } })
  const save = useMutation({
    mutationFn: setRetention,
    onSuccess: async (_, kept) => {
      toast.success(`Log lines and attempts are kept for ${count('day', kept)}`)
      await queryClient.invalidateQueries({ queryKey: ['organizations'] })
    },
    onError: (error) => setError('days', { message: errorLine(error) }, { shouldFocus: true }),
  })
  return (
    <>
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) =>
          void handleSubmit((values) => {
            // Less is removed for good, more costs nothing: only the one asks.
            if (values.days < days) setAsking(values.days)
            else save.mutate(values.days)
          })(event)
        }
      >
        <Field label="Keep log lines and attempts for (days)" required error={formState.errors.days?.message} hint={RANGE}>
          <Input {...register('days', { valueAsNumber: true })} type="number" inputMode="numeric" min={SHORTEST} max={LONGEST} className="max-w-28 tabular-nums" />
        </Field>
        <Button type="submit" className="self-start" busy={save.isPending} disabled={!formState.isDirty}>
          Save days
        </Button>
      </form>
      <ConfirmDialog
        open={asking !== null}
        onOpenChange={(open) => {
          if (!open) setAsking(null)
        }}
        title={`Keep only ${count('day', asking ?? days)} instead of ${formatNumber(days)}?`}
        description={`Log lines and attempts from before ${formatMoment(now - (asking ?? days) * DAY_MS)} are removed for good, within minutes.`}
        confirmLabel="Remove what is older"
        describeFailure={errorLine}
        onConfirm={async () => {
          if (asking !== null) await save.mutateAsync(asking)
        }}
      />
    </>
  )
}
