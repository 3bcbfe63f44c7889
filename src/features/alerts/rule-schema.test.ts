import { describe, expect, it } from 'vitest'
import { freshTime, ruleSchema, toDraft, toFormValues, usualRules, type RuleFormValues } from '@/features/alerts/rule-schema'
import type { AlertRule } from '@/features/alerts/queries/rules'

const values = (changes: Partial<RuleFormValues> = {}): RuleFormValues => ({ ...toFormValues(null, 'me'), ...changes })
const problemsOf = (changes: Partial<RuleFormValues>) => {
  const parsed = ruleSchema.safeParse(values(changes))
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => [path[0], message])
}

describe('a rule, as it is typed', () => {
  it('begins with what most want: runs, told to me', () => {
    expect(problemsOf({})).toEqual([])
    expect(toDraft(values())).toEqual({ kind: 'run', name: 'Runs that fail', threshold_minutes: 0, partial: true, member_ids: ['me'], emails: [], webhook_url: null })
  })

  it.each<[Partial<RuleFormValues>, string]>([
    [{ name: ' ' }, 'A rule needs a name.'],
    [{ kind: 'site', amount: 'ten' }, 'Type a whole number.'],
    [{ kind: 'site', amount: '0' }, 'Wait for a minute or more.'],
    [{ kind: 'silence', amount: '59', unit: 'minutes' }, 'Wait for an hour or more.'],
    [{ kind: 'schedule', amount: '31', unit: 'days' }, 'Wait for 30 days or less.'],
    [{ emails: 'ada@example.com, bob' }, '"bob" is not an e-mail address.'],
    [{ webhookUrl: 'hooks.example.com' }, 'The address must begin with https://.'],
  ])('%j is refused: %s', (changes, message) => {
    expect(problemsOf(changes).map(([, said]) => said)).toEqual([message])
  })

  it('keeps times in the unit that people would say', () => {
    const rule = (thresholdMinutes: number): AlertRule => ({
      id: 'r', kind: 'site', name: 'Sites', thresholdMinutes, partial: true, enabled: true, mutedUntil: null, memberIds: [], emails: ['a@example.com', 'b@example.com'], webhookUrl: 'https://x.example',
      secretVersion: 0, secretSetAt: null, firing: 0, undelivered: null,
    })
    for (const [minutes, amount, unit] of [[90, '90', 'minutes'], [120, '2', 'hours'], [2880, '2', 'days']] as const) {
      expect(toFormValues(rule(minutes), 'me')).toMatchObject({ amount, unit, emails: 'a@example.com, b@example.com' })
      expect(toDraft(toFormValues(rule(minutes), 'me'))).toMatchObject({ threshold_minutes: minutes, emails: ['a@example.com', 'b@example.com'], webhook_url: 'https://x.example' })
    }
    expect(freshTime('silence')).toMatchObject({ amount: '24', unit: 'hours' })
  })

  it('offers one rule of each kind', () => {
    expect(usualRules('me').map(({ kind, threshold_minutes }) => [kind, threshold_minutes])).toEqual([['run', 0], ['site', 10], ['silence', 1440], ['schedule', 5]])
  })
})
