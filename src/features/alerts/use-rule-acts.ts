import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { deleteRule, makeSecret, saveRule, testRule, type RuleDraft, type Told } from '@/features/alerts/queries/change-rules'
import { rulesQuery, type AlertRule } from '@/features/alerts/queries/rules'
import type { MadeSecret } from '@/features/alerts/rule-form'
import { errorLine } from '@/lib/errors'
import { count } from '@/lib/format'
import { useOrganizationId } from '@/lib/session'
import { toast } from '@/ui/toaster'

/** What can be done to rules from their list; each says how it went. */
export function useRuleActs() {
  const organizationId = useOrganizationId()
  const client = useQueryClient()
  const [busyId, setBusyId] = useState<string | null>(null)
  const key = rulesQuery(organizationId).queryKey
  const again = () => client.invalidateQueries({ queryKey: ['alert_rules'] })

  async function busyWith(rule: AlertRule, work: () => Promise<void>): Promise<void> {
    setBusyId(rule.id)
    try {
      await work()
    } catch (error) {
      toast.error(errorLine(error))
    } finally {
      setBusyId(null)
      await again()
    }
  }

  /** On the screen at once, and back when the server refuses. */
  async function change(rule: AlertRule, shown: Partial<AlertRule>, draft: Partial<RuleDraft>): Promise<boolean> {
    await client.cancelQueries({ queryKey: key })
    client.setQueryData(key, (rules) => rules?.map((one) => (one.id === rule.id ? { ...one, ...shown } : one)))
    try {
      await saveRule(rule.id, draft)
      return true
    } catch (error) {
      toast.error(errorLine(error))
      return false
    } finally {
      await again()
    }
  }

  return {
    busyId,
    switchRule: async (rule: AlertRule, enabled: boolean) => {
      if (!(await change(rule, { enabled }, { enabled }))) return
      toast.success(enabled ? `"${rule.name}" is watching` : `"${rule.name}" is paused`, {
        action: { label: 'Undo', onClick: () => void change(rule, { enabled: !enabled }, { enabled: !enabled }) },
      })
    },
    muteRule: async (rule: AlertRule, hours: number | null) => {
      const until = hours === null ? null : new Date(Date.now() + hours * 3_600_000).toISOString()
      if (!(await change(rule, { mutedUntil: until }, { muted_until: until }))) return
      toast.success(until === null ? `"${rule.name}" sends mails and webhooks again` : `"${rule.name}" is muted`, {
        description: until === null ? undefined : 'The inbox still hears of everything.',
        action: { label: 'Undo', onClick: () => void change(rule, { mutedUntil: rule.mutedUntil }, { muted_until: rule.mutedUntil }) },
      })
    },
    testRule: (rule: AlertRule) =>
      busyWith(rule, async () => {
        const told = await testRule(rule.id)
        const missed = told.filter(({ outcome }) => outcome !== 'success')
        if (told.length === 0) toast.info('The test is in the inbox', { description: 'The rule names no address and no webhook.' })
        else if (missed.length === 0) toast.success(`The test was taken by ${count('address', told.length, 'addresses')}`, { description: 'It is in the inbox too.' })
        else toast.error(`${missed.length === 1 ? 'One message was' : `${missed.length} messages were`} not taken`, { description: missed.slice(0, 3).map(missedLine).join('\n') })
      }),
    makeSecret: async (rule: AlertRule): Promise<MadeSecret> => {
      const secret = await makeSecret(rule.id, rule.secretVersion)
      await again()
      return { ruleName: rule.name, secret }
    },
    deleteRule: async (rule: AlertRule) => {
      await deleteRule(rule.id)
      toast.success(`"${rule.name}" was deleted`)
      await again()
    },
  }
}

function missedLine({ channel, recipient, outcome, reason }: Told): string {
  const what = channel === 'email' ? recipient : 'Webhook'
  return `${what}: ${reason}${outcome === 'retry' ? ', tried again soon' : ''}`
}
