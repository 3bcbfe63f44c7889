import { useEffect, useRef, type ReactNode } from 'react'
import { Wordmark } from '@/ui/wordmark'

interface TaskCardProps {
  title: string
  sub?: ReactNode
  /** Under the card: the way to the neighbouring page. */
  footer?: ReactNode
  children?: ReactNode
}

/** The calm frame of every page outside the app's own: one card, one task. */
export function TaskCard({ title, sub, footer, children }: TaskCardProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  // The page changes its state in place ("check your mail"): the new title is what a screen reader should hear.
  const first = useRef(title)
  useEffect(() => {
    if (first.current !== title) heading.current?.focus()
    first.current = title
  }, [title])

  return (
    <main className="flex min-h-dvh flex-col items-center bg-ground px-4 py-10 sm:pt-[14vh]">
      <Wordmark />
      <div className="mt-6 w-full max-w-100 rounded-lg border border-line bg-panel p-6">
        <h1 ref={heading} tabIndex={-1} className="text-title font-semibold tracking-tight break-words">
          {title}
        </h1>
        {sub !== undefined && <div className="mt-1 text-sm break-words text-ink-2">{sub}</div>}
        {children !== undefined && <div className="mt-5">{children}</div>}
      </div>
      {footer !== undefined && <p className="mt-4 max-w-100 text-center text-sm text-ink-2">{footer}</p>}
    </main>
  )
}
