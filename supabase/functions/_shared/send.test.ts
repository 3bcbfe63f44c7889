import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import vectors from './core/address.vectors.json' with { type: 'json' }
import { parseAllowList } from './core/allow-list.ts'
import { createSender, maxResponseBytes, type ResolvedAddress, type SenderOptions } from './send.ts'

/** A destination with every fault that we know of, each at its own path. */
const faults: Record<string, (response: ServerResponse, request: IncomingMessage, body: string) => void> = {
  '/ok': (response, request, body) =>
    response.writeHead(200, { 'x-seen': 'yes', 'set-cookie': 'a=b' }).end(JSON.stringify({ body, headers: request.headers })),
  '/long': (response) => response.writeHead(200).end('é'.repeat(12_000)),
  '/upgrade': (response) => response.writeHead(101, { connection: 'upgrade', upgrade: 'other' }).end(),
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
/** Long enough for a busy machine; what is to run out of time brings its own. */
const patientMs = 10_000
const relaxed = createSender({ timeoutMs: patientMs, allowPrivate: true })
const post = (path: string, send = relaxed, host = '127.0.0.1', timeoutMs?: number) =>
  send({ url: `http://${host}:${port}${path}`, headers: { 'content-type': 'application/json' }, body: '{"é":1}', trusted: false, timeoutMs })
const resolved = (...addresses: string[]): ResolvedAddress[] =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
const strict = (answers: Record<string, ResolvedAddress[]>, options: Partial<SenderOptions> = {}) =>
  createSender({ timeoutMs: patientMs, allowPrivate: false, resolve: (host) => Promise.resolve(answers[host] ?? []), ...options })
/** A name that means something else each time; what is on the list stands for the public addresses of the real world. */
const rebinding = (allowed: string, ...answers: string[][]) => {
  const list = parseAllowList(allowed)
  if (!list.ok) throw new Error(list.error.message)
  return strict({}, { allowed: list.value, resolve: () => Promise.resolve(resolved(...(answers.shift() ?? []))) })
}

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
    const result = await post(path, relaxed, undefined, 300)
    expect(result.outcome).toEqual({ kind: 'timeout', afterMs: 300 })
    expect(result.durationMs).toBeGreaterThanOrEqual(290)
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

  it('ends with the time that the request itself brings, before the sender\'s own', async () => {
    const send = createSender({ timeoutMs: 30_000, allowPrivate: true })
    const request = { url: `http://127.0.0.1:${port}/hang`, headers: {}, body: '', trusted: false }
    expect(await send({ ...request, timeoutMs: 50 })).toMatchObject({ outcome: { kind: 'timeout', afterMs: 50 } })
  })

  it('is not sent again by anybody but us when its time is over on a kept connection', async () => {
    const send = createSender({ timeoutMs: patientMs, allowPrivate: true })
    await post('/ok', send)
    const before = seen.length
    expect(await post('/hang', send, undefined, 300)).toMatchObject({ outcome: { kind: 'timeout' }, connectMs: null })
    expect(await post('/ok', send)).toMatchObject({ outcome: { statusCode: 200 } })
    expect(seen.slice(before)).toEqual(['/hang', '/ok'])
  })

  it('takes a switch to another protocol for no answer', async () => {
    expect(await post('/upgrade')).toMatchObject({ outcome: { kind: 'network', code: 'connection_reset' } })
  })

  it('counts a resolver that does not answer against the same time', async () => {
    const send = createSender({ timeoutMs: 100, allowPrivate: true, resolve: () => new Promise(() => undefined) })
    expect(await post('/ok', send, 'slow.example')).toMatchObject({ outcome: { kind: 'timeout', afterMs: 100 } })
  })
})

describe('the times of an attempt', () => {
  it('are counted from its start: connected, first byte, all', async () => {
    const send = createSender({ timeoutMs: patientMs, allowPrivate: true })
    const fresh = await post('/ok', send)
    const { connectMs, firstByteMs, durationMs } = fresh
    expect(connectMs).toBeGreaterThanOrEqual(0)
    expect(firstByteMs).toBeGreaterThanOrEqual(connectMs ?? Infinity)
    expect(durationMs).toBeGreaterThanOrEqual(firstByteMs ?? Infinity)
  })

  it('have no connect time on a kept connection', async () => {
    const send = createSender({ timeoutMs: patientMs, allowPrivate: true })
    await post('/ok', send)
    const kept = await post('/ok', send)
    expect(kept.connectMs).toBeNull()
    expect(kept.firstByteMs).toEqual(expect.any(Number))
  })

  it('say how far an attempt came that ended early', async () => {
    const send = createSender({ timeoutMs: 2_000, allowPrivate: true })
    const [hanging, trickling] = await Promise.all([post('/hang', send), post('/trickle', send)])
    expect(hanging).toMatchObject({ connectMs: expect.any(Number) as number, firstByteMs: null })
    expect(trickling).toMatchObject({ firstByteMs: expect.any(Number) as number, outcome: { kind: 'timeout' } })
    const lost = createSender({ timeoutMs: 100, allowPrivate: true, resolve: () => new Promise(() => undefined) })
    expect(await post('/ok', lost, 'slow.example')).toMatchObject({ connectMs: null, firstByteMs: null })
  })
})

describe('one GET', () => {
  const get = (path: string, maxBytes?: number) =>
    relaxed({ method: 'GET', url: `http://127.0.0.1:${port}${path}`, headers: { accept: 'application/json' }, trusted: false, maxResponseBytes: maxBytes })

  it('has no body and no length', async () => {
    const { outcome } = await get('/ok')
    const echoed = JSON.parse(outcome.kind === 'response' ? outcome.body : '') as { body: string; headers: Record<string, string> }
    expect(echoed).toMatchObject({ body: '', headers: { accept: 'application/json' } })
    expect(echoed.headers).not.toHaveProperty('content-length')
    expect(echoed.headers).not.toHaveProperty('transfer-encoding')
  })

  it('reads as much as is asked for, and says when there was more', async () => {
    expect(await get('/long')).toMatchObject({ truncated: true })
    expect(await get('/long', 23_999)).toMatchObject({ truncated: true })
    const whole = await get('/long', 24_000)
    expect(whole.truncated).toBe(false)
    expect(whole.outcome).toMatchObject({ body: 'é'.repeat(12_000) })
    expect(await get('/endless', 100_000)).toMatchObject({ truncated: true, outcome: { statusCode: 200 } })
  })

  it('follows no redirect either', async () => {
    expect(await get('/redirect')).toMatchObject({ outcome: { kind: 'response', statusCode: 302 } })
    expect(seen).not.toContain('/elsewhere')
  })
})

describe('where a request may go', () => {
  it.each(vectors.refused)('not to $url: $reason', async ({ url, reason }) => {
    const asked: string[] = []
    const send = strict({}, { resolve: (host) => (asked.push(host), Promise.resolve([loopback])) })
    const { outcome } = await send({ url, headers: {}, body: '', trusted: false })
    expect(outcome).toEqual({ kind: 'refused', reason: expect.stringContaining(reason) as string })
    expect(asked).toEqual([])
  })

  it.each(vectors.answers)('not by a name that leads to $address: $reason', async ({ address, reason }) => {
    const request = { url: 'https://site.example/', headers: {}, body: '', trusted: false }
    // Alone, beside a public one, and as the AAAA of a name whose A is public.
    for (const addresses of [[address], ['1.1.1.1', address], [address, '1.1.1.1'], ['2606:4700:4700::1111', '1.1.1.1', address]]) {
      const { outcome } = await strict({ 'site.example': resolved(...addresses) })(request)
      expect(outcome).toEqual({ kind: 'refused', reason: expect.stringContaining(reason) as string })
    }
  })

  it('over https alone, but for what is listed', async () => {
    const url = `http://site.example:${port}/ok`
    const request = { url, headers: {}, body: '', trusted: false }
    const before = seen.length
    expect(await rebinding('127.0.0.1', ['127.0.0.1'])(request)).toMatchObject({
      outcome: { kind: 'refused', reason: expect.stringContaining('must begin with https://') as string },
    })
    expect(seen.length).toBe(before)
    expect(await rebinding('site.example', ['127.0.0.1'])(request)).toMatchObject({ outcome: { statusCode: 200 } })
    expect(await rebinding('127.0.0.0/8')({ ...request, url: `http://127.0.0.1:${port}/ok` })).toMatchObject({ outcome: { statusCode: 200 } })
  })

  it('to our own receiver wherever it runs', async () => {
    const send = strict({ localhost: [loopback] })
    const url = `http://localhost:${port}/ok`
    expect(await send({ url, headers: {}, body: '', trusted: true })).toMatchObject({ outcome: { statusCode: 200 } })
    expect(await send({ url, headers: {}, body: '', trusted: false })).toMatchObject({ outcome: { kind: 'refused' } })
  })
})

describe('a name that means something else the next time', () => {
  it('is asked once an attempt: the connection goes to the address that was checked', async () => {
    // Were the name resolved again for the connection, it would lead nowhere.
    let asked = 0
    const resolve = () => Promise.resolve(asked++ === 0 ? [loopback] : [])
    const send = createSender({ timeoutMs: patientMs, allowPrivate: true, resolve })
    expect(await post('/ok', send, 'pinned.example')).toMatchObject({ outcome: { kind: 'response', statusCode: 200 } })
    expect(asked).toBe(1)
    // A second attempt resolves anew, although the connection has been kept.
    expect(await post('/ok', send, 'pinned.example')).toMatchObject({ outcome: { code: 'host_not_found' } })
  })

  it('is refused as soon as it leads inside, kept connection or not', async () => {
    // On the list by their addresses: they stand for public ones. The metadata address is none of them.
    const send = rebinding('pinned.example, 127.0.0.1', ['127.0.0.1'], ['169.254.169.254'], ['127.0.0.1', '169.254.169.254'], ['127.0.0.1'])
    const before = seen.length
    expect(await post('/ok', send, 'pinned.example')).toMatchObject({ outcome: { statusCode: 200 } })
    for (let i = 0; i < 2; i++) {
      expect(await post('/ok', send, 'pinned.example')).toMatchObject({
        outcome: { kind: 'refused', reason: 'pinned.example: the address 169.254.169.254 is not public (cloud metadata)' },
      })
    }
    expect(seen.length).toBe(before + 1)
    expect(await post('/ok', send, 'pinned.example')).toMatchObject({ outcome: { statusCode: 200 } })
  })

  it('is not served over the connection of before when it has moved to another allowed address', async () => {
    // Nothing listens on the second address, whether the machine has it or not.
    const send = rebinding('pinned.example', ['127.0.0.1'], ['127.99.99.99'], ['127.0.0.1'])
    expect(await post('/ok', send, 'pinned.example')).toMatchObject({ outcome: { statusCode: 200 } })
    const [before, connections] = [seen.length, sockets.size]
    const moved = await send({ url: `http://pinned.example:${port}/ok`, headers: {}, body: '', trusted: false, timeoutMs: 1_000 })
    expect(moved.outcome.kind).toMatch(/^(network|timeout)$/)
    expect(seen.length).toBe(before)
    // Back again, the connection of before is good, and is used.
    expect(await post('/ok', send, 'pinned.example')).toMatchObject({ outcome: { statusCode: 200 }, connectMs: null })
    expect(sockets.size).toBe(connections)
  })

  it('keeps its connection while its addresses only come in another order', async () => {
    const send = rebinding('pinned.example', ['127.0.0.1', '127.99.99.99'], ['127.99.99.99', '127.0.0.1'])
    expect(await post('/ok', send, 'pinned.example')).toMatchObject({ outcome: { statusCode: 200 } })
    expect(await post('/ok', send, 'pinned.example')).toMatchObject({ outcome: { statusCode: 200 }, connectMs: null })
  })
})
