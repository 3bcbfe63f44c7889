import { ArrowCounterClockwiseIcon } from '@phosphor-icons/react/ArrowCounterClockwise'
import { useState } from 'react'
import type { Delivery } from '@/features/jobs/live/shapes'
import type { DeliveryRecord } from '@/features/jobs/queries/delivery-detail'
import { replayDelivery, type ReplayContent } from '@/features/jobs/queries/replay'
import { ContentChoice } from '@/features/jobs/replay/content-choice'
import { whyNoBody } from '@/features/jobs/replay/replay-words'
import { useReplay } from '@/features/jobs/replay/use-replay'
import { errorLine } from '@/lib/errors'
import { count } from '@/lib/format'
import { useWhyNotAgain } from '@/lib/use-why-not-again'
import { GatedButton } from '@/ui/gated-button'
import { Notice } from '@/ui/notice'

interface DeliveryReplayProps {
  delivery: Delivery
  record: DeliveryRecord
}

/** Sends one delivery again, as a run of its own. */
export function DeliveryReplay({ delivery, record }: DeliveryReplayProps) {
  const kept = record.text !== null
  const [content, setContent] = useState<ReplayContent>(kept ? 'original' : 'current')
  const replay = useReplay(() => replayDelivery(delivery.id, content))
  const whyNot = useWhyNotAgain()
  return (
    <div className="space-y-4">
      <p className="text-hint text-ink-2">
        A replay is a new run with this one site. It has an id and a sequence of its own, so the receiver takes it as the newest state.
      </p>
      <ContentChoice
        value={content}
        onChange={setContent}
        original={`The exact body of this delivery, ${count('item', delivery.itemCount)}: the site shows again what it would have shown then.`}
        current="What the site should show now, as a run would send it."
        originalUnavailable={kept ? undefined : whyNoBody(delivery.status)}
      />
      {replay.error !== null && <Notice tone="failure">{errorLine(replay.error)}</Notice>}
      <GatedButton why={whyNot} variant="primary" icon={<ArrowCounterClockwiseIcon aria-hidden weight="bold" />} busy={replay.isPending || replay.isSuccess} onClick={() => replay.mutate()}>
        Replay to {delivery.name}
      </GatedButton>
    </div>
  )
}
