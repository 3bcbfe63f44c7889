import { useEffect, useRef } from 'react'
import { NavLink, useLocation } from 'react-router-dom'
import { cn } from '@/ui/cn'

interface LinkTabsProps {
  'aria-label': string
  /** `count`: how many wait there, said only when there are any. `below`: marked on the pages under it too. */
  tabs: readonly { label: string; href: string; count?: number | undefined; below?: boolean }[]
}

/** The pages of one place. Links and no tabs: each has its own address. */
export function LinkTabs({ tabs, ...rest }: LinkTabsProps) {
  const nav = useRef<HTMLElement>(null)
  const { pathname } = useLocation()
  // On a narrow screen the row scrolls, and the page that is open must be among what is seen.
  useEffect(() => {
    const active = nav.current?.querySelector<HTMLElement>('[aria-current=page]')
    if (nav.current !== null && active) nav.current.scrollLeft = active.offsetLeft + active.offsetWidth - nav.current.clientWidth
  }, [pathname])
  return (
    <nav ref={nav} aria-label={rest['aria-label']} className="relative mb-4 flex gap-4 overflow-x-auto overflow-y-hidden shadow-[inset_0_-1px_0_var(--line)] [scrollbar-width:none]">
      {tabs.map(({ label, href, count, below = false }) => (
        <NavLink
          key={href}
          to={href}
          end={!below}
          className={({ isActive }) =>
            cn(
              'flex h-9 shrink-0 items-center border-b-2 pointer-coarse:h-11 px-0.5 whitespace-nowrap outline-offset-[-2px]',
              isActive ? 'border-accent font-semibold text-ink' : 'border-transparent text-ink-2 hover:text-ink',
            )
          }
        >
          {label}
          {count !== undefined && count > 0 && (
            <span className="ml-1.5 rounded-full bg-accent-ground px-1.5 text-xs font-semibold text-accent-ink tabular-nums">
              {count}
              <span className="sr-only"> waiting</span>
            </span>
          )}
        </NavLink>
      ))}
    </nav>
  )
}
