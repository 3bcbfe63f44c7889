import { NewTypeWorkspace } from '@/features/content/types/new-type-workspace'
import { TypeWorkspace } from '@/features/content/types/type-workspace'
import { StackIcon } from '@phosphor-icons/react/Stack'
import { Link, useParams } from 'react-router-dom'
import { describeError } from '@/lib/errors'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { useContentTypes } from '@/lib/queries/content-types'
import { buttonClass } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { Skeleton } from '@/ui/skeleton'

export function Component() {
  const { typeId = '' } = useParams()
  const { data: types, error, refetch, isFetching } = useContentTypes()
  const type = types?.find(({ id }) => id === typeId)
  const isNew = typeId === 'new'
  usePageTitle({ label: 'Content', href: paths.content.getHref() }, { label: 'Types', href: paths.contentTypes.getHref() }, isNew ? 'New type' : (type?.title ?? 'Type'))

  if (error !== null && types === undefined) {
    return (
      <div className="rounded-lg border border-line bg-panel">
        <ErrorState {...describeError(error)} retrying={isFetching} onRetry={() => void refetch()} />
      </div>
    )
  }
  if (types === undefined) return <Loading />
  if (isNew) return <NewTypeWorkspace types={types} />
  if (type === undefined) {
    return (
      <div className="rounded-lg border border-line bg-panel">
        <EmptyState
          icon={<StackIcon />}
          title="There is no such content type"
          detail="It was deleted, or it belongs to another organization."
          actions={
            <Link to={paths.contentTypes.getHref()} className={buttonClass()}>
              All content types
            </Link>
          }
        />
      </div>
    )
  }
  return <TypeWorkspace key={type.id} type={type} types={types} />
}

function Loading() {
  return (
    <div aria-busy="true" className="grid gap-6 lg:grid-cols-2">
      <div className="flex flex-col gap-3">
        <Skeleton className="h-7 w-64" />
        {Array.from({ length: 6 }, (_, index) => (
          <Skeleton key={index} className="h-10 w-full" />
        ))}
      </div>
      <Skeleton className="h-96 w-full" />
    </div>
  )
}
