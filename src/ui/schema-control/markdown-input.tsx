import { lazy, Suspense, useDeferredValue, useEffect, useRef, useState, type RefObject } from 'react'
import { cn } from '@/ui/cn'
import { SegmentedControl } from '@/ui/segmented-control'
import { Skeleton } from '@/ui/skeleton'
import { Textarea } from '@/ui/textarea'

// The Markdown library (20 kB) comes when there is something to show, and it comes into sight.
const Markdown = lazy(() => import('@/ui/markdown').then(({ Markdown: View }) => ({ default: View })))

interface MarkdownInputProps {
  value: string
  onChange: (text: string) => void
  onBlur?: (() => void) | undefined
  readOnly: boolean
}

type Side = 'write' | 'preview'
const SIDES = [
  { value: 'write', label: 'Write' },
  { value: 'preview', label: 'Preview' },
] as const

/** The text and what it becomes: side by side where there is room for both, else one at a time. */
export function MarkdownInput({ value, onChange, onBlur, readOnly }: MarkdownInputProps) {
  const [side, setSide] = useState<Side>('write')
  const shown = useDeferredValue(value)
  const preview = useRef<HTMLDivElement>(null)
  const isNear = useNear(preview)
  return (
    <div className="@container">
      <SegmentedControl<Side> aria-label="Show" value={side} onValueChange={setSide} segments={SIDES} className="mb-1.5 @lg:hidden" />
      <div className="grid gap-2 @lg:grid-cols-2">
        <Textarea
          rows={7}
          value={value}
          readOnly={readOnly}
          onBlur={onBlur}
          onChange={(event) => onChange(event.target.value)}
          className={cn('h-full', side === 'preview' && '@max-lg:hidden')}
        />
        <div
          ref={preview}
          role="region"
          aria-label="Preview"
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by keyboard
          tabIndex={0}
          className={cn('max-h-96 min-h-36 overflow-auto rounded-md border border-line bg-sunk px-3 py-2 text-sm', side === 'write' && '@max-lg:hidden')}
        >
          {shown.trim() === '' ? (
            <p className="text-hint text-ink-3">What you write shows here. Markdown: **bold**, *italic*, - list, [link](https://…)</p>
          ) : isNear ? (
            <Suspense fallback={<Skeleton className="w-2/3" />}>
              <Markdown text={shown} />
            </Suspense>
          ) : (
            <Skeleton className="w-2/3" />
          )}
        </div>
      </div>
    </div>
  )
}

/** Whether it has been in sight, or nearly so: a little earlier, so that whoever scrolls finds it there. */
function useNear(box: RefObject<HTMLElement | null>): boolean {
  const [isNear, setNear] = useState(typeof IntersectionObserver === 'undefined')
  useEffect(() => {
    if (isNear || box.current === null) return
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) setNear(true)
    }, { rootMargin: '50%' })
    observer.observe(box.current)
    return () => observer.disconnect()
  }, [isNear, box])
  return isNear
}
