import { BookmarkSimpleIcon } from '@phosphor-icons/react/BookmarkSimple'
import { DotsThreeIcon } from '@phosphor-icons/react/DotsThree'
import { UsersIcon } from '@phosphor-icons/react/Users'
import { useEffect, useState } from 'react'
import { Link, useSearchParams } from 'react-router-dom'
import { isFiltering, readFilters } from '@/features/content/list/item-filters'
import { SaveViewDialog } from '@/features/content/list/save-view-dialog'
import { viewQuery, viewSearch } from '@/features/content/list/view-query'
import { useViews, useViewWrites, type SavedView } from '@/features/content/queries/views'
import { errorLine } from '@/lib/errors'
import { paths } from '@/lib/paths'
import { useSession } from '@/lib/session'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { DropdownMenu, MenuItem, MenuSeparator } from '@/ui/dropdown-menu'
import { IconButton } from '@/ui/icon-button'
import { toast } from '@/ui/toaster'

/** Lists that somebody has named, beside "All"; the open one can be changed, shared and deleted. */
export function ViewBar({ isEditor, hidden }: { isEditor: boolean; hidden: ReadonlySet<string> }) {
  const [search, setSearch] = useSearchParams()
  const { data: views } = useViews('content')
  const { update, remove } = useViewWrites('content')
  const userId = useSession((state) => state.user?.id)
  const [naming, setNaming] = useState<'new' | SavedView | null>(null)
  const [deleting, setDeleting] = useState<SavedView | null>(null)

  const openId = search.get('view')
  const open = views?.find(({ id }) => id === openId)
  const here = viewQuery(search)
  const changed = open !== undefined && here !== viewQuery(new URLSearchParams(open.query))
  const mayChange = (view: SavedView) => (view.shared ? isEditor : view.ownerId === userId)

  // A short address, /content?view=…, means all that the view says.
  const isShort = open !== undefined && here === '' && open.query !== ''
  const shortFor = isShort ? viewSearch(open.id, open.query) : null
  useEffect(() => {
    if (shortFor !== null) setSearch(new URLSearchParams(shortFor), { replace: true })
  }, [shortFor, setSearch])

  const worthKeeping = isFiltering(readFilters(search)) || search.has('sort') || hidden.size > 0
  if ((views === undefined || views.length === 0) && !worthKeeping) return null
  const write = (view: SavedView, change: Partial<SavedView>, done: string) =>
    update.mutate({ id: view.id, change }, { onSuccess: () => toast.success(done), onError: (error) => toast.error(errorLine(error)) })
  return (
    <>
      <nav aria-label="Views" className="mb-3 flex items-center gap-1 overflow-x-auto [scrollbar-width:none]">
        <ViewLink to={paths.content.getHref()} isOpen={open === undefined && !worthKeeping}>
          All items
        </ViewLink>
        {views?.map((view) => (
          <ViewLink key={view.id} to={`${paths.content.getHref()}?${viewSearch(view.id, view.query)}`} isOpen={view.id === openId}>
            <span className="max-w-48 truncate">{view.name}</span>
            {view.shared && (
              <>
                <UsersIcon aria-hidden className="size-3.5 text-ink-3" />
                <span className="sr-only"> (shared)</span>
              </>
            )}
          </ViewLink>
        ))}
        {open !== undefined && mayChange(open) && (
          <DropdownMenu align="start" trigger={<IconButton size="sm" label={`Actions for the view "${open.name}"`} icon={<DotsThreeIcon weight="bold" aria-hidden />} />}>
            {changed && <MenuItem onSelect={() => write(open, { query: here }, `The view "${open.name}" shows this list now`)}>Save changes to the view</MenuItem>}
            <MenuItem onSelect={() => setNaming(open)}>Rename</MenuItem>
            {isEditor && open.ownerId !== null && (open.ownerId === userId || !open.shared) && (
              <MenuItem onSelect={() => write(open, { shared: !open.shared }, open.shared ? `Only you see "${open.name}" now` : `Everybody in the organization sees "${open.name}" now`)}>
                {open.shared ? 'Keep it to yourself' : 'Share with the organization'}
              </MenuItem>
            )}
            <MenuSeparator />
            <MenuItem tone="danger" onSelect={() => setDeleting(open)}>Delete view</MenuItem>
          </DropdownMenu>
        )}
        {(open === undefined ? worthKeeping : changed) && (
          <Button size="sm" variant="ghost" className="ml-1" icon={<BookmarkSimpleIcon aria-hidden />} onClick={() => setNaming('new')}>
            {open === undefined ? 'Save view' : 'Save as new view'}
          </Button>
        )}
      </nav>
      {naming !== null && (
        <SaveViewDialog
          view={naming === 'new' ? null : naming}
          query={hidden.size === 0 ? here : viewQuery(new URLSearchParams(`${here}&hide=${[...hidden].join(',')}`))}
          maySharing={isEditor}
          onClose={() => setNaming(null)}
          onSaved={(id, query) => setSearch(new URLSearchParams(viewSearch(id, query)), { replace: true })}
        />
      )}
      {deleting !== null && (
        <ConfirmDialog
          open
          onOpenChange={(next) => !next && setDeleting(null)}
          title={`Delete the view "${deleting.name}"?`}
          description={deleting.shared ? 'It is gone for everybody in the organization. The items stay as they are.' : 'The items stay as they are.'}
          confirmLabel="Delete view"
          describeFailure={errorLine}
          onConfirm={async () => {
            await remove.mutateAsync(deleting.id)
            toast.success(`The view "${deleting.name}" was deleted`)
            setSearch((before) => { const next = new URLSearchParams(before); next.delete('view'); return next }, { replace: true })
          }}
        />
      )}
    </>
  )
}

function ViewLink({ to, isOpen, children }: { to: string; isOpen: boolean; children: React.ReactNode }) {
  return (
    <Link
      to={to}
      aria-current={isOpen ? 'true' : undefined}
      className={cn('inline-flex h-7 shrink-0 items-center gap-1.5 rounded-full border px-3 text-hint whitespace-nowrap outline-offset-[-2px]', isOpen ? 'border-line-strong bg-panel font-semibold text-ink' : 'border-transparent text-ink-2 hover:bg-hover hover:text-ink')}
    >
      {children}
    </Link>
  )
}
