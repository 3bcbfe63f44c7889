import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from 'react-router-dom'
import { deleteItems, duplicateItems } from '@/features/content/queries/bulk'
import type { Item } from '@/features/content/queries/item'
import { errorLine } from '@/lib/errors'
import { paths } from '@/lib/paths'
import { toast } from '@/ui/toaster'

const isAboutItems = ({ queryKey: [table] }: { queryKey: readonly unknown[] }) => table === 'content_items' || table === 'content_types'

/** A draft with the same content, opened at once. */
export function useDuplicate(): (item: Item) => void {
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const failed = (error: unknown) => toast.error(errorLine(error))
  const undo = async (id: string, original: string) => {
    // Only while nobody has written in it.
    const { items } = await deleteItems([id], { untouched: true })
    if (items === 0) return toast.info('The copy stays: it was changed since')
    await navigate(paths.contentItem.getHref(original), { replace: true })
    await queryClient.invalidateQueries({ predicate: isAboutItems })
  }
  const duplicate = async (item: Item) => {
    const [copy] = await duplicateItems([item.id])
    if (copy === undefined) return toast.error('There was nothing to duplicate: the item was deleted meanwhile')
    await navigate(paths.contentItem.getHref(copy.id))
    toast.success(`"${copy.title}" is a new draft`, { description: 'On no site yet.', action: { label: 'Undo', onClick: () => void undo(copy.id, item.id).catch(failed) } })
    await queryClient.invalidateQueries({ predicate: isAboutItems })
  }
  return (item) => void duplicate(item).catch(failed)
}
