import { XCircleIcon } from '@phosphor-icons/react/XCircle'
import { Link } from 'react-router-dom'
import { paths } from '@/lib/paths'
import type { FiringRule } from '@/lib/queries/alert-summary'
import { RelativeTime } from '@/ui/relative-time'

const NAMED = 3

/** Alerts that fire now; the inbox says more. */
export function FiringBanner({ firing }: { firing: readonly FiringRule[] }) {
  if (firing.length === 0) return null
  return (
    <section aria-label="Alerts that fire now" className="rounded-lg border border-failure/40 bg-panel px-4 py-3">
      <ul className="flex flex-col gap-1.5">
        {firing.slice(0, NAMED).map((rule) => (
          <li key={rule.ruleId} className="flex items-start gap-2.5">
            <XCircleIcon weight="fill" aria-hidden className="mt-0.5 size-4 shrink-0 text-failure" />
            <p className="min-w-0 flex-1 break-words">
              <Link to={paths.alerts.getHref()} className="font-semibold text-ink underline-offset-3 hover:underline">
                {rule.ruleName}
              </Link>
              <span className="text-ink-2">
                {subjects(rule)}, since <RelativeTime at={rule.since} />
              </span>
            </p>
          </li>
        ))}
        {firing.length > NAMED && (
          <li className="pl-6.5 text-hint">
            <Link to={paths.alerts.getHref()} className="text-ink-2 underline-offset-3 hover:underline">
              and {firing.length - NAMED} more
            </Link>
          </li>
        )}
      </ul>
    </section>
  )
}

function subjects({ kind, count, subjects: known }: FiringRule): string {
  if (kind === 'silence') return ''
  const names = known.slice(0, NAMED).map(({ name }) => name).join(', ')
  return `: ${names}${count > NAMED ? ` and ${count - NAMED} more` : ''}`
}
