import { defaultsOf } from '@core/content-defaults'
import { fieldNames, validate, type ContentSchema, type JsonValue } from '@core/content-schema'
import { useState } from 'react'
import { count } from '@/lib/format'
import { Button } from '@/ui/button'
import { Field } from '@/ui/field'
import { SchemaControl } from '@/ui/schema-control/schema-control'
import { fieldLabel } from '@/ui/schema-control/widget'

interface FormPreviewProps {
  schema: ContentSchema
  /** What is filled in at first; without it the defaults of the fields. */
  example?: Record<string, JsonValue>
  /** The field whose settings are open stands out. */
  activeId?: string | null
  title?: string
}

/** The form that an item of the type will have, to be tried: it checks as the real one does, and keeps nothing. */
export function FormPreview({ schema, example, activeId = null, title = 'Preview of the form' }: FormPreviewProps) {
  const [touched, setTouched] = useState<Record<string, JsonValue | null>>({})
  const [tried, setTried] = useState(false)
  const first = example ?? defaultsOf(schema)
  // By the id of the field: a value stays with it while its name is being typed.
  const keyOf = (name: string) => schema.properties[name]?.['x-field-id'] ?? name
  const data: Record<string, JsonValue> = {}
  for (const name of Object.keys(schema.properties)) {
    const value = Object.hasOwn(touched, keyOf(name)) ? touched[keyOf(name)] : first[name]
    if (value !== undefined && value !== null) data[name] = value
  }
  const required = new Set(schema.required ?? [])
  const found = validate(schema, data, { partial: !tried })
  const problems = new Map(found.map(({ path, message }) => [path.split('.')[0] ?? path, message]))
  const names = fieldNames(schema).filter((name) => name !== '')

  return (
    <section aria-label={title} className="@container min-w-0 rounded-lg border border-line bg-panel">
      <header className="flex min-h-11 flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-1.5">
        <h2 className="text-sm font-semibold text-ink">{title}</h2>
        <span className="-mr-2.5 flex gap-1.5">
          {Object.keys(touched).length > 0 && (
            <Button size="sm" variant="ghost" onClick={() => { setTouched({}); setTried(false) }}>
              Reset
            </Button>
          )}
          <Button size="sm" variant="ghost" aria-pressed={tried} onClick={() => setTried(!tried)}>
            {tried ? 'Hide what is missing' : 'Show what is missing'}
          </Button>
        </span>
      </header>
      {tried && (
        <p role="status" className="border-b border-line px-4 py-2 text-hint text-ink-2">
          {found.length === 0 ? 'An item like this could be published.' : `An item like this could not be published: ${count('field', problems.size)} to correct.`}
        </p>
      )}
      {names.length === 0 ? (
        <p className="px-4 py-10 text-center text-hint text-ink-3">Fields that you add show here.</p>
      ) : (
        <div className="flex flex-col gap-5 px-4 py-4">
          {names.map((name) => {
            const field = schema.properties[name]
            if (field === undefined) return null
            const label = fieldLabel(name, field)
            const message = problems.get(name)
            const active = activeId !== null && keyOf(name) === activeId
            return (
              <div key={keyOf(name)} data-preview-field={name} className={active ? 'rounded-md outline-2 outline-offset-6 outline-accent' : undefined}>
                <Field
                  label={label === '' ? 'New field' : label}
                  required={required.has(name)}
                  optional={!required.has(name)}
                  hint={field.description}
                  error={message === undefined ? undefined : `${label} ${message}.`}
                >
                  <SchemaControl
                    field={field}
                    label={label}
                    required={required.has(name)}
                    value={data[name]}
                    onChange={(value) => setTouched((before) => ({ ...before, [keyOf(name)]: value ?? null }))}
                  />
                </Field>
              </div>
            )
          })}
        </div>
      )}
    </section>
  )
}
