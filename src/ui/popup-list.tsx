import { Popover } from 'radix-ui'
import type { ReactNode, RefObject } from 'react'
import { cn } from '@/ui/cn'

interface PopupListProps {
  anchor: RefObject<HTMLElement | null>
  /** The field that it belongs to: pressing there is not pressing outside. */
  field: RefObject<HTMLElement | null>
  container: HTMLElement | undefined
  onOpened?: () => void
  onClose: () => void
  className?: string
  children: ReactNode
}

/** The list under a field that is typed in, with its positioning: loaded when one opens. */
export function PopupList({ anchor, field, container, onOpened, onClose, className, children }: PopupListProps) {
  return (
    <Popover.Root open onOpenChange={(open) => { if (!open) onClose() }}>
      <Popover.Anchor virtualRef={anchor} />
      <Popover.Portal container={container}>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          // The focus stays in the field: the list is moved in from there.
          onOpenAutoFocus={(event) => {
            event.preventDefault()
            onOpened?.()
          }}
          onCloseAutoFocus={(event) => event.preventDefault()}
          onInteractOutside={(event) => {
            if (event.target === field.current) event.preventDefault()
          }}
          // Not a dialog, which Popover would make of it: it is the list of the field.
          role="presentation"
          className={cn('z-50 w-(--radix-popover-trigger-width) overflow-hidden rounded-md border border-line-strong bg-panel shadow-lift data-[state=open]:animate-pop-in', className)}
        >
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
