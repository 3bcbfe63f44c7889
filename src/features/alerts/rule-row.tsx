import { BellRingingIcon } from '@phosphor-icons/react/BellRinging'
import { BellSlashIcon } from '@phosphor-icons/react/BellSlash'
import { CheckCircleIcon } from '@phosphor-icons/react/CheckCircle'
import { DotsThreeIcon } from '@phosphor-icons/react/DotsThree'
import { KeyIcon } from '@phosphor-icons/react/Key'
import { PaperPlaneTiltIcon } from '@phosphor-icons/react/PaperPlaneTilt'
import { PauseCircleIcon } from '@phosphor-icons/react/PauseCircle'
import { PencilSimpleIcon } from '@phosphor-icons/react/PencilSimple'
import { TrashIcon } from '@phosphor-icons/react/Trash'
import { channelsInWords, ruleSentence } from '@/features/alerts/alert-words'
import type { AlertRule } from '@/features/alerts/queries/rules'
import { formatExact } from '@/lib/format'
import { Button } from '@/ui/button'
import { Chip } from '@/ui/chip'
import { DropdownMenu, MenuItem, MenuLabel, MenuSeparator } from '@/ui/dropdown-menu'
import { IconButton } from '@/ui/icon-button'
import { RelativeTime } from '@/ui/relative-time'
import { Switch } from '@/ui/switch'
import { useNow } from '@/ui/use-now'

export interface RuleActs {
  onEdit: () => void
  onTest: () => void
  onSwitch: (enabled: boolean) => void
  /** null: not any more. */
  onMute: (hours: number | null) => void
  onSecret: () => void
  onDelete: () => void
}

const MUTES = [
  { hours: 1, label: 'For an hour' },
  { hours: 8, label: 'For 8 hours' },
  { hours: 168, label: 'For a week' },
] as const

export function RuleRow({ rule, busy, acts }: { rule: AlertRule; busy: boolean; acts: RuleActs }) {
  const now = useNow()
  const muted = rule.mutedUntil !== null && new Date(rule.mutedUntil).getTime() > now
  const wantsSecret = rule.webhookUrl !== null && rule.secretVersion === 0
  return (
    <li className="flex items-start gap-3 border-b border-line px-4 py-3 last:border-b-0">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <button type="button" onClick={acts.onEdit} className="min-w-0 text-left font-semibold break-words text-ink underline-offset-3 hover:underline">
            {rule.name}
          </button>
          <RuleState rule={rule} muted={muted} />
        </p>
        <p className="mt-0.5 text-hint text-ink-2">{ruleSentence(rule)}</p>
        <p className="mt-0.5 text-hint text-ink-3">
          Tells: {channelsInWords(rule)}
          {muted && rule.mutedUntil !== null && `; only the inbox until ${formatExact(rule.mutedUntil)}`}
        </p>
        {wantsSecret && (
          <p className="mt-1 flex flex-wrap items-center gap-2 text-hint text-warning">
            The webhook has no signing secret yet, so nothing is sent to it.
            <Button size="sm" onClick={acts.onSecret}>
              Make one
            </Button>
          </p>
        )}
        {rule.undelivered !== null && (
          <p className="mt-0.5 text-hint break-words text-failure">
            {rule.undelivered.channel === 'email' ? `A mail to ${rule.undelivered.recipient}` : 'A webhook'} could not be delivered <RelativeTime at={rule.undelivered.at} />: {rule.undelivered.error}
          </p>
        )}
      </div>
      <div className="flex shrink-0 items-center gap-1 sm:gap-2">
        <Switch checked={rule.enabled} onCheckedChange={acts.onSwitch} label={`Watch: ${rule.name}`} />
        <DropdownMenu align="end" trigger={<IconButton label={`More about ${rule.name}`} aria-busy={busy} icon={<DotsThreeIcon weight="bold" aria-hidden />} />}>
          <MenuItem icon={<PencilSimpleIcon aria-hidden />} onSelect={acts.onEdit}>
            Edit
          </MenuItem>
          <MenuItem icon={<PaperPlaneTiltIcon aria-hidden />} onSelect={acts.onTest}>
            Send a test message
          </MenuItem>
          {rule.webhookUrl !== null && (
            <MenuItem icon={<KeyIcon aria-hidden />} onSelect={acts.onSecret}>
              {rule.secretVersion === 0 ? 'Make the signing secret' : 'Rotate the signing secret'}
            </MenuItem>
          )}
          <MenuSeparator />
          <MenuLabel>Mute mails and webhooks</MenuLabel>
          {muted ? (
            <MenuItem icon={<BellRingingIcon aria-hidden />} onSelect={() => acts.onMute(null)}>
              No longer
            </MenuItem>
          ) : (
            MUTES.map(({ hours, label }) => (
              <MenuItem key={hours} icon={<BellSlashIcon aria-hidden />} onSelect={() => acts.onMute(hours)}>
                {label}
              </MenuItem>
            ))
          )}
          <MenuSeparator />
          <MenuItem tone="danger" icon={<TrashIcon aria-hidden />} onSelect={acts.onDelete}>
            Delete rule
          </MenuItem>
        </DropdownMenu>
      </div>
    </li>
  )
}

function RuleState({ rule, muted }: { rule: AlertRule; muted: boolean }) {
  return (
    <>
      {!rule.enabled ? (
        <Chip icon={<PauseCircleIcon weight="fill" aria-hidden className="size-3.5" />}>paused</Chip>
      ) : rule.firing > 0 ? (
        <Chip tone="failure" icon={<BellRingingIcon weight="fill" aria-hidden className="size-3.5" />}>
          {rule.firing === 1 ? 'firing' : `firing for ${rule.firing}`}
        </Chip>
      ) : (
        <Chip tone="success" icon={<CheckCircleIcon weight="fill" aria-hidden className="size-3.5" />}>
          all is well
        </Chip>
      )}
      {muted && <Chip icon={<BellSlashIcon weight="fill" aria-hidden className="size-3.5" />}>muted</Chip>}
    </>
  )
}
