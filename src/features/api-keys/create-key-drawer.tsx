import { useCallback, useState } from 'react'
import { CreateKeyForm } from '@/features/api-keys/create-key-form'
import { NewKeyView } from '@/features/api-keys/new-key-view'
import type { NewKey } from '@/features/api-keys/queries/create-key'
import { Button } from '@/ui/button'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Drawer } from '@/ui/drawer'
import { UnsavedChanges } from '@/ui/unsaved-changes'

interface CreateKeyDrawerProps {
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** Asks what the key is for, then shows it once. What was shown goes with the drawer, so leaving it uncopied is asked about. */
export function CreateKeyDrawer({ open, onOpenChange }: CreateKeyDrawerProps) {
  const [busy, setBusy] = useState(false)
  const [made, setMade] = useState<(NewKey & { name: string }) | null>(null)
  const [copied, setCopied] = useState(false)
  const [asking, setAsking] = useState(false)
  const unseen = open && made !== null && !copied
  const isUnsaved = useCallback(() => unseen, [unseen])

  const close = () => {
    onOpenChange(false)
    setMade(null)
    setCopied(false)
  }
  const change = (next: boolean) => {
    if (next || busy) return
    if (unseen) setAsking(true)
    else close()
  }

  return (
    <>
      <Drawer
        open={open}
        onOpenChange={change}
        title={made === null ? 'New API key' : `"${made.name}" was created`}
        description={made === null ? 'For a program that reads content or starts runs for you.' : undefined}
        footer={
          made === null ? (
            <>
              <Button onClick={() => change(false)}>Cancel</Button>
              <Button variant="primary" type="submit" form="create-key" busy={busy}>
                Create key
              </Button>
            </>
          ) : (
            <Button onClick={() => change(false)}>Done</Button>
          )
        }
      >
        {made === null ? <CreateKeyForm onBusy={setBusy} onCreated={setMade} /> : <NewKeyView text={made.key} copied={copied} onCopied={() => setCopied(true)} />}
      </Drawer>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Close without copying the key?"
        description="It cannot be seen again. Without a copy it is of no use: revoke it then, and create another."
        confirmLabel="Close without copying"
        cancelLabel="Back to the key"
        onConfirm={close}
      />
      <UnsavedChanges isUnsaved={isUnsaved} what={`The key "${made?.name ?? ''}", which is shown only this once,`} />
    </>
  )
}
