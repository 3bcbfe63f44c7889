import { Skeleton } from '@/ui/skeleton'

/** In the place of a page whose code is on its way. */
export function PageSkeleton() {
  return (
    <div aria-busy className="flex flex-col gap-2" style={{ animation: 'fade-in 200ms 150ms both' }}>
      <Skeleton className="h-6 w-64 max-w-full" />
      <Skeleton className="h-4 w-96 max-w-full" />
      <Skeleton className="mt-4 h-48 w-full" />
    </div>
  )
}
