import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { renameTemplate, type OwnTemplate } from '@/features/content/queries/templates'
import { errorLine } from '@/lib/errors'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { Textarea } from '@/ui/textarea'
import { toast } from '@/ui/toaster'

export function RenameTemplateDialog({ template, onClose }: { template: OwnTemplate; onClose: () => void }) {
  const queryClient = useQueryClient()
  const [title, setTitle] = useState(template.title)
  const [description, setDescription] = useState(template.description)
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const save = async () => {
    if (title.trim() === '') return setProblem('A template needs a title.')
    setBusy(true)
    setProblem(null)
    try {
      await renameTemplate(template.id, title.trim(), description.trim())
      toast.success(`The template is called “${title.trim()}” now`)
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
      title="Rename template"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={busy} onClick={() => void save()}>
            Save
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
      </form>
    </Dialog>
  )
}
