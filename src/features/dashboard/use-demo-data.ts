import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { errorLine } from '@/lib/errors'
import { loadDemoData } from '@/lib/organizations'
import { toast } from '@/ui/toaster'

/**
 * "Load Demo Data": adds what is missing of it, so it may be pressed at any time. The database refuses it to viewers, in words.
 * Without TanStack's mutations, which no other part of the first load needs.
 */
export function useDemoData() {
  const queryClient = useQueryClient()
  const [loading, setLoading] = useState(false)
  const load = async () => {
    setLoading(true)
    try {
      await loadDemoData()
      // Realtime says so too; whoever pressed the button need not wait for it.
      await queryClient.invalidateQueries()
      toast.success('The demo data is in place', { description: 'Three sites, four items, and who receives what. Run the sync to send it.' })
    } catch (error) {
      toast.error(errorLine(error))
    } finally {
      setLoading(false)
    }
  }
  return { load, loading }
}
