import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { ScheduleHistory as History } from '@/features/schedules/schedule-history'
import { showView } from '@/test-view'

let refused = false
let runs = 60
let ScheduleHistory: typeof History

const run = (n: number) => ({ id: `r${n}`, ran_at: new Date(Date.UTC(2026, 0, 1) - n * 3_600_000).toISOString(), planned_for: null, outcome: 'started', started_by: { full_name: `Person ${n}`, email: 'a@example.com' }, job: null })
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })

beforeAll(async () => {
  const real = window.fetch.bind(window)
  vi.spyOn(window, 'fetch').mockImplementation((input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input), window.location.href)
    if (!url.pathname.endsWith('/schedule_runs')) return real(input, init)
    if (refused) return Promise.resolve(json({ code: '57014', message: 'canceling statement due to statement timeout' }, 500))
    const before = url.searchParams.get('ran_at')?.replace('lt.', '')
    const all = Array.from({ length: runs }, (_, n) => run(n))
    return Promise.resolve(json(all.filter(({ ran_at }) => before === undefined || ran_at < before).slice(0, 25)))
  })
  const { useSession } = await import('@/lib/session')
  useSession.setState({ status: 'signed-in', organizationId: 'o', role: 'editor' })
  ;({ ScheduleHistory } = await import('@/features/schedules/schedule-history'))
})

describe('what a schedule has done', () => {
  it('keeps what is read when earlier runs cannot be, and asks again', async () => {
    const { screen } = await showView(<ScheduleHistory scheduleId="s" timeZone="UTC" />)
    await expect.element(screen.getByText('by hand, by Person 0')).toBeVisible()
    refused = true
    await screen.getByRole('button', { name: 'Show earlier runs' }).click()
    await expect.element(screen.getByRole('alert')).toHaveTextContent('Earlier runs could not be read. The database took too long.')
    await expect.element(screen.getByText('by hand, by Person 0')).toBeVisible()
    refused = false
    await screen.getByRole('button', { name: 'Try again' }).click()
    await expect.element(screen.getByText('by hand, by Person 49')).toBeInTheDocument()
    expect(screen.getByRole('alert').elements()).toHaveLength(0)
    await screen.getByRole('button', { name: 'Show earlier runs' }).click()
    await expect.element(screen.getByText('by hand, by Person 59')).toBeInTheDocument()
    await expect.poll(() => screen.getByRole('button', { name: 'Show earlier runs' }).elements().length).toBe(0)
  })

  it('says that nothing could be read, and that there is nothing', async () => {
    refused = true
    const { screen } = await showView(<ScheduleHistory scheduleId="s" timeZone="UTC" />)
    await expect.element(screen.getByText('The database took too long')).toBeVisible()
    refused = false
    runs = 0
    await screen.getByRole('button', { name: /try again|retry/i }).click()
    await expect.element(screen.getByText(/It has not run yet/)).toBeVisible()
  })
})
