import { useState } from 'react'
import { createTemplate, exampleOf } from '@/features/content/queries/templates'
import { TemplateDialog } from '@/features/content/types/template-dialog'
import type { ContentType } from '@/lib/queries/content-types'
import { Checkbox } from '@/ui/checkbox'

/** Keeps a type as it is now, to begin others with. */
export function SaveTemplateDialog({ type, onClose }: { type: ContentType; onClose: () => void }) {
  const [withExample, setWithExample] = useState(false)
  return (
    <TemplateDialog
      heading="Save as template"
      hint={`The fields of “${type.title}” as they are saved now. Later changes of the type do not reach the template, but for new names of fields.`}
      named={type}
      saveLabel="Save template"
      onSave={async (title, description) => {
        await createTemplate({ name: type.name, title, description, schema: type.schema, example: withExample ? await exampleOf(type.id) : {}, sourceTypeId: type.id })
        return `“${title}” is in your templates`
      }}
      onClose={onClose}
    >
      {type.itemCount > 0 && (
        <Checkbox
          checked={withExample}
          onCheckedChange={setWithExample}
          label="With an example"
          hint="What the item published last has in its fields is kept with the template and shown in its preview."
        />
      )}
    </TemplateDialog>
  )
}
