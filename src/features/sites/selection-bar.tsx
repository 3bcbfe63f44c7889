import { PaperPlaneTiltIcon } from '@phosphor-icons/react/PaperPlaneTilt'
import { XIcon } from '@phosphor-icons/react/X'
import type { ReactNode } from 'react'
import { count } from '@/lib/format'
import { Button } from '@/ui/button'
import { IconButton } from '@/ui/icon-button'

interface SelectionBarProps {
  /** How many are chosen. */
  chosen: number
  /** Those of them that the filters of the moment do not show. */
  hidden: number
  onClear: () => void
  onEnable: () => void
  onDisable: () => void
  onSync: () => void
}

/** What can be done with the chosen sites, at the foot of the window while some are chosen. */
export function SelectionBar({ chosen, hidden, onClear, onEnable, onDisable, onSync }: SelectionBarProps) {
  if (chosen === 0) return null
  return (
    <Foot>
      <span role="status" className="mr-auto text-hint">
        <span className="font-semibold text-ink">{count('site', chosen)} selected</span>
        {hidden > 0 && <span className="text-ink-2">, {hidden} not shown</span>}
      </span>
      <div className="flex gap-2 max-sm:order-last max-sm:w-full max-sm:*:flex-1">
        <Button onClick={onEnable}>Enable</Button>
        <Button onClick={onDisable}>Disable</Button>
        <Button variant="primary" icon={<PaperPlaneTiltIcon aria-hidden />} onClick={onSync}>
          Sync selected
        </Button>
      </div>
      <IconButton label="Clear the selection" icon={<XIcon aria-hidden />} onClick={onClear} />
    </Foot>
  )
}

function Foot({ children }: { children: ReactNode }) {
  return (
    <section aria-label="Selected sites" data-foot className="sticky bottom-3 z-10 mt-3 max-sm:bottom-18">
      <div className="flex flex-wrap items-center gap-2 rounded-lg border border-line-strong bg-panel px-3 py-2 shadow-lift">{children}</div>
    </section>
  )
}
