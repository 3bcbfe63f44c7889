import { useQuery } from '@tanstack/react-query'
import { useId, useState, type SubmitEvent } from 'react'
import { beginAuthenticator, confirmAuthenticator } from '@/features/account/queries/authenticators'
import { authErrorText } from '@/lib/auth-errors'
import { Button } from '@/ui/button'
import { CodeField, codeDigits } from '@/ui/code-field'
import { CopyButton } from '@/ui/copy-button'
import { Dialog } from '@/ui/dialog'
import { Notice } from '@/ui/notice'
import { Skeleton } from '@/ui/skeleton'
import { toast } from '@/ui/toaster'

interface AuthenticatorSetupDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  onDone: () => Promise<void>
  /** Names that are in use. */
  taken: readonly string[]
}

export function AuthenticatorSetupDialog({ open, onOpenChange, ...rest }: AuthenticatorSetupDialogProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Add an authenticator app"
      description="Scan the picture with an app such as Google Authenticator, 1Password or Aegis, then type the code that it shows."
    >
      {open && <Setup onOpenChange={onOpenChange} {...rest} />}
    </Dialog>
  )
}

function Setup({ onOpenChange, onDone, taken }: Omit<AuthenticatorSetupDialogProps, 'open'>) {
  // Each opening is a setup of its own, made once: a key of the component's and no second attempt behind the person's back.
  const key = useId()
  const { data: setup, error, refetch } = useQuery({
    queryKey: ['authenticator-setup', key],
    queryFn: () => beginAuthenticator(freeName(taken)),
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  })
  const [code, setCode] = useState('')
  const [failure, setFailure] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (setup === undefined) return
    if (codeDigits(code) === '') return setFailure('Type the code that the app shows now.')
    setBusy(true)
    setFailure(null)
    try {
      await confirmAuthenticator(setup.id, codeDigits(code))
      onOpenChange(false)
      toast.success('From now on signing in takes a code of your app')
      await onDone()
    } catch (refused) {
      setFailure(authErrorText(refused).message)
    } finally {
      setBusy(false)
    }
  }

  if (error !== null) {
    return (
      <Notice tone="failure" title="The setup could not begin" action={<Button size="sm" onClick={() => void refetch()}>Try again</Button>}>
        {authErrorText(error).message}
      </Notice>
    )
  }
  return (
    <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      {setup === undefined ? (
        <Skeleton className="size-44" />
      ) : (
        <>
          {/* White in both themes: cameras want dark on light. */}
          <img src={setup.qrCode} alt="The setup as a picture, for your app's camera" className="size-44 self-center rounded-md border border-line bg-white p-2" />
          <div>
            <p className="text-hint text-ink-2">No camera? Type this key into the app instead.</p>
            <p className="mt-1 flex items-center gap-2">
              <code className="min-w-0 font-mono text-hint break-all">{setup.secret}</code>
              <CopyButton text={setup.secret} label="Copy the key" />
            </p>
          </div>
        </>
      )}
      <CodeField
        label="Code"
        required
        {...(failure === null ? {} : { error: failure })}
        input={{ value: code, onChange: (event) => setCode(event.target.value) }}
      />
      <p className="text-hint text-ink-2">Sessions in other browsers are signed out then, as they have not shown a code.</p>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={() => onOpenChange(false)}>Cancel</Button>
        <Button type="submit" variant="primary" busy={busy} disabled={setup === undefined}>
          Turn it on
        </Button>
      </div>
    </form>
  )
}

/** The server wants a name of each. */
function freeName(taken: readonly string[]): string {
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? 'Authenticator app' : `Authenticator app ${n}`
    if (!taken.includes(name)) return name
  }
}
