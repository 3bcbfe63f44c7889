import { CloudCheckIcon } from '@phosphor-icons/react/CloudCheck'
import { CloudSlashIcon } from '@phosphor-icons/react/CloudSlash'
import type { AutosaveState } from '@/features/content/editor/autosave'
import { failureWords } from '@/features/content/editor/use-item-editor'
import { Button } from '@/ui/button'

interface DraftMarkProps {
  state: AutosaveState
  dirty: boolean
  saving: boolean
  /** Nothing was ever saved of it. */
  isNew: boolean
  onDiscard: () => void
}

const clock = (at: string) => new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })

/** Where the unsaved work is. */
export function DraftMark({ state, dirty, saving, isNew, onDiscard }: DraftMarkProps) {
  return (
    <>
      <p role="status" className="flex min-w-0 items-center gap-1.5 text-hint text-ink-2">
        <Words state={state} dirty={dirty} saving={saving} isNew={isNew} />
      </p>
      {dirty && !saving && (
        <Button variant="ghost" size="sm" onClick={onDiscard}>
          Discard
        </Button>
      )}
    </>
  )
}

function Words({ state, dirty, saving, isNew }: Omit<DraftMarkProps, 'onDiscard'>) {
  if (saving) return 'Saving'
  if (state.kind === 'failed') {
    return (
      <span className="inline-flex items-start gap-1.5 text-warning">
        <CloudSlashIcon aria-hidden className="mt-0.5 size-4 shrink-0" />
        {failureWords(state.error)}.{' '}
        {state.here ? 'Your draft is kept in this browser until it can be.' : 'This browser keeps nothing: stay on this page until it can be.'}
      </span>
    )
  }
  if (!dirty) return isNew ? 'Nothing to save yet' : 'All changes are saved'
  if (state.kind === 'kept') {
    return (
      <span className="inline-flex items-center gap-1.5" title="Only you see your draft. Saving makes a revision of it that everybody sees.">
        <CloudCheckIcon aria-hidden className="size-4 shrink-0 text-ink-3" />
        Saved as your draft {clock(state.at)}
      </span>
    )
  }
  if (state.kind === 'elsewhere') return 'Not kept: another window has written'
  return 'Saving your draft'
}
