import { useEffect, useEffectEvent } from 'react'
import * as sonner from 'sonner'

/** The visible half of toaster.tsx, which loads it. */
export function ToasterView({ onReady }: { onReady: (module: typeof sonner) => void }) {
  const tell = useEffectEvent(() => onReady(sonner))
  useEffect(() => tell(), [])
  return (
    <sonner.Toaster
      position="bottom-right"
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
