import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from 'react-router-dom'
import { setItemStatus } from '@/features/content/queries/item'
import type { ItemStatus } from '@/features/content/item-status'
import { itemCondition, whatFollows, type PublishWindow } from '@/features/content/publish-window'
import { patchItemInLists } from '@/features/content/queries/items'
import { errorLine, validationProblems } from '@/lib/errors'
import { paths } from '@/lib/paths'
import { toast } from '@/ui/toaster'

const DONE: Record<ItemStatus, string> = { published: 'is published', draft: 'is a draft again', archived: 'is archived' }

interface Change extends PublishWindow {
  id: string
  title: string
  from: ItemStatus
  to: ItemStatus
  undone?: boolean
}

/** What the change means for the sites; nothing, where the item is out neither before nor after. */
function sequel({ from, to, ...window }: Change): string | undefined {
  const now = Date.now()
  if (to === 'published') return whatFollows({ ...window, status: to }, now)
  return itemCondition({ ...window, status: from }, now) === 'published' ? 'Sites lose it with the next run.' : undefined
}

/** Publish, back to draft, archive: shown at once, taken back when the database refuses, and undone from the toast. */
export function useItemStatus() {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const { mutate } = useMutation({
    mutationFn: ({ id, to }: Change) => setItemStatus(id, to),
    onMutate: async ({ id, to }) => {
      await queryClient.cancelQueries({ queryKey: ['content_items', 'list'] })
      patchItemInLists(queryClient, id, { status: to })
    },
    onSuccess: (_, change) => {
      const { title, from, to, undone = false } = change
      toast.success(`"${title}" ${DONE[to]}`, {
        description: sequel(change),
        action: undone ? undefined : { label: 'Undo', onClick: () => mutate({ ...change, from: to, to: from, undone: true }) },
      })
    },
    onError: (error, { id, from }) => {
      patchItemInLists(queryClient, id, { status: from })
      toast.error(errorLine(error), {
        action: validationProblems(error).length === 0 ? undefined : { label: 'Open it', onClick: () => void navigate(paths.contentItem.getHref(id)) },
      })
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['content_items'] }),
  })
  return mutate
}
