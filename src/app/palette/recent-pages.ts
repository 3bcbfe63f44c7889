import { useEffect } from 'react'
import { useLocation } from 'react-router-dom'
import { create } from 'zustand'
import { useCrumbs } from '@/lib/page-title'
import { useSession } from '@/lib/session'

export interface RecentPage {
  href: string
  /** "Fall Savings Event" */
  label: string
  /** Where it stands: "Content". */
  place: string
}

const KEPT = 12
const PREFIX = 'datasync-recent:'

export const useRecentPages = create<{ pages: readonly RecentPage[] }>(() => ({ pages: [] }))

/** One list a person and organization, in this browser, and none for whoever is signed out. */
function keyOf(): string | null {
  const { user, organizationId } = useSession.getState()
  return user === null || organizationId === null ? null : `${PREFIX}${user.id}:${organizationId}`
}

/**
 * Remembers the pages that were opened, by their titles. Pages without a place above them (Home, Content, ...) are left out: they
 * are a key away. Titles come after addresses, and may change as data comes; the last one is kept.
 */
export function useRememberPages(): void {
  const { pathname } = useLocation()
  const crumbs = useCrumbs((state) => state.crumbs)
  const organizationId = useSession((state) => state.organizationId)

  useEffect(() => {
    useRecentPages.setState({ pages: read() })
    return useSession.subscribe(({ user }) => {
      if (user === null) forget()
    })
  }, [organizationId])

  useEffect(() => {
    const label = crumbs.at(-1)?.label
    const place = crumbs.at(-2)?.label
    const key = keyOf()
    if (label === undefined || place === undefined || key === null) return
    const pages = [{ href: pathname, label, place }, ...read().filter(({ href }) => href !== pathname)].slice(0, KEPT)
    useRecentPages.setState({ pages })
    write(key, pages)
  }, [pathname, crumbs])
}

function read(): RecentPage[] {
  const key = keyOf()
  if (key === null) return []
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? '[]')
    return Array.isArray(stored) ? stored.filter(isRecentPage) : []
  } catch {
    return []
  }
}

function write(key: string, pages: readonly RecentPage[]): void {
  try {
    localStorage.setItem(key, JSON.stringify(pages))
  } catch {
    // A browser that keeps nothing has no list, and needs none.
  }
}

function forget(): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key)
  useRecentPages.setState({ pages: [] })
}

function isRecentPage(value: unknown): value is RecentPage {
  if (typeof value !== 'object' || value === null) return false
  const { href, label, place } = value as Partial<Record<keyof RecentPage, unknown>>
  // Only addresses of this app: what stands in the storage of a browser may have been put there by anybody.
  return typeof href === 'string' && /^\/(?![/\\])/.test(href) && typeof label === 'string' && typeof place === 'string'
}
