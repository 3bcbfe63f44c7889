import { QueryClient } from '@tanstack/react-query'
import { describeError } from '@/lib/errors'

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: {
      /** Tables besides the first part of the key whose changes make this query stale (see realtime-organization.ts). */
      tables?: readonly string[]
    }
  }
}

/** An answer that will be the same however often one asks: refusals of SQL (class 22, 23, 42, our DS0xx) and PostgREST. */
function isFinal(error: unknown): boolean {
  const { code } = describeError(error)
  return code !== undefined && /^(DS|22|23|42|PGRST|4\d\d$)/.test(code)
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // Realtime says what changed, so a mounted list need not be asked again on every focus.
      staleTime: 30_000,
      retry: (failures, error) => failures < 2 && !isFinal(error),
    },
    mutations: { retry: false },
  },
})
