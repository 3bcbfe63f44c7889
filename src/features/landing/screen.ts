import { Idiomorph } from 'idiomorph'
import { applyHead } from './head.ts'
import { page } from './page.ts'
import { cannotLoad, loading, unknownPage, type Screen } from './states.ts'
import type { View } from './store.ts'

/** What to show for each thing that the store can say. */
export function screenOf(view: View, now: Date): Screen {
  switch (view.kind) {
    case 'page':
      return page(view, now)
    case 'unknown':
      return unknownPage()
    case 'failed':
      return cannotLoad(view.failure, view.retrying)
    case 'loading':
      return loading()
  }
}

/** Brings the page to the given screen. Elements that stay are kept as they are, with focus, selection and finished animations. */
export function show({ head, element }: Screen, root: Element): void {
  if (head) applyHead(head)
  void Idiomorph.morph(root, element, { morphStyle: 'innerHTML' })
}

/** Lets a change of what a visitor is reading fade over, where browser and visitor allow it. */
export function withFade(change: () => void): void {
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  if (calm || document.hidden || !('startViewTransition' in document)) {
    change()
    return
  }
  // Rejects when a newer change cuts the fade short, which is no failure: the change itself is made in any case.
  document.startViewTransition(change).ready.catch(() => undefined)
}
