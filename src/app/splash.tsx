import { Spinner } from '@/ui/spinner'

/** Between the first byte and the first page. Fades in late, so that a fast start shows nothing at all. */
export function Splash() {
  return (
    <div className="flex min-h-dvh items-center justify-center text-ink-3" style={{ animation: 'fade-in 300ms 300ms both' }}>
      <Spinner label="Loading DataSync" className="size-5" />
    </div>
  )
}
