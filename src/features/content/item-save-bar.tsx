import type { ItemStatus } from '@/features/content/item-status'
import type { ReactNode } from 'react'
import { Button } from '@/ui/button'
import { Kbd } from '@/ui/kbd'

interface ItemSaveBarProps {
  /** null: not saved yet. */
  status: ItemStatus | null
  dirty: boolean
  /** The status that is being written now. */
  saving: ItemStatus | null
  onSave: (status: ItemStatus) => void
  /** What must be read before saving: it belongs where the hand is. */
  children?: ReactNode
}

/** Stays in sight at the foot of the window: the form may be long. */
export function ItemSaveBar({ status, dirty, saving, onSave, children }: ItemSaveBarProps) {
  const kept = status ?? 'draft'
  return (
    <div className="sticky bottom-14 z-20 mt-2 flex flex-col gap-2.5 rounded-lg border border-line bg-panel px-3 py-2.5 md:bottom-3">
      {children}
      {/* From the left: passing messages come up at the right. */}
      <div className="flex flex-wrap items-center gap-2">
        {kept === 'published' ? (
          <Button variant="primary" disabled={!dirty} busy={saving === 'published'} onClick={() => onSave('published')}>
            Save
          </Button>
        ) : (
          <>
            <Button variant="primary" busy={saving === 'published'} onClick={() => onSave('published')}>
              Publish
            </Button>
            <Button disabled={!dirty} busy={saving === kept} onClick={() => onSave(kept)}>
              {kept === 'draft' ? 'Save draft' : 'Save'}
            </Button>
          </>
        )}
        <p role="status" className="flex items-center gap-2 text-hint text-ink-2">
          {saving !== null ? 'Saving' : dirty ? 'Not saved yet' : status === null ? 'Nothing to save yet' : 'All changes are saved'}
          {dirty && saving === null && (
            <span className="hidden items-center gap-1 text-ink-3 md:inline-flex">
              <Kbd>Ctrl S</Kbd>
            </span>
          )}
        </p>
      </div>
    </div>
  )
}
