import { ClockIcon } from '@phosphor-icons/react/Clock'
import { CubeIcon } from '@phosphor-icons/react/Cube'
import { IdentificationCardIcon } from '@phosphor-icons/react/IdentificationCard'
import { MegaphoneIcon } from '@phosphor-icons/react/Megaphone'
import { QuestionIcon } from '@phosphor-icons/react/Question'
import { ScalesIcon } from '@phosphor-icons/react/Scales'
import { StackIcon } from '@phosphor-icons/react/Stack'
import { TagIcon } from '@phosphor-icons/react/Tag'
import type { Icon } from '@phosphor-icons/react'

const ICONS: Readonly<Record<string, Icon>> = {
  offer_banner: TagIcon, disclaimer: ScalesIcon, announcement: MegaphoneIcon, hours: ClockIcon, faq: QuestionIcon, team_member: IdentificationCardIcon, product_highlight: CubeIcon,
}

export function TemplateIcon({ name }: { name: string }) {
  const Sign = ICONS[name] ?? StackIcon
  return (
    <span aria-hidden className="flex size-8 shrink-0 items-center justify-center rounded-md border border-line bg-sunk text-ink-2">
      <Sign className="size-4" />
    </span>
  )
}
