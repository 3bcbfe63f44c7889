import { useState } from 'react'
import { Link } from 'react-router-dom'
import type { TypeImpact } from '@/features/content/queries/types'
import { describeError } from '@/lib/errors'
import { count } from '@/lib/format'
import { paths } from '@/lib/paths'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { cn } from '@/ui/cn'
import { Dialog } from '@/ui/dialog'
import { Notice } from '@/ui/notice'
import { StatusChip } from '@/ui/status-chip'

interface ImpactDialogProps {
  impact: TypeImpact
  typeTitle: string
  onCancel: () => void
  /** Looks again: items have changed meanwhile. */
  onLook: () => Promise<void>
  onConfirm: (choices: { removeData: boolean; acceptInvalid: boolean }) => Promise<void>
}

const fieldName = ({ title, name }: { title: string | null; name: string }) => `“${title ?? name}”`

/** What a change of a type would take away or make invalid, and the words without which it is not made. */
export function ImpactDialog({ impact, typeTitle, onCancel, onLook, onConfirm }: ImpactDialogProps) {
  const [removeData, setRemoveData] = useState(false)
  const [acceptInvalid, setAcceptInvalid] = useState(false)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  const { lost, invalid } = impact
  const loses = lost.items + lost.overrides > 0
  const breaks = invalid.items + invalid.overrides > 0
  const removed = impact.removed.filter(({ items, overrides }) => items + overrides > 0)
  const changed = impact.changed.filter(({ items, overrides }) => items + overrides > 0)
  const titles = new Map(impact.removed.map((field) => [field.name, fieldName(field)]))
  const stale = typeof failure === 'object' && failure !== null && 'code' in failure && failure.code === 'DS076'

  const run = async (act: () => Promise<void>) => {
    setBusy(true)
    setFailure(null)
    try {
      await act()
    } catch (error) {
      setFailure(error)
    } finally {
      setBusy(false)
    }
  }
  const look = () =>
    run(async () => {
      await onLook()
      setRemoveData(false)
      setAcceptInvalid(false)
    })

  return (
    <Dialog
      open
      size="lg"
      onOpenChange={(open) => {
        if (!open && !busy) onCancel()
      }}
      title={`What this change of “${typeTitle}” touches`}
      description="Nothing is saved yet."
      footer={
        <>
          <Button disabled={busy} onClick={onCancel}>
            Keep editing
          </Button>
          {stale ? (
            <Button variant="primary" busy={busy} onClick={() => void look()}>
              Look again
            </Button>
          ) : (
            <Button
              variant={loses ? 'danger' : 'primary'}
              busy={busy}
              disabled={(loses && !removeData) || (breaks && !acceptInvalid)}
              onClick={() => void run(() => onConfirm({ removeData, acceptInvalid }))}
            >
              {loses ? 'Save and remove data' : 'Save type'}
            </Button>
          )}
        </>
      }
    >
      <div className="flex flex-col gap-5">
        {failure !== null && (
          <Notice tone="failure" title={describeError(failure).title}>
            {describeError(failure).detail}
          </Notice>
        )}
        {loses && (
          <section aria-label="What would be lost">
            <h3 className="text-sm font-semibold text-ink">
              {removed.length === 1 && removed[0] !== undefined ? `The field ${fieldName(removed[0])} goes` : `${removed.length} fields go`}
            </h3>
            <ul className={cn('mt-1 text-sm text-ink-2', removed.length > 1 && 'list-disc pl-5')}>
              {removed.map((field) => (
                <li key={field.name}>
                  {removed.length > 1 && `${fieldName(field)}: `}
                  {[field.items > 0 ? count('item', field.items) : '', field.overrides > 0 ? count('override', field.overrides) : ''].filter(Boolean).join(' and ')}{' '}
                  {field.items + field.overrides === 1 ? 'holds' : 'hold'} something in it
                </li>
              ))}
            </ul>
            <Checkbox
              className="mt-3"
              checked={removeData}
              onCheckedChange={setRemoveData}
              label="Take it out of these items and overrides"
              hint="Each item keeps what it had in its history, from where it can be restored. Overrides of the field are dropped."
            />
          </section>
        )}
        {breaks && (
          <section aria-label="What would no longer be valid">
            <h3 className="text-sm font-semibold text-ink">
              {[invalid.items > 0 ? count('item', invalid.items) : '', invalid.overrides > 0 ? count('override', invalid.overrides) : ''].filter(Boolean).join(' and ')} would no longer fit
            </h3>
            <p className="mt-1 text-sm text-ink-2">
              Because of {changed.map(fieldName).join(', ')}.{' '}
              {invalid.published > 0 && `${count('item', invalid.published)} of them ${invalid.published === 1 ? 'is' : 'are'} published and stay${invalid.published === 1 ? 's' : ''} so, with a warning in every plan.`}
            </p>
            <Checkbox
              className="mt-3"
              checked={acceptInvalid}
              onCheckedChange={setAcceptInvalid}
              label="Leave them as they are"
              hint="Nothing is taken out of them; they can be published again once they are corrected."
            />
          </section>
        )}
        {impact.items.length > 0 && (
          <Listing
            title="Items"
            total={Math.max(lost.items, invalid.items, impact.items.length)}
            shown={impact.items.length}
            rows={impact.items.map((item) => ({
              key: item.id,
              name: (
                <Link to={paths.contentItem.getHref(item.id)} target="_blank" className="text-accent-ink underline-offset-2 hover:underline">
                  {item.title}
                </Link>
              ),
              aside: <StatusChip status={item.status as 'draft'} />,
              what: wordsOf(item, titles),
            }))}
          />
        )}
        {impact.overrides.length > 0 && (
          <Listing
            title="Overrides"
            total={Math.max(lost.overrides, invalid.overrides, impact.overrides.length)}
            shown={impact.overrides.length}
            rows={impact.overrides.map((override) => ({ key: `${override.site_id}/${override.item_id}`, name: `${override.item} on ${override.site}`, aside: null, what: wordsOf(override, titles) }))}
          />
        )}
      </div>
    </Dialog>
  )
}

function wordsOf({ lost, problems }: Pick<TypeImpact['items'][number], 'lost' | 'problems'>, titles: ReadonlyMap<string, string>): string {
  return [...(lost.length > 0 ? [`loses ${lost.map((name) => titles.get(name) ?? `“${name}”`).join(', ')}`] : []), ...problems.map(({ path, message }) => `${path} ${message}`)].join('; ')
}

interface ListingProps {
  title: string
  total: number
  shown: number
  rows: { key: string; name: React.ReactNode; aside: React.ReactNode; what: string }[]
}

function Listing({ title, total, shown, rows }: ListingProps) {
  return (
    <section aria-label={title}>
      <h3 className="text-hint font-semibold text-ink-3">
        {title} {total > shown ? `(the first ${shown} of ${total})` : `(${shown})`}
      </h3>
      <ul
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a list that scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={title}
        className="mt-1.5 max-h-56 divide-y divide-line overflow-y-auto rounded-md border border-line"
      >
        {rows.map(({ key, name, aside, what }) => (
          <li key={key} className="flex flex-wrap items-center justify-between gap-x-3 gap-y-0.5 px-3 py-1.5 text-sm">
            <span className="min-w-0 break-words text-ink">{name}</span>
            {aside}
            <span className="w-full text-hint text-ink-2">{what}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
