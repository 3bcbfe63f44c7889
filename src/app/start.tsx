import { StrictMode, Suspense } from 'react'
import { createRoot } from 'react-dom/client'
import { RouterProvider } from 'react-router-dom'
import { Providers } from '@/app/providers'
import { router } from '@/app/router'
import { Splash } from '@/app/splash'
import { watchSession } from '@/lib/session'

export function start(root: HTMLElement): void {
  watchSession()
  createRoot(root).render(
    <StrictMode>
      <Providers>
        <Suspense fallback={<Splash />}>
          <RouterProvider router={router} />
        </Suspense>
      </Providers>
    </StrictMode>,
  )
}
