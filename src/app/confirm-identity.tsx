import { useEffect, useState, type SubmitEvent } from 'react'
import { authErrorText } from '@/lib/auth-errors'
import { requireEnv } from '@/lib/env'
import type { IdentityRequest } from '@/lib/identity-request'
import { onProofElsewhere, proveWithCode, proveWithPassword, sendCode } from '@/lib/reauthenticate'
import { showAuthenticatorCode } from '@/lib/second-factor'
import { useSession } from '@/lib/session'
import { Button } from '@/ui/button'
import { CodeField, codeDigits } from '@/ui/code-field'
import { Dialog } from '@/ui/dialog'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { Notice } from '@/ui/notice'

/** What is asked for, and not the button that closes the dialog, has the keyboard as soon as it is there. */
const focus = (input: HTMLInputElement | null) => input?.focus()

type Way = 'password' | 'mail' | 'authenticator'

/** Signing in once more, over whatever page asked for it (lib/reauthenticate.ts). */
export function ConfirmIdentity({ request }: { request: IdentityRequest }) {
  const email = useSession((state) => state.user?.email) ?? ''
  // A session that has shown an authenticator's code shows another: a password would begin a weaker one.
  const [way, setWay] = useState<Way>(() => (useSession.getState().secondFactor === 'shown' ? 'authenticator' : 'password'))
  const [typed, setTyped] = useState('')
  const [failure, setFailure] = useState<string | null>(null)
  const [busy, setBusy] = useState<'confirm' | 'send' | null>(null)

  useEffect(() => (way === 'mail' ? onProofElsewhere(request.confirmed) : undefined), [way, request])

  const attempt = async (kind: 'confirm' | 'send', act: () => Promise<void>, done: () => void) => {
    setBusy(kind)
    setFailure(null)
    try {
      await act()
      done()
    } catch (error) {
      setFailure(authErrorText(error).code === 'invalid_credentials' ? 'That is not your password.' : authErrorText(error).message)
    } finally {
      setBusy(null)
    }
  }

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    // The dialog stands in a portal: its page's own form must not hear of this.
    event.stopPropagation()
    const proof = way === 'password' ? typed : codeDigits(typed)
    if (proof === '') return setFailure(way === 'password' ? 'Type your password.' : 'Type the code.')
    const prove = { password: () => proveWithPassword(proof), mail: () => proveWithCode(proof), authenticator: () => showAuthenticatorCode(proof) }
    void attempt('confirm', prove[way], request.confirmed)
  }

  const turnTo = (next: Way) => {
    setWay(next)
    setTyped('')
    setFailure(null)
  }

  return (
    <Dialog
      open
      above
      onOpenChange={(open) => {
        if (!open) request.cancelled()
      }}
      title="Confirm that it is you"
      description={
        way === 'mail' ? (
          <>We wrote to {email}. Type the code of the message here, or follow its link in this browser.</>
        ) : (
          <>This cannot be done with a sign-in from a while ago. You are signed in as {email}.</>
        )
      }
    >
      <form noValidate onSubmit={submit} className="flex flex-col gap-4">
        {/* Password managers look the password up under this name. */}
        <input type="email" autoComplete="username" value={email} readOnly hidden />
        {way === 'mail' && <InboxNotice />}
        {way === 'password' ? (
          <Field key="password" label="Password" required {...(failure === null ? {} : { error: failure })}>
            <Input ref={focus} type="password" autoComplete="current-password" value={typed} onChange={(event) => setTyped(event.target.value)} />
          </Field>
        ) : (
          <CodeField
            key={way}
            label={way === 'mail' ? 'Code' : 'Code of your authenticator app'}
            required
            {...(failure === null ? {} : { error: failure })}
            input={{ ref: focus, value: typed, onChange: (event) => setTyped(event.target.value) }}
          />
        )}
        <div className="flex flex-wrap items-center justify-end gap-2">
          {way === 'password' && (
            <Button variant="ghost" className="mr-auto -ml-3 max-sm:basis-full max-sm:justify-start" busy={busy === 'send'} onClick={() => void attempt('send', sendCode, () => turnTo('mail'))}>
              Send me a code instead
            </Button>
          )}
          {way === 'mail' && (
            <Button variant="ghost" className="mr-auto -ml-3 max-sm:basis-full max-sm:justify-start" onClick={() => turnTo('password')}>
              Use the password instead
            </Button>
          )}
          <Button onClick={request.cancelled}>Cancel</Button>
          <Button type="submit" variant="primary" busy={busy === 'confirm'}>
            Confirm
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function InboxNotice() {
  const { inboxPath } = requireEnv()
  if (inboxPath === null) return null
  return (
    <Notice title="This DataSync keeps its mail on this machine">
      <a href={inboxPath} target="_blank" rel="noopener" className="font-semibold underline underline-offset-2">
        Open the inbox
      </a>{' '}
      to find the code.
    </Notice>
  )
}
