import { useState } from 'react'
import { errorLine } from '@/lib/errors'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Field } from '@/ui/field'
import { Notice } from '@/ui/notice'
import { Textarea } from '@/ui/textarea'

interface AskDialogProps {
  /** "3 sites" */
  what: string
  onAsk: (note: string) => Promise<unknown>
  onClose: () => void
}

/** A request for approval, with a word on why. */
export function AskDialog({ what, onAsk, onClose }: AskDialogProps) {
  const [note, setNote] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const ask = async () => {
    setBusy(true)
    setProblem(null)
    try {
      await onAsk(note)
      onClose()
    } catch (error) {
      setProblem(errorLine(error))
      setBusy(false)
    }
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open && !busy) onClose()
      }}
      title={`Ask for approval of ${what}?`}
      description="An admin other than you looks at this plan. The approval holds for exactly this content and these sites; a change after it asks again."
      footer={
        <>
          <Button onClick={onClose} disabled={busy}>
            Cancel
          </Button>
          <Button variant="primary" busy={busy} onClick={() => void ask()}>
            Ask for approval
          </Button>
        </>
      }
    >
      <Field label="Note" optional hint="What this run is for, for whoever decides.">
        <Textarea rows={3} maxLength={2000} value={note} onChange={(event) => setNote(event.target.value)} />
      </Field>
      {problem !== null && (
        <Notice tone="failure" className="mt-3">
          {problem}
        </Notice>
      )}
    </Dialog>
  )
}
