import { queryOptions, useQuery } from '@tanstack/react-query'
import { z } from 'zod/mini'
import { functionError } from '@/lib/errors'
import { supabase } from '@/lib/supabase'

const headers = z.record(z.string(), z.string())

const report = z.object({
  tested_at: z.string(),
  destination: z.nullable(z.string()),
  webhook_id: z.string(),
  request_headers: headers,
  request_body: z.string(),
  status_code: z.nullable(z.number()),
  error: z.nullable(z.string()),
  duration_ms: z.number(),
  connect_ms: z.nullable(z.number()),
  first_byte_ms: z.nullable(z.number()),
  response_headers: headers,
  response_excerpt: z.nullable(z.string()),
  truncated: z.boolean(),
  secret_version: z.nullable(z.number()),
  judgement: z.object({ verdict: z.string(), tone: z.enum(['success', 'warning', 'failure']), signature: z.enum(['accepted', 'refused', 'unknown']), title: z.string(), advice: z.string() }),
})

/** One test request, and what came of it. */
export type TestReport = z.infer<typeof report>

/** Sends a signed request that changes nothing to the site's destination, now. */
export async function sendTest(siteId: string): Promise<TestReport> {
  const answer = await supabase.functions.invoke<unknown>('send-test', { body: { site_id: siteId } })
  if (answer.error !== null) throw await functionError(answer.error)
  return report.parse(answer.data)
}

/** The last test of the site; null: it was never tested. */
export function siteTestQuery(siteId: string) {
  return queryOptions({
    queryKey: ['site_tests', siteId],
    queryFn: async ({ signal }): Promise<TestReport | null> => {
      const { data, error } = await supabase.from('site_tests').select('result').eq('site_id', siteId).abortSignal(signal).maybeSingle()
      if (error) throw error
      const parsed = report.safeParse(data?.result)
      return parsed.success ? parsed.data : null
    },
  })
}

export function useSiteTest(siteId: string) {
  return useQuery(siteTestQuery(siteId))
}
