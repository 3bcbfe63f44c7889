import { paths } from '@/lib/paths'
import { LinkTabs } from '@/ui/link-tabs'

const TABS = [
  { label: 'Items', href: paths.content.getHref() },
  { label: 'Types', href: paths.contentTypes.getHref(), below: true },
] as const

export function ContentTabs() {
  return <LinkTabs aria-label="Content" tabs={TABS} />
}
