import { ArrowsDownUpIcon } from '@phosphor-icons/react/ArrowsDownUp'
import { useState, type ReactNode } from 'react'
import { Chip, type Tone } from '@/ui/chip'
import { cn } from '@/ui/cn'
import { DiffView, type FieldChange } from '@/ui/diff-view'

export interface ChangedField extends FieldChange {
  /** A field of the item itself (its title), not of its data. */
  own?: boolean | undefined
}

interface SiteChange {
  kind: 'site'
  fields: readonly ChangedField[]
}

export interface ItemChange {
  kind: 'added' | 'changed' | 'moved' | 'removed'
  item_id: string
  type: string
  title: string
  fields: readonly ChangedField[]
  /** Places, from 1. */
  from: number | null
  to: number | null
}

/** One difference between two payloads, in the form in which SQL tells it (plans, drift). */
export type PayloadChange = SiteChange | ItemChange

const KIND: Record<ItemChange['kind'], { tone: Tone; sign: ReactNode; word: string }> = {
  added: { tone: 'success', sign: '+', word: 'added' },
  changed: { tone: 'accent', sign: '~', word: 'changed' },
  moved: { tone: 'neutral', sign: <ArrowsDownUpIcon weight="bold" className="size-3" />, word: 'reordered' },
  removed: { tone: 'failure', sign: '−', word: 'removed' },
}

/** So many at first: a thousand changed items are a number, not a text. */
const STEP = 50

interface ChangeListProps {
  changes: readonly PayloadChange[]
  /** There was nothing before, so a place among what is there says nothing. */
  first?: boolean
  className?: string
}

/** The differences between two payloads: the site's own fields, then item by item and field by field. */
export function ChangeList({ changes, first = false, className }: ChangeListProps) {
  const [shown, setShown] = useState(STEP)
  const siteFields = changes.flatMap((change) => (change.kind === 'site' ? change.fields : []))
  const items = changes.filter((change) => change.kind !== 'site')
  return (
    <div className={cn('space-y-3', className)}>
      {siteFields.length > 0 && <DiffView changes={siteFields.map((field) => ({ ...withoutNull(field), field: `site ${field.field}` }))} />}
      {items.length > 0 && (
        <ul className="space-y-2.5">
          {items.slice(0, shown).map((change) => (
            <li key={change.item_id}>
              <ItemChangeView change={change} first={first} />
            </li>
          ))}
        </ul>
      )}
      {items.length > shown && (
        <button type="button" onClick={() => setShown(shown + STEP)} className="min-h-6 text-hint text-ink-2 underline underline-offset-2 hover:text-ink">
          Show {Math.min(STEP, items.length - shown)} more of {items.length} items
        </button>
      )}
    </div>
  )
}

function ItemChangeView({ change, first }: { change: ItemChange; first: boolean }) {
  const { tone, sign, word } = KIND[change.kind]
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
        <Chip tone={tone} icon={<span aria-hidden>{sign}</span>}>
          {word}
        </Chip>
        <span className="min-w-0 font-semibold break-words">{change.title}</span>
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
      return `${fields.length} ${fields.length === 1 ? 'field' : 'fields'}`
    case 'removed':
      return ''
  }
}

/** SQL says null for a side on which the field does not exist; a type may have a field that is called as the item's own is. */
function withoutNull({ field, before, after, own }: ChangedField): FieldChange {
  // Names have no dots: this is a field of what the item refers to.
  const name = field.includes('.') ? field.replace('.', ' › ') : own === true ? `item ${field}` : field
  return { field: name, before: before ?? undefined, after: after ?? undefined }
}
