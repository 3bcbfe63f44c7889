import { XIcon } from '@phosphor-icons/react/X'
import { Link, useLocation } from 'react-router-dom'
import { Progress } from '@/features/audit/progress'
import type { LastEntry, VerificationState } from '@/features/audit/use-verification'
import { describeError } from '@/lib/errors'
import { count, formatNumber } from '@/lib/format'
import { CopyButton } from '@/ui/copy-button'
import { IconButton } from '@/ui/icon-button'
import { Notice } from '@/ui/notice'

/** What a check of the chain has found, in a sentence that can be quoted. */
export function VerificationNotice({ state, onDismiss }: { state: VerificationState; onDismiss: () => void }) {
  const { search } = useLocation()
  const dismiss = <IconButton label="Dismiss" size="sm" className="-my-1 text-current" icon={<XIcon aria-hidden />} onClick={onDismiss} />
  switch (state.is) {
    case 'idle':
      return null
    case 'running':
      return <Progress label={state.checked === 0 ? 'Verifying the log' : `Verifying the log: ${count('entry', state.checked, 'entries')} so far`} share={state.share} onCancel={onDismiss} />
    case 'sound':
      return (
        <Notice tone="success" className="mb-3" title={soundSentence(state.checked)} action={dismiss}>
          Every hash was reckoned again, from the first entry that is kept to the last.
          {state.last !== null && <ToNote last={state.last} />}
        </Notice>
      )
    case 'broken': {
      const { seq, kind, message } = state.problem
      const target = new URLSearchParams(search)
      target.set('entry', String(seq))
      return (
        <Notice tone="failure" className="mb-3" title={`The log is not as it was written, from entry ${formatNumber(seq)} on`} action={dismiss}>
          {message}{' '}
          {kind !== 'missing' && (
            <Link className="font-semibold underline underline-offset-2" to={{ search: target.toString() }} preventScrollReset>
              Open entry {formatNumber(seq)}
            </Link>
          )}{' '}
          Somebody with direct access to the database has changed it; compare it with an export or a backup.
        </Notice>
      )
    }
    case 'failed': {
      const { title, detail } = describeError(state.error)
      return (
        <Notice tone="failure" className="mb-3" title={`The log could not be verified: ${title}`} action={dismiss}>
          {detail}
        </Notice>
      )
    }
  }
}

/** As `npm run audit:verify -- --expect` takes it. */
function ToNote({ last: { organizationId, seq, hash } }: { last: LastEntry }) {
  return (
    <>
      <p className="mt-1.5 flex items-start gap-1">
        <span className="min-w-0">
          The last is entry {formatNumber(seq)}, with the hash <span className="font-mono break-all">{hash}</span>
        </span>
        <CopyButton text={`${organizationId}:${seq}:${hash}`} label="Copy number and hash" className="-my-1 text-current" />
      </p>
      <p>
        Note it elsewhere: whoever may rewrite the whole log can reckon its hashes anew, but <span className="font-mono">npm run audit:verify -- --expect</span> then misses the one that
        you noted.
      </p>
    </>
  )
}

function soundSentence(checked: number): string {
  if (checked === 0) return 'No entries yet, so none was altered'
  return checked === 1 ? '1 entry, as it was written' : `${formatNumber(checked)} entries, all as they were written`
}
