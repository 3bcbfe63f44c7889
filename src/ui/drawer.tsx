import { XIcon } from '@phosphor-icons/react/X'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { cn } from '@/ui/cn'
import { overlayClass, type DialogProps } from '@/ui/dialog'
import { IconButton } from '@/ui/icon-button'

interface DrawerProps extends Omit<DialogProps, 'size'> {
  size?: 'md' | 'lg'
  /** At the right of the title: a copy button, a menu. */
  actions?: ReactNode
}

/** A panel from the right for one record in its context; closes with Escape and gives the focus back. */
export function Drawer({ open, onOpenChange, title, description, actions, footer, size = 'md', children }: DrawerProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={overlayClass} />
        <Radix.Content
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
          className={cn(
            'fixed inset-y-0 right-0 z-50 flex w-full flex-col border-l border-line-strong bg-panel data-[state=closed]:animate-slide-out data-[state=open]:animate-slide-in',
            size === 'lg' ? 'sm:max-w-2xl' : 'sm:max-w-md',
          )}
        >
          <header className="flex items-start justify-between gap-3 border-b border-line px-4 py-3">
            <div className="min-w-0">
              <Radix.Title className="text-base font-semibold text-ink">{title}</Radix.Title>
              {description !== undefined && <Radix.Description className="mt-0.5 text-hint text-ink-2">{description}</Radix.Description>}
            </div>
            <div className="flex items-center gap-1">
              {actions}
              <Radix.Close asChild>
                <IconButton label="Close" size="sm" icon={<XIcon aria-hidden />} />
              </Radix.Close>
            </div>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto p-4">{children}</div>
          {footer !== undefined && <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-4 py-3">{footer}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
