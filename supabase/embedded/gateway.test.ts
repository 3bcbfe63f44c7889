import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createGateway, type Services } from './gateway.ts'
import { openInbox } from './inbox/store.ts'
import { quietTerminal } from './lib/log.ts'

/** Answers with the path that has reached it. */
const echo = { fetch: (asked: Request) => Promise.resolve(new Response(new URL(asked.url).pathname)) }

let folder: string
const servers: Server[] = []
const ports = new Map<boolean, number>()

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'datasync-gateway-'))
  const services = Promise.resolve({ auth: echo, data: echo, inbox: openInbox(folder), web: undefined } as unknown as Services)
  for (const trustProxy of [false, true]) {
    const server = createServer(createGateway(services, quietTerminal, { trustProxy }).request)
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    ports.set(trustProxy, (server.address() as AddressInfo).port)
  }
})

afterAll(async () => {
  for (const server of servers) await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true, force: true })
})

/** With the path as it is written: fetch would tidy it. */
function call(path: string, headers: Record<string, string> = {}, trustProxy = false): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: ports.get(trustProxy), path, headers: { host: 'localhost', ...headers }, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode, text }))
    }).on('error', reject).end()
  })
}

describe('paths', () => {
  test.each([
    '/auth/v1/%74oken?grant_type=password', '/auth/v1/%76erify', '/auth/v1/%6ftp', '/auth/v1/%73ignup', '/auth/v1//token', '/auth/v1/./token', '/auth/v1/token;x',
    '/auth/v1/x/../token', '/auth/v1/token%2f', '/auth/v1/token?grant%5Ftype=refresh_token&grant_type=password', '/auth/v1/token?a#&grant_type=password',
    '/auth/v1/token?grant_type=refresh_token&grant_type=password', '/realtime/v1/api/../../../auth/v1/%74oken', '/realtime/v1/api/%2e%2e/%2e%2e/%2e%2e/auth/v1/token', '/inbox/../auth/v1/%74oken',
    '/rest/v1/../../auth/v1/token', '/rest/v1/%2e%2e/%2e%2e/auth/v1/token', '/rest/v1/rpc/%6dy_sessions', '/rest/v1/rpc%2fmy_sessions', '/rest/v1//rpc/my_sessions', '/rest/v1/%73ites',
  ])('%s reaches nobody', async (path) => {
    expect(await call(path)).toEqual({ status: 404, text: '{"message":"no Route matched with those values"}' })
  })

  test.each(['localhost/auth/v1/%74oken?', 'localhost/auth/v1/%74oken#', 'localhost?', 'localhost\\auth/v1/%74oken?', 'a@localhost/x'])('a name that holds a path (%s) leads nowhere else', async (host) => {
    const { status, text } = await call('/rest/v1/notes', { host })
    expect(status === 400 || text === '/rest/v1/notes', text).toBe(true)
  })

  test.each(['/auth/v1/token', '/auth/v1/.well-known/jwks.json', '/rest/v1/', '/rest/v1/rpc/my_sessions', '/rest/v1/two%20words'])('%s is passed on', async (path) => {
    expect(await call(`${path}?a=%2e%2e/%74&b=;//?`)).toEqual({ status: 200, text: path })
  })
})

describe.each([false, true])('the inbox (trustProxy: %s)', (trustProxy) => {
  test('opens on the machine itself', async () => {
    expect((await call('/inbox/api/messages', {}, trustProxy)).status).toBe(200)
  })

  test.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'via', 'x-forwarded-host'])('does not to what a proxy on the machine passes on with %s', async (name) => {
    for (const value of ['203.0.113.9', '127.0.0.1', '']) {
      expect((await call('/inbox/api/messages', { [name]: value }, trustProxy)).status).toBe(403)
      expect((await call('/inbox', { [name]: value }, trustProxy)).status).toBe(403)
    }
  })
})
