import { LazyMotion, MotionConfig } from 'framer-motion'
import type { ReactNode } from 'react'

// Motion explains a change of state, so it may come after the first paint.
const features = () => import('@/ui/motion-features').then((module) => module.features)

/** Around the part of a page whose `m.*` elements move; pages without any don't load the library (30 kB). */
export function Motion({ children }: { children: ReactNode }) {
  return (
    <LazyMotion features={features} strict>
      <MotionConfig reducedMotion="user" transition={{ duration: 0.2 }}>
        {children}
      </MotionConfig>
    </LazyMotion>
  )
}
