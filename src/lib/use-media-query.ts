import { useSyncExternalStore } from 'react'

/** Whether the window matches, for what CSS alone cannot decide: whether a panel is a part of the page or a dialog. */
export function useMediaQuery(query: string): boolean {
  return useSyncExternalStore(
    (notify) => {
      const list = window.matchMedia(query)
      list.addEventListener('change', notify)
      return () => list.removeEventListener('change', notify)
    },
    () => window.matchMedia(query).matches,
  )
}
