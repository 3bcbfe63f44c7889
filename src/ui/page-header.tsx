import type { ReactNode } from 'react'

interface PageHeaderProps {
  /** A sentence that is true right now, or what the page is about. */
  title: ReactNode
  /** The line under it: what follows from the sentence, or what the page is for. */
  sub?: ReactNode
  /** Beside the title: a status chip. */
  chip?: ReactNode
  actions?: ReactNode
}

/** The one h1 of a page; the shell moves the focus to it after a navigation. */
export function PageHeader({ title, sub, chip, actions }: PageHeaderProps) {
  return (
    <header className="mb-5 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 tabIndex={-1} className="text-title font-semibold tracking-tight text-ink">
            {title}
          </h1>
          {chip}
        </div>
        {sub !== undefined && <div className="mt-0.5 text-sm text-ink-2">{sub}</div>}
      </div>
      {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </header>
  )
}
