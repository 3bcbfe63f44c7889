import { PencilSimpleIcon } from '@phosphor-icons/react/PencilSimple'
import { useState } from 'react'
import { Link } from 'react-router-dom'
import { changedBase, MODE_SENTENCE, panelFields, withBase, withMode, withOverride, withoutOverride, type Mapping, type Mode } from '@/features/mappings/mapping'
import { OverrideField } from '@/features/mappings/override-field'
import { useBaseData } from '@/features/mappings/queries/base-item'
import type { MatrixItem, MatrixSite } from '@/features/mappings/queries/matrix'
import { describeError } from '@/lib/errors'
import { paths } from '@/lib/paths'
import type { ContentType } from '@/lib/queries/content-types'
import { CopyButton } from '@/ui/copy-button'
import { ErrorState } from '@/ui/error-state'
import { SegmentedControl } from '@/ui/segmented-control'
import { Skeleton } from '@/ui/skeleton'
import { fieldLabel } from '@/ui/schema-control/widget'

type Choice = Mode | 'none'
const CHOICES = [
  { value: 'none', label: 'None' },
  { value: 'full', label: 'Full' },
  { value: 'override', label: 'Override' },
  { value: 'block', label: 'Block' },
] as const

interface MappingPanelProps {
  item: MatrixItem
  site: MatrixSite
  type: ContentType | undefined
  /** undefined: on its way. */
  mapping: Mapping | null | undefined
  onWrite: (after: Mapping | null, words: string) => void
  readOnly: boolean
}

/** One cell, in full: its mode, and each field inherited or overridden. */
export function MappingPanel({ item, site, type, mapping, onWrite, readOnly }: MappingPanelProps) {
  // Not "none" while it is on its way: nothing is chosen yet.
  const choice: Choice | '' = mapping === undefined ? '' : (mapping?.mode ?? 'none')
  return (
    <div className="flex flex-col gap-4" aria-busy={mapping === undefined || undefined}>
      <div>
        <SegmentedControl<Choice | ''>
          aria-label={`Mode of ${item.title} on ${site.name}`}
          value={choice}
          disabled={readOnly || mapping === undefined}
          onValueChange={(next) => {
            if (mapping !== undefined && next !== '') onWrite(withMode(mapping, next === 'none' ? null : next), modeWords(item, site, next))
          }}
          segments={CHOICES}
        />
        <p className="mt-2 text-hint text-ink-2">
          {choice === '' ? 'Reading the mapping' : MODE_SENTENCE[choice]}
          {item.status === 'draft' && (choice === 'full' || choice === 'override') && ' It is a draft: sites get it once it is published.'}
          {!site.enabled && ' The site is disabled: runs pass it by.'}
        </p>
        {readOnly && <p className="mt-2 text-hint text-ink-3">Your role is viewer: you can look, not change.</p>}
      </div>
      {mapping !== undefined && mapping !== null && mapping.mode !== 'block' && <Fields {...{ item, site, type, mapping, onWrite, readOnly }} />}
      <div className="flex items-center justify-between gap-2 border-t border-line pt-3">
        <Link to={paths.contentItem.getHref(item.id)} className="flex items-start gap-2 rounded-sm text-hint text-accent-ink underline-offset-2 hover:underline">
          <PencilSimpleIcon className="mt-px size-4 shrink-0" aria-hidden /> Open the item
        </Link>
        <CopyButton label="Copy a link to this cell" text={() => window.location.origin + paths.mappings.getHref({ item: item.id, site: site.id })} />
      </div>
    </div>
  )
}

export function modeWords(item: MatrixItem, site: MatrixSite, mode: Choice): string {
  const pair = `"${item.title}" on ${site.name}`
  return mode === 'none' ? `${pair}: not sent` : `${pair}: ${mode}`
}

type FieldsProps = Pick<MappingPanelProps, 'item' | 'site' | 'type' | 'onWrite' | 'readOnly'> & { mapping: Mapping }

function Fields({ item, site, type, mapping, onWrite, readOnly }: FieldsProps) {
  const base = useBaseData(item.id)
  if (base.error !== null && base.data === undefined) return <ErrorState {...describeError(base.error)} onRetry={() => void base.refetch()} className="py-6" />
  if (base.data === undefined || type === undefined) {
    return (
      <div aria-busy className="flex flex-col gap-3">
        <Skeleton className="w-24" />
        <Skeleton className="h-8" />
        <Skeleton className="w-24" />
        <Skeleton className="h-8" />
      </div>
    )
  }
  if (base.data === null) return <p className="text-hint text-ink-2">The item was deleted meanwhile.</p>
  return <FieldList item={item} site={site} type={type} mapping={mapping} onWrite={onWrite} readOnly={readOnly} base={base.data} />
}

function FieldList({ item, site, type, mapping, onWrite, readOnly, base }: FieldsProps & { type: ContentType; base: NonNullable<ReturnType<typeof useBaseData>['data']> }) {
  // The order of the moment at which the panel opened: a field must not jump away from under the hand that overrides it.
  const [order] = useState(() => panelFields(type.schema, mapping.overrides))
  const names = [...order, ...panelFields(type.schema, mapping.overrides).filter((name) => !order.includes(name))]
  return (
    <div className="flex flex-col gap-3">
      {names.map((name) => {
        const override = Object.hasOwn(mapping.overrides, name) ? mapping.overrides[name] : undefined
        if (override === undefined && !Object.hasOwn(type.schema.properties, name)) return null
        const label = fieldLabel(name, type.schema.properties[name])
        return (
          <div key={name} className="border-t border-line pt-3">
            <OverrideField
              name={name}
              schema={type.schema}
              base={base[name]}
              override={override}
              changed={changedBase(mapping, name, base[name])}
              readOnly={readOnly}
              onSet={(value) => onWrite(withOverride(mapping, name, value), `${label} overridden for ${site.name}`)}
              onKeep={() => onWrite(withBase(mapping, name, base[name]), `${label} stays overridden for ${site.name}`)}
              onClear={() => onWrite(withoutOverride(mapping, name), `${label} of "${item.title}" is inherited again on ${site.name}`)}
            />
          </div>
        )
      })}
    </div>
  )
}
