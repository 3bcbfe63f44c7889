import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { configure, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createMemoryRouter, RouterProvider } from 'react-router-dom'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

configure({ asyncUtilTimeout: 20_000 })

let server: Server
const written: unknown[] = []
let Drawer: (typeof import('@/features/sites/site-form'))['SiteDrawer']

beforeAll(async () => {
  server = createServer((request, response) => {
    let sent = ''
    request.on('data', (chunk: Buffer) => (sent += chunk.toString()))
    request.on('end', () => {
      const isInsert = request.url?.startsWith('/rest/v1/sites') === true
      if (isInsert) written.push(JSON.parse(sent))
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(isInsert ? { id: 's' } : {}))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  document.head.innerHTML = `<meta name="supabase-url" content="http://127.0.0.1:${port}"><meta name="supabase-publishable-key" content="key">`
  // jsdom has neither; the toaster and the radio group ask for them.
  window.matchMedia = (query) => ({ matches: true, media: query, addEventListener: () => undefined, removeEventListener: () => undefined }) as unknown as MediaQueryList
  window.ResizeObserver = class {
    observe() {}
    unobserve() {}
    disconnect() {}
  }
  ;({ SiteDrawer: Drawer } = await import('@/features/sites/site-form'))
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

beforeEach(async () => {
  written.length = 0
  const router = createMemoryRouter([{ path: '*', element: <Drawer open onOpenChange={() => undefined} site={null} /> }])
  render(
    <QueryClientProvider client={new QueryClient()}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  )
  await userEvent.type(screen.getByRole('textbox', { name: 'Name' }), 'Google')
})

const section = () => screen.getByRole('button', { name: /^Delivery/ })
const rewrite = async (label: string | RegExp, text: string) => {
  const field = screen.getByLabelText(label)
  await userEvent.clear(field)
  if (text !== '') await userEvent.type(field, text)
}
const save = () => userEvent.click(screen.getByRole('button', { name: 'Create site' }))

describe('the section "Delivery"', () => {
  it('is one sentence while nobody wants it otherwise', async () => {
    expect(section().getAttribute('aria-expanded')).toBe('false')
    expect(section().textContent).toContain('4 attempts (retries after 500 ms, 1 s, 2 s), 10 s for each, no limit of requests.')
    await save()
    await waitFor(() => expect(written).toHaveLength(1))
    expect(written[0]).toMatchObject({ max_attempts: 4, first_retry_ms: 500, timeout_seconds: 10, requests_per_minute: null, state_url: null })
  })

  it('says at once what is chosen, and saves it', async () => {
    await userEvent.click(section())
    await rewrite('Attempts', '3')
    await rewrite(/First retry/, '250')
    await rewrite(/Requests per minute/, '60')
    expect(section().textContent).toContain('3 attempts (retries after 250 ms, 500 ms), 10 s for each, at most 60 requests a minute.')
    await save()
    await waitFor(() => expect(written).toHaveLength(1))
    expect(written[0]).toMatchObject({ max_attempts: 3, first_retry_ms: 250, requests_per_minute: 60 })
  })

  it('cannot be folded over what is wrong', async () => {
    await userEvent.click(section())
    await rewrite('Attempts', '11')
    await save()
    await screen.findByText('Use a number from 1 to 10.')
    await userEvent.click(section())
    expect(section().getAttribute('aria-expanded')).toBe('true')
    expect(written).toEqual([])
  })

  it('asks for a state address where the destination is not ours', async () => {
    await userEvent.click(section())
    expect(screen.queryByLabelText(/State address/)).toBeNull()
    await userEvent.click(screen.getByRole('radio', { name: 'A web address' }))
    await userEvent.type(screen.getByRole('textbox', { name: 'Address' }), 'https://example.com/in')
    await userEvent.type(screen.getByLabelText(/State address/), 'https://example.com/state')
    await save()
    await waitFor(() => expect(written).toHaveLength(1))
    expect(written[0]).toMatchObject({ destination_url: 'https://example.com/in', state_url: 'https://example.com/state' })
  })
})
