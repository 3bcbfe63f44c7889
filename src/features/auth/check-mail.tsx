import { EnvelopeSimpleOpenIcon } from '@phosphor-icons/react/EnvelopeSimpleOpen'
import { useEffect, useState, type ReactNode } from 'react'
import { AuthLayout } from '@/features/auth/auth-layout'
import { authErrorText } from '@/lib/auth-errors'
import { requireEnv } from '@/lib/env'
import { Button } from '@/ui/button'
import { Notice } from '@/ui/notice'

interface CheckMailProps {
  email: string
  /** What the link in the mail will do. */
  purpose: string
  resend: () => Promise<void>
  /** The way back: another address, another method. */
  footer: ReactNode
}

/** Auth servers send at most one mail a minute to an address (Supabase's default), so asking sooner would only be refused. */
const WAIT_SECONDS = 60

export function CheckMail({ email, purpose, resend, footer }: CheckMailProps) {
  const { inboxPath } = requireEnv()
  const [wait, setWait] = useState(WAIT_SECONDS)
  const [busy, setBusy] = useState(false)
  const [outcome, setOutcome] = useState<{ ok: boolean; text: string } | null>(null)
  const waiting = wait > 0

  useEffect(() => {
    if (!waiting) return
    const timer = setInterval(() => setWait((seconds) => seconds - 1), 1000)
    return () => clearInterval(timer)
  }, [waiting])

  const again = async () => {
    setBusy(true)
    try {
      await resend()
      setOutcome({ ok: true, text: 'Sent again. The newest link is the one that works.' })
      setWait(WAIT_SECONDS)
    } catch (error) {
      setOutcome({ ok: false, text: authErrorText(error).message })
    } finally {
      setBusy(false)
    }
  }

  return (
    <AuthLayout
      title="Check your mail"
      sub={
        <>
          We wrote to <strong className="font-semibold text-ink">{email}</strong>. {purpose}
        </>
      }
      footer={footer}
    >
      <div className="flex flex-col gap-3">
        {inboxPath !== null && (
          <Notice tone="running" title="This DataSync keeps its mail on this machine">
            <a href={inboxPath} target="_blank" rel="noopener" className="font-semibold underline underline-offset-2">
              Open the inbox
            </a>{' '}
            to find the message.
          </Notice>
        )}
        {outcome !== null && <Notice tone={outcome.ok ? 'success' : 'failure'}>{outcome.text}</Notice>}
        <Button icon={<EnvelopeSimpleOpenIcon aria-hidden />} busy={busy} disabled={waiting} onClick={() => void again()}>
          {waiting ? `Send again in ${wait} s` : 'Send again'}
        </Button>
      </div>
    </AuthLayout>
  )
}
