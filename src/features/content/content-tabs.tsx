import { NavLink } from 'react-router-dom'
import { paths } from '@/lib/paths'
import { cn } from '@/ui/cn'

const TABS = [
  { label: 'Items', href: paths.content.getHref() },
  { label: 'Types', href: paths.contentTypes.getHref() },
] as const

/** The two pages of Content. Links and no tabs: each has its own address. */
export function ContentTabs() {
  return (
    <nav aria-label="Content" className="mb-4 flex gap-4 border-b border-line">
      {TABS.map(({ label, href }) => (
        <NavLink
          key={href}
          to={href}
          end
          className={({ isActive }) =>
            cn(
              '-mb-px flex h-9 items-center border-b-2 px-0.5 outline-offset-[-2px]',
              isActive ? 'border-accent font-semibold text-ink' : 'border-transparent text-ink-2 hover:text-ink',
            )
          }
        >
          {label}
        </NavLink>
      ))}
    </nav>
  )
}
