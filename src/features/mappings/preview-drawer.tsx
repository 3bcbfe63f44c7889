import { useMemo, useState } from 'react'
import type { MatrixSite } from '@/features/mappings/queries/matrix'
import { describeError } from '@/lib/errors'
import { count, formatBytes } from '@/lib/format'
import { useContentTypes } from '@/lib/queries/content-types'
import { usePayloadPreview } from '@/lib/queries/payload-preview'
import { Drawer } from '@/ui/drawer'
import { ErrorState } from '@/ui/error-state'
import { JsonView } from '@/ui/json-view'
import { Notice } from '@/ui/notice'
import { PayloadCards } from '@/ui/payload-cards'
import { SegmentedControl } from '@/ui/segmented-control'
import { Skeleton } from '@/ui/skeleton'

type View = 'cards' | 'json'
const VIEWS = [
  { value: 'cards', label: 'Cards' },
  { value: 'json', label: 'JSON' },
] as const

interface PreviewDrawerProps {
  site: MatrixSite
  open: boolean
  onOpenChange: (open: boolean) => void
}

export function PreviewDrawer({ site, open, onOpenChange }: PreviewDrawerProps) {
  return (
    <Drawer
      open={open}
      onOpenChange={onOpenChange}
      size="lg"
      title={`What ${site.name} will receive`}
      description="Published items that are mapped to it, with its overrides, in its order. Nothing is sent before a run."
    >
      <Preview site={site} />
    </Drawer>
  )
}

function Preview({ site }: { site: MatrixSite }) {
  const { data, error, refetch } = usePayloadPreview(site.id)
  const types = useContentTypes()
  const [view, setView] = useState<View>('cards')
  const byName = useMemo(() => new Map((types.data ?? []).map((type) => [type.name, type])), [types.data])
  if (error !== null) return <ErrorState {...describeError(error)} onRetry={() => void refetch()} />
  if (data === undefined) {
    return (
      <div aria-busy className="flex flex-col gap-3">
        <Skeleton className="w-40" />
        <Skeleton className="h-24" />
      </div>
    )
  }
  return (
    <div className="flex flex-col gap-3">
      <div className="flex items-center justify-between gap-3">
        <SegmentedControl<View> aria-label="Show as" value={view} onValueChange={setView} segments={VIEWS} />
        <span className="text-hint text-ink-3">
          {count('item', data.itemCount)}, {formatBytes(data.bytes)}
        </span>
      </div>
      {data.payload === null && <Notice tone="failure" title="This cannot be sent">{data.problem}</Notice>}
      {data.payload !== null && view === 'json' && <JsonView value={data.payload} text={data.body} depth={4} label="the payload" />}
      {data.payload !== null && view === 'cards' && (
        <PayloadCards items={data.payload.items} types={byName} empty="No published item is mapped to this site: it would receive an empty list." />
      )}
    </div>
  )
}
