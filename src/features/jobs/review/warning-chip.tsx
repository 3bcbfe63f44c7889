import { InfoIcon } from '@phosphor-icons/react/Info'
import { KeyIcon } from '@phosphor-icons/react/Key'
import { PauseCircleIcon } from '@phosphor-icons/react/PauseCircle'
import { ProhibitIcon } from '@phosphor-icons/react/Prohibit'
import { WarningIcon } from '@phosphor-icons/react/Warning'
import { warningWords } from '@/features/jobs/review/warning-words'
import { count } from '@/lib/format'
import { Chip } from '@/ui/chip'

const ICON: Readonly<Record<string, typeof InfoIcon>> = {
  site_disabled: ProhibitIcon, secret_missing: KeyIcon, on_hold: PauseCircleIcon, circuit_open: PauseCircleIcon,
}

/** `sites`: how many have it, where a chip speaks for several. */
export function WarningChip({ code, sites }: { code: string; sites?: number }) {
  const { word, grave } = warningWords(code)
  const Icon = grave ? WarningIcon : (ICON[code] ?? InfoIcon)
  return (
    <Chip tone={grave ? 'failure' : 'warning'} icon={<Icon weight="fill" aria-hidden className="size-3.5 shrink-0" />}>
      {sites === undefined ? word : `${word}: ${count('site', sites)}`}
    </Chip>
  )
}
