import { queryOptions } from '@tanstack/react-query'
import { supabase } from '@/lib/supabase'

export interface DayRuns {
  day: string
  schedule_id: string | null
  trigger: string
  total: number
  success: number
  partial: number
  failed: number
  cancelled: number
  first_at: string
  last_at: string
  /** The latest, at most twenty. */
  jobs: { id: string; number: number; status: string; at: string }[]
}

export interface QuietRuns {
  day: string
  schedule_id: string
  total: number
  last_at: string
  outcome: string
}

export interface WindowMoment {
  item_id: string
  title: string
  status: string
  /** Whether it goes out then, or comes off. */
  opens: boolean
  at: string
}

export interface CalendarData {
  runs: DayRuns[]
  /** Runs of schedules that made no job. */
  quiet: QuietRuns[]
  windows: WindowMoment[]
}

/** What happened, and what opens or closes, in a range of at most 70 days. Moments in ms. */
export function calendarQuery(organizationId: string, from: number, to: number, timeZone: string) {
  return queryOptions({
    queryKey: ['calendar', organizationId, from, to, timeZone],
    meta: { tables: ['schedules', 'sync_jobs', 'content_items'] },
    queryFn: async ({ signal }): Promise<CalendarData> => {
      const { data, error } = await supabase
        .rpc('calendar', { range_start: new Date(from).toISOString(), range_end: new Date(to).toISOString(), zone: timeZone })
        .abortSignal(signal)
      if (error) throw error
      return data as unknown as CalendarData
    },
  })
}
