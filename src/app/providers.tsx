import { QueryClientProvider } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { IdentityDialog } from '@/app/identity-dialog'
import { queryClient } from '@/lib/query-client'
import { Toaster } from '@/ui/toaster'

export function Providers({ children }: { children: ReactNode }) {
  return (
    <QueryClientProvider client={queryClient}>
      {children}
      <IdentityDialog />
      <Toaster />
    </QueryClientProvider>
  )
}
