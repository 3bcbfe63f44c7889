import { cn } from '@/ui/cn'

interface SparklineProps {
  values: readonly number[]
  /** What the line shows, in words: it is an image. */
  label: string
  className?: string
}

const WIDTH = 100
const HEIGHT = 24

export function Sparkline({ values, label, className }: SparklineProps) {
  if (values.length < 2) return null
  const low = Math.min(...values)
  const span = Math.max(...values) - low
  const step = WIDTH / (values.length - 1)
  // 2 units above and below keep the stroke inside; a flat line runs through the middle.
  const y = (value: number) => (span === 0 ? HEIGHT / 2 : HEIGHT - 2 - ((value - low) / span) * (HEIGHT - 4))
  const points = values.map((value, index) => `${(index * step).toFixed(2)},${y(value).toFixed(2)}`).join(' ')
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" className={cn('h-6 w-full text-accent', className)}>
      <polyline points={points} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" strokeLinecap="round" vectorEffect="non-scaling-stroke" />
    </svg>
  )
}
