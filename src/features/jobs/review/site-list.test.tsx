import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { useState } from 'react'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PlanSite } from '@/features/jobs/queries/plan'

// A Data API on loopback that plans one site at a time and keeps what it was asked.
let server: Server
let asked: { path: string; body: unknown }[] = []
/** The hash of the content that the database would send now. */
let hashOfNow = 'new'

let SiteList: (typeof import('./site-list'))['SiteList']
type SiteFilter = import('./site-list').SiteFilter
let partsOf: (typeof import('./plan-words'))['partsOf']

const none = { added: 0, changed: 0, removed: 0, reordered: 0, unchanged: 0 }
const site = (n: number, over: Partial<PlanSite> = {}): PlanSite => ({
  site_id: `s${n}`, name: `Branch ${String(n).padStart(4, '0')}`, slug: `branch-${n}`, destination: 'built-in', enabled: true, item_count: 2, bytes: 900,
  hash: 'new', accepted_hash: 'old', accepted_at: '2026-11-21T08:00:00Z', accepted_item_count: 2, unchanged: false, on_hold: false,
  counts: { ...none, changed: 1, unchanged: 1 }, warnings: [], changes: null, ...over,
})
const change = {
  kind: 'changed', item_id: 'i', type: 'offer', title: 'Fall Savings', from: 1, to: 1, fields: [{ field: 'headline', before: 'Autumn sale', after: 'Winter sale' }],
}

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const sent = JSON.parse(body) as { site_ids?: string[] }
      asked.push({ path: request.url ?? '', body: sent })
      response.setHeader('content-type', 'application/json')
      if (request.url?.includes('preview_payload') === true) {
        response.end(JSON.stringify({ body: '{"version":1,"site":{"slug":"b","name":"B"},"items":[]}', hash: hashOfNow, item_count: 0, bytes: 55 }))
      } else {
        const id = Number(sent.site_ids?.[0]?.slice(1))
        response.end(JSON.stringify({ hash: 'plan', drafts: 0, scheduled_items: 0, sites: [site(id, { hash: hashOfNow, changes: [change] as PlanSite['changes'] })] }))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  document.head.innerHTML = `<meta name="supabase-url" content="http://127.0.0.1:${port}"><meta name="supabase-publishable-key" content="key">`
  // jsdom lays nothing out; the virtualiser asks for these and would show no row without them.
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(500)
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(41)
  ;({ SiteList } = await import('./site-list'))
  ;({ partsOf } = await import('./plan-words'))
})
afterAll(async () => {
  vi.restoreAllMocks()
  await new Promise((resolve) => server.close(resolve))
})
beforeEach(() => {
  asked = []
  hashOfNow = 'new'
})

function show(sites: PlanSite[], onStale = () => undefined) {
  const parts = partsOf({ hash: 'plan', drafts: 0, scheduled_items: 0, sites })
  function Filtered() {
    const [filter, setFilter] = useState<SiteFilter>({ part: 'all', text: '' })
    const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(sites.map(({ site_id }) => site_id)))
    return (
      <SiteList
        parts={parts}
        news={new Set()}
        onStale={onStale}
        filter={filter}
        onFilter={(change) => setFilter((before) => ({ ...before, ...change }))}
        chosen={chosen}
        onChoose={setChosen}
      />
    )
  }
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  render(
    <QueryClientProvider client={client}>
      <Filtered />
    </QueryClientProvider>,
  )
}
const many = (n: number, over: (index: number) => Partial<PlanSite> = () => ({})) => Array.from({ length: n }, (_, index) => site(index + 1, over(index + 1)))
const rows = () => within(screen.getByRole('list', { name: 'Sites' })).getAllByRole('listitem')
const row = (name: RegExp) => screen.getByRole('button', { name })

describe('the sites of a plan', () => {
  it('keeps only a window of a long list in the document, and says where in the list it is', () => {
    show(many(1000))
    expect(rows().length).toBeGreaterThan(5)
    expect(rows().length).toBeLessThan(80)
    expect(rows()[0]?.getAttribute('aria-setsize')).toBe('1000')
  })

  it('asks for the differences of a site when it is opened, and for its payload when that is', async () => {
    const user = userEvent.setup()
    show(many(1000))
    expect(asked).toEqual([])
    await user.click(row(/^Branch 0002/))
    await screen.findByText('Fall Savings')
    expect(screen.getByText(/Winter/)).toBeTruthy()
    expect(asked.map(({ body }) => body)).toEqual([{ site_ids: ['s2'], detail: true }])
    await user.click(row(/^Payload of Branch 0002/))
    await screen.findByRole('region', { name: /payload of Branch 0002/ })
    expect(asked[1]?.body).toEqual({ site_id: 's2' })
  })

  it('says that the plan has grown old when the content of a site is another one by now', async () => {
    const user = userEvent.setup()
    const onStale = vi.fn()
    hashOfNow = 'newer'
    show(many(1000), onStale)
    await user.click(row(/^Branch 0001/))
    await waitFor(() => expect(onStale).toHaveBeenCalled())
    expect(screen.queryByText('Fall Savings')).toBeNull()
  })

  it('tells a screen reader what each figure counts', () => {
    show([site(1, { counts: { added: 2, changed: 1, removed: 0, reordered: 3, unchanged: 4 }, changes: [] })])
    expect(row(/^Branch 0001/).textContent).toBe('Branch 0001+2 added~1 changed3 reordered=4 unchangedpayload 900 B')
  })

  it('opens by itself what is few, and asks nothing for what the plan has brought', () => {
    show([site(1, { changes: [change] as PlanSite['changes'] }), site(2, { unchanged: true, changes: [], counts: { ...none, unchanged: 2 } })])
    expect(row(/^Branch 0001/).getAttribute('aria-expanded')).toBe('true')
    expect(row(/^Branch 0002/).getAttribute('aria-expanded')).toBe('false')
    expect(screen.getByText('Fall Savings')).toBeTruthy()
    expect(asked).toEqual([])
  })

  it('narrows a long list to what has a warning, and searches it', async () => {
    const user = userEvent.setup()
    show(many(40, (n) => (n % 20 === 0 ? { warnings: [{ code: 'loses_many', message: '2 of 3 items would go.' }] } : {})))
    await user.click(screen.getByRole('radio', { name: 'Warnings 2' }))
    expect(rows().map((each) => within(each).getByRole('heading').textContent.slice(0, 11))).toEqual(['Branch 0020', 'Branch 0040'])
    expect(screen.getAllByText('loses many items')).toHaveLength(2)
    await user.click(screen.getByRole('searchbox'))
    await user.paste('nothing like it')
    await user.click(await screen.findByRole('button', { name: 'Show all sites' }))
    await waitFor(() => expect(rows().length).toBeGreaterThan(2))
  })

  it('chooses sites one by one, by range, and as they are listed', async () => {
    const user = userEvent.setup()
    show(many(12, (n) => ({ unchanged: n > 9, changes: [] })))
    const box = (name: string) => screen.getByRole('checkbox', { name })
    const status = () => screen.getAllByRole('status').map(({ textContent }) => textContent).find((words) => words.includes('chosen'))
    expect(status()).toBe('All 12 chosen')
    await user.click(box('Choose Branch 0002'))
    expect(status()).toBe('11 of 12 chosen')
    await user.keyboard('{Shift>}')
    await user.click(box('Choose Branch 0005'))
    await user.keyboard('{/Shift}')
    expect(status()).toBe('8 of 12 chosen')
    await user.click(screen.getByRole('button', { name: 'Changed only' }))
    expect(status()).toBe('9 of 12 chosen')
    await user.click(screen.getByRole('button', { name: 'None' }))
    expect(status()).toBe('0 of 12 chosen')
    await user.click(screen.getByRole('radio', { name: 'Unchanged 3' }))
    await user.click(box('Choose all 3 that are listed'))
    expect(status()).toBe('3 of 12 chosen')
  })

  it('is walked through by j and k, and x chooses the site that has the focus', async () => {
    const user = userEvent.setup()
    show(many(3, () => ({ changes: [] })))
    // What hears the keys comes with the first one, which it hears too.
    await user.keyboard('j')
    await vi.waitFor(() => expect(document.activeElement?.textContent).toContain('Branch 0001'))
    await user.keyboard('j')
    expect(document.activeElement?.textContent).toContain('Branch 0002')
    await user.keyboard('x')
    expect(screen.getByRole('checkbox', { name: 'Choose Branch 0002' }).getAttribute('aria-checked')).toBe('false')
    await user.keyboard('k')
    expect(document.activeElement?.textContent).toContain('Branch 0001')
  })
})
