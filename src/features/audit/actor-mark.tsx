import { CalendarDotsIcon } from '@phosphor-icons/react/CalendarDots'
import { GearIcon } from '@phosphor-icons/react/Gear'
import { KeyIcon } from '@phosphor-icons/react/Key'
import { QuestionIcon } from '@phosphor-icons/react/Question'
import { UserIcon } from '@phosphor-icons/react/User'
import { actorWord } from '@/features/audit/audit-words'
import type { AuditEntry } from '@/features/audit/entry'
import { cn } from '@/ui/cn'

const ICONS: Readonly<Record<string, typeof UserIcon>> = { user: UserIcon, api_key: KeyIcon, schedule: CalendarDotsIcon, system: GearIcon }

/** Who acted: what they are as an icon and a word, and their name where they have one. */
export function ActorMark({ entry: { actorKind, actorName }, className }: { entry: Pick<AuditEntry, 'actorKind' | 'actorName'>; className?: string }) {
  const Icon = ICONS[actorKind] ?? QuestionIcon
  return (
    <span className={cn('flex min-w-0 items-center gap-1.5', className)}>
      <Icon aria-hidden className="size-3.5 shrink-0 text-ink-3" />
      {actorName !== '' && (
        <span className="truncate" title={actorName}>
          {actorName}
        </span>
      )}
      <span className={cn('shrink-0', actorName !== '' && 'text-xs text-ink-3')}>{actorWord(actorKind)}</span>
    </span>
  )
}
