import { useMutation } from '@tanstack/react-query'
import { InboxHint } from '@/features/team/inbox-hint'
import { mailSignInLink } from '@/features/team/queries/invitation'
import { authErrorText } from '@/lib/auth-errors'
import { Button } from '@/ui/button'
import { Notice } from '@/ui/notice'

interface MailLinkProps {
  email: string
  /** Where the mail's link leads: back here. */
  next: string
  createAccount?: boolean
}

/** The shortest way in, and the one that shows whose the address is. */
export function MailLink({ email, next, createAccount = false }: MailLinkProps) {
  const send = useMutation({ mutationFn: () => mailSignInLink(email, next, createAccount) })
  if (send.isSuccess) {
    return (
      <Notice tone="success" className="mb-1" title="Check your mail">
        The link in it signs you in and leads back here.
        <InboxHint />
      </Notice>
    )
  }
  return (
    <>
      <Button variant="primary" busy={send.isPending} onClick={() => send.mutate()}>
        E-mail me a sign-in link
      </Button>
      {send.isError && <Notice tone="failure">{authErrorText(send.error).message}</Notice>}
    </>
  )
}
