import { queryOptions } from '@tanstack/react-query'
import { isFields, list, number, numberOrNull, text, type Fields } from '@/lib/fields'
import { supabase } from '@/lib/supabase'

export interface LastRun {
  id: string
  number: number
  status: string
  /** It had nothing to send. */
  idle: boolean
  createdAt: string
  finishedAt: string | null
}

export interface Figures {
  /** Enabled ones. */
  sites: number
  sitesUpToDate: number
  /** The first five, by name. */
  sitesBehind: { id: string; name: string }[]
  published: number
  drafts: number
  lastRun: LastRun | null
  /** A share of one, of the runs of 30 days that sent something; null without any. */
  successRate: number | null
  runs: number
  runsNotWhole: number
  medianMs: number | null
  /** The rest, as it came: what is below the figures reads it when it is there (outlook.ts). */
  rest: Fields
}

/** The figures of the home page, in one round trip. */
export function figuresQuery(organizationId: string) {
  return queryOptions({
    queryKey: ['dashboard', organizationId],
    meta: { tables: ['sites', 'site_states', 'site_item_mappings', 'content_items', 'content_types', 'sync_jobs', 'schedules', 'alert_events', 'alert_rules'] },
    queryFn: async ({ signal }): Promise<Figures> => {
      const { data, error } = await supabase.rpc('dashboard').abortSignal(signal)
      if (error) throw error
      return readFigures(data)
    },
  })
}

export function readFigures(data: unknown): Figures {
  if (!isFields(data)) throw new Error('The server sent no figures. Reload the page.')
  const job = data['last_job']
  return {
    sites: number(data['sites']),
    sitesUpToDate: number(data['sites_up_to_date']),
    sitesBehind: list(data['sites_behind']).filter(isFields).map(({ id, name }) => ({ id: text(id), name: text(name) })),
    published: number(data['published']),
    drafts: number(data['drafts']),
    lastRun: isFields(job)
      ? {
          id: text(job['id']),
          number: number(job['number']),
          status: text(job['status']),
          idle: job['status'] === 'success' && number(job['succeeded']) + number(job['failed']) === 0,
          createdAt: text(job['created_at']),
          finishedAt: typeof job['finished_at'] === 'string' ? job['finished_at'] : null,
        }
      : null,
    successRate: numberOrNull(data['success_rate']),
    runs: number(data['jobs_counted']),
    runsNotWhole: number(data['jobs_not_whole']),
    medianMs: numberOrNull(data['median_ms']),
    rest: data,
  }
}
