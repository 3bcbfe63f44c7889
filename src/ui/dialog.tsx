import { XIcon } from '@phosphor-icons/react/X'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { cn } from '@/ui/cn'
import { IconButton } from '@/ui/icon-button'

export interface DialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  /** One sentence under the title. */
  description?: ReactNode
  /** Buttons, the primary one last. */
  footer?: ReactNode
  size?: 'sm' | 'md' | 'lg'
  /** Covers dialogs that are open already: they asked for this one. */
  above?: boolean
  children?: ReactNode
}

const SIZE = { sm: 'max-w-md', md: 'max-w-xl', lg: 'max-w-3xl' } as const

export const overlayClass = 'fixed inset-0 z-40 bg-overlay data-[state=open]:animate-fade-in data-[state=closed]:animate-fade-out'

export function Dialog({ open, onOpenChange, title, description, footer, size = 'sm', above = false, children }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={cn(overlayClass, above && 'z-60')} />
        <Radix.Content
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
          className={cn(
            'fixed inset-x-0 top-[12vh] z-50 mx-auto flex max-h-[76vh] w-[calc(100%-2rem)] flex-col rounded-lg border border-line-strong bg-panel shadow-lift data-[state=open]:animate-pop-in',
            SIZE[size],
            above && 'z-60',
          )}
        >
          <header className="flex items-start justify-between gap-3 px-4 pt-3.5 pb-2">
            <div className="min-w-0">
              <Radix.Title className="text-base font-semibold text-ink">{title}</Radix.Title>
              {description !== undefined && <Radix.Description className="mt-0.5 text-sm text-ink-2">{description}</Radix.Description>}
            </div>
            <Radix.Close asChild>
              <IconButton label="Close" tooltip={false} size="sm" icon={<XIcon aria-hidden />} />
            </Radix.Close>
          </header>
          {children !== undefined && <div className="min-h-0 overflow-y-auto px-4 pt-1 pb-4">{children}</div>}
          {footer !== undefined && <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-4 py-3">{footer}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
