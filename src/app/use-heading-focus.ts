import { useEffect, useRef, type RefObject } from 'react'
import { useLocation } from 'react-router-dom'

const DIALOG = '[role="dialog"], [role="alertdialog"]'

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
    let stop: () => void = () => undefined
    const untilHeading = () => {
      focusHeading()
      // The heading of a page that loads gives way to that of the page itself, and the focus would be lost with it.
      const observer = new MutationObserver(() => {
        if (document.activeElement === document.body) focusHeading()
      })
      const onFocusIn = ({ target }: FocusEvent) => {
        if (target instanceof Element && target.tagName !== 'H1') stop()
      }
      stop = () => {
        observer.disconnect()
        document.removeEventListener('focusin', onFocusIn)
        document.removeEventListener('pointerdown', stop)
      }
      observer.observe(region, { childList: true, subtree: true })
      document.addEventListener('focusin', onFocusIn)
      document.addEventListener('pointerdown', stop)
    }
    if (document.querySelector(DIALOG) === null) {
      untilHeading()
      return () => stop()
    }
    // A dialog that is open over the page keeps the focus. It gives it back when it goes, unless what had it went with the navigation.
    const gone = new MutationObserver(() => {
      if (document.querySelector(DIALOG) !== null) return
      gone.disconnect()
      if (document.activeElement === document.body) untilHeading()
    })
    gone.observe(document.body, { childList: true })
    return () => {
      gone.disconnect()
      stop()
    }
  }, [pathname, main])
}
