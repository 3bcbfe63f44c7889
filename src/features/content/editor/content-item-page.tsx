import { useMemo, useState } from 'react'
import { Link, useParams, useSearchParams } from 'react-router-dom'
import { useOwnWork, type OwnWork } from '@/features/content/editor/draft-keeper'
import { ItemEditor } from '@/features/content/editor/item-editor'
import { useItem, type Item } from '@/features/content/queries/item'
import { describeError } from '@/lib/errors'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { useContentTypes, type ContentType } from '@/lib/queries/content-types'
import { useHasRole, useSession } from '@/lib/session'
import { buttonClass } from '@/ui/button'
import { Card } from '@/ui/card'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { PageHeader } from '@/ui/page-header'
import { Skeleton } from '@/ui/skeleton'

export function Component() {
  const { itemId = '' } = useParams()
  return itemId === 'new' ? <NewItem /> : <ExistingItem key={itemId} itemId={itemId} />
}

function ExistingItem({ itemId }: { itemId: string }) {
  const item = useItem(itemId)
  const types = useContentTypes()
  const [last, setLast] = useState<Item | null>(null)
  if (item.data != null && item.data !== last) setLast(item.data)
  // An editor that is open stays when a later look fails: somebody may be writing in it.
  const failure = [item, types].find(({ error, data }) => error !== null && data === undefined)?.error ?? null
  if (failure !== null) {
    return <Failed error={failure} onRetry={() => void Promise.all([item.refetch(), types.refetch()])} />
  }
  if (item.data === undefined || types.data === undefined) return <Loading />
  // Somebody else has deleted it while it was open: what was written here can still be copied.
  const shown = item.data ?? last
  if (shown === null) return <Missing title="There is no such item" detail="It was deleted, or it belongs to another organization." />
  const type = types.data.find(({ id }) => id === shown.typeId)
  // The item came before its type was made: the list of types is the older answer.
  if (type === undefined) return <Loading />
  return <WithOwnWork item={shown} type={type} deleted={item.data === null} />
}

/** The form opens with what this person has typed before and not saved. */
function WithOwnWork({ item, type, deleted = false }: { item: Item | null; type: ContentType; deleted?: boolean }) {
  const userId = useSession(({ user }) => user?.id ?? '')
  const isEditor = useHasRole('editor')
  const itemId = item?.id
  const subject = useMemo(() => (itemId === undefined ? { typeId: type.id } : { itemId }), [itemId, type.id])
  const own = useOwnWork(userId, isEditor ? subject : null)
  if (own.error !== null && own.data === undefined) return <Failed error={own.error} onRetry={() => void own.refetch()} />
  if (isEditor && own.data === undefined) return <Loading />
  return <ItemEditor item={item} type={type} own={own.data ?? NOTHING} userId={userId} deleted={deleted} />
}

const NOTHING: OwnWork = { copy: null, here: null }

function NewItem() {
  const [search] = useSearchParams()
  const types = useContentTypes()
  const isEditor = useHasRole('editor')
  if (types.error !== null && types.data === undefined) return <Failed error={types.error} onRetry={() => void types.refetch()} />
  if (types.data === undefined) return <Loading />
  if (!isEditor) return <Missing title="Viewers cannot write items" detail="An admin of the organization can make you an editor." />
  const wanted = search.get('type')
  const type = wanted === null ? types.data[0] : types.data.find(({ id, name }) => id === wanted || name === wanted)
  if (type === undefined) return <Missing title="There is no such content type" detail="It was deleted, or none has been made yet." />
  return <WithOwnWork key={type.id} item={null} type={type} />
}

function Loading() {
  usePageTitle({ label: 'Content', href: paths.content.getHref() }, 'Item')
  return (
    <div aria-busy className="flex flex-col gap-5">
      <Skeleton className="h-7 w-64" />
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_18rem]">
        <Card className="flex flex-col gap-5">
          {Array.from({ length: 5 }, (_, index) => (
            <div key={index} className="flex flex-col gap-2">
              <Skeleton className="w-24" />
              <Skeleton className="h-8" />
            </div>
          ))}
        </Card>
        <Card>
          <Skeleton className="w-32" />
        </Card>
      </div>
    </div>
  )
}

function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  usePageTitle({ label: 'Content', href: paths.content.getHref() }, 'Item')
  return (
    <>
      <PageHeader title="Item" />
      <Card>
        <ErrorState {...describeError(error)} onRetry={onRetry} />
      </Card>
    </>
  )
}

function Missing({ title, detail }: { title: string; detail: string }) {
  usePageTitle({ label: 'Content', href: paths.content.getHref() }, 'Not found')
  return (
    <>
      <PageHeader title="Item" />
      <Card>
        <EmptyState
          title={title}
          detail={detail}
          actions={
            <Link className={buttonClass()} to={paths.content.getHref()}>
              All items
            </Link>
          }
        />
      </Card>
    </>
  )
}
