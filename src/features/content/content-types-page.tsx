import { PencilSimpleIcon } from '@phosphor-icons/react/PencilSimple'
import { PlusIcon } from '@phosphor-icons/react/Plus'
import { StackIcon } from '@phosphor-icons/react/Stack'
import { TrashIcon } from '@phosphor-icons/react/Trash'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router-dom'
import { ContentTabs } from '@/features/content/content-tabs'
import { deleteType } from '@/features/content/queries/types'
import { TypeDrawer } from '@/features/content/type-form'
import { describeError, errorLine } from '@/lib/errors'
import { capitalize, count, countInWords } from '@/lib/format'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { useContentTypes, type ContentType } from '@/lib/queries/content-types'
import { useHasRole } from '@/lib/session'
import { Button } from '@/ui/button'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { DataTable, type Column } from '@/ui/data-table'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { IconButton } from '@/ui/icon-button'
import { PageHeader } from '@/ui/page-header'
import { RelativeTime } from '@/ui/relative-time'
import { toast } from '@/ui/toaster'

type Open = { what: 'form' | 'delete'; type: ContentType | null } | null

export function Component() {
  usePageTitle({ label: 'Content', href: paths.content.getHref() }, 'Types')
  const { data: types, error, refetch, isFetching } = useContentTypes()
  const isEditor = useHasRole('editor')
  const queryClient = useQueryClient()
  const [target, setTarget] = useState<Open>(null)
  const [open, setOpen] = useState(false)
  const show = (next: NonNullable<Open>) => {
    setTarget(next)
    setOpen(true)
  }
  const create = isEditor && (
    <Button variant="primary" icon={<PlusIcon aria-hidden />} onClick={() => show({ what: 'form', type: null })}>
      New type
    </Button>
  )

  const columns: Column<ContentType>[] = [
    {
      key: 'title',
      header: 'Type',
      cell: (type) => (
        <>
          <span className="block font-semibold text-ink">{type.title}</span>
          {type.description !== '' && <span className="line-clamp-2 max-w-140 text-hint text-ink-2">{type.description}</span>}
        </>
      ),
    },
    { key: 'name', header: 'Name', mono: true, hideBelow: 'md', cell: (type) => type.name },
    { key: 'fields', header: 'Fields', align: 'right', hideBelow: 'sm', cell: (type) => Object.keys(type.schema.properties).length },
    {
      key: 'items',
      header: 'Items',
      align: 'right',
      cell: (type) => (
        <Link to={`${paths.content.getHref()}?type=${type.id}`} className="text-accent-ink underline-offset-2 hover:underline" aria-label={`${count('item', type.itemCount)} of ${type.title}`}>
          {type.itemCount}
        </Link>
      ),
    },
    { key: 'updated', header: 'Updated', hideBelow: 'md', cell: (type) => <RelativeTime at={type.updatedAt} className="text-ink-2" /> },
    ...(isEditor
      ? [{
          key: 'actions',
          header: 'Actions',
          hideHeader: true,
          align: 'right',
          className: 'whitespace-nowrap',
          cell: (type) => (
            <>
              <IconButton label={`Edit the type "${type.title}"`} icon={<PencilSimpleIcon aria-hidden />} onClick={() => show({ what: 'form', type })} />
              <IconButton label={`Delete the type "${type.title}"`} icon={<TrashIcon aria-hidden />} onClick={() => show({ what: 'delete', type })} />
            </>
          ),
        } satisfies Column<ContentType>]
      : []),
  ]

  return (
    <>
      <PageHeader
        title={types === undefined || types.length === 0 ? 'Content types' : capitalize(countInWords('content type', types.length))}
        sub="A type says which fields an item has, and what may be in them."
        actions={create}
      />
      <ContentTabs />
      {error !== null ? (
        <div className="rounded-lg border border-line bg-panel">
          <ErrorState {...describeError(error)} retrying={isFetching} onRetry={() => void refetch()} />
        </div>
      ) : (
        <DataTable
          caption="Content types"
          columns={columns}
          rows={types}
          rowKey={(type) => type.id}
          skeletonRows={2}
          empty={
            <EmptyState
              icon={<StackIcon />}
              title="No content types yet"
              detail={isEditor ? 'An offer, a notice, opening hours: name its fields, and items of it get a form.' : 'Editors and admins make them.'}
              actions={create}
            />
          }
        />
      )}
      {target?.what === 'form' && <TypeDrawer open={open} onOpenChange={setOpen} type={target.type} />}
      {target?.what === 'delete' && target.type !== null && (
        <DeleteTypeDialog type={target.type} open={open} onOpenChange={setOpen} onDeleted={() => queryClient.invalidateQueries({ queryKey: ['content_types'] })} />
      )}
    </>
  )
}

interface DeleteTypeDialogProps {
  type: ContentType
  open: boolean
  onOpenChange: (open: boolean) => void
  onDeleted: () => Promise<void>
}

function DeleteTypeDialog({ type, open, onOpenChange, onDeleted }: DeleteTypeDialogProps) {
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Delete the type "${type.title}"?`}
      description={
        type.itemCount === 0
          ? 'Its fields and their history go with it, for good.'
          : `${capitalize(countInWords('item', type.itemCount))} ${type.itemCount === 1 ? 'is' : 'are'} written in it. A type can be deleted only when there are none, archived ones included.`
      }
      confirmLabel="Delete type"
      describeFailure={errorLine}
      onConfirm={async () => {
        await deleteType(type.id, type.title)
        toast.success(`The type "${type.title}" was deleted`)
        await onDeleted()
      }}
    />
  )
}
