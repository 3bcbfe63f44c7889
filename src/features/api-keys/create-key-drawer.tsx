import { useState } from 'react'
import { CreateKeyForm } from '@/features/api-keys/create-key-form'
import { NewKeyView } from '@/features/api-keys/new-key-view'
import type { NewKey } from '@/features/api-keys/queries/create-key'
import { Button } from '@/ui/button'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Drawer, DrawerClose } from '@/ui/drawer'
import { UnsavedChanges } from '@/ui/unsaved-changes'

interface CreateKeyDrawerProps {
  open: boolean
  onOpenChange: (open: boolean) => void
}

const isUnseen = () => true

/** Asks what the key is for, then shows it once. What was shown goes with the drawer, so leaving it uncopied is asked about. */
export function CreateKeyDrawer({ open, onOpenChange }: CreateKeyDrawerProps) {
  const [busy, setBusy] = useState(false)
  const [made, setMade] = useState<(NewKey & { name: string }) | null>(null)
  const [copied, setCopied] = useState(false)
  const [asking, setAsking] = useState(false)
  const [dirty, setDirty] = useState(false)
  const unseen = open && made !== null && !copied

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
        dirty={made === null && dirty && !busy}
        title={made === null ? 'New API key' : `"${made.name}" was created`}
        description={made === null ? 'For a program that reads content or starts runs for you.' : undefined}
        footer={
          made === null ? (
            <>
              <DrawerClose>Cancel</DrawerClose>
              <Button variant="primary" type="submit" form="create-key" busy={busy}>
                Create key
              </Button>
            </>
          ) : (
            <Button onClick={() => change(false)}>Done</Button>
          )
        }
      >
        {made === null ? <CreateKeyForm onBusy={setBusy} onDirty={setDirty} onCreated={setMade} /> : <NewKeyView text={made.key} copied={copied} onCopied={() => setCopied(true)} />}
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
      {unseen && <UnsavedChanges isUnsaved={isUnseen} what={`The key "${made.name}", which is shown only this once,`} />}
    </>
  )
}
