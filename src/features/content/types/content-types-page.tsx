import { FileArrowUpIcon } from '@phosphor-icons/react/FileArrowUp'
import { PlusIcon } from '@phosphor-icons/react/Plus'
import { SquaresFourIcon } from '@phosphor-icons/react/SquaresFour'
import { StackIcon } from '@phosphor-icons/react/Stack'
import { TrashIcon } from '@phosphor-icons/react/Trash'
import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useMemo, useRef, useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router-dom'
import { ContentTabs } from '@/features/content/content-tabs'
import { DeleteTypeDialog } from '@/features/content/types/delete-type-dialog'
import { describeError } from '@/lib/errors'
import { capitalize, count, countInWords } from '@/lib/format'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { useContentTypes, type ContentType } from '@/lib/queries/content-types'
import { useHasRole } from '@/lib/session'
import { useShortcut } from '@/lib/shortcuts'
import { withParameters } from '@/lib/use-url-filters'
import { Button, buttonClass } from '@/ui/button'
import { DataTable, type Column } from '@/ui/data-table'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { IconButton } from '@/ui/icon-button'
import { PageHeader } from '@/ui/page-header'
import { RelativeTime } from '@/ui/relative-time'
import { SearchField } from '@/ui/search-field'

const ImportTypeDialog = lazy(() => import('@/features/content/types/import-type-dialog').then(({ ImportTypeDialog: View }) => ({ default: View })))

export function Component() {
  usePageTitle({ label: 'Content', href: paths.content.getHref() }, 'Types')
  const { data: types, error, refetch, isFetching } = useContentTypes()
  const isEditor = useHasRole('editor')
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const [search, setSearch] = useSearchParams()
  const text = search.get('text') ?? ''
  const [deleting, setDeleting] = useState<ContentType | null>(null)
  const [importing, setImporting] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const find = (next: string) => setSearch((before) => withParameters(before, { text: next }), { replace: true, preventScrollReset: true })
  useShortcut('n', 'New content type', () => void navigate(paths.contentType.getHref('new')), { enabled: isEditor })
  useShortcut('/', 'Search the types', () => field.current?.focus())

  const found = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter((word) => word !== '')
    return types?.filter((type) => {
      // Fields too: somebody may know what is in a type and not what it is called.
      const all = [type.title, type.name, type.description, ...Object.entries(type.schema.properties).flatMap(([name, { title = '' }]) => [name, title])].join(' ').toLowerCase()
      return words.every((word) => all.includes(word))
    })
  }, [types, text])

  const create = (
    <Link to={paths.contentType.getHref('new')} className={buttonClass({ variant: 'primary' })}>
      <PlusIcon aria-hidden />
      New type
    </Link>
  )
  const templates = (
    <Link to={paths.contentTemplates.getHref()} className={buttonClass()}>
      <SquaresFourIcon aria-hidden />
      Templates
    </Link>
  )
  const importButton = (
    <Button icon={<FileArrowUpIcon aria-hidden />} onClick={() => setImporting(true)}>
      Import
    </Button>
  )

  const columns: Column<ContentType>[] = [
    {
      key: 'title',
      header: 'Type',
      cell: (type) => (
        <>
          <span className="block">{type.title}</span>
          {type.description !== '' && <span className="line-clamp-2 max-w-140 text-hint font-normal text-ink-2">{type.description}</span>}
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
          cell: (type) => <IconButton label={`Delete the type "${type.title}"`} icon={<TrashIcon aria-hidden />} onClick={() => setDeleting(type)} />,
        } satisfies Column<ContentType>]
      : []),
  ]

  return (
    <>
      <PageHeader
        title={types === undefined || types.length === 0 ? 'Content types' : capitalize(countInWords('content type', types.length))}
        sub="A type says which fields an item has, and what may be in them."
        actions={
          <>
            {isEditor && importButton}
            {templates}
            {isEditor && create}
          </>
        }
      />
      <ContentTabs />
      {error !== null && types === undefined ? (
        <div className="rounded-lg border border-line bg-panel">
          <ErrorState {...describeError(error)} retrying={isFetching} onRetry={() => void refetch()} />
        </div>
      ) : (
        <>
          {(types === undefined || types.length > 0) && (
            <SearchField ref={field} label="Search the types" placeholder="Type, name or field" value={text} onSearch={find} className="mb-3 sm:max-w-80" />
          )}
          <DataTable
            caption="Content types"
            columns={columns}
            rows={found}
            rowKey={(type) => type.id}
            rowHref={(type) => paths.contentType.getHref(type.id)}
            skeletonRows={2}
            empty={
              text !== '' ? (
                <EmptyState icon={<StackIcon />} title="No type matches" detail={`Nothing called “${text}” among ${count('type', types?.length ?? 0)} and their fields.`} actions={<Button onClick={() => find('')}>Clear the search</Button>} />
              ) : (
                <EmptyState
                  icon={<StackIcon />}
                  title="No content types yet"
                  detail={isEditor ? 'An offer, a notice, opening hours: begin with a template, or name the fields yourself.' : 'Editors and admins make them.'}
                  actions={
                    isEditor && (
                      <>
                        {templates}
                        {create}
                      </>
                    )
                  }
                />
              )
            }
          />
        </>
      )}
      {importing && (
        <Suspense>
          <ImportTypeDialog types={types ?? []} onClose={() => setImporting(false)} />
        </Suspense>
      )}
      {deleting !== null && (
        <DeleteTypeDialog
          type={deleting}
          open
          onOpenChange={(open) => {
            if (!open) setDeleting(null)
          }}
          onDeleted={() => queryClient.invalidateQueries({ queryKey: ['content_types'] })}
        />
      )}
    </>
  )
}
