import { lazy, Suspense } from 'react'
import { Skeleton } from '@/ui/skeleton'

// The editor (some 60 kB) comes with the first field that has rich text.
const RichText = lazy(() => import('@/ui/schema-control/rich-text').then(({ RichText: View }) => ({ default: View })))

export interface RichTextInputProps {
  label: string
  /** Markdown. */
  value: string
  onChange: (markdown: string) => void
  onBlur?: (() => void) | undefined
  readOnly: boolean
}

export function RichTextInput(props: RichTextInputProps) {
  return (
    <Suspense fallback={<Skeleton className="h-32 w-full" />}>
      <RichText {...props} />
    </Suspense>
  )
}
