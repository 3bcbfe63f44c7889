import { describe, expect, it, vi } from 'vitest'
import { EventEntry } from '@/features/alerts/event-entry'
import type { AlertEvent } from '@/features/alerts/queries/inbox'
import { showView } from '@/test-view'

const site = (n: number) => ({ kind: 'site', id: `s${n}`, name: `Site ${n}`, detail: n === 1 ? '503 from destination' : '' })
const event: AlertEvent = {
  id: 'e', seq: 1, rule_name: 'Sites', kind: 'site', state: 'firing', title: 'Site 1 is unhealthy', detail: 'refused: connection refused', subjects: [site(1)], subject_count: 1,
  job_id: null, muted: false, at: new Date().toISOString(), read: false, open: true, messages: null,
}
const show = async (changes: Partial<AlertEvent> = {}) => {
  const onMark = vi.fn()
  const onFollow = vi.fn()
  const view = await showView(<EventEntry event={{ ...event, ...changes }} onMark={onMark} onFollow={onFollow} />)
  return { ...view, onMark, onFollow }
}

describe('an entry of the inbox', () => {
  it('leads to what it is about, and counts as read then', async () => {
    const { screen, onMark, onFollow, address } = await show()
    await expect.element(screen.getByText('still firing')).toBeVisible()
    await expect.element(screen.getByText('Refused: connection refused')).toBeVisible()
    await screen.getByRole('link', { name: 'Site 1 is unhealthy' }).click()
    expect(onMark).toHaveBeenCalledWith(true)
    expect(onFollow).toHaveBeenCalledOnce()
    await expect.poll(address).toBe('/sites/s1')
  })

  it('names a few of many, and counts the rest', async () => {
    const { screen } = await show({ title: '1000 sites are unhealthy', subjects: Array.from({ length: 20 }, (_, n) => site(n + 1)), subject_count: 1000 })
    await expect.element(screen.getByText('Site 1: 503 from destination')).toBeVisible()
    await expect.element(screen.getByText('and 996 more')).toBeVisible()
    expect(screen.getByRole('link', { name: /^Site \d$/ }).elements()).toHaveLength(4)
  })

  it('is marked by its own button, and marked back', async () => {
    const { screen, onMark } = await show({ read: true })
    await screen.getByRole('button', { name: 'Mark as unread: Site 1 is unhealthy' }).click()
    expect(onMark).toHaveBeenCalledWith(false)
  })

  it('tells admins what did not arrive, and shows no more of a webhook than its host', async () => {
    const { screen } = await show({
      messages: { waiting: 1, sent: 2, failed: [{ channel: 'email', recipient: 'ops@example.com', error: '550 no such mailbox' }, { channel: 'webhook', recipient: 'https://hooks.example.com/s3cret', error: '404 from destination' }] },
    })
    await expect.element(screen.getByText('No mail reached ops@example.com: 550 no such mailbox')).toBeVisible()
    await expect.element(screen.getByText('The webhook hooks.example.com was not reached: 404 from destination')).toBeVisible()
    await expect.element(screen.getByText(/2 messages sent, 1 on the way/)).toBeVisible()
    expect(screen.container.textContent).not.toContain('s3cret')
  })
})
