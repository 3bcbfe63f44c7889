// @vitest-environment node
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { fetchPage, type FetchResult } from './api.ts'
import { landingPage } from './test-pages.ts'

const address = { organization: 'acme', site: 'facebook' }
let server: Server | undefined

afterEach(async () => {
  const running = server
  server = undefined
  if (running) await new Promise((resolve) => running.close(resolve))
})

/** Fetches from a server on loopback that answers as told. */
async function fetchFrom(listener: RequestListener): Promise<FetchResult> {
  const running = createServer(listener)
  server = running
  await new Promise<void>((resolve) => running.listen(0, '127.0.0.1', resolve))
  const { port } = running.address() as AddressInfo
  return fetchPage({ supabaseUrl: `http://127.0.0.1:${port}`, supabaseKey: 'sb_publishable_test' }, address)
}

describe('fetchPage', () => {
  it('asks for the page with the publishable key alone', async () => {
    let seen: unknown
    const result = await fetchFrom((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        const { apikey, authorization } = request.headers
        seen = { method: request.method, url: request.url, apikey, authorization, body: JSON.parse(body) }
        response.end(JSON.stringify(landingPage(3)))
      })
    })
    expect(result).toEqual({ kind: 'page', page: landingPage(3) })
    expect(seen).toEqual({
      method: 'POST',
      url: '/rest/v1/rpc/landing_page',
      apikey: 'sb_publishable_test',
      authorization: undefined,
      body: { org_slug: 'acme', site_slug: 'facebook' },
    })
  })

  it('tells a page that nothing was received for from one that does not exist', async () => {
    const waiting = { ...landingPage(0, null), sequence: null }
    expect(await fetchFrom((_, response) => response.end(JSON.stringify(waiting)))).toEqual({ kind: 'page', page: landingPage(0, null) })
    expect(await fetchFrom((_, response) => response.end('null'))).toEqual({ kind: 'unknown' })
  })

  it('names why it failed', async () => {
    const refused = await fetchFrom((_, response) => response.writeHead(503).end('{}'))
    expect(refused).toEqual({ kind: 'failed', failure: { reason: 'refused', status: 503 } })
    const html = await fetchFrom((_, response) => response.end('<!doctype html>'))
    expect(html).toEqual({ kind: 'failed', failure: { reason: 'unreadable' } })
    const strange = await fetchFrom((_, response) => response.end('{"organization":"acme"}'))
    expect(strange).toEqual({ kind: 'failed', failure: { reason: 'unreadable' } })
    const cut = await fetchFrom((request) => request.socket.destroy())
    expect(cut).toEqual({ kind: 'failed', failure: { reason: 'unreachable' } })
  })
})
