import { previewPage, previewReady } from '@/lib/landing-preview'
import { noChanges } from './changes.ts'
import { parsePage } from './page-data.ts'
import { screenOf, show } from './screen.ts'

/** Renders what the editor around this frame sends, as the page itself would. Only our own origin is listened to. */
export function openPreview(root: Element): void {
  let isFirst = true
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.origin !== window.location.origin || event.source !== window.parent) return
    const { data } = event
    if (typeof data !== 'object' || data === null || !('type' in data) || data.type !== previewPage || !('page' in data)) return
    const page = parsePage(data.page)
    if (page === null) return
    show(screenOf({ kind: 'page', page, changes: noChanges, update: 0, unreachable: false }, new Date()), root)
    if (!isFirst || !('item' in data) || typeof data.item !== 'string') return
    isFirst = false
    // Not scrollIntoView: it would scroll the editor around this frame as well.
    const top = document.getElementById(`item-${data.item}`)?.getBoundingClientRect().top ?? 0
    if (top > window.innerHeight / 2) window.scrollBy(0, top)
  })
  // A preview leads nowhere.
  window.addEventListener('click', (event) => {
    if (event.target instanceof Element && event.target.closest('a') !== null) event.preventDefault()
  }, true)
  window.parent.postMessage({ type: previewReady }, window.location.origin)
}
