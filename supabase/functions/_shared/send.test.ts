import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSender, maxResponseBytes, type ResolvedAddress, type SenderOptions } from './send.ts'

/** A destination with every fault that we know of, each at its own path. */
const faults: Record<string, (response: ServerResponse, request: IncomingMessage, body: string) => void> = {
  '/ok': (response, request, body) =>
    response.writeHead(200, { 'x-seen': 'yes', 'set-cookie': 'a=b' }).end(JSON.stringify({ body, headers: request.headers })),
  '/redirect': (response) => response.writeHead(302, { location: '/elsewhere' }).end(),
  '/hang': () => undefined,
  '/late': (response) => response.writeHead(503, { 'retry-after': '7' }).end('busy'),
  '/endless': (response) => drip(response, 'x'.repeat(8_192), 1),
  '/trickle': (response) => drip(response, '.', 20),
  '/reset': (_, request) => request.socket.resetAndDestroy(),
  '/cut': (response, request) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('half')
    setTimeout(() => request.socket.destroy(), 20)
  },
  '/garbage': (_, request) => request.socket.end('this is not HTTP\r\n\r\n'),
  // Answers, and closes the kept connection in the moment in which it is used again.
  '/last-words': (response, request) => {
    response.end('ok')
    request.socket.once('data', () => request.socket.destroy())
  },
}

function drip(response: ServerResponse, text: string, everyMs: number): void {
  response.writeHead(200)
  const timer = setInterval(() => response.write(text), everyMs)
  response.on('close', () => clearInterval(timer))
}

const seen: string[] = []
const sockets = new Set<Socket>()
const server = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk: Buffer) => (body += chunk.toString()))
  request.on('end', () => {
    seen.push(request.url ?? '')
    ;(faults[request.url ?? ''] ?? faults['/ok'])?.(response, request, body)
  })
})
server.on('connection', (socket) => sockets.add(socket))
let port = 0
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const loopback: ResolvedAddress = { address: '127.0.0.1', family: 4 }
const relaxed = createSender({ timeoutMs: 300, allowPrivate: true })
const post = (path: string, send = relaxed, host = '127.0.0.1') =>
  send({ url: `http://${host}:${port}${path}`, headers: { 'content-type': 'application/json' }, body: '{"é":1}', trusted: false })
const strict = (answers: Record<string, ResolvedAddress[]>, options: Partial<SenderOptions> = {}) =>
  createSender({ timeoutMs: 300, allowPrivate: false, resolve: (host) => Promise.resolve(answers[host] ?? []), ...options })

describe('one POST', () => {
  it('sends exactly the bytes and headers given, and brings back what came', async () => {
    const result = await post('/ok')
    expect(result).toMatchObject({
      outcome: { kind: 'response', statusCode: 200, retryAfter: null },
      responseHeaders: { 'x-seen': 'yes' },
    })
    expect(result.responseHeaders).not.toHaveProperty('set-cookie')
    const echoed = JSON.parse(result.outcome.kind === 'response' ? result.outcome.body : '') as Record<string, unknown>
    expect(echoed).toMatchObject({ body: '{"é":1}', headers: { 'content-type': 'application/json', 'content-length': '8' } })
  })

  it('keeps connections', async () => {
    await post('/ok')
    const before = sockets.size
    for (let i = 0; i < 5; i++) await post('/ok')
    expect(sockets.size).toBe(before)
  })

  it('goes again at once when a kept connection turns out to be closed', async () => {
    for (let i = 0; i < 5; i++) {
      expect(await post('/last-words')).toMatchObject({ outcome: { kind: 'response', statusCode: 200 } })
    }
    expect(await post('/ok')).toMatchObject({ outcome: { kind: 'response', statusCode: 200 } })
  })

  it('does not follow a redirect', async () => {
    expect(await post('/redirect')).toMatchObject({ outcome: { kind: 'response', statusCode: 302 } })
    expect(seen).not.toContain('/elsewhere')
  })

  it('hands Retry-After on', async () => {
    expect(await post('/late')).toMatchObject({ outcome: { statusCode: 503, retryAfter: '7', body: 'busy' } })
  })

  it('keeps 20 kB of an endless answer', async () => {
    const { outcome } = await post('/endless')
    expect(outcome).toMatchObject({ kind: 'response', statusCode: 200 })
    expect(outcome.kind === 'response' ? outcome.body.length : 0).toBe(maxResponseBytes)
  })

  it.each(['/hang', '/trickle'])('%s ends with the time that all of it may take', async (path) => {
    const result = await post(path)
    expect(result.outcome).toEqual({ kind: 'timeout', afterMs: 300 })
    expect(result.durationMs).toBeGreaterThanOrEqual(290)
    expect(result.durationMs).toBeLessThan(1_500)
  })

  it.each([
    ['/reset', 'connection_reset'],
    ['/cut', 'connection_reset'],
    ['/garbage', 'bad_response'],
  ])('%s is a network error: %s', async (path, code) => {
    expect(await post(path)).toMatchObject({ outcome: { kind: 'network', code } })
  })

  it('tells a closed port, an unknown name and a failed handshake apart', async () => {
    const free = await new Promise<number>((resolve) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const found = (probe.address() as AddressInfo).port
        probe.close(() => resolve(found))
      })
    })
    const at = (url: string) => relaxed({ url, headers: {}, body: '', trusted: false })
    expect(await at(`http://127.0.0.1:${free}/`)).toMatchObject({ outcome: { kind: 'network', code: 'connection_refused' } })
    expect(await at('http://nowhere.invalid/')).toMatchObject({ outcome: { kind: 'network', code: 'host_not_found' } })
    expect(await at(`https://127.0.0.1:${port}/`)).toMatchObject({ outcome: { kind: 'network', code: 'tls' } })
  })

  it('counts a resolver that does not answer against the same time', async () => {
    const send = createSender({ timeoutMs: 100, allowPrivate: true, resolve: () => new Promise(() => undefined) })
    expect(await post('/ok', send, 'slow.example')).toMatchObject({ outcome: { kind: 'timeout', afterMs: 100 } })
  })
})

describe('where a POST may go', () => {
  it.each([
    ['a private address', 'http://192.168.1.1/hook', 'the address 192.168.1.1 is not public (private)'],
    ['the loopback', 'http://127.0.0.1:1/hook', 'the address 127.0.0.1 is not public (loopback)'],
    ['the loopback, written as a number', 'http://2130706433:1/', 'the address 127.0.0.1 is not public (loopback)'],
    ['the machine itself', 'http://localhost:1/', 'localhost is not a public host name'],
    ['another scheme', 'ftp://site.example/', 'the address must begin with https:// or http://, not ftp:'],
  ])('not to %s', async (_, url, reason) => {
    const { outcome } = await strict({})({ url, headers: {}, body: '', trusted: false })
    expect(outcome).toEqual({ kind: 'refused', reason })
  })

  it('not to a public name that leads inside', async () => {
    const before = seen.length
    const send = strict({ 'site.example': [loopback], 'mapped.example': [{ address: '::ffff:10.0.0.1', family: 6 }] })
    expect(await post('/ok', send, 'site.example')).toMatchObject({
      outcome: { kind: 'refused', reason: 'the address 127.0.0.1 is not public (loopback)' },
    })
    expect(await post('/ok', send, 'mapped.example')).toMatchObject({ outcome: { kind: 'refused' } })
    expect(seen.length).toBe(before)
  })

  it('to the address that was checked, and to no other that the name means later', async () => {
    // The resolver is asked once: were the name resolved again for the connection, "pinned.example" would lead nowhere.
    let asked = 0
    const resolve = () => Promise.resolve(asked++ === 0 ? [loopback] : [])
    const send = createSender({ timeoutMs: 300, allowPrivate: true, resolve })
    expect(await post('/ok', send, 'pinned.example')).toMatchObject({ outcome: { kind: 'response', statusCode: 200 } })
    expect(asked).toBe(1)
    // A second attempt resolves anew, although the connection has been kept.
    expect(await post('/ok', send, 'pinned.example')).toMatchObject({ outcome: { code: 'host_not_found' } })
  })

  it('to our own receiver wherever it runs', async () => {
    const send = strict({ localhost: [loopback] })
    const url = `http://localhost:${port}/ok`
    expect(await send({ url, headers: {}, body: '', trusted: true })).toMatchObject({ outcome: { statusCode: 200 } })
    expect(await send({ url, headers: {}, body: '', trusted: false })).toMatchObject({ outcome: { kind: 'refused' } })
  })
})
