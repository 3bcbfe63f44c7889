import { SealCheckIcon } from '@phosphor-icons/react/SealCheck'
import { Link } from 'react-router-dom'
import { paths } from '@/lib/paths'
import type { WaitingApproval } from '@/lib/queries/alert-summary'
import { RelativeTime } from '@/ui/relative-time'

const WORDS: Partial<Record<string, string>> = { pending: 'waits for approval', approved: 'was approved', rejected: 'was rejected' }

interface WaitingApprovalsProps {
  approvals: readonly WaitingApproval[]
  onFollow?: () => void
}

/** Runs that wait for this person's decision, and what was decided about theirs. */
export function WaitingApprovals({ approvals, onFollow }: WaitingApprovalsProps) {
  if (approvals.length === 0) return null
  return (
    <ul aria-label="Approvals" className="rounded-lg border border-line bg-panel">
      {approvals.map(({ id, title, note, state, at, by }) => (
        <li key={`${id} ${state}`} className="flex gap-3 border-b border-line px-4 py-3 last:border-b-0">
          <SealCheckIcon aria-hidden weight="fill" className="mt-0.5 size-4.5 shrink-0 text-accent" />
          <div className="min-w-0 flex-1">
            <Link to={paths.approval.getHref(id)} onClick={onFollow} className="font-semibold break-words text-ink underline-offset-3 hover:underline">
              {title} {WORDS[state] ?? state}
            </Link>
            {note !== '' && <p className="mt-0.5 line-clamp-2 text-hint break-words text-ink-2">{note}</p>}
            <p className="mt-1 text-hint text-ink-3">
              <RelativeTime at={at} />
              {by !== null && `, ${by}`}
            </p>
          </div>
        </li>
      ))}
    </ul>
  )
}
