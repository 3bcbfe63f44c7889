import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { useBlocker } from 'react-router-dom'

// The question (12 kB with Radix' dialog) comes once something is typed that could be lost.
const load = () => import('@/ui/confirm-dialog').then(({ ConfirmDialog: View }) => ({ default: View }))
const ConfirmDialog = lazy(load)

interface UnsavedChangesProps {
  /** Asked at the moment of leaving, so that a save may let itself pass. */
  isUnsaved: () => boolean
  /** What would be lost: `Your changes to "Fall Savings Event"`. */
  what: string
  title?: string
  confirmLabel?: string
  cancelLabel?: string
  /** It is left, and what was typed is dropped. */
  onLeave?: () => void
}

/**
 * Asks before a navigation (a link, the browser's Back) or a closed tab throws away what was typed. A router knows one question at
 * a time: mount it only while there is something to lose where a page may hold more than one.
 */
export function UnsavedChanges({ isUnsaved, what, title = 'Leave without saving?', confirmLabel = 'Leave', cancelLabel = 'Stay', onLeave }: UnsavedChangesProps) {
  const blocker = useBlocker(({ currentLocation, nextLocation }) => currentLocation.pathname !== nextLocation.pathname && isUnsaved())
  // A blocker that was told to proceed must not be reset: going back, the history moves only later.
  const leaving = useRef(false)
  const isBlocked = blocker.state === 'blocked'
  const [isAsked, setAsked] = useState(isBlocked)
  if (isBlocked && !isAsked) setAsked(true)

  useEffect(() => {
    const onInput = () => void load().catch(() => undefined)
    window.addEventListener('input', onInput, { once: true })
    return () => window.removeEventListener('input', onInput)
  }, [])
  useEffect(() => {
    const onBeforeUnload = (event: BeforeUnloadEvent) => {
      if (isUnsaved()) event.preventDefault()
    }
    window.addEventListener('beforeunload', onBeforeUnload)
    return () => window.removeEventListener('beforeunload', onBeforeUnload)
  }, [isUnsaved])

  if (!isAsked) return null
  return (
    <Suspense>
      <ConfirmDialog
        open={isBlocked}
        onOpenChange={(open) => {
          if (!open && blocker.state === 'blocked' && !leaving.current) blocker.reset()
        }}
        title={title}
        description={`${what} would be lost.`}
        confirmLabel={confirmLabel}
        cancelLabel={cancelLabel}
        onConfirm={() => {
          leaving.current = true
          blocker.proceed?.()
          onLeave?.()
        }}
      />
    </Suspense>
  )
}
