import { WarningCircleIcon } from '@phosphor-icons/react/WarningCircle'
import { Link } from 'react-router-dom'
import { subjectHref } from '@/features/alerts/alert-words'
import { capitalize } from '@/lib/format'
import type { FiringRule } from '@/lib/queries/alert-summary'
import { RelativeTime } from '@/ui/relative-time'

/** What is wrong at this moment, by rule. */
export function FiringNow({ firing }: { firing: readonly FiringRule[] }) {
  if (firing.length === 0) return null
  return (
    <section aria-label="Firing now" className="rounded-lg border border-failure/40 bg-panel">
      {firing.map((rule) => (
        <div key={rule.ruleId} className="flex gap-3 border-b border-line px-4 py-3 last:border-b-0">
          <WarningCircleIcon aria-hidden weight="fill" className="mt-0.5 size-4.5 shrink-0 text-failure" />
          <div className="min-w-0 flex-1">
            <p className="font-semibold text-ink">
              {rule.ruleName}
              <span className="font-normal text-ink-3">
                , since <RelativeTime at={rule.since} />
              </span>
            </p>
            <ul className="mt-0.5 flex flex-col gap-0.5 text-hint text-ink-2">
              {rule.subjects.map((subject) => {
                const to = subjectHref(subject)
                return (
                  <li key={subject.id} className="truncate">
                    {to === null ? null : (
                      <Link to={to} className="font-medium text-ink underline-offset-3 hover:underline">
                        {subject.name}
                      </Link>
                    )}
                    {to !== null && subject.detail !== '' ? ': ' : ''}
                    {to === null ? capitalize(subject.detail) : subject.detail}
                  </li>
                )
              })}
              {rule.count > rule.subjects.length && <li className="text-ink-3">and {rule.count - rule.subjects.length} more</li>}
            </ul>
          </div>
        </div>
      ))}
    </section>
  )
}
