import { useCallback, useState } from 'react'

/**
 * Where a menu or a list hangs itself: inside the dialog or the main landmark, not bare in the body, so that whoever moves by
 * landmarks finds it (axe: region), and a modal dialog does not hide its own menus from screen readers.
 */
export function useLandmark(): { container: HTMLElement | undefined; triggerRef: (trigger: HTMLElement | null) => void } {
  const [container, setContainer] = useState<HTMLElement | undefined>(undefined)
  const triggerRef = useCallback((trigger: HTMLElement | null) => {
    if (trigger === null) return
    setContainer(trigger.closest<HTMLElement>('[role="dialog"], [role="alertdialog"]') ?? document.querySelector('main') ?? undefined)
  }, [])
  return { container, triggerRef }
}
