import { isRouteErrorResponse, useRevalidator, useRouteError } from 'react-router-dom'
import { NotFound } from '@/app/not-found'
import { describeError, type ErrorText } from '@/lib/errors'
import { usePageTitle } from '@/lib/page-title'
import { ErrorState } from '@/ui/error-state'

/** A chunk that is gone: the app was deployed anew while this tab was open. Each browser words it in its own way. */
const CHUNK_LOST = /dynamically imported module|importing a module script failed|error loading dynamically/i

export function RouteError() {
  const error = useRouteError()
  if (isRouteErrorResponse(error) && error.status === 404) return <NotFound />
  return <Failure error={error} />
}

function Failure({ error }: { error: unknown }) {
  usePageTitle('Something went wrong')
  const { state } = useRevalidator()
  const text = explain(error)
  return (
    <div className="mx-auto max-w-xl py-8">
      <h1 tabIndex={-1} className="sr-only">
        {text.title}
      </h1>
      <ErrorState {...text} retrying={state === 'loading'} onRetry={() => window.location.reload()} />
    </div>
  )
}

function explain(error: unknown): ErrorText {
  if (error instanceof Error && CHUNK_LOST.test(error.message)) {
    return { title: 'This page could not be loaded', detail: 'The connection dropped, or there is a newer version of the app. Load it again.' }
  }
  const { title, detail } = describeError(error)
  return { title: 'This page stopped working', detail: detail === undefined ? title : `${title}. ${detail}` }
}
