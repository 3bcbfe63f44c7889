import { useId } from 'react'
import { ON_THIS_PAGE, useShortcuts, type Shortcut } from '@/lib/shortcuts'
import { Dialog } from '@/ui/dialog'
import { Keys } from '@/ui/keys'

interface ShortcutsDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** What can be pressed here: the page's own keys first, because they are the ones that one does not know yet. */
export function ShortcutsDialog({ open, onOpenChange }: ShortcutsDialogProps) {
  const registered = useShortcuts((state) => state.registered)
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts" description="They rest while you type in a field or a dialog is open." size="md">
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a list that scrolls must be reachable by keyboard */}
      <div role="region" aria-label="Shortcuts" tabIndex={0} className="gap-x-8 sm:columns-2">
        {byGroup([...registered.values()]).map(([group, shortcuts]) => (
          <Group key={group} name={group} shortcuts={shortcuts} />
        ))}
      </div>
    </Dialog>
  )
}

function Group({ name, shortcuts }: { name: string; shortcuts: readonly Shortcut[] }) {
  const heading = useId()
  return (
    <section aria-labelledby={heading} className="mb-5 break-inside-avoid">
      <h3 id={heading} className="pb-1 text-hint font-semibold text-ink-2">
        {name}
      </h3>
      <dl>
        {shortcuts.map(({ keys, label }) => (
          <div key={keys} className="flex min-h-8 items-center justify-between gap-4 border-t border-line py-1 text-sm">
            <dt>{label}</dt>
            <dd>
              <Keys keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

/** Where keys are the same, the last one is meant, so only that one is listed. */
function byGroup(shortcuts: readonly Shortcut[]): [string, Shortcut[]][] {
  const meant = new Map(shortcuts.map((shortcut) => [shortcut.keys, shortcut]))
  const groups = new Map<string, Shortcut[]>()
  for (const shortcut of meant.values()) groups.set(shortcut.group, [...(groups.get(shortcut.group) ?? []), shortcut])
  const rank = (group: string): number => (group === ON_THIS_PAGE ? 0 : group === 'Everywhere' ? 2 : group === 'Go to' ? 3 : 1)
  return [...groups].sort(([a], [b]) => rank(a) - rank(b))
}
