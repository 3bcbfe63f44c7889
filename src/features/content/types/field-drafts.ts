import { fieldNames, type ContentSchema, type FieldSchema, type FieldWidget } from '@core/content-schema'
import { fieldNamePattern, fieldSchemaProblems, sameJson } from '@core/type-check'
import { widgetOf } from '@/ui/schema-control/widget'

/** A field as the builder holds it: its whole definition, so that keywords which nobody here knows stay as they are. */
export interface FieldDraft {
  /** `x-field-id`: stays with the field for its life, whatever it is called. */
  id: string
  name: string
  /** The name under which items hold data already; null for a field that was not saved yet. */
  savedName: string | null
  required: boolean
  schema: FieldSchema
}

type Shape = Pick<FieldSchema, 'type' | 'format' | 'items' | 'enum'>

/** What a kind means for the validator; the widget alone would let anything in. */
const SHAPE: Record<FieldWidget, Shape> = {
  text: { type: 'string' },
  textarea: { type: 'string' },
  richtext: { type: 'string', format: 'markdown' },
  markdown: { type: 'string', format: 'markdown' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  select: { type: 'string', enum: [] },
  date: { type: 'string', format: 'date' },
  datetime: { type: 'string', format: 'date-time' },
  url: { type: 'string', format: 'uri' },
  email: { type: 'string', format: 'email' },
  phone: { type: 'string' },
  color: { type: 'string', format: 'color' },
  image: { type: 'string', format: 'uri' },
  list: { type: 'array', items: { type: 'string' } },
  reference: { type: 'string', format: 'uuid' },
}

/** Kinds whose text may be bounded in length and held against a pattern. */
const TEXTS: ReadonlySet<FieldWidget> = new Set(['text', 'textarea', 'richtext', 'markdown', 'phone', 'url', 'email'])

export const hasLength = (kind: FieldWidget): boolean => TEXTS.has(kind)

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'

export function newFieldId(): string {
  return `f_${Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => ALPHABET[byte % ALPHABET.length]).join('')}`
}

export function newField(kind: FieldWidget): FieldDraft {
  const id = newFieldId()
  return { id, name: '', savedName: null, required: false, schema: { ...SHAPE[kind], 'x-field-id': id, 'x-widget': kind } }
}

/** "Button text" -> "button_text": a name that the database takes. */
export function suggestFieldName(title: string): string {
  return title
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 63)
}

export function toDrafts(schema: ContentSchema): FieldDraft[] {
  const required = new Set(schema.required ?? [])
  return fieldNames(schema).flatMap((name) => {
    const field = schema.properties[name]
    return field === undefined ? [] : [{ id: field['x-field-id'] ?? newFieldId(), name, savedName: name, required: required.has(name), schema: field }]
  })
}

/** The same field as another kind: its words and whatever is not ours stay; rules go that would mean nothing there. */
export function withKind(draft: FieldDraft, kind: FieldWidget): FieldDraft {
  const before = widgetOf(draft.schema)
  if (before === kind) return draft
  const { type: _type, format: _format, items: _items, enum: _enum, default: fallback, minimum: _minimum, maximum: _maximum, minLength, maxLength, pattern, 'x-reference-type': _target, ...kept } = draft.schema
  const bothTexts = TEXTS.has(before) && TEXTS.has(kind)
  const rules: Partial<FieldSchema> = bothTexts
    ? {
        ...(minLength === undefined ? {} : { minLength }), ...(maxLength === undefined ? {} : { maxLength }), ...(pattern === undefined ? {} : { pattern }),
        ...(fallback === undefined ? {} : { default: fallback }),
      }
    : {}
  return { ...draft, schema: { ...kept, ...SHAPE[kind], ...rules, 'x-widget': kind } }
}

/** One keyword of a field; undefined takes it away. */
export function withKeyword<Key extends keyof FieldSchema>(draft: FieldDraft, key: Key, value: FieldSchema[Key] | undefined): FieldDraft {
  const { [key]: _old, ...rest } = draft.schema
  return { ...draft, schema: (value === undefined ? rest : { ...draft.schema, [key]: value }) as FieldSchema }
}

/**
 * The schema that the drafts describe. Where nothing was changed it is the one that was there, to the last keyword: also the order
 * and the list of needed fields are written anew only when they say something else.
 */
export function toSchema(drafts: readonly FieldDraft[], before: ContentSchema | null): ContentSchema {
  const names = drafts.map(({ name }) => name)
  const required = drafts.filter((draft) => draft.required).map(({ name }) => name)
  const { required: requiredBefore, 'x-order': orderBefore, properties: _properties, ...rest } = before ?? { type: 'object' as const, properties: {} }
  const sameOrder = before !== null && sameJson(fieldNames(before), names)
  const sameNeeds = before !== null && sameJson([...new Set(requiredBefore ?? [])].filter((name) => names.includes(name)).sort(), [...required].sort()) && (requiredBefore ?? []).every((name) => names.includes(name))
  return {
    ...rest,
    ...(sameOrder ? (orderBefore === undefined ? {} : { 'x-order': orderBefore }) : { 'x-order': names }),
    ...(sameNeeds ? (requiredBefore === undefined ? {} : { required: requiredBefore }) : { required }),
    properties: Object.fromEntries(drafts.map(({ name, schema }) => [name, schema])),
  }
}

/** What is wrong with a field, by the control that mends it. */
export type DraftProblem = Partial<Record<'name' | 'title' | 'enum' | 'minimum' | 'maximum' | 'minLength' | 'maxLength' | 'pattern' | 'default' | 'other', string>>

const CONTROLS: ReadonlySet<string> = new Set(['enum', 'minimum', 'maximum', 'minLength', 'maxLength', 'pattern', 'default'])

/** One entry a field; an empty one is a field without problems. */
export function draftProblems(drafts: readonly FieldDraft[]): DraftProblem[] {
  return drafts.map((draft, index) => {
    const problem: DraftProblem = {}
    if ((draft.schema.title ?? '').trim() === '' && draft.savedName === null) problem.title = 'A field needs a label.'
    if (draft.name === '') problem.name = 'A field needs a name.'
    else if (!fieldNamePattern.test(draft.name)) problem.name = 'Lower-case letters, digits and _, a letter first.'
    else if (drafts.some((other, place) => place < index && other.name === draft.name)) problem.name = 'Another field has this name.'
    for (const { path, message } of fieldSchemaProblems({ ...draft.schema })) {
      const control = CONTROLS.has(path) ? (path as keyof DraftProblem) : 'other'
      problem[control] ??= control === 'other' ? `${path} ${message}.` : `It ${message}.`
    }
    return problem
  })
}

export function isFaulty(problem: DraftProblem | undefined): boolean {
  return problem !== undefined && Object.keys(problem).length > 0
}

/** What a field is called in a sentence. */
export function draftLabel(draft: FieldDraft): string {
  const title = (draft.schema.title ?? '').trim()
  return title !== '' ? title : draft.name !== '' ? draft.name : 'New field'
}

/** An option that was a number or a boolean stays one. */
export function readOptions(texts: readonly string[], before: FieldSchema['enum']): NonNullable<FieldSchema['enum']> {
  const known = new Map((before ?? []).map((option) => [String(option), option]))
  return texts.map((text) => known.get(text) ?? text)
}

/** What the preview shows of fields that are still being made: each has a name of its own and something to be called. */
export function previewSchema(drafts: readonly FieldDraft[]): ContentSchema {
  const names = drafts.map((draft, index) => (draft.name === '' || drafts.some((other, place) => place < index && other.name === draft.name) ? draft.id : draft.name))
  return {
    type: 'object',
    'x-order': names,
    required: drafts.flatMap((draft, index) => (draft.required ? [names[index] ?? draft.id] : [])),
    properties: Object.fromEntries(drafts.map((draft, index) => [names[index] ?? draft.id, { ...draft.schema, title: draftLabel(draft), 'x-field-id': draft.id }])),
  }
}
