import { useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Link } from 'react-router-dom'
import { revealSecret } from '@/features/sites/queries/secret'
import { TimeUntil } from '@/features/sites/time-until'
import { errorLine } from '@/lib/errors'
import { paths } from '@/lib/paths'
import { wasCancelled, withRecentSignIn } from '@/lib/reauthenticate'
import { Button } from '@/ui/button'
import { CopyButton } from '@/ui/copy-button'
import { toast } from '@/ui/toaster'

const SHOWN_MS = 60_000

interface Shown {
  secret: string
  until: string
}

/** The secret's own text, for admins: covered until they ask for it, and again after a minute. It is kept here and in no cache. */
export function SecretText({ siteId }: { siteId: string }) {
  const [shown, setShown] = useState<Shown | null>(null)
  const reveal = useMutation({
    mutationFn: async () => {
      const { secret } = await withRecentSignIn(() => revealSecret(siteId))
      setShown({ secret, until: new Date(Date.now() + SHOWN_MS).toISOString() })
    },
    onError: (error) => {
      if (!wasCancelled(error)) toast.error(errorLine(error))
    },
  })
  useEffect(() => {
    if (shown === null) return
    const timer = setTimeout(() => setShown(null), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [shown])

  return (
    <>
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1.5">
        {shown === null ? (
          <span aria-label="hidden" role="img" className="font-mono text-xs leading-5 tracking-wider text-ink-3 select-none">
            whsec_••••••••
          </span>
        ) : (
          <code className="w-full pt-1 font-mono text-xs leading-5 break-all">{shown.secret}</code>
        )}
        <Button size="sm" busy={reveal.isPending} onClick={() => (shown === null ? reveal.mutate() : setShown(null))}>
          {shown === null ? 'Reveal' : 'Hide'}
        </Button>
        {shown !== null && <CopyButton text={shown.secret} label="Copy the secret" />}
      </div>
      <p className="mt-1 text-hint text-ink-3">
        {shown !== null && (
          <span className="text-ink-2">
            Hides itself <TimeUntil at={shown.until} over="now" />.{' '}
          </span>
        )}
        {shown === null ? 'Revealing it' : 'That you revealed it'} is recorded in the{' '}
        <Link to={paths.audit.getHref()} className="underline underline-offset-2 hover:text-ink">
          audit log
        </Link>
        .
      </p>
      <span role="status" className="sr-only">
        {shown === null ? '' : 'The secret is shown for a minute.'}
      </span>
    </>
  )
}
