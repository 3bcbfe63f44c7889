import { onlineManager } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import { flushSync } from 'react-dom'
import { NavLink, Outlet, ScrollRestoration } from 'react-router-dom'
import type { GlobalShortcuts } from '@/app/global-shortcuts'
import { controlServices } from '@/app/control-services'
import { OrganizationSwitcher } from '@/app/organization-switcher'
import { useRememberPages } from '@/app/palette/recent-pages'
import { places } from '@/app/places'
import { TopBar } from '@/app/top-bar'
import { PageSkeleton } from '@/app/page-skeleton'
import { useHeadingFocus } from '@/app/use-heading-focus'
import { UserMenu } from '@/app/user-menu'
import { useOrganizationChanges } from '@/lib/realtime-organization'
import { onFirstKey, wakeShortcuts } from '@/lib/shortcuts'
import { cn } from '@/ui/cn'
import { ControlServicesContext } from '@/ui/schema-control/services'

const loadPalette = () => import('@/app/palette/command-palette').then(({ CommandPalette: Palette }) => ({ default: Palette }))
const CommandPalette = lazy(loadPalette)

const subscribeOnline = (onChange: () => void) => onlineManager.subscribe(onChange)
const isOnline = () => onlineManager.isOnline()

/** While the line is down; all is well without a word. */
const PAUSED = 'Live updates paused, reconnecting'

export function Component() {
  const main = useRef<HTMLElement>(null)
  const [paletteOpen, setPaletteOpen] = useState(false)
  const { status: live } = useOrganizationChanges()
  // A browser without a network says so at once; the line itself notices with its next heartbeat.
  const online = useSyncExternalStore(subscribeOnline, isOnline)
  const paused = live === 'reconnecting' || !online
  useHeadingFocus(main)
  useRememberPages()

  const [Shortcuts, setShortcuts] = useState<{ View: typeof GlobalShortcuts } | null>(null)
  const togglePalette = () => setPaletteOpen((open) => !open)

  const openPalette = () => {
    // It lists what can be pressed.
    wakeShortcuts()
    setPaletteOpen(true)
  }

  // Keys are heard as soon as there is something to see.
  useLayoutEffect(
    () =>
      onFirstKey(async () => {
        const { GlobalShortcuts: View } = await import('@/app/global-shortcuts')
        // At once: the key that asked for them is answered next.
        flushSync(() => setShortcuts({ View }))
      }),
    [],
  )

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      // The modifier comes first: by the time of the K the palette is there, and the next letter is not lost.
      if (event.key === 'Control' || event.key === 'Meta') void loadPalette().catch(() => undefined)
      if (!event.defaultPrevented && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        setPaletteOpen((open) => !open)
      }
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])

  return (
    <div className="min-h-dvh md:grid md:grid-cols-[13.5rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-md bg-accent px-3 py-1.5 font-semibold text-on-accent focus:translate-y-0"
        onClick={(event) => {
          event.preventDefault()
          main.current?.focus()
        }}
      >
        Skip to the content
      </a>

      <aside aria-label="Main" className="sticky top-0 hidden h-dvh flex-col border-r border-line bg-sunk px-3 py-3 md:flex">
        <OrganizationSwitcher />
        <nav aria-label="Places" className="mt-3 flex flex-col">
          {places.map(({ label, href, icon: Icon }) => (
            <NavLink
              key={href}
              to={href}
              end={href === '/'}
              className={({ isActive }) =>
                cn(
                  'flex h-8.5 items-center gap-2.5 rounded-md border px-2 transition-colors duration-150',
                  isActive ? 'border-line bg-panel font-semibold text-ink' : 'border-transparent text-ink-2 hover:bg-hover hover:text-ink',
                )
              }
            >
              <Icon aria-hidden className="size-4" />
              {label}
            </NavLink>
          ))}
        </nav>
        <div className="mt-auto">
          {paused && (
            <p role="status" className="px-2 pb-2 text-hint text-warning">
              {PAUSED}
            </p>
          )}
          <UserMenu />
        </div>
      </aside>

      <div className="flex min-w-0 flex-col">
        <TopBar onOpenPalette={openPalette} />
        <main id="main" ref={main} tabIndex={-1} className="mx-auto w-full max-w-360 flex-1 px-4 pt-5 pb-24 md:px-6 md:pt-6 md:pb-12">
          <ControlServicesContext value={controlServices}>
            <Suspense fallback={<PageSkeleton />}>
              <Outlet />
            </Suspense>
          </ControlServicesContext>
        </main>
      </div>

      <div data-foot className="fixed inset-x-0 bottom-0 z-30 border-t border-line bg-sunk pb-[env(safe-area-inset-bottom)] md:hidden">
        {paused && (
          <p role="status" className="border-b border-line px-4 py-1 text-center text-xs text-warning">
            {PAUSED}
          </p>
        )}
        <nav aria-label="Places" className="grid grid-cols-6">
          {places.map(({ label, href, icon: Icon }) => (
            <NavLink
              key={href}
              to={href}
              end={href === '/'}
              className={({ isActive }) =>
                cn('flex h-14 flex-col items-center justify-center gap-0.5 text-2xs outline-offset-[-3px]', isActive ? 'font-semibold text-accent-ink' : 'text-ink-2')
              }
            >
              <Icon aria-hidden className="size-5" />
              {label}
            </NavLink>
          ))}
        </nav>
      </div>

      {paletteOpen && (
        <Suspense>
          <CommandPalette open onOpenChange={setPaletteOpen} />
        </Suspense>
      )}
      {Shortcuts !== null && <Shortcuts.View onTogglePalette={togglePalette} />}
      <ScrollRestoration />
    </div>
  )
}
