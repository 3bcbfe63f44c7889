import type { ReactNode } from 'react'
import { usePageTitle } from '@/lib/page-title'
import { TaskCard } from '@/ui/task-card'

interface AuthLayoutProps {
  title: string
  sub?: ReactNode
  /** Under the card: the way to the neighbouring page. */
  footer?: ReactNode
  children: ReactNode
}

/** One card, one task, and its title in the browser's tab. */
export function AuthLayout({ title, ...card }: AuthLayoutProps) {
  usePageTitle(title)
  return <TaskCard title={title} {...card} />
}
