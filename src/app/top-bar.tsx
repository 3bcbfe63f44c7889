import { ArrowsClockwiseIcon } from '@phosphor-icons/react/ArrowsClockwise'
import { MagnifyingGlassIcon } from '@phosphor-icons/react/MagnifyingGlass'
import { Fragment } from 'react'
import { Link, useMatch } from 'react-router-dom'
import { AlertBell } from '@/app/alert-bell'
import { OrganizationSwitcher } from '@/app/organization-switcher'
import { UserMenu } from '@/app/user-menu'
import { useRunSync } from '@/features/jobs/run-sync'
import { useCrumbs } from '@/lib/page-title'
import { Button } from '@/ui/button'
import { IconButton } from '@/ui/icon-button'
import { Kbd } from '@/ui/kbd'

interface TopBarProps {
  onOpenPalette: () => void
}

const isApple = /mac|iphone|ipad/i.test(navigator.userAgent)

export function TopBar({ onOpenPalette }: TopBarProps) {
  const runSync = useRunSync()
  // The review has the button that sends; a second one that leads to where one is already would only confuse.
  const reviewing = useMatch(runSync.href) !== null
  const shortcut = isApple ? '⌘ K' : 'Ctrl K'
  return (
    <header className="sticky top-0 z-20 flex h-12 items-center gap-2 border-b border-line bg-ground px-3 md:gap-3 md:px-6">
      <div className="min-w-0 md:hidden">
        <OrganizationSwitcher compact />
      </div>
      <Crumbs />
      <div className="ml-auto flex items-center gap-1 md:gap-3">
        <button
          type="button"
          onClick={onOpenPalette}
          aria-keyshortcuts={isApple ? 'Meta+K' : 'Control+K'}
          className="hidden h-7.5 w-65 items-center gap-2 rounded-md border border-line bg-panel px-2 text-sm text-ink-3 transition-colors duration-150 hover:border-line-strong lg:flex"
        >
          <MagnifyingGlassIcon aria-hidden className="size-4" />
          Search or jump to
          <span className="ml-auto">
            <Kbd>{shortcut}</Kbd>
          </span>
        </button>
        <IconButton className="lg:hidden" label={`Search or jump to (${shortcut})`} icon={<MagnifyingGlassIcon aria-hidden />} onClick={onOpenPalette} />
        <AlertBell />
        <div className="md:hidden">
          <UserMenu compact />
        </div>
        {!reviewing && (
          <Button asChild variant="primary">
            <Link to={runSync.href} aria-busy={runSync.starting} onClick={runSync.onClick}>
              <ArrowsClockwiseIcon aria-hidden weight="bold" />
              Run Sync
            </Link>
          </Button>
        )}
      </div>
    </header>
  )
}

function Crumbs() {
  const crumbs = useCrumbs((state) => state.crumbs)
  return (
    <nav aria-label="You are here" className="hidden min-w-0 sm:block">
      <ol className="flex min-w-0 items-center gap-1.5 text-sm font-semibold">
        {crumbs.map((crumb, index) => (
          <Fragment key={crumb.label}>
            {index > 0 && (
              <li aria-hidden className="text-ink-3">
                /
              </li>
            )}
            <li className="min-w-0 truncate" {...(index === crumbs.length - 1 ? { 'aria-current': 'page' as const } : {})}>
              {crumb.href === undefined || index === crumbs.length - 1 ? (
                crumb.label
              ) : (
                <Link to={crumb.href} className="hover:text-accent-ink">
                  {crumb.label}
                </Link>
              )}
            </li>
          </Fragment>
        ))}
      </ol>
    </nav>
  )
}
