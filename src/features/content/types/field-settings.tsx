import type { FieldSchema, FieldWidget, JsonValue } from '@core/content-schema'
import { CheckCircleIcon } from '@phosphor-icons/react/CheckCircle'
import { XCircleIcon } from '@phosphor-icons/react/XCircle'
import { useState } from 'react'
import { hasLength, readOptions, suggestFieldName, withKeyword, withKind, type DraftProblem, type FieldDraft } from '@/features/content/types/field-drafts'
import { KINDS } from '@/features/content/types/field-kinds'
import type { ContentType } from '@/lib/queries/content-types'
import { Checkbox } from '@/ui/checkbox'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { Notice } from '@/ui/notice'
import { ListInput } from '@/ui/schema-control/list-input'
import { NumberInput } from '@/ui/schema-control/number-input'
import { SchemaControl } from '@/ui/schema-control/schema-control'
import { widgetOf } from '@/ui/schema-control/widget'
import { Select } from '@/ui/select'
import { Textarea } from '@/ui/textarea'

interface FieldSettingsProps {
  draft: FieldDraft
  problem: DraftProblem
  readOnly: boolean
  types: readonly ContentType[]
  onChange: (draft: FieldDraft) => void
}

const KIND_OPTIONS = KINDS.map(({ kind, label, icon: Icon }) => ({ value: kind, label, icon: <Icon aria-hidden className="text-ink-3" /> }))
/** Rich text is typed as what it is kept as; a picture and another item are no sensible defaults. */
const DEFAULT_WIDGET: Partial<Record<FieldWidget, FieldWidget | null>> = { richtext: 'textarea', markdown: 'textarea', image: null, reference: null }

/** What a field is called, what may be in it, and how it helps. */
export function FieldSettings({ draft, problem, readOnly, types, onChange }: FieldSettingsProps) {
  const { schema } = draft
  const kind = widgetOf(schema)
  const set = <Key extends keyof FieldSchema>(key: Key, value: FieldSchema[Key] | undefined) => onChange(withKeyword(draft, key, value))
  const text = (key: 'title' | 'description' | 'pattern') => ({
    value: schema[key] ?? '',
    readOnly,
    autoComplete: 'off' as const,
    onChange: ({ target }: { target: { value: string } }) => set(key, target.value === '' ? undefined : target.value),
  })
  const bound = (key: 'minimum' | 'maximum' | 'minLength' | 'maxLength') => (
    // What is no number stays what was typed, and is said to be none.
    <NumberInput value={schema[key]} readOnly={readOnly} onChange={(value) => set(key, value as number | undefined)} />
  )
  const renamed = draft.savedName !== null && draft.savedName !== draft.name
  const defaultWidget = DEFAULT_WIDGET[kind] === undefined ? kind : DEFAULT_WIDGET[kind]

  return (
    <div className="flex flex-col gap-4">
      <div className="grid gap-x-4 gap-y-4 sm:grid-cols-2">
        <Field label="Label" required error={problem.title}>
          <Input
            {...text('title')}
            data-field-label
            maxLength={120}
            onChange={({ target: { value } }) => {
              const next = withKeyword(draft, 'title', value === '' ? undefined : value)
              // While the name still follows the label.
              const follows = draft.savedName === null && draft.name === suggestFieldName(schema.title ?? '')
              onChange(follows ? { ...next, name: suggestFieldName(value) } : next)
            }}
          />
        </Field>
        <Field
          label="Name"
          required
          error={problem.name}
          hint={
            renamed
              ? `Called “${draft.savedName}” until now. Saving rewrites every item, override and template that uses it; sites get the new name with their next run.`
              : 'Sites read the field by it.'
          }
        >
          <Input mono value={draft.name} readOnly={readOnly} autoComplete="off" spellCheck={false} maxLength={63} onChange={({ target }) => onChange({ ...draft, name: target.value })} />
        </Field>
        <Field label="Kind">
          <Select value={kind} disabled={readOnly} onValueChange={(next) => onChange(withKind(draft, next))} options={KIND_OPTIONS} />
        </Field>
        <div className="self-end pb-1.5">
          <Checkbox disabled={readOnly} checked={draft.required} onCheckedChange={(required) => onChange({ ...draft, required })} label="Required to publish" />
        </div>
      </div>
      <Field label="Help" optional hint="Shown under the field while somebody fills it in.">
        <Textarea {...text('description')} rows={2} maxLength={500} />
      </Field>

      {kind === 'select' && (
        <Field label="Options" required error={problem.enum} hint="Enter adds the next one.">
          <ListInput
            label="Options"
            readOnly={readOnly}
            value={(schema.enum ?? []).map(String)}
            onChange={(value) => set('enum', readOptions(Array.isArray(value) ? value.map(String) : [], schema.enum))}
          />
        </Field>
      )}
      {kind === 'number' && (
        <>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label="At least" optional error={problem.minimum}>{bound('minimum')}</Field>
            <Field label="At most" optional error={problem.maximum}>{bound('maximum')}</Field>
          </div>
          <Checkbox disabled={readOnly} checked={schema.type === 'integer'} onCheckedChange={(whole) => set('type', whole ? 'integer' : 'number')} label="Whole numbers only" />
        </>
      )}
      {hasLength(kind) && (
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Characters at least" optional error={problem.minLength}>{bound('minLength')}</Field>
          <Field label="Characters at most" optional error={problem.maxLength}>{bound('maxLength')}</Field>
        </div>
      )}
      {hasLength(kind) && kind !== 'richtext' && kind !== 'markdown' && (
        <PatternFields pattern={schema.pattern ?? ''} error={problem.pattern} readOnly={readOnly} onChange={(pattern) => set('pattern', pattern === '' ? undefined : pattern)} />
      )}
      {kind === 'reference' && (
        <Field label="Items of" hint="Which items can be chosen. Sites are sent the chosen item along with this one, one level deep, while it is published.">
          <Select
            value={types.find((type) => type.name === schema['x-reference-type'] || type.id === schema['x-reference-type'])?.name ?? (schema['x-reference-type'] === undefined ? '*' : 'gone')}
            disabled={readOnly}
            onValueChange={(next) => set('x-reference-type', next === '*' ? undefined : next)}
            options={[
              { value: '*', label: 'Every type' },
              ...types.map((type) => ({ value: type.name, label: type.title })),
              ...(schema['x-reference-type'] !== undefined && !types.some((type) => type.name === schema['x-reference-type'] || type.id === schema['x-reference-type'])
                ? [{ value: 'gone', label: `${schema['x-reference-type']} (no such type here)`, disabled: true }]
                : []),
            ]}
          />
        </Field>
      )}
      {defaultWidget !== null && (
        <Field label="Default" optional error={problem.default} hint="What a new item begins with.">
          <SchemaControl
            field={{ ...schema, 'x-widget': defaultWidget }}
            label="Default"
            value={schema.default}
            readOnly={readOnly}
            onChange={(value: JsonValue | undefined) => set('default', value)}
          />
        </Field>
      )}
      {problem.other !== undefined && <Notice tone="failure">{problem.other}</Notice>}
    </div>
  )
}

function PatternFields({ pattern, error, readOnly, onChange }: { pattern: string; error: string | undefined; readOnly: boolean; onChange: (pattern: string) => void }) {
  const [sample, setSample] = useState('')
  const fits = pattern === '' || sample === '' || error !== undefined ? null : matches(pattern, sample)
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field label="Pattern" optional error={error} hint="A regular expression; ^ and $ hold it to the whole text.">
        <Input mono value={pattern} readOnly={readOnly} autoComplete="off" spellCheck={false} placeholder="^[A-Z]{2}-[0-9]+$" onChange={({ target }) => onChange(target.value)} />
      </Field>
      {pattern !== '' && (
        <Field
          label="Try it"
          hint={
            fits === null ? (
              'Type what somebody would enter.'
            ) : (
              <span role="status" className={fits ? 'inline-flex items-center gap-1 text-success' : 'inline-flex items-center gap-1 text-failure'}>
                {fits ? <CheckCircleIcon aria-hidden weight="fill" /> : <XCircleIcon aria-hidden weight="fill" />}
                {fits ? 'It would be accepted.' : 'It would be refused.'}
              </span>
            )
          }
        >
          <Input mono value={sample} autoComplete="off" spellCheck={false} onChange={({ target }) => setSample(target.value)} />
        </Field>
      )}
    </div>
  )
}

function matches(pattern: string, text: string): boolean {
  for (const flags of ['us', 's']) {
    try {
      return new RegExp(pattern, flags).test(text)
    } catch {
      // As the validator does it: without `u` once more.
    }
  }
  return true
}
