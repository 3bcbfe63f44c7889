import { useEffect, useState } from 'react'
import { toast } from '@/ui/toaster'

type View = typeof import('@/ui/popup-list')
const load = (): Promise<View> => import('@/ui/popup-list')

/** Radix' popover and its positioning (15 kB), once a list is to be shown; null until then. */
export function usePopupList(open: boolean): View | null {
  const [view, setView] = useState<View | null>(null)
  useEffect(() => {
    if (!open || view !== null) return
    load().then(setView, () => toast.error('The list could not be loaded. Check your connection and try again.'))
  }, [open, view])
  return open ? view : null
}

/** Before it is asked for: a field was entered or is pointed at. */
export const preloadPopupList = (): void => void load().catch(() => undefined)
