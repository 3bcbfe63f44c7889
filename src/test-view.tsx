import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { createMemoryRouter, RouterProvider } from 'react-router-dom'
import { render, type RenderResult } from 'vitest-browser-react'
import { page } from 'vitest/browser'
import { Toaster } from '@/ui/toaster'

export interface ViewOptions {
  /** Where the router stands, with its query: `/content?status=draft`. */
  at?: string
  /** The route that matches it, for its params: `/jobs/:jobId`. */
  path?: string
  /** What queries know before anybody asks: `[[key, data], ...]`. They are taken for fresh. */
  known?: readonly (readonly [key: readonly unknown[], data: unknown])[]
  /** The window, in CSS pixels. */
  width?: number
  height?: number
}

export interface View {
  screen: RenderResult
  queryClient: QueryClient
  /** Where the router stands now, with its query. */
  address: () => string
}

/**
 * Shows a component in the browser as the app would: with its styles, a query client, a router (blockers work) and toasts.
 * `const { screen } = await showView(<DiffView changes={…} />)`, then `screen.getByRole(…)`, `userEvent` of 'vitest/browser'.
 */
export async function showView(element: ReactElement, { at = '/', path = '*', known = [], width = 1280, height = 800 }: ViewOptions = {}): Promise<View> {
  await page.viewport(width, height)
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity }, mutations: { retry: false } } })
  for (const [key, data] of known) queryClient.setQueryData(key, data)
  const router = createMemoryRouter(
    [
      { path, element },
      { path: '*', element: <p>Another page</p> },
    ],
    { initialEntries: [at] },
  )
  const screen = await render(
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
      <Toaster />
    </QueryClientProvider>,
  )
  return { screen, queryClient, address: () => router.state.location.pathname + router.state.location.search }
}
