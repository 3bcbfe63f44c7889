import './styles/frame.css'
import './styles/text.css'
import './styles/parts.css'
import './styles/states.css'
import { envResult } from '@/lib/env'
import { previewHash } from '@/lib/landing-preview'
import { fetchPage, type Backend } from './api.ts'
import { browserStorage, createPageCache } from './cache.ts'
import { parsePagePath, type PageAddress } from './route.ts'
import { screenOf, show, withFade } from './screen.ts'
import { notConfigured, unknownPage } from './states.ts'
import { createLandingStore } from './store.ts'
// Last, as it overrules the designs.
import './styles/media.css'

/** How often times are read anew: "2 min ago", an offer that ends at midnight. */
const tickMs = 15_000

const root = document.getElementById('root') ?? document.body
const address = parsePagePath(window.location.pathname)

if (!envResult.ok) show(notConfigured(envResult.problems), root)
else if (!address) show(unknownPage(), root)
else if (window.location.hash === previewHash && window.parent !== window) void import('./preview.ts').then(({ openPreview }) => openPreview(root))
else open(envResult.env, address)

function open(backend: Backend, pageAddress: PageAddress): void {
  const store = createLandingStore(() => fetchPage(backend, pageAddress), createPageCache(browserStorage(), pageAddress))
  const refresh = () => void store.refresh()
  const draw = () => show(screenOf(store.getView(), new Date()), root)

  let listening = false
  /** Realtime is loaded when a page is on screen, and asked for again at the next occasion where its own script did not arrive. */
  async function goLive(): Promise<void> {
    if (listening || store.getView().kind !== 'page') return
    listening = true
    try {
      const { listen } = await import('./live.ts')
      listen(backend, pageAddress, refresh)
    } catch {
      listening = false
    }
  }
  // The second frame comes after the first is painted.
  const goLiveAfterPaint = () => requestAnimationFrame(() => requestAnimationFrame(() => void goLive()))

  let drawnUpdate = 0
  store.subscribe(() => {
    const view = store.getView()
    const update = view.kind === 'page' ? view.update : drawnUpdate
    if (update === drawnUpdate) draw()
    else withFade(draw)
    drawnUpdate = update
    goLiveAfterPaint()
  })
  draw()
  refresh()
  goLiveAfterPaint()

  setInterval(draw, tickMs)
  root.addEventListener('click', (event) => {
    const button = event.target instanceof Element && event.target.closest('[data-retry]')
    if (button && !button.hasAttribute('aria-disabled')) refresh()
  })

  // Realtime may have been asleep with the tab or cut off with the network: its own recovery takes a while, a glance takes none.
  const glance = () => {
    refresh()
    goLiveAfterPaint()
  }
  window.addEventListener('online', glance)
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) glance()
  })
}
