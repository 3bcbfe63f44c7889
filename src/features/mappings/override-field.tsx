import type { ContentSchema, JsonValue } from '@core/content-schema'
import { ArrowUUpLeftIcon } from '@phosphor-icons/react/ArrowUUpLeft'
import { WarningIcon } from '@phosphor-icons/react/Warning'
import { useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from 'react'
import { overrideProblem, sameValue } from '@/features/mappings/mapping'
import { Button } from '@/ui/button'
import { Field } from '@/ui/field'
import { IconButton } from '@/ui/icon-button'
import { SchemaControl } from '@/ui/schema-control/schema-control'
import { fieldLabel, valueInWords, widgetOf } from '@/ui/schema-control/widget'

interface OverrideFieldProps {
  name: string
  schema: ContentSchema
  /** What the item itself says. */
  base: JsonValue | undefined
  /** undefined: inherited. */
  override: JsonValue | undefined
  /** What the item said when this was overridden, where it says something else by now. */
  changed?: { was: JsonValue } | null
  onSet: (value: JsonValue) => void
  onClear: () => void
  /** The override stays although the item has changed. */
  onKeep?: () => void
  readOnly: boolean
}

/**
 * Inherited: dashed, showing what the item says; a click begins an override. Overridden: a control, with what it replaces struck
 * through. What is typed is written when one leaves the field or presses Enter, so that one change is one write and one undo.
 */
export function OverrideField({ name, schema, base, override, changed = null, onSet, onClear, onKeep, readOnly }: OverrideFieldProps) {
  const field = schema.properties[name]
  const label = fieldLabel(name, field)
  const box = useRef<HTMLDivElement>(null)
  const wantsFocus = useRef(false)
  /** What is typed and not written; at first, what it would replace. */
  const [draft, setDraft] = useState<{ value: JsonValue | undefined } | null>(null)
  const overridden = override !== undefined
  const value = draft === null ? override : draft.value
  const problem = draft === null || field === undefined ? null : overrideProblem(schema, name, draft.value)

  const commit = (next: { value: JsonValue | undefined } | null) => {
    if (next === null || readOnly) return
    if (overrideProblem(schema, name, next.value) !== null) return
    const unchanged = sameValue(next.value, overridden ? override : base)
    setDraft(null)
    if (!unchanged) onSet(next.value ?? null)
  }

  const begin = () => {
    wantsFocus.current = true
    setDraft({ value: base })
  }
  useLayoutEffect(() => {
    if (!wantsFocus.current) return
    wantsFocus.current = false
    box.current?.querySelector<HTMLElement>('input, textarea, [role="combobox"], [role="group"] button')?.focus()
  }, [draft])

  // A panel that closes, or goes on to another cell, keeps what was typed.
  const keep = useEffectEvent(() => commit(draft))
  useEffect(() => () => keep(), [])

  if (field === undefined) {
    return (
      <div className="flex items-start justify-between gap-2">
        <p className="min-w-0 text-hint text-ink-2">
          <code className="font-mono text-xs">{name}</code> is no longer a field of this type. Its override ({valueInWords(override)}) is still sent.
        </p>
        {!readOnly && <IconButton label={`Clear ${name}`} size="sm" icon={<ArrowUUpLeftIcon aria-hidden />} onClick={onClear} />}
      </div>
    )
  }

  const atOnce = ['select', 'boolean'].includes(widgetOf(field))
  const open = overridden || draft !== null
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- it only hears what its control says: that one leaves it
    <div
      ref={box}
      data-override={name}
      onBlur={(event) => {
        // A choice is written when it is made, and its list hangs elsewhere in the page.
        if (!atOnce && !event.currentTarget.contains(event.relatedTarget)) commit(draft)
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && event.target instanceof HTMLInputElement && !event.defaultPrevented) {
          event.preventDefault()
          commit(draft)
        }
      }}
    >
      {open ? (
        <Field
          label={label}
          error={problem === null ? undefined : `${label} ${problem}.`}
          aside={
            <span className="flex items-center gap-1 text-hint text-accent-ink">
              {overridden ? 'overridden' : 'not saved yet'}
              {!readOnly && (
                <IconButton
                  label={`Use the item’s own ${label}`}
                  size="sm"
                  icon={<ArrowUUpLeftIcon aria-hidden />}
                  onClick={() => {
                    setDraft(null)
                    if (overridden) onClear()
                  }}
                />
              )}
            </span>
          }
        >
          <SchemaControl
            field={field}
            label={label}
            required={schema.required?.includes(name) === true}
            value={value}
            readOnly={readOnly}
            onChange={(next) => {
              setDraft({ value: next })
              if (atOnce) commit({ value: next })
            }}
          />
        </Field>
      ) : (
        <div className="flex flex-col gap-1.5">
          <div className="flex min-h-6 items-center justify-between gap-3 text-hint">
            <span className="font-semibold text-ink">{label}</span>
            <span className="text-ink-3">inherited</span>
          </div>
          <Inherited label={label} value={base} readOnly={readOnly} onBegin={begin} />
        </div>
      )}
      {overridden && changed !== null && (
        <ChangedBase
          label={label}
          was={changed.was}
          now={base}
          override={override}
          readOnly={readOnly}
          onKeep={onKeep}
          onClear={() => {
            setDraft(null)
            onClear()
          }}
        />
      )}
      {open && changed === null && (
        <p className="mt-1.5 text-hint text-ink-3">
          <span className="sr-only">In place of: </span>
          <s className="line-clamp-2 break-words">{valueInWords(base)}</s>
        </p>
      )}
    </div>
  )
}

interface ChangedBaseProps {
  label: string
  was: JsonValue
  now: JsonValue | undefined
  override: JsonValue
  readOnly: boolean
  onKeep: (() => void) | undefined
  onClear: () => void
}

/** The item has moved on since somebody overrode it: was that override about the old text, or does it still hold? */
function ChangedBase({ label, was, now, override, readOnly, onKeep, onClear }: ChangedBaseProps) {
  const same = sameValue(now, override)
  return (
    <div role="group" aria-label={`${label} of the item has changed since`} className="mt-1.5 rounded-md bg-warning-ground px-2.5 py-2 text-hint text-ink-2">
      <p className="flex items-start gap-1.5 font-semibold text-warning">
        <WarningIcon weight="fill" aria-hidden className="mt-0.5 size-3.5 shrink-0" />
        {same ? 'The item says the same by now' : 'The item has changed since'}
      </p>
      <dl className="mt-1 grid grid-cols-[auto_minmax(0,1fr)] gap-x-2.5 gap-y-0.5">
        <dt className="text-ink-3">Was</dt>
        <dd className="line-clamp-3 break-words">
          <s>{valueInWords(was)}</s>
        </dd>
        <dt className="text-ink-3">Is now</dt>
        <dd className="line-clamp-3 break-words text-ink">{valueInWords(now)}</dd>
      </dl>
      {!readOnly && (
        <div className="mt-2 flex flex-wrap gap-1.5">
          <Button size="sm" aria-label={`Keep override of ${label}`} onClick={onKeep}>
            Keep override
          </Button>
          <Button size="sm" aria-label={`Take the item’s ${label}`} onClick={onClear}>
            Take the item’s
          </Button>
        </div>
      )}
    </div>
  )
}

interface InheritedProps {
  label: string
  value: JsonValue | undefined
  readOnly: boolean
  onBegin: () => void
}

function Inherited({ label, value, readOnly, onBegin }: InheritedProps) {
  const look = 'min-h-8 w-full rounded-md border border-dashed border-line-strong px-2.5 py-1.5 text-left text-sm text-ink-2'
  const text = <span className="line-clamp-3 break-words whitespace-pre-line">{valueInWords(value)}</span>
  if (readOnly) return <div className={look}>{text}</div>
  return (
    <button type="button" aria-label={`Override ${label}, now inherited: ${valueInWords(value)}`} className={`${look} transition-colors hover:border-control hover:text-ink`} onClick={onBegin}>
      {text}
    </button>
  )
}
