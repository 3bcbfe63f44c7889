import { lazy, Suspense, useSyncExternalStore, type ReactNode } from 'react'
import type { ExternalToast } from 'sonner'

type Kind = 'success' | 'error' | 'warning' | 'info' | 'message'

// The library (9 kB) comes with the first message, not with the first page.
const View = lazy(() => import('@/ui/toaster-view').then(({ ToasterView }) => ({ default: ToasterView })))

let wanted = false
const listeners = new Set<() => void>()
let ready: ((sonner: typeof import('sonner')) => void) | undefined
const whenReady = new Promise<typeof import('sonner')>((resolve) => {
  ready = resolve
})

function say(kind: Kind, message: ReactNode, options?: ExternalToast): void {
  wanted = true
  for (const notify of listeners) notify()
  // Only a mounted view hears a message.
  void whenReady.then((sonner) => sonner.toast[kind](message, options))
}

type Say = (message: ReactNode, options?: ExternalToast) => void

/** A passing message: `toast.success('Saved')`, `toast.error(errorLine(error), { action: { label: 'Try again', onClick } })`. */
export const toast: Record<Kind, Say> = {
  success: (message, options) => say('success', message, options),
  error: (message, options) => say('error', message, options),
  warning: (message, options) => say('warning', message, options),
  info: (message, options) => say('info', message, options),
  message: (message, options) => say('message', message, options),
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Once, near the root. */
export function Toaster() {
  const needed = useSyncExternalStore(subscribe, () => wanted)
  if (!needed) return null
  return (
    <Suspense>
      <View onReady={(sonner) => ready?.(sonner)} />
    </Suspense>
  )
}
