import { Controller, type Control } from 'react-hook-form'
import type { ItemFormValues } from '@/features/content/editor/item-form-fields'
import type { ItemStatus } from '@/features/content/item-status'
import { windowProblem, windowSentence, type PublishWindow } from '@/features/content/publish-window'
import { browserTimeZone, zoneLabel, zoneOffset } from '@/lib/zoned-time'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { fromLocalDateTime, toLocalDateTime } from '@/ui/schema-control/widget'
import { useNow } from '@/ui/use-now'

interface PublishWindowCardProps {
  control: Control<ItemFormValues>
  status: ItemStatus
  window: PublishWindow
  readOnly: boolean
}

/** When the item is out. The times are of this browser's zone; what is stored means the same moment everywhere. */
export function PublishWindowCard({ control, status, window, readOnly }: PublishWindowCardProps) {
  const now = useNow()
  const zone = browserTimeZone()
  const problem = windowProblem(window)
  const sentence = problem === undefined ? windowSentence({ ...window, status }, now) : null
  return (
    <Card title="Publish window">
      <div className="flex flex-wrap gap-x-6 gap-y-4">
        <Moment control={control} name="publishAt" label="Publish from" clears="Clear the start" empty="As soon as it is published." readOnly={readOnly} />
        <Moment control={control} name="unpublishAt" label="Unpublish at" clears="Clear the end" empty="It stays until somebody takes it back." error={problem} readOnly={readOnly} />
      </div>
      <p className="mt-3 text-hint text-ink-3">
        Times are in {zoneLabel(zone)}{zoneOffset(zone, now) === zoneLabel(zone) ? '' : ` (${zoneOffset(zone, now)})`}.
      </p>
      {sentence !== null && <p className="mt-1 text-hint text-ink">{sentence}</p>}
    </Card>
  )
}

interface MomentProps {
  control: Control<ItemFormValues>
  name: 'publishAt' | 'unpublishAt'
  label: string
  clears: string
  /** What holds while it is empty. */
  empty: string
  error?: string | undefined
  readOnly: boolean
}

function Moment({ control, name, label, clears, empty, error, readOnly }: MomentProps) {
  return (
    <Controller
      control={control}
      name={name}
      render={({ field: { value, onChange, onBlur } }) => {
        const clear = (button: HTMLElement) => {
          // The button goes with the value; the focus stays where the next word is.
          button.closest('[data-field]')?.querySelector('input')?.focus()
          onChange(null)
        }
        return (
          <div data-field={name} className="w-full sm:w-60">
            <Field
              label={label}
              error={error}
              hint={value === null ? empty : undefined}
              aside={
                value !== null && !readOnly ? (
                  <Button variant="ghost" size="sm" className="-my-1.5 -mr-2.5 h-6!" aria-label={clears} onClick={(event) => clear(event.currentTarget)}>
                    Clear
                  </Button>
                ) : undefined
              }
            >
              <Input
                type="datetime-local"
                max="9999-12-31T23:59"
                className="tabular-nums"
                value={value === null ? '' : toLocalDateTime(value)}
                readOnly={readOnly}
                onBlur={onBlur}
                onChange={(event) => onChange(fromLocalDateTime(event.target.value) ?? null)}
              />
            </Field>
          </div>
        )
      }}
    />
  )
}
