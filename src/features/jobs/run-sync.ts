import { useState, type MouseEvent } from 'react'
import { useNavigate } from 'react-router-dom'
import { useReviewPreference } from '@/features/jobs/review-preference'
import { describeError, errorLine } from '@/lib/errors'
import { paths } from '@/lib/paths'
import { startRun } from '@/lib/runs'
import { toast } from '@/ui/toaster'

/** The page of a run is fetched while the run is being started, so that it is there when its first lines are. */
export const preloadJobPage = (): void => void import('@/features/jobs/job-page').catch(() => undefined)

/** Refusals that the review explains better than a message could: nothing to sync, nothing to send, an approval that is needed first. */
const EXPLAINED = new Set(['DS010', 'DS011', 'DS013', 'DS098', 'DS102'])

export interface RunSync {
  /** Where "Run Sync" leads to while the review is not skipped: give it to a Link, so that it can be opened in a tab. */
  href: string
  /** For that Link (or a button): starts the run directly when the review is skipped. */
  onClick: (event: Pick<MouseEvent, 'preventDefault' | 'defaultPrevented' | 'button' | 'metaKey' | 'ctrlKey' | 'shiftKey'>) => void
  /** The same without a Link: to the review, or straight to the run. */
  run: () => void
  starting: boolean
}

/** What "Run Sync" does, wherever it stands: the review first, or the run itself when this browser skips the review. */
export function useRunSync(): RunSync {
  const navigate = useNavigate()
  const skip = useReviewPreference((state) => state.skip)
  const [starting, setStarting] = useState(false)
  const href = paths.review.getHref()

  const start = async () => {
    if (starting) return
    setStarting(true)
    preloadJobPage()
    try {
      const jobId = await startRun({ siteIds: null }, toast.message)
      await navigate(paths.job.getHref(jobId))
    } catch (error) {
      const { code } = describeError(error)
      if (code !== undefined && EXPLAINED.has(code)) await navigate(href)
      else toast.error(errorLine(error))
    } finally {
      setStarting(false)
    }
  }

  return {
    href,
    starting,
    run: () => (skip ? void start() : void navigate(href)),
    onClick: (event) => {
      // A click for a new tab or window is the browser's.
      if (!skip || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
      event.preventDefault()
      void start()
    },
  }
}
