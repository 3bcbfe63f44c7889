import type { ContentSchema } from '@core/content-schema'
import { DesktopIcon } from '@phosphor-icons/react/Desktop'
import { DeviceMobileIcon } from '@phosphor-icons/react/DeviceMobile'
import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import { useItemSites } from '@/features/content/queries/item-sites'
import { useItemPreview, type ItemPreview } from '@/features/content/queries/preview-item'
import { useSiteNames } from '@/features/content/queries/site-names'
import type { Work } from '@/features/content/queries/working-copy'
import { describeError } from '@/lib/errors'
import { count } from '@/lib/format'
import { previewHash, previewPage, previewReady } from '@/lib/landing-preview'
import { paths } from '@/lib/paths'
import { useDelayed } from '@/lib/use-delayed'
import { Card } from '@/ui/card'
import { Combobox } from '@/ui/combobox'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { fieldLabel } from '@/ui/schema-control/widget'
import { SegmentedControl } from '@/ui/segmented-control'
import { Skeleton } from '@/ui/skeleton'

interface SitePreviewProps {
  itemId: string | null
  typeId: string
  schema: ContentSchema
  /** What stands in the form. */
  work: Work
  siteId: string | null
  onSite: (siteId: string) => void
}

type Device = 'phone' | 'desktop'
const WIDTH: Record<Device, number> = { phone: 390, desktop: 1280 }
const HEIGHT = 760

/** A pause in typing that is worth an answer of the database. */
const PAUSE_MS = 200

/** The page of a site as it would be with what stands in the form: the landing page itself, in a frame. */
export function SitePreview({ itemId, typeId, schema, work, siteId, onSite }: SitePreviewProps) {
  const sites = useSiteNames()
  const mapped = useItemSites(itemId)
  const [device, setDevice] = useState<Device>('phone')
  const modes = useMemo(() => new Map(mapped.data?.map((site) => [site.siteId, site.mode])), [mapped.data])
  // The sites that get it come first: they are what one wants to see.
  const options = useMemo(() => {
    const rank = (id: string) => (modes.has(id) ? (modes.get(id) === 'block' ? 1 : 0) : 2)
    return (sites.data ?? [])
      .map(({ id, name }) => ({ value: id, label: `${name} (${modeWords(modes.get(id))})` }))
      .sort((a, b) => rank(a.value) - rank(b.value) || a.label.localeCompare(b.label))
  }, [sites.data, modes])
  const isReady = sites.data !== undefined && (itemId === null || mapped.data !== undefined)
  const shown = options.some(({ value }) => value === siteId) ? siteId : isReady ? (options[0]?.value ?? null) : null
  const settled = useDelayed(work, PAUSE_MS)
  const preview = useItemPreview(shown === null ? null : { siteId: shown, itemId, typeId, work: { title: settled.title.trim(), data: settled.data } })

  const failure = [sites, mapped, preview].find(({ error, data }) => error !== null && data === undefined)?.error ?? null
  return (
    <Card title="As on the site" actions={
      <SegmentedControl<Device>
        aria-label="Width"
        value={device}
        onValueChange={setDevice}
        segments={[
          { value: 'phone', label: 'Phone', icon: <DeviceMobileIcon aria-hidden /> },
          { value: 'desktop', label: 'Desktop', icon: <DesktopIcon aria-hidden /> },
        ]}
      />
    }>
      {failure !== null ? (
        <ErrorState {...describeError(failure)} onRetry={() => void Promise.all([sites.refetch(), mapped.refetch(), preview.refetch()])} />
      ) : isReady && options.length === 0 ? (
        <EmptyState title="There is no site yet" detail="Create one under Sites; then this shows the item as its page would." />
      ) : (
        <>
          <div className="mb-2 flex flex-wrap items-center gap-x-3 gap-y-1.5">
            {shown !== null && <Combobox aria-label="Site" value={shown} onValueChange={onSite} options={options} nothingFound="No site is called that." className="w-full sm:w-80" />}
            <p role="status" className="text-hint text-ink-2">
              {preview.data === undefined ? '' : sentence(preview.data, schema)}
            </p>
          </div>
          {preview.data === undefined ? <Skeleton className="h-120 rounded-md" /> : <Frame preview={preview.data} device={device} />}
        </>
      )}
    </Card>
  )
}

function modeWords(mode: string | undefined): string {
  return mode === undefined ? 'not mapped' : mode === 'override' ? 'overrides' : mode === 'block' ? 'blocked' : 'full'
}

function sentence({ mode, overridden, items }: ItemPreview, schema: ContentSchema): string {
  const others = items.length - 1
  switch (mode) {
    case null:
      return 'Not mapped to this site: so it would look there.'
    case 'block':
      return 'Blocked here: this is the page without it.'
    case 'override':
      return overridden.length === 0 ? 'No field is overridden here.' : `${count('field', overridden.length)} overridden here: ${overridden.map((name) => fieldLabel(name, schema.properties[name])).join(', ')}.`
    case 'full':
      return others > 0 ? `With the ${count('other item', others)} of this site.` : 'The only item of this site.'
  }
}

function Frame({ preview, device }: { preview: ItemPreview; device: Device }) {
  const box = useRef<HTMLDivElement>(null)
  const frame = useRef<HTMLIFrameElement>(null)
  const [width, setWidth] = useState(0)
  const [isReady, setReady] = useState(false)

  const tell = useEffectEvent(() => {
    const page = {
      organization: preview.organization,
      site: preview.site,
      sequence: 0,
      received_at: null,
      payload: { items: preview.items },
    }
    frame.current?.contentWindow?.postMessage({ type: previewPage, page, item: preview.item.id }, window.location.origin)
  })
  useEffect(() => {
    const listen = (event: MessageEvent<unknown>) => {
      if (event.origin !== window.location.origin || event.source !== frame.current?.contentWindow) return
      const { data } = event
      if (typeof data !== 'object' || data === null || !('type' in data) || data.type !== previewReady) return
      setReady(true)
      tell()
    }
    window.addEventListener('message', listen)
    return () => window.removeEventListener('message', listen)
  }, [])
  useEffect(() => {
    if (isReady) tell()
  }, [isReady, preview])
  useEffect(() => {
    if (box.current === null) return
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0))
    observer.observe(box.current)
    return () => observer.disconnect()
  }, [])

  // The page keeps the width that is asked for; where there is less, it is shown smaller.
  const scale = width === 0 ? 1 : Math.min(1, width / WIDTH[device])
  const height = HEIGHT * Math.max(scale, 0.6)
  return (
    <div ref={box} className="flex justify-center overflow-hidden rounded-md border border-line bg-sunk" style={{ height }}>
      <div className="h-full shrink-0" style={{ width: WIDTH[device] * scale }}>
        <iframe
          ref={frame}
          title={`${preview.site.name}, as its visitors would see it`}
          src={`${paths.landing.getHref(preview.organization.slug, preview.site.slug)}${previewHash}`}
          className="block origin-top-left border-0 bg-white"
          style={{ width: WIDTH[device], height: height / scale, transform: `scale(${scale})` }}
        />
      </div>
    </div>
  )
}
