import { useState, type SubmitEvent } from 'react'
import { AuthLayout } from '@/features/auth/auth-layout'
import { authErrorText } from '@/lib/auth-errors'
import { errorLine } from '@/lib/errors'
import { showAuthenticatorCode } from '@/lib/second-factor'
import { signOut, useSession } from '@/lib/session'
import { Button } from '@/ui/button'
import { CodeField, codeDigits } from '@/ui/code-field'
import { Notice } from '@/ui/notice'
import { toast } from '@/ui/toaster'

/** Between signing in and the app, for people who have set up an authenticator. The guard leads on: it watches the session. */
export function SecondFactorPage() {
  const user = useSession((state) => state.user)
  const [code, setCode] = useState('')
  const [failure, setFailure] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const hasApp = user?.factors?.some(({ factor_type: type, status }) => type === 'totp' && status === 'verified') === true

  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (codeDigits(code) === '') return setFailure('Type the code that your app shows now.')
    setBusy(true)
    setFailure(null)
    try {
      await showAuthenticatorCode(codeDigits(code))
    } catch (refused) {
      setFailure(authErrorText(refused).message)
      setCode('')
    } finally {
      setBusy(false)
    }
  }

  return (
    <AuthLayout
      title="One more step"
      sub={hasApp ? <>You set up an authenticator app for {user.email}. Type the code that it shows now.</> : user?.email}
      footer={
        <button
          type="button"
          className="font-semibold text-accent-ink underline-offset-2 hover:underline"
          onClick={() => void signOut().catch((refused: unknown) => toast.error(errorLine(refused)))}
        >
          Sign out
        </button>
      }
    >
      {hasApp ? (
        <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
          <CodeField
            label="Code"
            required
            {...(failure === null ? {} : { error: failure })}
            input={{ value: code, onChange: (event) => setCode(event.target.value) }}
          />
          <Button type="submit" variant="primary" busy={busy}>
            Go on
          </Button>
        </form>
      ) : (
        <Notice tone="warning" title="Your second factor is no authenticator app">
          DataSync asks for codes of authenticator apps only. Whoever runs this server can remove the factor of your account.
        </Notice>
      )}
    </AuthLayout>
  )
}
