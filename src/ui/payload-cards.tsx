import type { ContentSchema, FieldSchema, JsonValue } from '@core/content-schema'
import { fieldNames } from '@core/content-schema'
import type { PayloadItem, PayloadReference } from '@core/payload'
import { lazy, Suspense, type ReactNode } from 'react'
import { Chip } from '@/ui/chip'
import { fieldLabel, timeInWords, valueInWords, widgetOf } from '@/ui/schema-control/widget'

const Markdown = lazy(() => import('@/ui/markdown').then(({ Markdown: View }) => ({ default: View })))

interface PayloadCardsProps {
  items: readonly PayloadItem[]
  /** Types by name: they order and label the fields. A field or type that is not known is shown by its name. */
  types: ReadonlyMap<string, { title: string; schema: ContentSchema }>
  /** Beside an item's title: a chip. */
  mark?: (item: PayloadItem) => ReactNode
  /** The items that are meant among the others. */
  isHighlighted?: (item: PayloadItem) => boolean
  /** One item whose title stands above it already. */
  bare?: boolean
  empty: ReactNode
}

/** The items of a payload as people read them, in the order in which the site has them. */
export function PayloadCards({ items, types, mark, isHighlighted, bare = false, empty }: PayloadCardsProps) {
  if (items.length === 0) return <div className="rounded-md border border-dashed border-line-strong px-4 py-6 text-center text-hint text-ink-2">{empty}</div>
  return (
    <ol className="flex flex-col gap-3">
      {items.map((item) => {
        const type = types.get(item.type)
        return (
          <li key={item.id} data-highlighted={isHighlighted?.(item) === true || undefined} className="rounded-md border border-line bg-panel data-highlighted:border-accent data-highlighted:shadow-[0_0_0_1px_var(--accent)]">
            {!bare && (
              <div className="flex flex-wrap items-center gap-x-2 gap-y-1 border-b border-line px-3 py-2">
                <h3 className="min-w-0 text-sm font-semibold break-words text-ink">{item.title}</h3>
                <Chip>{type?.title ?? item.type}</Chip>
                {mark?.(item)}
              </div>
            )}
            <dl className="grid gap-x-4 gap-y-1.5 px-3 py-2.5 text-hint sm:grid-cols-[8rem_minmax(0,1fr)]">
              {namesOf(item, type?.schema).map((name) => (
                <FieldRow key={name} name={name} field={type?.schema.properties[name]} value={item.data[name]} reference={item.references?.[name]} />
              ))}
            </dl>
          </li>
        )
      })}
    </ol>
  )
}

function namesOf(item: PayloadItem, schema: ContentSchema | undefined): string[] {
  const known = schema === undefined ? [] : fieldNames(schema)
  const present = Object.keys(item.data)
  return [...known.filter((name) => present.includes(name)), ...present.filter((name) => !known.includes(name)).sort()]
}

function FieldRow({ name, field, value, reference }: { name: string; field: FieldSchema | undefined; value: JsonValue | undefined; reference: PayloadReference | undefined }) {
  return (
    <>
      <dt className="text-ink-3 max-sm:mt-1">{fieldLabel(name, field)}</dt>
      <dd className="min-w-0 break-words text-ink">
        {reference !== undefined ? (
          <span>{reference.title} <span className="text-ink-3">({reference.type})</span></span>
        ) : field !== undefined && widgetOf(field) === 'reference' && typeof value === 'string' && value !== '' ? (
          <span className="text-warning">Not sent: the item is not published, or is blocked here</span>
        ) : (
          <Value field={field} value={value} />
        )}
      </dd>
    </>
  )
}

function Value({ field, value }: { field: FieldSchema | undefined; value: JsonValue | undefined }) {
  const widget = field === undefined ? 'text' : widgetOf(field)
  if (typeof value === 'string' && value !== '') {
    if (widget === 'markdown' || widget === 'richtext') {
      return (
        <Suspense fallback={<span className="whitespace-pre-line">{value}</span>}>
          <Markdown text={value} className="text-hint" />
        </Suspense>
      )
    }
    if (widget === 'color') {
      return (
        <span className="inline-flex items-center gap-1.5 font-mono text-xs">
          <span aria-hidden className="size-3 rounded-sm border border-line-strong" style={{ background: value }} />
          {value}
        </span>
      )
    }
    const time = widget === 'date' || widget === 'datetime' ? timeInWords(value) : null
    if (time !== null) {
      return (
        <time dateTime={value} title={value}>
          {time}
        </time>
      )
    }
    if (widget === 'url' || widget === 'image') return <span className="font-mono text-xs break-all">{value}</span>
    return <span className="whitespace-pre-line">{value}</span>
  }
  const empty = value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  return <span className={empty ? 'text-ink-3' : 'tabular-nums'}>{valueInWords(value)}</span>
}
