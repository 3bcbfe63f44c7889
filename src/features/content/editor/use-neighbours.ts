import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

interface Page {
  items: { id: string }[]
}

const isPage = (value: unknown): value is Page => typeof value === 'object' && value !== null && 'items' in value && Array.isArray(value.items)

/** The items before and after this one in the list that was looked at last, in the order in which it was shown. */
export function useNeighbours(itemId: string | null): { previous: string | null; next: string | null } {
  const queryClient = useQueryClient()
  // As the list was when this page opened: a save moves the item to its top.
  const [ids] = useState(() => {
    const lists = queryClient.getQueryCache().findAll({ queryKey: ['content_items', 'list'] })
    lists.sort((a, b) => b.state.dataUpdatedAt - a.state.dataUpdatedAt)
    for (const { state } of lists) {
      const data: unknown = state.data
      if (typeof data !== 'object' || data === null || !('pages' in data) || !Array.isArray(data.pages)) continue
      const found = data.pages.filter(isPage).flatMap(({ items }) => items.map(({ id }) => id))
      if (itemId !== null && found.includes(itemId)) return found
    }
    return []
  })
  const at = itemId === null ? -1 : ids.indexOf(itemId)
  return { previous: at > 0 ? (ids[at - 1] ?? null) : null, next: at >= 0 ? (ids[at + 1] ?? null) : null }
}
