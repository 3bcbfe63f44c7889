import { useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { describeError, errorLine } from '@/lib/errors'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { Textarea } from '@/ui/textarea'
import { toast } from '@/ui/toaster'

interface TemplateDialogProps {
  heading: string
  hint?: string
  /** What the fields hold at first. */
  named: { title: string; description: string }
  saveLabel: string
  /** What is said once it is done. */
  onSave: (title: string, description: string) => Promise<string>
  onClose: () => void
  children?: ReactNode
}

/** What a template is called and what it is for. */
export function TemplateDialog({ heading, hint, named, saveLabel, onSave, onClose, children }: TemplateDialogProps) {
  const queryClient = useQueryClient()
  const [title, setTitle] = useState(named.title)
  const [description, setDescription] = useState(named.description)
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const save = async () => {
    if (title.trim() === '') return setProblem('A template needs a title.')
    setBusy(true)
    setProblem(null)
    try {
      toast.success(await onSave(title.trim(), description.trim()))
      await queryClient.invalidateQueries({ queryKey: ['content_type_templates'] })
      onClose()
    } catch (error) {
      setProblem(describeError(error).code === '23505' ? 'Another template of yours has this title.' : errorLine(error))
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
      title={heading}
      description={hint}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={busy} onClick={() => void save()}>
            {saveLabel}
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
        {children}
      </form>
    </Dialog>
  )
}
