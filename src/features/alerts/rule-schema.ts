import * as z from 'zod/mini'
import { isAddress, splitAddresses, type RuleKind } from '@/features/alerts/alert-words'
import type { RuleDraft } from '@/features/alerts/queries/change-rules'
import type { AlertRule } from '@/features/alerts/queries/rules'

export const UNITS = [
  { value: 'minutes', label: 'minutes' },
  { value: 'hours', label: 'hours' },
  { value: 'days', label: 'days' },
] as const

const MINUTES = { minutes: 1, hours: 60, days: 1440 }
const MOST = 43_200

const leastMinutes: Record<RuleKind, number> = { run: 0, site: 1, silence: 60, schedule: 1 }
const firstMinutes: Record<RuleKind, number> = { run: 0, site: 10, silence: 1440, schedule: 5 }
const firstNames: Record<RuleKind, string> = { run: 'Runs that fail', site: 'Unhealthy sites', silence: 'Nothing synced', schedule: 'Missed schedules' }

/** The checks of `save_alert_rule`, in words. */
export const ruleSchema = z
  .object({
    kind: z.enum(['run', 'site', 'silence', 'schedule']),
    name: z.string().check(z.trim(), z.minLength(1, 'A rule needs a name.'), z.maxLength(120, 'Use at most 120 characters.')),
    amount: z.string(),
    unit: z.enum(['minutes', 'hours', 'days']),
    partial: z.boolean(),
    memberIds: z.array(z.string()),
    emails: z.string(),
    webhookUrl: z.string().check(z.trim(), z.maxLength(2048, 'Use at most 2,048 characters.')),
  })
  .check(({ value, issues }) => {
    const refuse = (path: keyof typeof value, message: string) => issues.push({ code: 'custom', input: value, path: [path], message })
    if (value.kind !== 'run') {
      const minutes = toMinutes(value)
      if (minutes === null) refuse('amount', 'Type a whole number.')
      else if (minutes < leastMinutes[value.kind]) refuse('amount', value.kind === 'silence' ? 'Wait for an hour or more.' : 'Wait for a minute or more.')
      else if (minutes > MOST) refuse('amount', 'Wait for 30 days or less.')
    }
    const addresses = splitAddresses(value.emails)
    const wrong = addresses.find((address) => !isAddress(address))
    if (wrong !== undefined) refuse('emails', `"${wrong}" is not an e-mail address.`)
    else if (addresses.length > 20) refuse('emails', 'Name at most 20 addresses, or use a mailing list.')
    if (value.webhookUrl !== '' && !isWebAddress(value.webhookUrl)) refuse('webhookUrl', 'The address must begin with https://.')
  })

export type RuleFormValues = z.infer<typeof ruleSchema>

function isWebAddress(text: string): boolean {
  return /^https?:\/\/\S+$/.test(text) && URL.canParse(text)
}

/** Null: not a whole number. */
function toMinutes({ amount, unit }: Pick<RuleFormValues, 'amount' | 'unit'>): number | null {
  return /^\d{1,5}$/.test(amount.trim()) ? Number(amount) * MINUTES[unit] : null
}

function fromMinutes(minutes: number): Pick<RuleFormValues, 'amount' | 'unit'> {
  const unit = minutes > 0 && minutes % 1440 === 0 ? 'days' : minutes > 0 && minutes % 60 === 0 ? 'hours' : 'minutes'
  return { amount: String(minutes / MINUTES[unit]), unit }
}

/** What a rule of this kind begins with. */
export function freshTime(kind: RuleKind): Pick<RuleFormValues, 'amount' | 'unit' | 'name'> {
  // A day of silence is better said in hours: people count those.
  return { ...(kind === 'silence' ? { amount: '24', unit: 'hours' as const } : fromMinutes(firstMinutes[kind])), name: firstNames[kind] }
}

export function toFormValues(rule: AlertRule | null, userId: string | undefined): RuleFormValues {
  if (rule === null) return { kind: 'run', ...freshTime('run'), partial: true, memberIds: userId === undefined ? [] : [userId], emails: '', webhookUrl: '' }
  return { kind: rule.kind, name: rule.name, ...fromMinutes(rule.thresholdMinutes), partial: rule.partial, memberIds: rule.memberIds, emails: rule.emails.join(', '), webhookUrl: rule.webhookUrl ?? '' }
}

export function toDraft(values: RuleFormValues): Omit<RuleDraft, 'enabled' | 'muted_until'> {
  return {
    kind: values.kind,
    name: values.name.trim(),
    threshold_minutes: values.kind === 'run' ? 0 : (toMinutes(values) ?? 0),
    partial: values.partial,
    member_ids: values.memberIds,
    emails: splitAddresses(values.emails),
    webhook_url: values.webhookUrl.trim() === '' ? null : values.webhookUrl.trim(),
  }
}

/** What most teams want to know; offered where there is no rule yet. */
export function usualRules(userId: string): Omit<RuleDraft, 'enabled' | 'muted_until'>[] {
  return (['run', 'site', 'silence', 'schedule'] as const).map((kind) => toDraft({ ...toFormValues(null, userId), kind, ...freshTime(kind) }))
}
