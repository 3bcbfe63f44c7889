import type { ContentSchema } from '@core/content-schema'
import { useCallback, useEffect, useEffectEvent, useRef } from 'react'
import { useNavigate } from 'react-router-dom'
import { ItemHistoryCard, ItemSitesCard, ReadinessCard, StrangersNote } from '@/features/content/item-aside'
import { ItemFormFields } from '@/features/content/item-form-fields'
import { ItemHeader } from '@/features/content/item-header'
import { ItemSaveBar } from '@/features/content/item-save-bar'
import { PublishWindowCard } from '@/features/content/publish-window-card'
import type { Item } from '@/features/content/queries/item'
import type { ItemStatus } from '@/features/content/item-status'
import { useItemEditor } from '@/features/content/use-item-editor'
import { paths } from '@/lib/paths'
import { useHasRole } from '@/lib/session'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Notice } from '@/ui/notice'
import { RelativeTime } from '@/ui/relative-time'
import { UnsavedChanges } from '@/ui/unsaved-changes'

interface ItemEditorProps {
  item: Item | null
  type: { id: string; title: string; schema: ContentSchema }
}

export function ItemEditor({ item, type }: ItemEditorProps) {
  const navigate = useNavigate()
  const isEditor = useHasRole('editor')
  const box = useRef<HTMLFormElement>(null)
  const unsaved = useRef(false)
  const isUnsaved = useCallback(() => unsaved.current, [])
  const editor = useItemEditor({
    item,
    typeId: type.id,
    schema: type.schema,
    onCreated: (created) => {
      unsaved.current = false
      void navigate(paths.contentItem.getHref(created.id), { replace: true })
    },
  })
  const { dirty, gone } = editor
  useEffect(() => {
    unsaved.current = dirty && !gone
  }, [dirty, gone])

  const goTo = (name: string) => {
    const place = box.current?.querySelector<HTMLElement>(`[data-field="${CSS.escape(name)}"]`)
    place?.scrollIntoView({ block: 'center' })
    const control = place?.matches('input') === true ? place : place?.querySelector<HTMLElement>('input, textarea, button[role="combobox"], button')
    control?.focus({ preventScroll: true })
  }
  const save = (status: ItemStatus) => {
    const obstacle = editor.submit(status)
    // The words at the field appear with the next render; the field itself is there already.
    if (obstacle !== null) goTo(obstacle)
  }

  const onSaveKey = useEffectEvent((event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.key.toLowerCase() !== 's') return
    event.preventDefault()
    if (isEditor && dirty) save(editor.status ?? 'draft')
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onSaveKey(event)
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [])

  const { base } = editor
  return (
    <>
      <ItemHeader item={base} typeTitle={type.title} onStatus={save} onDeleted={() => { unsaved.current = false }} dirty={dirty} />
      <div className="flex flex-col gap-3 not-empty:mb-4">
        {!isEditor && (
          <Notice title="You can read this, not change it">Your role is viewer. An admin of the organization can make you an editor.</Notice>
        )}
        {gone && (
          <Notice tone="failure" title="This item was deleted meanwhile">
            Nothing was saved. Copy what you want to keep before you leave.
          </Notice>
        )}
        {isEditor && editor.strangers.length > 0 && (
          <Notice tone="warning">
            <StrangersNote names={editor.strangers} onRemove={editor.removeStrangers} />
          </Notice>
        )}
      </div>
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_18rem]">
        <form
          ref={box}
          noValidate
          className="flex flex-col gap-4"
          aria-label={base === null ? `New ${type.title}` : base.title}
          onSubmit={(event) => {
            event.preventDefault()
            if (isEditor && dirty) save(editor.status ?? 'draft')
          }}
        >
          <Card>
            <ItemFormFields
              schema={type.schema}
              control={editor.form.control}
              problems={editor.problems}
              titleProblem={editor.titleProblem}
              readOnly={!isEditor || editor.saving !== null}
            />
          </Card>
          <PublishWindowCard control={editor.form.control} status={editor.status ?? 'draft'} window={editor.window} readOnly={!isEditor || editor.saving !== null} />
          {isEditor && !gone && (
            <ItemSaveBar status={editor.status} dirty={dirty} saving={editor.saving} onSave={save}>
              {editor.theirs !== null && <ConflictNotice theirs={editor.theirs} onKeepMine={editor.keepMine} onTakeTheirs={editor.takeTheirs} />}
            </ItemSaveBar>
          )}
        </form>
        <aside className="flex flex-col gap-4">
          {isEditor && editor.status !== 'published' && <ReadinessCard schema={type.schema} problems={editor.beforePublishing} onGoTo={goTo} />}
          {base !== null && (
            <>
              <ItemSitesCard item={base} />
              <ItemHistoryCard item={base} typeTitle={type.title} />
            </>
          )}
        </aside>
      </div>
      <UnsavedChanges isUnsaved={isUnsaved} what={base === null ? `The new ${type.title}` : `Your changes to "${base.title}"`} />
    </>
  )
}

interface ConflictNoticeProps {
  theirs: Item
  onKeepMine: () => void
  onTakeTheirs: () => void
}

function ConflictNotice({ theirs, onKeepMine, onTakeTheirs }: ConflictNoticeProps) {
  return (
    <Notice tone="warning" title={`${theirs.updatedBy ?? 'Somebody else'} saved this item while you were editing`}>
      <p>
        Revision {theirs.revision}, <RelativeTime at={theirs.updatedAt} />. Yours is not saved: reload to see theirs and lose yours, or keep yours and save it over theirs.
      </p>
      <p className="mt-2 flex flex-wrap gap-2">
        <Button size="sm" onClick={onTakeTheirs}>
          Reload theirs
        </Button>
        <Button size="sm" onClick={onKeepMine}>
          Keep mine
        </Button>
      </p>
    </Notice>
  )
}
