import { Link } from 'react-router-dom'
import type { RefusedItems } from '@/features/content/list/use-bulk'
import { count } from '@/lib/format'
import { paths } from '@/lib/paths'
import type { ContentType } from '@/lib/queries/content-types'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'

interface RefusedDialogProps {
  refused: RefusedItems | null
  types: readonly ContentType[]
  onClose: () => void
}

/** More than these are found again by the filter "draft". */
const SHOWN = 100

/** What stayed as it was, and why, item by item: each is a link to where it is put right. */
export function RefusedDialog({ refused, types, onClose }: RefusedDialogProps) {
  const items = refused?.items ?? []
  const fieldName = (typeId: string, path: string) => {
    const [name = '', place] = path.split('.')
    const title = types.find(({ id }) => id === typeId)?.schema.properties[name]?.title ?? name
    return place === undefined ? title : `${title}, entry ${Number(place) + 1},`
  }
  return (
    <Dialog
      open={refused !== null}
      onOpenChange={(open) => !open && onClose()}
      size="md"
      title={refused?.undoing === true ? `${count('item', items.length)} stayed` : `${count('item', items.length)} could not be published`}
      description={
        refused?.undoing === true
          ? `Somebody has changed ${items.length === 1 ? 'it' : 'them'} since. ${count('item', refused.done)} ${refused.done === 1 ? 'is' : 'are'} as before.`
          : `${refused?.done === 0 ? 'Nothing was published' : `${count('item', refused?.done ?? 0)} ${refused?.done === 1 ? 'is' : 'are'} published`}; ${items.length === 1 ? 'this one stays' : 'these stay'} as ${items.length === 1 ? 'it was' : 'they were'}.`
      }
      footer={<Button variant="primary" onClick={onClose}>Close</Button>}
    >
      <ul className="divide-y divide-line rounded-md border border-line">
        {items.slice(0, SHOWN).map(({ id, title, typeId, problems }) => (
          <li key={id} className="px-3 py-2">
            <Link to={paths.contentItem.getHref(id)} className="font-semibold text-ink underline-offset-2 [overflow-wrap:anywhere] hover:underline">
              {title}
            </Link>
            <ul className="mt-0.5 text-hint text-ink-2">
              {problems.slice(0, 5).map(({ path, message }, index) => (
                <li key={index} className="[overflow-wrap:anywhere]">
                  {fieldName(typeId, path)} {message}
                </li>
              ))}
              {problems.length > 5 && <li>and {problems.length - 5} more</li>}
            </ul>
          </li>
        ))}
      </ul>
      {items.length > SHOWN && <p className="mt-2 text-hint text-ink-2">and {count('item', items.length - SHOWN)} more</p>}
    </Dialog>
  )
}
