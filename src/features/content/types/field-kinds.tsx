import type { FieldWidget } from '@core/content-schema'
import type { Icon } from '@phosphor-icons/react'
import { ArticleIcon } from '@phosphor-icons/react/Article'
import { AtIcon } from '@phosphor-icons/react/At'
import { CalendarBlankIcon } from '@phosphor-icons/react/CalendarBlank'
import { ClockIcon } from '@phosphor-icons/react/Clock'
import { HashIcon } from '@phosphor-icons/react/Hash'
import { ImageIcon } from '@phosphor-icons/react/Image'
import { LinkIcon } from '@phosphor-icons/react/Link'
import { ListBulletsIcon } from '@phosphor-icons/react/ListBullets'
import { ListChecksIcon } from '@phosphor-icons/react/ListChecks'
import { MarkdownLogoIcon } from '@phosphor-icons/react/MarkdownLogo'
import { PaletteIcon } from '@phosphor-icons/react/Palette'
import { PhoneIcon } from '@phosphor-icons/react/Phone'
import { StackIcon } from '@phosphor-icons/react/Stack'
import { TextAlignLeftIcon } from '@phosphor-icons/react/TextAlignLeft'
import { TextTIcon } from '@phosphor-icons/react/TextT'
import { ToggleLeftIcon } from '@phosphor-icons/react/ToggleLeft'

export interface FieldKind {
  kind: FieldWidget
  label: string
  /** When to take it. */
  detail: string
  icon: Icon
}

export const KIND_GROUPS: readonly { label: string; kinds: readonly FieldKind[] }[] = [
  {
    label: 'Text',
    kinds: [
      { kind: 'text', label: 'Text', detail: 'One line: a headline, a name', icon: TextTIcon },
      { kind: 'textarea', label: 'Multi-line text', detail: 'Plain text with line breaks', icon: TextAlignLeftIcon },
      { kind: 'richtext', label: 'Rich text', detail: 'Bold, lists, links; kept as Markdown', icon: ArticleIcon },
      { kind: 'markdown', label: 'Markdown', detail: 'The source, with its preview', icon: MarkdownLogoIcon },
      { kind: 'list', label: 'List of text', detail: 'Several short texts in an order', icon: ListBulletsIcon },
    ],
  },
  {
    label: 'Values',
    kinds: [
      { kind: 'number', label: 'Number', detail: 'A price, a percentage, a count', icon: HashIcon },
      { kind: 'boolean', label: 'Yes or no', detail: 'Something is so or is not', icon: ToggleLeftIcon },
      { kind: 'select', label: 'One of several', detail: 'A choice from a list of options', icon: ListChecksIcon },
      { kind: 'date', label: 'Date', detail: 'A day', icon: CalendarBlankIcon },
      { kind: 'datetime', label: 'Date & time', detail: 'A moment, the same everywhere', icon: ClockIcon },
      { kind: 'color', label: 'Colour', detail: '#rrggbb, with a picker', icon: PaletteIcon },
    ],
  },
  {
    label: 'Contact & media',
    kinds: [
      { kind: 'url', label: 'Web address', detail: 'A link, checked', icon: LinkIcon },
      { kind: 'email', label: 'E-mail address', detail: 'Checked for its form', icon: AtIcon },
      { kind: 'phone', label: 'Phone number', detail: 'As people write it', icon: PhoneIcon },
      { kind: 'image', label: 'Image', detail: 'An address, or an upload', icon: ImageIcon },
      { kind: 'reference', label: 'Reference', detail: 'Another item, sent along', icon: StackIcon },
    ],
  },
]

export const KINDS: readonly FieldKind[] = KIND_GROUPS.flatMap(({ kinds }) => kinds)

const BY_KIND = new Map(KINDS.map((kind) => [kind.kind, kind]))

/** A kind that a later version made is shown as text. */
export function kindOf(widget: FieldWidget): FieldKind {
  return BY_KIND.get(widget) ?? (BY_KIND.get('text') as FieldKind)
}
