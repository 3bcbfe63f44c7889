import { queryOptions } from '@tanstack/react-query'
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
  /** Of the last 20 of those runs, the oldest first. */
  durationsMs: number[]
}

/** The figures of the home page, in one round trip. */
export function figuresQuery(organizationId: string) {
  return queryOptions({
    queryKey: ['dashboard', organizationId],
    meta: { tables: ['sites', 'site_states', 'site_item_mappings', 'content_items', 'content_types', 'sync_jobs'] },
    queryFn: async ({ signal }): Promise<Figures> => {
      const { data, error } = await supabase.rpc('dashboard').abortSignal(signal)
      if (error) throw error
      return readFigures(data)
    },
  })
}

// By hand: a schema library would weigh more than the rest of this page (its first load is the app's first load).
type Fields = Record<string, unknown>
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const figure = (value: unknown): number => (typeof value === 'number' ? value : 0)
const figureOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null)
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

export function readFigures(data: unknown): Figures {
  if (!isFields(data)) throw new Error('The server sent no figures. Reload the page.')
  const job = data['last_job']
  return {
    sites: figure(data['sites']),
    sitesUpToDate: figure(data['sites_up_to_date']),
    sitesBehind: list(data['sites_behind']).filter(isFields).map(({ id, name }) => ({ id: text(id), name: text(name) })),
    published: figure(data['published']),
    drafts: figure(data['drafts']),
    lastRun: isFields(job)
      ? {
          id: text(job['id']),
          number: figure(job['number']),
          status: text(job['status']),
          idle: job['status'] === 'success' && figure(job['succeeded']) + figure(job['failed']) === 0,
          createdAt: text(job['created_at']),
          finishedAt: typeof job['finished_at'] === 'string' ? job['finished_at'] : null,
        }
      : null,
    successRate: figureOrNull(data['success_rate']),
    runs: figure(data['jobs_counted']),
    runsNotWhole: figure(data['jobs_not_whole']),
    medianMs: figureOrNull(data['median_ms']),
    durationsMs: list(data['durations_ms']).filter((value): value is number => typeof value === 'number'),
  }
}
