import { useEffect, useRef, type RefObject } from 'react'
import { useLocation } from 'react-router-dom'

/**
 * After a navigation the focus goes to the page's heading, as a page load would do it: otherwise it stays on a link that is gone
 * or far away. The heading may come later than the address (data that loads), so it is waited for, until somebody moves the focus
 * themselves or the next navigation comes.
 */
export function useHeadingFocus(main: RefObject<HTMLElement | null>): void {
  const { pathname } = useLocation()
  const last = useRef(pathname)

  useEffect(() => {
    if (last.current === pathname || main.current === null) return
    last.current = pathname
    const region = main.current
    const focusHeading = (): boolean => {
      const heading = region.querySelector<HTMLElement>('h1')
      if (heading === null) return false
      if (!heading.hasAttribute('tabindex')) heading.tabIndex = -1
      heading.focus({ preventScroll: true })
      return true
    }
    // A dialog that is open over the page keeps the focus.
    if (document.querySelector('[role="dialog"], [role="alertdialog"]') !== null || focusHeading()) return
    const stop = () => {
      observer.disconnect()
      document.removeEventListener('focusin', stop)
    }
    const observer = new MutationObserver(() => {
      if (focusHeading()) stop()
    })
    observer.observe(region, { childList: true, subtree: true })
    document.addEventListener('focusin', stop)
    return stop
  }, [pathname, main])
}
