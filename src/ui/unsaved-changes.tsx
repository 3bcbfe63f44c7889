import { useEffect, useRef } from 'react'
import { useBlocker } from 'react-router-dom'
import { ConfirmDialog } from '@/ui/confirm-dialog'

interface UnsavedChangesProps {
  /** Asked at the moment of leaving, so that a save may let itself pass. */
  isUnsaved: () => boolean
  /** What would be lost: `Your changes to "Fall Savings Event"`. */
  what: string
}

/** Asks before a navigation or a closed tab throws away what was typed. */
export function UnsavedChanges({ isUnsaved, what }: UnsavedChangesProps) {
  const blocker = useBlocker(({ currentLocation, nextLocation }) => currentLocation.pathname !== nextLocation.pathname && isUnsaved())
  // A blocker that was told to proceed must not be reset: going back, the history moves only later.
  const leaving = useRef(false)

  useEffect(() => {
    const onBeforeUnload = (event: BeforeUnloadEvent) => {
      if (isUnsaved()) event.preventDefault()
    }
    window.addEventListener('beforeunload', onBeforeUnload)
    return () => window.removeEventListener('beforeunload', onBeforeUnload)
  }, [isUnsaved])

  return (
    <ConfirmDialog
      open={blocker.state === 'blocked'}
      onOpenChange={(open) => {
        if (!open && blocker.state === 'blocked' && !leaving.current) blocker.reset()
      }}
      title="Leave without saving?"
      description={`${what} would be lost.`}
      confirmLabel="Leave"
      cancelLabel="Stay"
      onConfirm={() => {
        leaving.current = true
        blocker.proceed?.()
      }}
    />
  )
}
