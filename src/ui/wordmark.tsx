import { ArrowsClockwiseIcon } from '@phosphor-icons/react/ArrowsClockwise'

/** The product's sign and name, where there is no shell to say whose page this is. */
export function Wordmark() {
  return (
    <div className="flex items-center gap-2 text-base font-semibold tracking-tight">
      <span aria-hidden className="flex size-7 items-center justify-center rounded-md bg-accent text-on-accent">
        <ArrowsClockwiseIcon weight="bold" className="size-4" />
      </span>
      DataSync
    </div>
  )
}
