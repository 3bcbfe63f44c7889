import { useQuery } from '@tanstack/react-query'
import { referenceKeys, useControlServices } from '@/ui/schema-control/services'
import { Skeleton } from '@/ui/skeleton'

/** The title of the item that a reference leads to. */
export function ReferenceName({ id }: { id: string }) {
  const services = useControlServices()
  const { data, isPending } = useQuery({
    queryKey: referenceKeys.one(id),
    queryFn: () => services?.itemById(id) ?? null,
    enabled: services !== null,
  })
  if (services === null) return <span className="font-mono text-xs break-all">{id}</span>
  if (isPending) return <Skeleton className="inline-block w-24" />
  return data ? <span>{data.title}</span> : <span className="text-warning">An item that is no longer there</span>
}
