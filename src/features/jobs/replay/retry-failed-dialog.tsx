import { useState } from 'react'
import type { Delivery, Job } from '@/features/jobs/live/shapes'
import { retryFailed, type ReplayContent } from '@/features/jobs/queries/replay'
import { ContentChoice } from '@/features/jobs/replay/content-choice'
import { failedWords } from '@/features/jobs/replay/replay-words'
import { useReplay } from '@/features/jobs/replay/use-replay'
import { errorLine } from '@/lib/errors'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Notice } from '@/ui/notice'

interface RetryFailedDialogProps {
  job: Pick<Job, 'id' | 'number' | 'total'>
  failed: readonly Delivery[]
  onClose: () => void
}

/** Sends again what failed of a run, and leaves alone what it reached. */
export function RetryFailedDialog({ job, failed, onClose }: RetryFailedDialogProps) {
  const [content, setContent] = useState<ReplayContent>('original')
  const retry = useReplay(() => retryFailed(job.id, content))
  const busy = retry.isPending || retry.isSuccess
  return (
    <Dialog
      open
      size="md"
      onOpenChange={(open) => {
        if (!open && !busy) onClose()
      }}
      title={`Retry ${failed.length} failed of run ${job.number}?`}
      description={failedWords(failed.map(({ name }) => name), job.total)}
      footer={
        <>
          <Button onClick={onClose} disabled={busy}>
            Cancel
          </Button>
          <Button variant="primary" busy={busy} onClick={() => retry.mutate()}>
            Retry {failed.length} failed
          </Button>
        </>
      }
    >
      <ContentChoice
        value={content}
        onChange={setContent}
        original="The bodies of this run, byte by byte. A site that has accepted something newer since is left out, and the log names it."
        current="What these sites should show now, as a new run would send it."
      />
      {retry.error !== null && (
        <Notice tone="failure" className="mt-3">
          {errorLine(retry.error)}
        </Notice>
      )}
    </Dialog>
  )
}
