import { cn } from '@/ui/cn'

/** A quiet block in the place of what is loading; the container around it says so with `aria-busy`. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cn('block h-4 animate-breathe rounded-sm bg-muted-ground', className)} />
}
