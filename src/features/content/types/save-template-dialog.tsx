import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { createTemplate, exampleOf } from '@/features/content/queries/templates'
import { errorLine } from '@/lib/errors'
import type { ContentType } from '@/lib/queries/content-types'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { Dialog } from '@/ui/dialog'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { Textarea } from '@/ui/textarea'
import { toast } from '@/ui/toaster'

/** Keeps a type as it is now, to begin others with. */
export function SaveTemplateDialog({ type, onClose }: { type: ContentType; onClose: () => void }) {
  const queryClient = useQueryClient()
  const [title, setTitle] = useState(type.title)
  const [description, setDescription] = useState(type.description)
  const [withExample, setWithExample] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const save = async () => {
    if (title.trim() === '') return setProblem('A template needs a title.')
    setBusy(true)
    setProblem(null)
    try {
      await createTemplate({
        name: type.name, title: title.trim(), description: description.trim(), schema: type.schema, example: withExample ? await exampleOf(type.id) : {}, sourceTypeId: type.id,
      })
      toast.success(`“${title.trim()}” is in your templates`)
      await queryClient.invalidateQueries({ queryKey: ['content_type_templates'] })
      onClose()
    } catch (error) {
      const taken = typeof error === 'object' && error !== null && 'code' in error && error.code === '23505'
      setProblem(taken ? 'Another template of yours has this title.' : errorLine(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
      title="Save as template"
      description={`The fields of “${type.title}” as they are saved now. Later changes of the type do not reach the template, but for new names of fields.`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={busy} onClick={() => void save()}>
            Save template
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <Field label="Title" required error={problem ?? undefined}>
          <Input value={title} maxLength={120} autoComplete="off" onChange={({ target }) => setTitle(target.value)} />
        </Field>
        <Field label="Description" optional>
          <Textarea rows={2} maxLength={2000} value={description} onChange={({ target }) => setDescription(target.value)} />
        </Field>
        {type.itemCount > 0 && (
          <Checkbox
            checked={withExample}
            onCheckedChange={setWithExample}
            label="With an example"
            hint="What the item published last has in its fields is kept with the template and shown in its preview."
          />
        )}
      </form>
    </Dialog>
  )
}
