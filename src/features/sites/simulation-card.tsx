import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { updateSite } from '@/features/sites/queries/save-site'
import type { Site } from '@/features/sites/queries/sites'
import { errorLine } from '@/lib/errors'
import { count } from '@/lib/format'
import { useHasRole } from '@/lib/session'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Chip } from '@/ui/chip'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { toast } from '@/ui/toaster'

/** Our own receiver refuses on purpose, so that one can see what retries do. */
export function SimulationCard({ site }: { site: Site }) {
  const queryClient = useQueryClient()
  const isEditor = useHasRole('editor')
  const [rate, setRate] = useState(String(site.failureRate))
  const number = /^\d{1,3}$/.test(rate.trim()) ? Number(rate) : NaN
  const problem = number >= 0 && number <= 100 ? undefined : 'Write a whole number from 0 to 100.'
  const save = useMutation({
    mutationFn: (change: { failure_rate?: number; fail_next?: number }) => updateSite(site.id, change),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['sites'] }),
    onError: (error) => toast.error(errorLine(error)),
  })
  const isOn = site.failureRate > 0 || site.failNext > 0
  return (
    <Card title="Simulated failures" actions={isOn && <Chip tone="warning">on</Chip>}>
      <p className="text-hint text-ink-2">
        {isOn
          ? `${[site.failNext > 0 ? `The next ${site.failNext === 1 ? 'attempt fails' : `${count('attempt', site.failNext)} fail`}` : null, site.failureRate > 0 ? `${site.failureRate} of 100 attempts fail` : null].filter((words) => words !== null).join(', then ')}. The receiver answers 500, and the run tries again.`
          : 'The built-in receiver accepts everything. Let it refuse on purpose to see what retries do; tests are never refused so.'}
      </p>
      {isEditor && (
        <div className="mt-3 flex flex-wrap items-end gap-2">
          <form
            noValidate
            className="flex items-end gap-2"
            onSubmit={(event) => {
              event.preventDefault()
              if (problem === undefined) save.mutate({ failure_rate: number })
            }}
          >
            <Field label="How many of 100 attempts fail" error={problem}>
              <Input value={rate} onChange={(event) => setRate(event.target.value)} inputMode="numeric" autoComplete="off" className="max-w-24 tabular-nums" />
            </Field>
            {rate.trim() !== String(site.failureRate) && (
              <Button type="submit" busy={save.isPending}>
                Save
              </Button>
            )}
          </form>
          <Button disabled={site.failNext > 0} onClick={() => save.mutate({ fail_next: 1 })}>
            Fail the next attempt
          </Button>
          {isOn && (
            <Button variant="ghost" onClick={() => save.mutate({ failure_rate: 0, fail_next: 0 })}>
              Turn off
            </Button>
          )}
        </div>
      )}
    </Card>
  )
}
