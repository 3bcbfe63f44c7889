import { requireEnv } from '@/lib/env'

/** Where no mail leaves the machine, where it is to be found. */
export function InboxHint() {
  const { inboxPath } = requireEnv()
  if (inboxPath === null) return null
  return (
    <>
      {' '}
      This DataSync keeps its mail on this machine:{' '}
      <a href={inboxPath} target="_blank" rel="noopener" className="font-semibold underline underline-offset-2">
        open the inbox
      </a>
      .
    </>
  )
}
