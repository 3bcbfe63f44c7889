import { useQuery } from '@tanstack/react-query'
import { useRef, useState, type KeyboardEvent } from 'react'
import type { GridPlace } from '@/features/mappings/grid-keys'
import { withMode, type Mapping, type Mode } from '@/features/mappings/mapping'
import { MappingGrid, type MappingGridHandle } from '@/features/mappings/mapping-grid'
import { MappingPanel, modeWords } from '@/features/mappings/mapping-panel'
import { PreviewDrawer } from '@/features/mappings/preview-drawer'
import { columnQuery, type MatrixItem, type MatrixSite } from '@/features/mappings/queries/matrix'
import { cellKey, useMappingWrites } from '@/features/mappings/use-mapping-writes'
import { count } from '@/lib/format'
import { useContentTypes } from '@/lib/queries/content-types'
import { useMediaQuery } from '@/lib/use-media-query'
import { Chip } from '@/ui/chip'
import { Drawer } from '@/ui/drawer'

interface MappingWorkspaceProps {
  items: readonly MatrixItem[]
  sites: readonly MatrixSite[]
  readOnly: boolean
}

/** The matrix and, beside it, the selected cell; where there is no room for both, the cell comes as a drawer. */
export function MappingWorkspace({ items, sites, readOnly }: MappingWorkspaceProps) {
  const beside = useMediaQuery('(min-width: 64rem)')
  const grid = useRef<MappingGridHandle>(null)
  const panel = useRef<HTMLElement>(null)
  // By id: rows and columns come and go while somebody works.
  const [selected, setSelected] = useState<{ itemId: string; siteId: string } | null>(null)
  const [drawerOpen, setDrawerOpen] = useState(false)
  const [previewOpen, setPreviewOpen] = useState(false)
  const { pending, write, undo } = useMappingWrites()
  const types = useContentTypes()

  const place: GridPlace = {
    row: Math.max(0, items.findIndex(({ id }) => id === selected?.itemId)),
    column: Math.max(0, sites.findIndex(({ id }) => id === selected?.siteId)),
  }
  const item = items[place.row]
  const site = sites[place.column]
  const column = useQuery({ ...columnQuery(site?.id ?? ''), enabled: site !== undefined })
  if (item === undefined || site === undefined) return null

  const written = pending.get(cellKey({ siteId: site.id, itemId: item.id }))
  const mapping: Mapping | null | undefined = written !== undefined ? written.mapping : column.data === undefined ? undefined : (column.data.cells[item.id] ?? null)
  const writeCell = (after: Mapping | null, words: string) => {
    if (mapping !== undefined) write({ siteId: site.id, itemId: item.id, before: mapping, after }, words)
  }
  const setMode = (mode: Mode | null) => {
    if (mapping === undefined) return
    const lost = mapping?.mode === 'override' && mode !== 'override' ? Object.keys(mapping.overrides).length : 0
    writeCell(withMode(mapping, mode), `${modeWords(item, site, mode ?? 'none')}${lost > 0 ? `, ${count('override', lost)} dropped` : ''}`)
  }
  const open = (viaKeyboard: boolean) => {
    if (!beside) setDrawerOpen(true)
    else if (viaKeyboard) {
      const chosen = panel.current?.querySelector<HTMLElement>('[role="radio"][aria-checked="true"]')
      ;(chosen ?? panel.current?.querySelector<HTMLElement>('button, a'))?.focus()
    }
  }
  const onPanelKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    event.preventDefault()
    grid.current?.focus()
  }

  const overridden = mapping?.mode === 'override' ? Object.keys(mapping.overrides).length : 0
  const chip = overridden > 0 && <Chip tone="accent">{overridden} overridden</Chip>
  const panelView = (
    <MappingPanel
      key={cellKey({ siteId: site.id, itemId: item.id })}
      item={item}
      site={site}
      type={types.data?.find(({ id }) => id === item.typeId)}
      mapping={mapping}
      onWrite={writeCell}
      onPreview={() => setPreviewOpen(true)}
      readOnly={readOnly}
    />
  )
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <div className="min-w-0">
        <MappingGrid
          ref={grid}
          items={items}
          sites={sites}
          selected={place}
          onSelect={({ row, column: at }) => {
            const nextItem = items[row]
            const nextSite = sites[at]
            if (nextItem !== undefined && nextSite !== undefined) setSelected({ itemId: nextItem.id, siteId: nextSite.id })
          }}
          pending={pending}
          onMode={setMode}
          onOpen={open}
          onUndo={undo}
          readOnly={readOnly}
        />
        <p className="mt-2 text-hint text-ink-3">
          {count('item', items.length)}, {count('site', sites.length)}. Archived items are left out.
        </p>
      </div>
      {beside ? (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape goes back to the cell from any control in it
        <aside
          ref={panel}
          aria-label="Selected cell"
          onKeyDown={onPanelKeyDown}
          className="sticky top-16 max-h-[calc(100dvh-6rem)] overflow-y-auto rounded-lg border border-line bg-panel p-4"
        >
          <h2 className="mb-3 flex flex-wrap items-center gap-x-2 gap-y-1 text-sm font-semibold">
            <span className="min-w-0 break-words">
              {item.title} on {site.name}
            </span>
            {chip}
          </h2>
          {panelView}
        </aside>
      ) : (
        <Drawer open={drawerOpen} onOpenChange={setDrawerOpen} title={`${item.title} on ${site.name}`} actions={chip}>
          {panelView}
        </Drawer>
      )}
      <PreviewDrawer site={site} open={previewOpen} onOpenChange={setPreviewOpen} />
    </div>
  )
}
