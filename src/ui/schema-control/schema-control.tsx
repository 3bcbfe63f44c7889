import type { FieldSchema, JsonValue } from '@core/content-schema'
import { Input } from '@/ui/input'
import { ColorInput } from '@/ui/schema-control/color-input'
import { ImageInput } from '@/ui/schema-control/image-input'
import { ListInput } from '@/ui/schema-control/list-input'
import { MarkdownInput } from '@/ui/schema-control/markdown-input'
import { NumberInput } from '@/ui/schema-control/number-input'
import { ReferenceInput } from '@/ui/schema-control/reference-input'
import { RichTextInput } from '@/ui/schema-control/rich-text-input'
import { fromLocalDateTime, toLocalDateTime, valueInWords, widgetOf } from '@/ui/schema-control/widget'
import { Select } from '@/ui/select'
import { Textarea } from '@/ui/textarea'

export interface SchemaControlProps {
  field: FieldSchema
  label: string
  required?: boolean
  value: JsonValue | undefined
  /** undefined: the field is empty. */
  onChange: (value: JsonValue | undefined) => void
  onBlur?: () => void
  /** The value can be read and copied, not changed. */
  readOnly?: boolean
}

/** One control for one field of a content type. Inside a Field it takes its label and its error from there. */
export function SchemaControl(props: SchemaControlProps) {
  const { field, value, onChange, onBlur, readOnly = false } = props
  const text = typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value)
  const onText = (next: string) => onChange(next === '' ? undefined : next)
  const line = { value: text, readOnly, onBlur, onChange: (event: { target: { value: string } }) => onText(event.target.value) }

  switch (widgetOf(field)) {
    case 'textarea':
      return <Textarea {...line} rows={3} />
    case 'markdown':
      return <MarkdownInput value={text} onChange={onText} onBlur={onBlur} readOnly={readOnly} />
    case 'number':
      return <NumberInput value={value} onChange={onChange} onBlur={onBlur} readOnly={readOnly} />
    case 'boolean':
      return <BooleanInput {...props} />
    case 'select':
      return <EnumSelect {...props} />
    case 'date':
      // Text that is no date would be invisible in a date control.
      return <Input {...line} type={text === '' || /^\d{4}-\d\d-\d\d$/.test(text) ? 'date' : 'text'} className="sm:max-w-48" />
    case 'datetime':
      return (
        <Input
          type="datetime-local"
          className="sm:max-w-60"
          value={toLocalDateTime(text)}
          readOnly={readOnly}
          onBlur={onBlur}
          onChange={(event) => onChange(fromLocalDateTime(event.target.value))}
        />
      )
    case 'url':
      return <Input {...line} type="url" inputMode="url" autoComplete="off" spellCheck={false} mono />
    case 'email':
      return <Input {...line} type="email" autoComplete="off" spellCheck={false} />
    case 'phone':
      return <Input {...line} type="tel" autoComplete="off" className="sm:max-w-60" />
    case 'color':
      return <ColorInput {...line} onText={onText} />
    case 'image':
      return <ImageInput {...line} onText={onText} />
    case 'richtext':
      return <RichTextInput label={props.label} value={text} onChange={onText} onBlur={onBlur} readOnly={readOnly} />
    case 'reference':
      return <ReferenceInput label={props.label} value={text} type={field['x-reference-type'] ?? null} readOnly={readOnly} onChange={onChange} onBlur={onBlur} />
    case 'list':
      return <ListInput value={value} onChange={onChange} onBlur={onBlur} readOnly={readOnly} label={props.label} />
    default:
      return <Input {...line} autoComplete="off" />
  }
}

function BooleanInput({ value, onChange, onBlur, readOnly = false, required = false }: SchemaControlProps) {
  return (
    <Choice
      value={value === true ? 'yes' : value === false ? 'no' : undefined}
      options={[...(required ? [] : [{ value: 'none', label: 'Not set' }]), { value: 'yes', label: 'Yes' }, { value: 'no', label: 'No' }]}
      disabled={readOnly}
      onChoose={(next) => {
        onChange(next === 'none' ? undefined : next === 'yes')
        onBlur?.()
      }}
    />
  )
}

function EnumSelect({ field, value, onChange, onBlur, readOnly = false, required = false }: SchemaControlProps) {
  // Options by their place: an enum may hold numbers, and Radix wants text that is not empty.
  const options = (field.enum ?? []).map((option, index) => ({ value: String(index), label: String(option) }))
  const index = field.enum?.findIndex((option) => option === value) ?? -1
  const stray = index < 0 && value !== undefined && value !== null && value !== ''
  return (
    <Choice
      value={stray ? 'stray' : index < 0 ? undefined : String(index)}
      options={[
        ...(required ? [] : [{ value: 'none', label: 'None' }]),
        ...options,
        ...(stray ? [{ value: 'stray', label: `${valueInWords(value)} (no longer an option)`, disabled: true }] : []),
      ]}
      disabled={readOnly}
      onChoose={(next) => {
        onChange(next === 'none' ? undefined : field.enum?.[Number(next)])
        onBlur?.()
      }}
    />
  )
}

interface ChoiceProps {
  value: string | undefined
  options: { value: string; label: string; disabled?: boolean }[]
  disabled: boolean
  onChoose: (value: string) => void
}

function Choice({ value, options, disabled, onChoose }: ChoiceProps) {
  return <Select value={value} onValueChange={onChoose} options={options} disabled={disabled} className="sm:max-w-60" />
}
