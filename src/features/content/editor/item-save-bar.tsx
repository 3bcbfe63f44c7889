import type { ReactNode } from 'react'
import type { AutosaveState } from '@/features/content/editor/autosave'
import { DraftMark } from '@/features/content/editor/draft-mark'
import type { ItemStatus } from '@/features/content/item-status'
import { Button } from '@/ui/button'
import { Kbd } from '@/ui/kbd'

interface ItemSaveBarProps {
  /** null: not saved yet. */
  status: ItemStatus | null
  dirty: boolean
  /** The status that is being written now. */
  saving: ItemStatus | null
  draft: AutosaveState
  onSave: (status: ItemStatus) => void
  onDiscard: () => void
  /** What must be read before saving: it belongs where the hand is. */
  children?: ReactNode
}

/** Stays in sight at the foot of the window: the form may be long. */
export function ItemSaveBar({ status, dirty, saving, draft, onSave, onDiscard, children }: ItemSaveBarProps) {
  const kept = status ?? 'draft'
  return (
    <div data-foot className="sticky bottom-14 z-20 mt-2 flex max-h-[75dvh] flex-col gap-2.5 overflow-y-auto rounded-lg border border-line bg-panel px-4 py-2.5 md:bottom-3">
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
        <DraftMark state={draft} dirty={dirty} saving={saving !== null} isNew={status === null} onDiscard={onDiscard} />
        {dirty && saving === null && (
          <span className="ml-auto hidden items-center gap-1 text-ink-3 lg:inline-flex">
            <Kbd>Ctrl S</Kbd>
          </span>
        )}
      </div>
    </div>
  )
}
