import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { rotateSecret } from '@/features/sites/queries/secret'
import type { Site } from '@/features/sites/queries/sites'
import { errorLine } from '@/lib/errors'
import { count, formatExact } from '@/lib/format'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { Notice } from '@/ui/notice'
import { SegmentedControl } from '@/ui/segmented-control'
import { toast } from '@/ui/toaster'

const LONGEST_HOURS = 168

type Way = 'overlap' | 'now'
const WAYS = [
  { value: 'overlap', label: 'With an overlap' },
  { value: 'now', label: 'Rotate now' },
] as const

interface RotateSecretDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  site: Site
}

export function RotateSecretDialog({ open, onOpenChange, site }: RotateSecretDialogProps) {
  const queryClient = useQueryClient()
  const [way, setWay] = useState<Way>('overlap')
  const [hours, setHours] = useState('24')
  const overlapHours = way === 'now' ? 0 : Number(hours)
  const problem = way === 'now' || (/^[0-9]{1,3}$/.test(hours.trim()) && overlapHours >= 1 && overlapHours <= LONGEST_HOURS) ? undefined : `Write a whole number from 1 to ${LONGEST_HOURS}.`
  const rotate = useMutation({
    mutationFn: () => rotateSecret(site.id, site.state.secretVersion, overlapHours),
    onSuccess: async ({ version, overlapUntil }) => {
      toast.success(`Version ${version} signs the deliveries of "${site.name}"`, {
        description: overlapUntil === null ? 'The old secret has ended.' : `The old secret signs too until ${formatExact(overlapUntil)}.`,
      })
      onOpenChange(false)
      await queryClient.invalidateQueries({ queryKey: ['sites'] })
    },
  })
  const change = (next: boolean) => {
    if (rotate.isPending) return
    rotate.reset()
    onOpenChange(next)
  }
  return (
    <Dialog
      open={open}
      onOpenChange={change}
      title={`Rotate the secret of "${site.name}"`}
      description="A new secret is made and encrypted; it signs from the next delivery on."
      footer={
        <>
          <Button onClick={() => change(false)}>Cancel</Button>
          <Button variant={way === 'now' ? 'danger' : 'primary'} type="submit" form="rotate-secret" busy={rotate.isPending}>
            {way === 'now' ? 'Rotate now' : 'Rotate'}
          </Button>
        </>
      }
    >
      <form
        id="rotate-secret"
        noValidate
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (problem === undefined) rotate.mutate()
        }}
      >
        <SegmentedControl<Way> aria-label="How to rotate" value={way} onValueChange={setWay} segments={WAYS} />
        {way === 'overlap' ? (
          <Field
            label="Overlap, hours"
            error={problem}
            hint={`For ${problem === undefined ? count('hour', overlapHours) : 'that long'} both secrets sign every delivery, so a receiver that knows either of them accepts it.`}
          >
            <Input value={hours} onChange={(event) => setHours(event.target.value)} inputMode="numeric" autoComplete="off" className="max-w-24 tabular-nums" />
          </Field>
        ) : (
          <Notice tone="warning" title="The old secret ends at once">
            A receiver that does not know the new secret yet refuses every delivery from now on. Choose this when the old one may be in wrong hands.
          </Notice>
        )}
        {rotate.error !== null && <Notice tone="failure">{errorLine(rotate.error)}</Notice>}
      </form>
    </Dialog>
  )
}
