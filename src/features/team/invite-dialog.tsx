import { useState } from 'react'
import { InboxHint } from '@/features/team/inbox-hint'
import { InviteForm } from '@/features/team/invite-form'
import type { SentInvitation } from '@/features/team/queries/invite'
import { Button } from '@/ui/button'
import { CopyButton } from '@/ui/copy-button'
import { Dialog } from '@/ui/dialog'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { Notice } from '@/ui/notice'

interface InviteDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  /** What was sent just now; null: somebody is still to be invited. */
  sent: SentInvitation | null
  onSent: (sent: SentInvitation | null) => void
}

const FORM = 'invite-form'

/** Whom to invite, and then the link, which can be copied now and never again. */
export function InviteDialog({ open, onOpenChange, sent, onSent }: InviteDialogProps) {
  const [busy, setBusy] = useState(false)
  if (sent === null) {
    return (
      <Dialog
        open={open}
        onOpenChange={onOpenChange}
        title="Invite somebody"
        description="They get a mail with a link that works once, for seven days."
        footer={
          <>
            <Button onClick={() => onOpenChange(false)}>Cancel</Button>
            <Button variant="primary" type="submit" form={FORM} busy={busy}>
              Send invitation
            </Button>
          </>
        }
      >
        <InviteForm id={FORM} onBusy={setBusy} onSent={onSent} />
      </Dialog>
    )
  }
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={sent.notSent === null ? 'The invitation is on its way' : 'Invited, but the mail was not sent'}
      footer={
        <>
          <Button onClick={() => onSent(null)}>Invite somebody else</Button>
          <Button variant="primary" onClick={() => onOpenChange(false)}>
            Done
          </Button>
        </>
      }
    >
      <Sent {...sent} />
    </Dialog>
  )
}

function Sent({ email, link, notSent }: SentInvitation) {
  return (
    <div className="flex flex-col gap-4">
      {notSent === null ? (
        <Notice tone="success">
          We wrote to <strong className="font-semibold break-words">{email}</strong>.
          <InboxHint />
        </Notice>
      ) : (
        <Notice tone="warning" title={`${email} has not been written to`}>
          The reason: {notSent}. Hand over the link below yourself.
        </Notice>
      )}
      <Field
        label="Link of the invitation"
        hint={
          <>
            For <span className="break-words">{email}</span> alone, once, for seven days. It is not kept: copy it before you leave this page. Sending the invitation again makes
            another link, and this one stops working.
          </>
        }
        aside={<CopyButton text={link} label="Copy the link" />}
      >
        <Input mono readOnly value={link} onFocus={(event) => event.currentTarget.select()} />
      </Field>
    </div>
  )
}
