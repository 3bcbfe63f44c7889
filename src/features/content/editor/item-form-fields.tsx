import { fieldNames, type ContentSchema, type JsonValue } from '@core/content-schema'
import type { ReactNode } from 'react'
import { Controller, type Control } from 'react-hook-form'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { SchemaControl } from '@/ui/schema-control/schema-control'
import { fieldLabel } from '@/ui/schema-control/widget'

export interface ItemFormValues {
  title: string
  /** Values by field name. `unknown`, because the paths of a recursive JSON type have no end; the validator knows what they are. */
  data: Record<string, unknown>
  /** The publish window, ISO text (publish-window.ts). */
  publishAt: string | null
  unpublishAt: string | null
}

interface ItemFormFieldsProps {
  schema: ContentSchema
  control: Control<ItemFormValues>
  /** Words by field name. */
  problems: ReadonlyMap<string, string>
  titleProblem: string | undefined
  readOnly: boolean
  /** A field was left: from now on it says what is wrong with it. */
  onTouched?: (name: string) => void
  /** At a field's label: who else has it in hand. */
  aside?: (name: string) => ReactNode
}

/** The form of a type: its fields in its order, each with its widget. */
export function ItemFormFields({ schema, control, problems, titleProblem, readOnly, onTouched, aside }: ItemFormFieldsProps) {
  const required = new Set(schema.required ?? [])
  return (
    <div className="flex flex-col gap-5">
      <Field label="Title" required error={titleProblem} hint="How your team finds it. Sites receive it beside the fields." aside={aside?.('title')}>
        <Controller
          name="title"
          control={control}
          render={({ field }) => (
            <Input
              {...field}
              autoComplete="off"
              readOnly={readOnly}
              data-field="title"
              onBlur={() => {
                field.onBlur()
                onTouched?.('title')
              }}
            />
          )}
        />
      </Field>
      {fieldNames(schema).map((name) => {
        const field = schema.properties[name]
        if (field === undefined) return null
        const label = fieldLabel(name, field)
        const message = problems.get(name)
        return (
          <div key={name} data-field={name}>
            <Field
              label={label}
              required={required.has(name)}
              optional={!required.has(name)}
              error={message === undefined ? undefined : `${label} ${message}.`}
              hint={field.description}
              aside={aside?.(name)}
            >
              <Controller
                name={`data.${name}`}
                control={control}
                render={({ field: { value, onChange, onBlur } }) => (
                  <SchemaControl
                    field={field}
                    label={label}
                    required={required.has(name)}
                    value={value as JsonValue | undefined}
                    // react-hook-form takes undefined for "as it was at first".
                    onChange={(next) => onChange(next ?? null)}
                    onBlur={() => {
                      onBlur()
                      onTouched?.(name)
                    }}
                    readOnly={readOnly}
                  />
                )}
              />
            </Field>
          </div>
        )
      })}
    </div>
  )
}
