import { sameJson } from '@core/type-check'
import { DownloadSimpleIcon } from '@phosphor-icons/react/DownloadSimple'
import { BookBookmarkIcon } from '@phosphor-icons/react/BookBookmark'
import { DotsThreeIcon } from '@phosphor-icons/react/DotsThree'
import { TrashIcon } from '@phosphor-icons/react/Trash'
import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useRef, useState } from 'react'
import { Link, useNavigate } from 'react-router-dom'
import { mustAsk, planTypeChange, saveType, saveTypeHead, type SavedType, type TypeImpact } from '@/features/content/queries/types'
import { exportType } from '@/features/content/types/export-type'
import { toDrafts, toSchema } from '@/features/content/types/field-drafts'
import { TypeBuilder, useBuilder } from '@/features/content/types/type-builder'
import { describeError } from '@/lib/errors'
import { count } from '@/lib/format'
import { paths } from '@/lib/paths'
import type { ContentType } from '@/lib/queries/content-types'
import { useHasRole } from '@/lib/session'
import { useShortcut } from '@/lib/shortcuts'
import { Button } from '@/ui/button'
import { DropdownMenu, MenuItem, MenuSeparator } from '@/ui/dropdown-menu'
import { IconButton } from '@/ui/icon-button'
import { Notice } from '@/ui/notice'
import { PageHeader } from '@/ui/page-header'
import { toast } from '@/ui/toaster'
import { UnsavedChanges } from '@/ui/unsaved-changes'

// Each comes when it is asked for.
const ImpactDialog = lazy(() => import('@/features/content/types/impact-dialog').then(({ ImpactDialog: View }) => ({ default: View })))
const SaveTemplateDialog = lazy(() => import('@/features/content/types/save-template-dialog').then(({ SaveTemplateDialog: View }) => ({ default: View })))
const DeleteTypeDialog = lazy(() => import('@/features/content/types/delete-type-dialog').then(({ DeleteTypeDialog: View }) => ({ default: View })))

const codeOf = (error: unknown) => (typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined)
const startOf = (type: ContentType) => ({ head: { title: type.title, name: type.name, description: type.description }, drafts: toDrafts(type.schema) })

/** A type that exists: its fields are changed over the revision that was opened, and what that touches is asked before. */
export function TypeWorkspace({ type, types }: { type: ContentType; types: readonly ContentType[] }) {
  const isEditor = useHasRole('editor')
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  // What is being edited was read at this revision; the type may have gone on since.
  const [base, setBase] = useState(type)
  const builder = useBuilder(startOf(type))
  const [busy, setBusy] = useState(false)
  const [impact, setImpact] = useState<TypeImpact | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const [dialog, setDialog] = useState<'template' | 'delete' | null>(null)
  const passing = useRef(false)

  const { drafts, head } = builder
  const schema = toSchema(drafts, base.schema)
  const fieldsChanged = !sameJson(schema, base.schema)
  const headChanged = !sameJson(head, startOf(base).head)
  const unsaved = fieldsChanged || headChanged
  const foreign = type.revision !== base.revision
  const moved = foreign || !sameJson(startOf(type).head, startOf(base).head)
  // Nothing of one's own is at stake: the page simply shows the type as it is.
  if (moved && !unsaved && !busy) {
    setBase(type)
    builder.reset(startOf(type))
  }

  const saved = async (result: SavedType | null) => {
    const title = builder.trimmed().title
    const rewritten = result === null ? [] : [result.items > 0 ? count('item', result.items) : '', result.overrides > 0 ? count('override', result.overrides) : '', result.templates > 0 ? count('template', result.templates) : ''].filter((part) => part !== '')
    toast.success(rewritten.length === 0 ? `“${title}” was saved` : `“${title}” was saved; ${rewritten.join(', ')} rewritten`)
    setImpact(null)
    const next: ContentType = { ...base, ...builder.trimmed(), schema, revision: result?.revision ?? base.revision }
    setBase(next)
    builder.reset(startOf(next))
    await queryClient.invalidateQueries({ predicate: ({ queryKey: [table] }) => table === 'content_types' || table === 'content_items' || table === 'site_item_mappings' || table === 'content_type_templates' })
  }

  /** Plans, asks where something is at stake, and saves. `over`: the revision that the change is made over. */
  const save = async (over = base.revision) => {
    if (busy || !unsaved || !builder.check()) return
    setBusy(true)
    setFailure(null)
    try {
      if (!fieldsChanged) {
        await saveTypeHead(type.id, builder.trimmed())
        await saved(null)
        return
      }
      const found = await planTypeChange(type.id, schema)
      if (found.revision !== over) throw Object.assign(new Error(`The fields of “${type.title}” were changed by somebody else`), { code: 'DS071' })
      if (mustAsk(found)) setImpact(found)
      else await saved(await saveType(type.id, over, { ...builder.trimmed(), schema }, { plan: found.plan, removeData: false, acceptInvalid: false }))
    } catch (error) {
      if (codeOf(error) === '23505') builder.refuseName('Another type has this name.')
      else {
        setFailure(error)
        if (codeOf(error) === 'DS071') await queryClient.invalidateQueries({ queryKey: ['content_types'] })
      }
    } finally {
      setBusy(false)
    }
  }
  const discard = () => {
    setBase(type)
    builder.reset(startOf(type))
    setFailure(null)
  }
  useShortcut('$mod+s', 'Save the type', () => void save(), { enabled: isEditor, inFields: true })

  return (
    <>
      <PageHeader
        title={base.title}
        sub={
          <>
            <span className="font-mono text-hint">{base.name}</span>
            {' · '}
            <Link to={`${paths.content.getHref()}?type=${type.id}`} className="text-accent-ink underline underline-offset-2">
              {count('item', type.itemCount)}
            </Link>
          </>
        }
        actions={
          <>
            {isEditor && unsaved && (
              <Button variant="ghost" disabled={busy} onClick={discard}>
                Discard changes
              </Button>
            )}
            {isEditor && (
              <Button variant="primary" busy={busy} disabled={!unsaved} onClick={() => void save()}>
                Save type
              </Button>
            )}
            <DropdownMenu align="end" trigger={<IconButton label={`More for “${base.title}”`} icon={<DotsThreeIcon aria-hidden weight="bold" />} />}>
              <MenuItem icon={<DownloadSimpleIcon />} onSelect={() => exportType({ ...base, example: {} })}>
                Export as JSON
              </MenuItem>
              {isEditor && (
                <MenuItem icon={<BookBookmarkIcon />} onSelect={() => setDialog('template')}>
                  Save as template
                </MenuItem>
              )}
              {isEditor && <MenuSeparator />}
              {isEditor && (
                <MenuItem icon={<TrashIcon />} tone="danger" onSelect={() => setDialog('delete')}>
                  Delete type
                </MenuItem>
              )}
            </DropdownMenu>
          </>
        }
      />
      {foreign && unsaved && (
        <Notice
          tone="warning"
          className="mb-4"
          title={`The fields of “${type.title}” were changed by somebody else while you edited them`}
          action={
            <span className="flex flex-wrap gap-2">
              <Button size="sm" onClick={discard}>
                Load theirs
              </Button>
              <Button
                size="sm"
                onClick={() => {
                  setBase(type)
                  setFailure(null)
                }}
              >
                Keep mine
              </Button>
            </span>
          }
        >
          Loading theirs gives up your changes. Keeping yours makes them over the type as it is now: what that would remove of theirs is shown before anything is saved.
        </Notice>
      )}
      {failure !== null && !(foreign && codeOf(failure) === 'DS071') && (
        <Notice tone="failure" className="mb-4" title={describeError(failure).title}>
          {describeError(failure).detail}
        </Notice>
      )}
      {!isEditor && <p className="mb-4 text-hint text-ink-3">Your role lets you read this type. Editors and admins change it.</p>}
      <TypeBuilder
        builder={builder}
        types={types}
        readOnly={!isEditor}
        nameHint={head.name === base.name ? 'Sites receive it with every item.' : 'Sites receive it with every item: with the next run all of them get the new name.'}
        onTitle={(title) => builder.setHead((before) => ({ ...before, title }))}
      />
      <Suspense>
        {impact !== null && (
          <ImpactDialog
            impact={impact}
            typeTitle={base.title}
            onCancel={() => setImpact(null)}
            onLook={() => planTypeChange(type.id, schema).then(setImpact)}
            onConfirm={async (choices) => {
              await saved(await saveType(type.id, base.revision, { ...builder.trimmed(), schema }, { plan: impact.plan, ...choices }))
            }}
          />
        )}
        {dialog === 'template' && <SaveTemplateDialog type={base} onClose={() => setDialog(null)} />}
        {dialog === 'delete' && (
          <DeleteTypeDialog
            type={type}
            open
            onOpenChange={(open) => {
              if (!open) setDialog(null)
            }}
            onDeleted={async () => {
              passing.current = true
              await navigate(paths.contentTypes.getHref())
              await queryClient.invalidateQueries({ queryKey: ['content_types'] })
            }}
          />
        )}
      </Suspense>
      <UnsavedChanges isUnsaved={() => unsaved && !passing.current && isEditor} what={`Your changes to “${base.title}”`} />
    </>
  )
}
