import { lazy, Suspense, useCallback, useRef, useState, type FocusEvent } from 'react'
import { useNavigate, useSearchParams } from 'react-router-dom'
import { FieldCompany } from '@/features/content/editor/company'
import type { OwnWork } from '@/features/content/editor/draft-keeper'
import { ItemHistoryCard, ItemSitesCard, ReadinessCard, StrangersNote } from '@/features/content/editor/item-aside'
import { ItemFormFields } from '@/features/content/editor/item-form-fields'
import { ItemHeader } from '@/features/content/editor/item-header'
import { ItemSaveBar } from '@/features/content/editor/item-save-bar'
import { PublishWindowCard } from '@/features/content/editor/publish-window-card'
import { useCompany } from '@/features/content/editor/use-company'
import { useItemEditor, type ItemEditorState } from '@/features/content/editor/use-item-editor'
import { useNeighbours } from '@/features/content/editor/use-neighbours'
import type { ItemStatus } from '@/features/content/item-status'
import { listHref } from '@/features/content/last-list'
import type { Item } from '@/features/content/queries/item'
import { paths } from '@/lib/paths'
import type { ContentType } from '@/lib/queries/content-types'
import { useHasRole, useOrganizationId } from '@/lib/session'
import { useShortcut } from '@/lib/shortcuts'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { cn } from '@/ui/cn'
import { Notice } from '@/ui/notice'
import { RelativeTime } from '@/ui/relative-time'
import { SegmentedControl } from '@/ui/segmented-control'
import { Skeleton } from '@/ui/skeleton'
import { toast } from '@/ui/toaster'
import { UnsavedChanges } from '@/ui/unsaved-changes'

// Two people rarely save the same item.
const ConflictPanel = lazy(() => import('@/features/content/editor/conflict-panel').then((module) => ({ default: module.ConflictPanel })))
const SitePreview = lazy(() => import('@/features/content/editor/site-preview').then(({ SitePreview: View }) => ({ default: View })))
const QuickPreviewDrawer = lazy(() => import('@/features/content/preview/quick-preview-drawer').then(({ QuickPreviewDrawer: View }) => ({ default: View })))

/** Where there is no room for both beside each other. */
type Pane = 'form' | 'page'
const PANES = [
  { value: 'form', label: 'Form' },
  { value: 'page', label: 'Page' },
] as const

interface ItemEditorProps {
  item: Item | null
  type: ContentType
  own: OwnWork
  userId: string
  /** It is not there any more. */
  deleted: boolean
}

export function ItemEditor({ item, type, own, userId, deleted }: ItemEditorProps) {
  const navigate = useNavigate()
  const organizationId = useOrganizationId()
  const isEditor = useHasRole('editor')
  const box = useRef<HTMLFormElement>(null)
  const [search, setSearch] = useSearchParams()
  const editor = useItemEditor({
    item,
    own,
    userId,
    deleted,
    typeId: type.id,
    typeRevision: type.revision,
    schema: type.schema,
    onCreated: (created) => void navigate(paths.contentItem.getHref(created.id), { replace: true }),
  })
  const { base, dirty, gone, isAtRisk } = editor
  const { companions, say } = useCompany(base?.id ?? null, userId, isEditor)
  // Asked as the page is left: nearly always the draft is kept, and nobody need be asked anything.
  const isUnsaved = useCallback(() => isAtRisk(), [isAtRisk])
  const [pane, setPane] = useState<Pane>('form')
  const tab = search.get('tab')
  const isPreviewing = tab === 'preview'

  const setParams = (changes: Record<string, string | null>, replace = false) =>
    setSearch((before) => {
      const next = new URLSearchParams(before)
      for (const [key, value] of Object.entries(changes)) {
        if (value === null) next.delete(key)
        else next.set(key, value)
      }
      return next
    }, { replace })
  const togglePreview = () => setParams({ tab: isPreviewing ? null : 'preview', site: null })
  const showHistory = () => setParams({ tab: 'history' })

  const goTo = (name: string) => {
    const place = name === 'conflict' ? box.current?.querySelector<HTMLElement>('[data-conflict]') : box.current?.querySelector<HTMLElement>(`[data-field="${CSS.escape(name)}"]`)
    place?.scrollIntoView({ block: 'center' })
    const control = place?.matches('input') === true ? place : place?.querySelector<HTMLElement>('input, textarea, [contenteditable=true], button[role="combobox"], button')
    control?.focus({ preventScroll: true })
  }
  const save = (status: ItemStatus) => {
    const obstacle = editor.submit(status)
    // The words at the field appear with the next render; the field itself is there already.
    if (obstacle !== null) goTo(obstacle)
  }
  const canSave = isEditor && !gone

  useShortcut('$mod+s', 'Save', () => { if (dirty) save(editor.status ?? 'draft') }, { enabled: canSave, inFields: true })
  useShortcut('$mod+Enter', 'Publish', () => { if (dirty || editor.status !== 'published') save('published') }, { enabled: canSave, inFields: true })
  useShortcut('Escape', 'Back to the list', () => void navigate(listHref(organizationId)))
  useShortcut('e', 'Edit the first field', () => goTo('title'), { enabled: canSave })
  useShortcut('p', 'Preview as on the site', togglePreview)
  useShortcut('h', 'History', showHistory, { enabled: base !== null })
  useNeighbours(base?.id ?? null)

  const discard = () => {
    const undo = editor.discard()
    toast.success('Your draft was discarded', { action: { label: 'Undo', onClick: undo } })
  }
  const onFocus = ({ target }: FocusEvent) => say(target.closest('[data-field]')?.getAttribute('data-field') ?? null)

  return (
    <>
      <ItemHeader
        item={base}
        typeTitle={type.title}
        dirty={dirty}
        companions={companions}
        isPreviewing={isPreviewing}
        onPreview={togglePreview}
        onHistory={showHistory}
        onStatus={save}
      />
      <div className="flex flex-col gap-3 not-empty:mb-4">
        {!isEditor && (
          <Notice title="You can read this, not change it">Your role is viewer. An admin of the organization can make you an editor.</Notice>
        )}
        {gone && (
          <Notice tone="failure" title="This item was deleted meanwhile">
            Nothing was saved. Copy what you want to keep before you leave.
          </Notice>
        )}
        {isEditor && !gone && <Found own={own} dirty={dirty} onDiscard={discard} />}
        {isEditor && editor.strangers.length > 0 && (
          <Notice tone="warning">
            <StrangersNote names={editor.strangers} onRemove={editor.removeStrangers} />
          </Notice>
        )}
      </div>
      {isPreviewing && (
        <SegmentedControl<Pane> aria-label="Show" value={pane} onValueChange={setPane} segments={PANES} className="mb-3 xl:hidden" />
      )}
      <div className={cn('grid items-start gap-6', isPreviewing ? 'xl:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]' : 'lg:grid-cols-[minmax(0,1fr)_18rem]')}>
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- nothing is done by it: the focus of a field bubbles up to here */}
        <form
          ref={box}
          noValidate
          className={cn('flex min-w-0 flex-col gap-4', isPreviewing && pane === 'page' && 'max-xl:hidden')}
          aria-label={base === null ? `New ${type.title}` : base.title}
          onFocus={onFocus}
          onBlur={({ currentTarget, relatedTarget }) => {
            if (!currentTarget.contains(relatedTarget)) say(null)
          }}
          onSubmit={(event) => {
            event.preventDefault()
            if (canSave && dirty) save(editor.status ?? 'draft')
          }}
        >
          <Card>
            <ItemFormFields
              schema={type.schema}
              control={editor.form.control}
              problems={editor.problems}
              titleProblem={editor.titleProblem}
              readOnly={!isEditor || editor.saving !== null}
              onTouched={editor.touch}
              aside={(name) => <FieldCompany companions={companions} field={name} />}
            />
          </Card>
          <PublishWindowCard control={editor.form.control} status={editor.status ?? 'draft'} window={editor.window} readOnly={!isEditor || editor.saving !== null} />
          {canSave && (
            <ItemSaveBar status={editor.status} dirty={dirty} saving={editor.saving} draft={editor.draftState} onSave={save} onDiscard={discard}>
              <Choices editor={editor} />
            </ItemSaveBar>
          )}
        </form>
        <aside className={cn('flex min-w-0 flex-col gap-4', isPreviewing && 'xl:sticky xl:top-16', isPreviewing && pane === 'form' && 'max-xl:hidden')}>
          {isPreviewing && (
            <Suspense fallback={<Card title="As on the site"><Skeleton className="h-120 rounded-md" /></Card>}>
              <SitePreview itemId={base?.id ?? null} typeId={type.id} schema={type.schema} work={editor.work} siteId={search.get('site')} onSite={(site) => setParams({ site }, true)} />
            </Suspense>
          )}
          {!isPreviewing && canSave && (
            <ReadinessCard schema={type.schema} status={editor.status} problems={editor.beforePublishing} onGoTo={goTo} />
          )}
          {!isPreviewing && base !== null && (
            <>
              <ItemSitesCard item={base} />
              <ItemHistoryCard item={base} typeTitle={type.title} onHistory={showHistory} />
            </>
          )}
        </aside>
      </div>
      {base !== null && tab === 'history' && (
        <Suspense>
          <QuickPreviewDrawer itemId={base.id} open initialTab="history" onOpenChange={(open) => { if (!open) setParams({ tab: null, from: null, to: null }) }} />
        </Suspense>
      )}
      <UnsavedChanges isUnsaved={isUnsaved} what={base === null ? `The new ${type.title}` : `Your changes to "${base.title}"`} />
    </>
  )
}

/** What was waiting here when the page opened. */
function Found({ own, dirty, onDiscard }: { own: OwnWork; dirty: boolean; onDiscard: () => void }) {
  const [seen] = useState(() => own.here?.at ?? own.copy?.updatedAt ?? null)
  const [isClosed, setClosed] = useState(false)
  // Once it was saved or discarded there is nothing left to speak of.
  if (!dirty && !isClosed) setClosed(true)
  if (seen === null || isClosed) return null
  return (
    <Notice title="Your draft is here" action={<Button size="sm" onClick={onDiscard}>Discard it</Button>}>
      You left it <RelativeTime at={seen} />. Only you see it until you save.
    </Notice>
  )
}

/** Where two versions exist, which one stands must be said before anything is saved. */
function Choices({ editor }: { editor: ItemEditorState }) {
  const isInTheWay = editor.elsewhere !== null || (editor.theirs !== null && editor.differences.length > 0)
  return (
    <div data-conflict className="flex flex-col gap-2.5 empty:hidden">
      {isInTheWay && editor.elsewhere !== null && (
        <Notice tone="warning" title="You went on with this in another window">
          <p>
            What you typed there <RelativeTime at={editor.elsewhere.updatedAt} /> is another draft than this one. Nothing is kept here until you choose.
          </p>
          <p className="mt-2 flex flex-wrap gap-2">
            <Button size="sm" onClick={editor.takeElsewhere}>
              Take the other window's
            </Button>
            <Button size="sm" onClick={editor.keepHere}>
              Keep this one
            </Button>
          </p>
        </Notice>
      )}
      {isInTheWay && editor.elsewhere === null && editor.theirs !== null && (
        <Suspense fallback={<Skeleton className="h-24 w-full" />}>
          <ConflictPanel key={editor.theirs.revision} theirs={editor.theirs} differences={editor.differences} onMerge={editor.merge} />
        </Suspense>
      )}
    </div>
  )
}
