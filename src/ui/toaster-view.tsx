import { useEffect, useEffectEvent, useState } from 'react'
import * as sonner from 'sonner'

const GAP = 16
/** A bar may float a little above the edge, or above the places on a phone. */
const NEAR = 80

/** How high the bars at the bottom of the window reach: the places on a phone, the buttons of a drawer, a bar that saves. A message never lies over them. */
function useFoot(): number {
  const [height, setHeight] = useState(0)
  const { toasts } = sonner.useSonner()
  useEffect(() => {
    const measure = () => {
      let highest = 0
      for (const bar of document.querySelectorAll('[data-foot]')) {
        const { top, bottom, height: own } = bar.getBoundingClientRect()
        if (own > 0 && top < window.innerHeight && bottom > window.innerHeight - NEAR) highest = Math.max(highest, window.innerHeight - top)
      }
      setHeight(highest)
    }
    measure()
    // Drawers come and go as children of the body, and slide in when they are there.
    const observer = new MutationObserver(measure)
    observer.observe(document.body, { childList: true })
    window.addEventListener('resize', measure)
    return () => {
      observer.disconnect()
      window.removeEventListener('resize', measure)
    }
  }, [toasts])
  return height
}

/** The visible half of toaster.tsx, which loads it. */
export function ToasterView({ onReady }: { onReady: (module: typeof sonner) => void }) {
  const tell = useEffectEvent(() => onReady(sonner))
  useEffect(() => tell(), [])
  const bottom = useFoot() + GAP
  return (
    <sonner.Toaster
      position="bottom-right"
      offset={{ bottom, right: GAP }}
      mobileOffset={{ bottom, right: GAP, left: GAP }}
      toastOptions={{
        unstyled: true,
        classNames: {
          toast: 'flex w-full items-start gap-2.5 rounded-lg border border-line-strong bg-panel p-3 font-sans text-sm text-ink shadow-lift',
          title: 'font-semibold',
          description: 'text-hint text-ink-2',
          error: '[&_[data-icon]]:text-failure',
          success: '[&_[data-icon]]:text-success',
          warning: '[&_[data-icon]]:text-warning',
          info: '[&_[data-icon]]:text-running',
          content: 'min-w-0 flex-1',
          actionButton: 'shrink-0 rounded-sm px-2 py-0.5 text-hint font-semibold text-accent-ink hover:bg-hover',
          cancelButton: 'shrink-0 rounded-sm px-2 py-0.5 text-hint text-ink-2 hover:bg-hover',
        },
      }}
    />
  )
}
