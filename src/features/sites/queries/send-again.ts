import { rollBack } from '@/features/sites/queries/rollbacks'
import type { Site } from '@/features/sites/queries/sites'
import { startRun } from '@/lib/runs'
import { toast } from '@/ui/toaster'

/**
 * A run of this one site although nothing has changed. A site on hold stands at an older content on purpose: it is sent
 * what it accepted, not what the organization holds now. Returns the run's id.
 */
export function sendAgain({ id, state }: Pick<Site, 'id' | 'state'>): Promise<string> {
  if (state.onHold && state.acceptedDeliveryId !== null) return rollBack(id, state.acceptedDeliveryId)
  return startRun({ siteIds: [id], force: true }, toast.message)
}
