import { useNames } from '@/features/content/queries/colleagues'
import { usePresence } from '@/lib/presence'

export interface Companion {
  userId: string
  name: string
  /** Fields they have in hand, in one of their windows. */
  fields: readonly string[]
}

/** Who else has this item open for editing, and a way to say which field one has in hand. */
export function useCompany(itemId: string | null, userId: string, isEditor: boolean): { companions: readonly Companion[]; say: (field: string | null) => void } {
  const { present, say } = usePresence(itemId === null ? null : `item:${itemId}`, isEditor ? userId : null)
  const ids = [...new Set(present.map((presence) => presence.userId))]
  const { data: names } = useNames(ids)
  const companions = ids.flatMap((id) => {
    const name = names?.get(id)
    if (name === undefined) return []
    const fields = present.flatMap((presence) => (presence.userId === id && presence.field !== null ? [presence.field] : []))
    return [{ userId: id, name: id === userId ? 'You, in another window' : name, fields }]
  })
  return { companions, say }
}
