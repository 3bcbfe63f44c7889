import { Skeleton } from '@/ui/skeleton'

/** In place of a payload, or of what differs between two, while it is read. */
export function PayloadSkeleton() {
  return (
    <div aria-busy className="flex flex-col gap-2">
      <Skeleton className="w-48" />
      <Skeleton className="w-full" />
      <Skeleton className="w-2/3" />
    </div>
  )
}
