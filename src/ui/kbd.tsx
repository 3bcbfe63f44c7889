import type { ReactNode } from 'react'

export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-flex h-4.5 items-center rounded-[5px] border border-line-strong px-1.5 font-mono text-2xs text-ink-3">{children}</kbd>
  )
}
