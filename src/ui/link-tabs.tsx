import { NavLink } from 'react-router-dom'
import { cn } from '@/ui/cn'

interface LinkTabsProps {
  'aria-label': string
  tabs: readonly { label: string; href: string }[]
}

/** The pages of one place. Links and no tabs: each has its own address. */
export function LinkTabs({ tabs, ...rest }: LinkTabsProps) {
  return (
    <nav aria-label={rest['aria-label']} className="mb-4 flex gap-4 border-b border-line">
      {tabs.map(({ label, href }) => (
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
