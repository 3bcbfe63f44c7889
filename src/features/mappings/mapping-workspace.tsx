import { lazy, Suspense, useDeferredValue, useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { useNavigate, useSearchParams } from 'react-router-dom'
import { CellPanel, type CellPanelHandlers, type PanelTab } from '@/features/mappings/cell-panel'
import { blockOf, readFromEvent, remember, writeToEvent } from '@/features/mappings/cell-clipboard'
import type { Block } from '@/features/mappings/clipboard'
import { cellsInWords, copyRange, fill, paste, setMode, type Edit, type Grid } from '@/features/mappings/edit-cells'
import { GRID_KEYS } from '@/features/mappings/grid-keys'
import type { Mode } from '@/features/mappings/mapping'
import { MappingGrid, type GridHandlers, type GridMenuAt, type MappingGridHandle } from '@/features/mappings/mapping-grid'
import type { ChangedBases } from '@/features/mappings/queries/changed-bases'
import type { MatrixItem, MatrixSite } from '@/features/mappings/queries/matrix'
import { cellCount, columnsOf, followRows, isOneCell, lastRange, selectCell, selectColumns, selectRows, type Range, type Selection } from '@/features/mappings/selection'
import { StatusBar, type StatusBarHandlers } from '@/features/mappings/status-bar'
import { MAPPING_TOAST, useMappingWrites } from '@/features/mappings/use-mapping-writes'
import { useRetryColumns } from '@/features/mappings/use-retry-columns'
import { count } from '@/lib/format'
import { paths } from '@/lib/paths'
import { useShortcut } from '@/lib/shortcuts'
import { useMediaQuery } from '@/lib/use-media-query'
import { withParameters } from '@/lib/use-url-filters'
import { Drawer } from '@/ui/drawer'
import { toast } from '@/ui/toaster'

const GridMenu = lazy(() => import('@/features/mappings/grid-menu').then(({ GridMenu: View }) => ({ default: View })))

/** The address follows the active cell when the keys rest: browsers count how often it changes. */
const ADDRESS_PAUSE_MS = 500

interface MappingWorkspaceProps {
  /** Rows and columns that the filters have left. */
  items: readonly MatrixItem[]
  sites: readonly MatrixSite[]
  /** Every item, for what is of a whole site. */
  allItems?: readonly MatrixItem[]
  typeTitles?: ReadonlyMap<string, string> | null
  changed?: ChangedBases
  readOnly: boolean
}

const NOTHING: ChangedBases = {}

/** The matrix and, beside it, the active cell; where there is no room for both, the cell comes as a drawer. */
export function MappingWorkspace({ items, sites, allItems = items, typeTitles = null, changed = NOTHING, readOnly }: MappingWorkspaceProps) {
  const beside = useMediaQuery('(min-width: 64rem)')
  const grid = useRef<MappingGridHandle>(null)
  const panel = useRef<HTMLElement>(null)
  const navigate = useNavigate()
  const [search, setSearch] = useSearchParams()
  const [drawerOpen, setDrawerOpen] = useState(false)
  const [tab, setTab] = useState(() => tabOf(search.get('panel')))
  const [menu, setMenu] = useState<GridMenuAt | null>(null)
  const [selectMode, setSelectMode] = useState(false)
  const [said, setSaid] = useState('')
  const { pending, pendingOrders, progress, canUndo, canRedo, write, order, undo, redo, readCell, isRead } = useMappingWrites()
  const retryColumns = useRetryColumns()

  const [held, setHeld] = useState(() => {
    const at = { row: items.findIndex(({ id }) => id === search.get('item')), column: sites.findIndex(({ id }) => id === search.get('site')) }
    return { items, sites, selection: selectCell({ row: Math.max(0, at.row), column: Math.max(0, at.column) }), moved: false }
  })
  let { selection } = held
  // Rows and columns come and go while somebody works: the selection stays with its items and sites.
  if (held.items !== items || held.sites !== sites) {
    selection = follow(held, items, sites)
    setHeld({ ...held, items, sites, selection })
  }
  const select = (next: Selection) => setHeld((before) => ({ ...before, selection: next, moved: true }))

  const item = items[selection.active.row]
  const site = sites[selection.active.column]

  const [linked] = useState(selection.active)
  useEffect(() => grid.current?.reveal(linked), [linked])
  useEffect(() => {
    if (item === undefined || site === undefined || (!held.moved && tab === tabOf(search.get('panel')))) return
    const timer = setTimeout(
      () =>
        setSearch((before) => withParameters(before, { ...(held.moved ? { item: item.id, site: site.id } : {}), panel: tab === 'cell' ? null : tab }), {
          replace: true,
          preventScrollReset: true,
        }),
      ADDRESS_PAUSE_MS,
    )
    return () => clearTimeout(timer)
    // Not for what the address says: it follows, it does not lead.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [held.moved, item, site, tab, setSearch])

  const cells: Grid = { items, sites, read: readCell }
  /** Whether all columns are read that are about to be changed: what one cannot see one must not write over. */
  const areRead = (columns: Iterable<number>): boolean => {
    const unread = [...columns].filter((column) => {
      const of = sites[column]
      return of !== undefined && !isRead(of.id)
    }).length
    if (unread > 0) toast.message(`${count('column', unread)} ${unread === 1 ? 'is' : 'are'} still being read. Try again in a moment.`, MAPPING_TOAST)
    return unread === 0
  }
  const apply = (edit: Edit, what: string) => {
    const note = edit.notes.length === 0 ? undefined : edit.notes.join(' ')
    const written = write(edit.changes, (changes) => cellsInWords(cells, changes, what), note)
    if (written === 0 && note !== undefined) toast.message('Nothing was changed', { ...MAPPING_TOAST, description: note })
  }
  const onMode = (mode: Mode | null) => {
    if (!readOnly && areRead(columnsOf(selection))) apply(setMode(cells, selection, mode), mode ?? 'not sent')
  }
  const onFill = (way: 'down' | 'right') => {
    if (readOnly) return
    const { left } = lastRange(selection)
    const columns = columnsOf(selection)
    if (areRead(way === 'right' && isOneCell(selection) && left > 0 ? [left - 1, ...columns] : columns)) apply(fill(cells, selection, way), `filled ${way === 'down' ? 'down' : 'to the right'}`)
  }
  /** The cells to copy, or null with the reason said. */
  const copied = () => {
    if (selection.ranges.length > 1) {
      toast.message('Copying takes one range. Select a single one.', MAPPING_TOAST)
      return null
    }
    return areRead(columnsOf(selection)) ? copyRange(cells, lastRange(selection)) : null
  }
  const afterCopy = (cut: boolean) => {
    const many = count('cell', cellCount(selection))
    if (cut && !readOnly) apply(setMode(cells, selection, null), 'cut')
    else setSaid(`${many} copied.`)
  }
  const pasteBlock = (block: Block | null) => {
    if (readOnly) return
    if (block === null) {
      toast.message('There is nothing to paste. Copy cells first, here or in a spreadsheet.', MAPPING_TOAST)
      return
    }
    const edit = paste(cells, block, selection)
    if (edit.range === null || !areRead(span(edit.range))) return
    const { top, left, bottom, right } = edit.range
    select({ active: { row: top, column: left }, head: { row: bottom, column: right }, ranges: [edit.range] })
    apply(edit, 'pasted')
  }
  const copyByButton = (cut: boolean) => {
    const block = copied()
    if (block === null) return
    navigator.clipboard.writeText(remember(block).text).then(
      () => {
        afterCopy(cut)
        if (!cut) toast.success(`${count('cell', cellCount(selection))} copied`, MAPPING_TOAST)
      },
      () => toast.error('The browser does not let this page write to the clipboard', { ...MAPPING_TOAST, description: 'Press Ctrl or Cmd with C in a cell.' }),
    )
  }
  const pasteByButton = () => {
    navigator.clipboard.readText().then(
      (text) => pasteBlock(blockOf(text)),
      () => toast.error('The browser does not let this page read the clipboard', { ...MAPPING_TOAST, description: 'Press Ctrl or Cmd with V in a cell.' }),
    )
  }
  const wantsPanel = useRef(false)
  const open = (viaKeyboard: boolean) => {
    if (!beside) setDrawerOpen(true)
    else if (viaKeyboard) {
      wantsPanel.current = true
      focusPanel()
    }
  }
  const whole = (what: 'rows' | 'columns') => {
    const size = { rows: items.length, columns: sites.length }
    const { top, bottom, left, right } = lastRange(selection)
    select(what === 'rows' ? selectRows(top, bottom, size, selection.active.column) : selectColumns(left, right, size, selection.active.row))
    grid.current?.focus()
  }
  const openTab = (next: PanelTab) => {
    setTab(next)
    if (!beside) setDrawerOpen(true)
  }

  // One object of functions for good, so that a thousand cells are not drawn again for a new one.
  const now = {
    onSelect: select,
    onAction: (action: Parameters<GridHandlers['onAction']>[0]) => {
      if (action.kind === 'mode') onMode(action.mode)
      else if (action.kind === 'fill') onFill(action.way)
      else if (!readOnly) (action.kind === 'undo' ? undo : redo)()
    },
    onOpen: open,
    onMenu: setMenu,
    onCopy: (event: Parameters<GridHandlers['onCopy']>[0], cut: boolean) => {
      event.preventDefault()
      const block = copied()
      if (block === null) return
      writeToEvent(event.clipboardData, block)
      afterCopy(cut)
    },
    onPaste: (event: Parameters<GridHandlers['onPaste']>[0]) => {
      event.preventDefault()
      pasteBlock(readFromEvent(event.clipboardData))
    },
    onSelectMode: () => setSelectMode(true),
    onRetry: retryColumns,
    onMode,
    onCopyButton: () => copyByButton(false),
    onPasteButton: pasteByButton,
    onUndo: undo,
    onRedo: redo,
    onToggleSelectMode: () => setSelectMode((before) => !before),
    onTab: setTab,
    onWrite: ((of, on, before, after, words) => write([{ itemId: of.id, siteId: on.id, before, after }], words)) satisfies CellPanelHandlers['onWrite'],
    onOrder: order,
  }
  const latest = useRef(now)
  useLayoutEffect(() => {
    latest.current = now
  })
  const handlers = useMemo(
    () => ({
      grid: {
        onSelect: (next) => latest.current.onSelect(next),
        onAction: (action) => latest.current.onAction(action),
        onOpen: (viaKeyboard) => latest.current.onOpen(viaKeyboard),
        onMenu: (at) => latest.current.onMenu(at),
        onCopy: (event, cut) => latest.current.onCopy(event, cut),
        onPaste: (event) => latest.current.onPaste(event),
        onSelectMode: () => latest.current.onSelectMode(),
        onRetry: (siteIds) => latest.current.onRetry(siteIds),
      } satisfies GridHandlers,
      bar: {
        onMode: (mode) => latest.current.onMode(mode),
        onCopy: () => latest.current.onCopyButton(),
        onPaste: () => latest.current.onPasteButton(),
        onUndo: () => latest.current.onUndo(),
        onRedo: () => latest.current.onRedo(),
        onSelectMode: () => latest.current.onToggleSelectMode(),
      } satisfies StatusBarHandlers,
      panel: {
        onTab: (next) => latest.current.onTab(next),
        onWrite: (...cell) => latest.current.onWrite(...cell),
        onOrder: (...act) => latest.current.onOrder(...act),
      } satisfies CellPanelHandlers,
    }),
    [],
  )

  useShortcut('$mod+z', 'Undo', undo, { group: 'Mappings', enabled: !readOnly })
  useShortcut('$mod+Shift+z', 'Redo', redo, { group: 'Mappings', enabled: !readOnly })

  // The panel and the figures follow when there is time: a held arrow key must not wait for them.
  const panelItem = useDeferredValue(item)
  const panelSite = useDeferredValue(site)
  const settled = useDeferredValue(selection)
  const isPanelReady = panelItem === item && panelSite === site
  const focusPanel = () => {
    if (!wantsPanel.current || !isPanelReady) return
    wantsPanel.current = false
    const chosen = panel.current?.querySelector<HTMLElement>('input[type="radio"]:checked')
    ;(chosen ?? panel.current?.querySelector<HTMLElement>('input[type="radio"], button, a'))?.focus()
  }
  useEffect(focusPanel)

  if (item === undefined || site === undefined || panelItem === undefined || panelSite === undefined) return null
  const onPanelKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    event.preventDefault()
    grid.current?.focus()
  }
  const heading = `${panelItem.title} on ${panelSite.name}`
  const panelView = (
    <CellPanel
      item={panelItem}
      site={panelSite}
      allItems={allItems}
      pending={pending}
      pendingOrder={pendingOrders.get(panelSite.id)?.ids}
      tab={tab}
      readOnly={readOnly}
      handlers={handlers.panel}
    />
  )
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_20rem] xl:grid-cols-[minmax(0,1fr)_23rem]">
      <div className="min-w-0">
        <MappingGrid
          ref={grid}
          items={items}
          sites={sites}
          typeTitles={typeTitles}
          selection={selection}
          pending={pending}
          changed={changed}
          selectMode={selectMode}
          handlers={handlers.grid}
          readOnly={readOnly}
        />
        <StatusBar
          items={items}
          sites={sites}
          selection={settled}
          pending={pending}
          progress={progress}
          canUndo={canUndo}
          canRedo={canRedo}
          readOnly={readOnly}
          selectMode={selectMode}
          handlers={handlers.bar}
        />
        <p role="status" className="sr-only">
          {said}
        </p>
      </div>
      {beside ? (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape goes back to the cell from any control in it
        <aside
          ref={panel}
          aria-label="Selected cell"
          onKeyDown={onPanelKeyDown}
          className="sticky top-16 max-h-[calc(100dvh-12.75rem)] min-h-64 overflow-y-auto rounded-lg border border-line bg-panel p-4"
        >
          <h2 className="mb-1.5 text-sm font-semibold break-words">{heading}</h2>
          {panelView}
        </aside>
      ) : (
        <Drawer open={drawerOpen} onOpenChange={setDrawerOpen} title={heading}>
          {panelView}
        </Drawer>
      )}
      {menu !== null && (
        <Suspense>
          <GridMenu
            at={menu}
            item={item.title}
            site={site.name}
            cells={cellCount(selection)}
            readOnly={readOnly}
            onClose={() => {
              setMenu(null)
              grid.current?.focus()
            }}
            actions={{
              onMode,
              onCopy: () => copyByButton(false),
              onCut: () => copyByButton(true),
              onPaste: pasteByButton,
              onFill,
              onWhole: whole,
              onOpenItem: () => void navigate(paths.contentItem.getHref(item.id)),
              onOpenSite: () => void navigate(paths.site.getHref(site.id)),
              onOrder: () => openTab('order'),
            }}
          />
        </Suspense>
      )}
      {GRID_KEYS.map(({ keys, label, writes = false }) => (
        <ListedKey key={keys} keys={keys} label={label} enabled={!writes || !readOnly} />
      ))}
    </div>
  )
}

/** For the list on `?`; the matrix hears its keys by itself while it has the focus. */
function ListedKey({ keys, label, enabled }: { keys: string; label: string; enabled: boolean }) {
  useShortcut(keys, label, () => undefined, { group: 'Mappings, in a cell', enabled, listedOnly: true })
  return null
}

const tabOf = (panel: string | null): PanelTab => (panel === 'preview' || panel === 'order' ? panel : 'cell')

const span = ({ left, right }: Range): number[] => Array.from({ length: right - left + 1 }, (_, index) => left + index)

function follow(held: { items: readonly MatrixItem[]; sites: readonly MatrixSite[]; selection: Selection }, items: readonly MatrixItem[], sites: readonly MatrixSite[]): Selection {
  const rows = new Map(items.map(({ id }, index) => [id, index]))
  const columns = new Map(sites.map(({ id }, index) => [id, index]))
  return followRows(
    held.selection,
    (row) => rows.get(held.items[row]?.id ?? ''),
    (column) => columns.get(held.sites[column]?.id ?? ''),
    { rows: items.length, columns: sites.length },
  )
}
