import { z } from 'zod/mini'
import type { RuleKind } from '@/features/alerts/alert-words'
import type { Json } from '@/lib/database.types'
import { functionError } from '@/lib/errors'
import { supabase } from '@/lib/supabase'

export interface RuleDraft {
  kind: RuleKind
  name: string
  threshold_minutes: number
  partial: boolean
  enabled: boolean
  muted_until: string | null
  member_ids: string[]
  emails: string[]
  webhook_url: string | null
}

/** Creates a rule (`id` null), or changes what is named of one. */
export async function saveRule(id: string | null, changes: Partial<RuleDraft>): Promise<string> {
  const { data, error } = await supabase.rpc('save_alert_rule', { rule: { ...changes, ...(id === null ? {} : { id }) } as Json })
  if (error) throw error
  return data
}

export async function deleteRule(id: string): Promise<void> {
  const { error } = await supabase.rpc('delete_alert_rule', { rule_id: id })
  if (error) throw error
}

async function askAlerts(body: object): Promise<unknown> {
  const answer = await supabase.functions.invoke<unknown>('alerts', { body })
  if (answer.error !== null) throw await functionError(answer.error)
  return answer.data
}

const madeSchema = z.object({ version: z.number(), secret: z.string() })

/** The webhook's signing secret, or the next one after version `from`. Its text is told this once. */
export async function makeSecret(ruleId: string, from: number): Promise<string> {
  return madeSchema.parse(await askAlerts({ rule_id: ruleId, action: 'secret', from_version: from })).secret
}

const toldSchema = z.object({
  told: z.array(z.object({ channel: z.string(), recipient: z.string(), outcome: z.string(), reason: z.string() })),
})

export type Told = z.infer<typeof toldSchema>['told'][number]

/** Sends a test message to everybody whom the rule tells; what came of each. */
export async function testRule(ruleId: string): Promise<Told[]> {
  return toldSchema.parse(await askAlerts({ rule_id: ruleId, action: 'test' })).told
}
