import { XIcon } from '@phosphor-icons/react/X'
import { Dialog as Radix } from 'radix-ui'
import { lazy, Suspense, useState, type ReactNode } from 'react'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { overlayClass, type DialogProps } from '@/ui/dialog'
import { IconButton } from '@/ui/icon-button'
import { UnsavedChanges } from '@/ui/unsaved-changes'

const ConfirmDialog = lazy(() => import('@/ui/confirm-dialog').then((module) => ({ default: module.ConfirmDialog })))

interface DrawerProps extends Omit<DialogProps, 'size'> {
  /** `xl` for comparisons. */
  size?: 'md' | 'lg' | 'xl'
  /** At the right of the title: a copy button, a menu. */
  actions?: ReactNode
  /**
   * Something was typed that is not saved: closing it, going back and following a link ask first. Closing it from outside, after a
   * save, does not; a save that also navigates is not dirty any more while it is under way.
   */
  dirty?: boolean
}

const QUESTION = { title: 'Close without saving?', confirmLabel: 'Discard', cancelLabel: 'Keep editing' }
const isUnsaved = () => true

/** A panel from the right for one record in its context; closes with Escape and gives the focus back. */
export function Drawer({ open, onOpenChange, title, description, actions, footer, size = 'md', dirty = false, children }: DrawerProps) {
  /** undefined: not once. */
  const [asking, setAsking] = useState<boolean>()

  return (
    <Radix.Root open={open} onOpenChange={(next) => (!next && dirty ? setAsking(true) : onOpenChange(next))}>
      <Radix.Portal>
        <Radix.Overlay className={overlayClass} />
        <Radix.Content
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
          className={cn(
            'fixed inset-y-0 right-0 z-50 flex w-full flex-col border-l border-line-strong bg-panel data-[state=closed]:animate-slide-out data-[state=open]:animate-slide-in',
            size === 'xl' ? 'sm:max-w-2xl lg:max-w-4xl' : size === 'lg' ? 'sm:max-w-2xl' : 'sm:max-w-md',
          )}
        >
          <header className="flex items-start justify-between gap-3 border-b border-line px-4 py-3">
            <div className="min-w-0">
              <Radix.Title className="text-base font-semibold text-ink">{title}</Radix.Title>
              {description !== undefined && <Radix.Description className="mt-0.5 text-hint text-ink-2">{description}</Radix.Description>}
            </div>
            <div className="flex shrink-0 items-center gap-2">
              {actions}
              <Radix.Close asChild>
                <IconButton label="Close" tooltip={false} size="sm" icon={<XIcon aria-hidden />} />
              </Radix.Close>
            </div>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto p-4">{children}</div>
          {footer !== undefined && (
            // Toasts keep clear of what is marked so (toaster-view.tsx).
            <footer data-foot className="flex flex-wrap justify-end gap-2 border-t border-line px-4 py-3">
              {footer}
            </footer>
          )}
          {asking !== undefined && (
            <Suspense>
              <ConfirmDialog {...QUESTION} open={asking} onOpenChange={setAsking} description="What you have typed here would be lost." onConfirm={() => onOpenChange(false)} />
            </Suspense>
          )}
          {open && dirty && <UnsavedChanges {...QUESTION} isUnsaved={isUnsaved} what="What you have typed here" onLeave={() => onOpenChange(false)} />}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

/** The button at a drawer's foot that leaves it; with unsaved changes it asks, as Escape and the cross do. */
export function DrawerClose({ children = 'Cancel' }: { children?: ReactNode }) {
  return (
    <Radix.Close asChild>
      <Button>{children}</Button>
    </Radix.Close>
  )
}
