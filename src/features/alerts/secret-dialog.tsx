import type { MadeSecret } from '@/features/alerts/rule-form'
import { Button } from '@/ui/button'
import { CopyButton } from '@/ui/copy-button'
import { Dialog } from '@/ui/dialog'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { Notice } from '@/ui/notice'

interface SecretDialogProps {
  made: MadeSecret
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** A webhook's signing secret, this once. */
export function SecretDialog({ made, open, onOpenChange }: SecretDialogProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`The signing secret of "${made.ruleName}"`}
      footer={
        <Button variant="primary" onClick={() => onOpenChange(false)}>
          I have copied it
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <Notice tone="warning" title="Copy it now: it cannot be seen again">
          The receiver verifies messages with it, by any library of Standard Webhooks. An older secret goes on signing beside it for a day.
        </Notice>
        <div className="flex items-end gap-2">
          <Field label="Signing secret" className="min-w-0 flex-1">
            <Input mono readOnly value={made.secret} spellCheck={false} autoComplete="off" onFocus={(event) => event.target.select()} />
          </Field>
          <CopyButton text={made.secret} label="Copy the secret" />
        </div>
      </div>
    </Dialog>
  )
}
