import { useState, type SubmitEvent } from 'react'
import { useViewWrites, type SavedView } from '@/features/content/queries/views'
import { errorLine } from '@/lib/errors'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { Dialog } from '@/ui/dialog'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { toast } from '@/ui/toaster'

interface SaveViewDialogProps {
  /** null: a new one. */
  view: SavedView | null
  query: string
  maySharing: boolean
  onClose: () => void
  onSaved: (id: string, query: string) => void
}

export function SaveViewDialog({ view, query, maySharing, onClose, onSaved }: SaveViewDialogProps) {
  const { create, update } = useViewWrites('content')
  const [name, setName] = useState(view?.name ?? '')
  const [shared, setShared] = useState(false)
  const [problem, setProblem] = useState<string>()
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const wanted = name.trim()
    if (wanted === '') return setProblem('Give the view a name.')
    const onError = (error: unknown) => setProblem(errorLine(error))
    if (view !== null) {
      update.mutate({ id: view.id, change: { name: wanted } }, { onSuccess: onClose, onError })
      return
    }
    create.mutate({ name: wanted, query, shared }, {
      onError,
      onSuccess: (id) => {
        toast.success(`The view "${wanted}" is saved`, { description: shared ? 'Everybody in the organization sees it.' : 'Only you see it.' })
        onSaved(id, query)
        onClose()
      },
    })
  }
  const busy = create.isPending || update.isPending
  return (
    <Dialog
      open
      onOpenChange={(next) => !next && onClose()}
      title={view === null ? 'Save view' : `Rename "${view.name}"`}
      description={view === null ? 'Filters, sort and columns of this list, under a name.' : undefined}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="save-view" busy={busy}>{view === null ? 'Save view' : 'Rename'}</Button>
        </>
      }
    >
      <form id="save-view" onSubmit={submit} className="grid gap-3">
        <Field label="Name" required error={problem}>
          <Input autoComplete="off" maxLength={80} placeholder="Drafts on no site" value={name} onChange={(event) => { setName(event.target.value); setProblem(undefined) }} />
        </Field>
        {view === null && maySharing && <Checkbox label="Share with everybody in the organization" checked={shared} onCheckedChange={setShared} />}
      </form>
    </Dialog>
  )
}
