import { lazy, Suspense, useState } from 'react'
import { useNavigate } from 'react-router-dom'
import { goTo } from '@/app/go-to'
import { paths } from '@/lib/paths'
import { useShortcut } from '@/lib/shortcuts'

const ShortcutsDialog = lazy(() => import('@/app/shortcuts-dialog').then(({ ShortcutsDialog: View }) => ({ default: View })))

interface GlobalShortcutsProps {
  onTogglePalette: () => void
}

/** The keys that hold on every page. Its own chunk, with the first key. */
export function GlobalShortcuts({ onTogglePalette }: GlobalShortcutsProps) {
  const navigate = useNavigate()
  const [listed, setListed] = useState(false)

  // The shell hears this one by itself as well, before this chunk is there.
  useShortcut('$mod+k', 'Search or jump to', onTogglePalette, { group: 'Everywhere', inFields: true, inDialogs: true })
  useShortcut('?', 'Keyboard shortcuts', () => setListed(true), { group: 'Everywhere' })
  // To the review, never straight into a run: one letter must not send anything.
  useShortcut('r', 'Review and run', () => void navigate(paths.review.getHref()), { group: 'Everywhere' })

  return (
    <>
      {goTo.map((place) => (
        <GoTo key={place.keys} {...place} />
      ))}
      {listed && (
        <Suspense>
          <ShortcutsDialog open={listed} onOpenChange={setListed} />
        </Suspense>
      )}
    </>
  )
}

function GoTo({ keys, label, href }: (typeof goTo)[number]) {
  const navigate = useNavigate()
  useShortcut(keys, label, () => void navigate(href), { group: 'Go to' })
  return null
}
