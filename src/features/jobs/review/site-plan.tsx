import { CaretRightIcon } from '@phosphor-icons/react/CaretRight'
import { useState } from 'react'
import type { ItemChange, PlanSite } from '@/features/jobs/queries/plan'
import { changeWords, isItemChange, sizeWords } from '@/features/jobs/review/plan-words'
import { count } from '@/lib/format'
import { Chip, type Tone } from '@/ui/chip'
import { cn } from '@/ui/cn'
import { DiffView } from '@/ui/diff-view'
import { JsonView } from '@/ui/json-view'
import { Notice } from '@/ui/notice'
import { RelativeTime } from '@/ui/relative-time'

const KIND: Record<ItemChange['kind'], { tone: Tone; sign: string }> = {
  added: { tone: 'success', sign: '+' },
  changed: { tone: 'accent', sign: '~' },
  moved: { tone: 'neutral', sign: '↕' },
  removed: { tone: 'failure', sign: '−' },
}

/** What one site would receive, and what that changes against what it last accepted. */
export function SitePlan({ site }: { site: PlanSite }) {
  const items = site.changes.filter(isItemChange)
  const siteFields = site.changes.flatMap((change) => (isItemChange(change) ? [] : change.fields))
  return (
    <section aria-label={site.name} className="rounded-lg border border-line bg-panel">
      <header className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 border-b border-line px-4 py-2.5">
        <h2 className="text-sm font-semibold">{site.name}</h2>
        <span className="text-hint text-ink-2">{changeWords(site.changes)}</span>
        <span className="text-hint text-ink-3 sm:ml-auto">
          {sizeWords(site)}
          {site.accepted_at !== null && (
            <>
              , last accepted <RelativeTime at={site.accepted_at} />
            </>
          )}
        </span>
      </header>
      <div className="space-y-3 p-4">
        {site.warnings.map(({ code, message }) => (
          <Notice key={code} tone={code === 'too_large' ? 'failure' : 'warning'}>
            {message}
          </Notice>
        ))}
        {siteFields.length > 0 && <DiffView changes={siteFields.map((field) => ({ ...field, field: `site ${field.field}` }))} />}
        {items.length > 0 && (
          <ul className="space-y-2.5">
            {items.map((change) => (
              <li key={change.item_id}>
                <ItemChangeView change={change} first={site.accepted_hash === null} />
              </li>
            ))}
          </ul>
        )}
        {site.changes.length === 0 && (
          <p className="text-hint text-ink-2">
            {site.accepted_hash === null
              ? 'The site receives its first delivery, without an item: none that is published is mapped to it.'
              : 'Its items stay as they are.'}
          </p>
        )}
        <Payload site={site} />
        {site.destination !== 'built-in' && (
          <p className="text-hint text-ink-3">
            Goes to <span className="font-mono text-xs break-all">{site.destination}</span>
          </p>
        )}
      </div>
    </section>
  )
}

/** `first`: the site has nothing yet, so a place among what is there says nothing. */
function ItemChangeView({ change, first }: { change: ItemChange; first: boolean }) {
  const { tone, sign } = KIND[change.kind]
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
        <Chip tone={tone} icon={<span aria-hidden>{sign}</span>}>
          {change.kind}
        </Chip>
        <span className="font-semibold">{change.title}</span>
        <span className="font-mono text-xs text-ink-3">{change.type}</span>
        <span className="text-hint text-ink-2">{first ? '' : detail(change)}</span>
      </p>
      {change.fields.length > 0 && <DiffView className="mt-1.5" changes={change.fields.map(withoutNull)} />}
    </>
  )
}

function detail({ kind, from, to, fields }: ItemChange): string {
  switch (kind) {
    case 'moved':
      return from === null || to === null ? '' : `from place ${from} to ${to}`
    case 'added':
      return to === null ? '' : `at place ${to}`
    case 'changed':
      return count('field', fields.length)
    case 'removed':
      return ''
  }
}

/** SQL says null for a side on which the field does not exist. */
function withoutNull({ field, before, after }: ItemChange['fields'][number]) {
  return { field, before: before ?? undefined, after: after ?? undefined }
}

function Payload({ site }: { site: PlanSite }) {
  const [open, setOpen] = useState(false)
  return (
    <div>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="inline-flex min-h-6 items-center gap-1 text-hint text-ink-2 hover:text-ink">
        <CaretRightIcon aria-hidden className={cn('size-3 transition-transform', open && 'rotate-90')} />
        Payload
        <span className="sr-only"> of {site.name}</span>
      </button>
      {open && <JsonView className="mt-1.5" value={site.payload} depth={4} label={`payload of ${site.name}`} />}
    </div>
  )
}
