import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Rhythm } from '@/features/schedules/cron-words'
import type { Schedule } from '@/features/schedules/queries/schedules'

// A Data API on loopback that keeps what it is asked to save.
let server: Server
const saved: unknown[] = []
let Form: (typeof import('@/features/schedules/schedule-form'))['ScheduleForm']

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      response.setHeader('content-type', 'application/json')
      if (request.url?.includes('/rpc/save_schedule') === true) {
        saved.push((JSON.parse(body) as { schedule: unknown }).schedule)
        response.end('"5f0c1c8e-0000-4000-8000-000000000000"')
      } else {
        response.setHeader('content-range', '0-1/2')
        response.end(JSON.stringify([{ id: 'a', name: 'Facebook', enabled: true }, { id: 'b', name: 'Google', enabled: false }]))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  document.head.innerHTML = `<meta name="supabase-url" content="http://127.0.0.1:${port}"><meta name="supabase-publishable-key" content="key">`
  // jsdom lays nothing out.
  HTMLElement.prototype.scrollIntoView = () => undefined
  window.ResizeObserver = class {
    observe = () => undefined
    unobserve = () => undefined
    disconnect = () => undefined
  }
  const { useSession } = await import('@/lib/session')
  useSession.setState({ status: 'signed-in', organizationId: 'o', role: 'admin' })
  ;({ ScheduleForm: Form } = await import('@/features/schedules/schedule-form'))
})
afterAll(() => new Promise((resolve) => server.close(resolve)))
beforeEach(() => void saved.splice(0))

function setup(schedule: Schedule | null = null, rhythm: Rhythm = 'hourly') {
  const onDone = vi.fn<() => void>()
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <Form schedule={schedule} rhythm={rhythm} onBusy={() => undefined} onDone={onDone} />
      <button type="submit" form="schedule-form">
        Save
      </button>
    </QueryClientProvider>,
  )
  const name = screen.getByRole<HTMLInputElement>('textbox', { name: 'Name' })
  const runs = () => within(screen.getByRole('region', { name: 'Next five runs' })).queryAllByRole('listitem').map((run) => run.textContent)
  return { onDone, name, runs, save: () => userEvent.click(screen.getByRole('button', { name: 'Save' })) }
}

const existing: Schedule = {
  id: '11111111-1111-4111-8111-111111111111', kind: 'publish', name: 'Mornings', cron: '*/15 8-18 * * 1-5', timeZone: 'Europe/Berlin', allSites: false, siteIds: ['b'],
  enabled: false, nextRunAt: null, lastRunAt: null, lastOutcome: '', lastJob: null, problem: '',
}

describe('a new schedule', () => {
  it('is every hour, for all sites, and on, unless one says otherwise', async () => {
    const { onDone, name, runs, save } = setup()
    expect(name.value).toBe('Every hour')
    expect(runs()).toHaveLength(5)
    await save()
    await waitFor(() => expect(onDone).toHaveBeenCalled())
    expect(saved).toEqual([
      {
        kind: 'publish', name: 'Every hour', cron: '0 * * * *', time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone, all_sites: true, site_ids: [], enabled: true,
      },
    ])
  })

  it('is called what it does, until it has a name of its own', async () => {
    const { name, runs } = setup()
    await userEvent.click(screen.getByRole('radio', { name: 'Weekdays' }))
    expect(name.value).toBe('Weekdays at 09:00')
    expect(runs().every((run) => /(Mon|Tue|Wed|Thu|Fri) .*09:00/.test(run))).toBe(true)
    await userEvent.clear(name)
    await userEvent.type(name, 'Before lunch')
    await userEvent.click(screen.getByRole('radio', { name: 'Daily' }))
    expect(name.value).toBe('Before lunch')
  })

  it('goes on in cron with what was chosen, and says which part is wrong', async () => {
    const { runs, save } = setup(null, 'weekdays')
    await userEvent.click(screen.getByRole('radio', { name: 'Custom' }))
    const cron = screen.getByRole<HTMLInputElement>('textbox', { name: 'Cron expression' })
    expect(cron.value).toBe('0 9 * * 1-5')
    await userEvent.clear(cron)
    await userEvent.type(cron, '0 25 * * *')
    await waitFor(() => expect(runs()).toEqual([]))
    await save()
    const problem = await screen.findByRole('alert')
    expect(problem.textContent).toMatch(/hour "25"/)
    expect(cron.getAttribute('aria-describedby')).toBe(problem.id)
    expect(saved).toEqual([])
  })

  it('for chosen sites needs one', async () => {
    const { save, onDone } = setup()
    await userEvent.click(screen.getByRole('radio', { name: 'Chosen sites' }))
    await screen.findByText('Disabled: runs pass it by.')
    await save()
    expect((await screen.findByRole('alert')).textContent).toContain('at least one site')
    await userEvent.click(screen.getByRole('checkbox', { name: 'Facebook' }))
    await save()
    await waitFor(() => expect(onDone).toHaveBeenCalled())
    expect(saved).toMatchObject([{ all_sites: false, site_ids: ['a'] }])
  })
})

describe('a schedule that exists', () => {
  it('comes as it was saved, and keeps its name when its rhythm changes', async () => {
    const { name, save, onDone } = setup(existing)
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Cron expression' }).value).toBe('*/15 8-18 * * 1-5')
    expect(screen.getByRole<HTMLInputElement>('combobox', { name: 'Time zone' }).value).toBe('Europe/Berlin')
    await userEvent.click(screen.getByRole('radio', { name: 'Hourly' }))
    expect(name.value).toBe('Mornings')
    await save()
    await waitFor(() => expect(onDone).toHaveBeenCalled())
    expect(saved).toMatchObject([{ id: existing.id, name: 'Mornings', cron: '0 * * * *', time_zone: 'Europe/Berlin', all_sites: false, site_ids: ['b'], enabled: false }])
  })
})
