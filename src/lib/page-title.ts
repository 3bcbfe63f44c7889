import { useEffect } from 'react'
import { create } from 'zustand'

export interface Crumb {
  label: string
  /** A path of the app; the last crumb needs none. */
  href?: string
}

const NONE: Crumb[] = []

export const useCrumbs = create<{ crumbs: Crumb[] }>(() => ({ crumbs: NONE }))

/**
 * What the bar and the browser's tab say while this page is open: `usePageTitle('Sites')` or
 * `usePageTitle({ label: 'Jobs', href: paths.jobs.getHref() }, 'Run 128')`.
 */
export function usePageTitle(...trail: (string | Crumb)[]): void {
  const key = JSON.stringify(trail)
  useEffect(() => {
    const crumbs = (JSON.parse(key) as (string | Crumb)[]).map((crumb) => (typeof crumb === 'string' ? { label: crumb } : crumb))
    useCrumbs.setState({ crumbs })
    document.title = [...crumbs.map(({ label }) => label).reverse(), 'DataSync'].join(' · ')
    // Only its own trail: the page that follows may have set hers before this one is taken away.
    return () => useCrumbs.setState((state) => (state.crumbs === crumbs ? { crumbs: NONE } : state))
  }, [key])
}
