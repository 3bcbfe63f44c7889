import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { forwardHeader, identifyCaller, wasPassedOn } from './caller.ts'

function requestFrom(remoteAddress: string | undefined, headers: Record<string, string>): IncomingMessage {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  return { headers: lower, rawHeaders: Object.entries(headers).flat(), socket: { remoteAddress } } as unknown as IncomingMessage
}

describe('who asks', () => {
  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:10.0.0.7', '10.0.0.7'],
    ['fe80::1%eth0', 'fe80::1'],
    ['2001:db8::5', '2001:db8::5'],
    [undefined, ''],
  ])('a peer at %s is written as %s', (peer, address) => {
    expect(identifyCaller(requestFrom(peer, {}), false).address).toBe(address)
  })

  test('what a client says of itself is taken out, in both forms in which Node keeps headers', () => {
    const request = requestFrom('10.0.0.7', { 'X-Forwarded-For': '1.1.1.1', 'X-Real-Ip': '1.1.1.1', Accept: '*/*' })
    identifyCaller(request, false)
    expect(request.headers).toMatchObject({ accept: '*/*', 'x-forwarded-for': '10.0.0.7' })
    expect(request.rawHeaders.slice(0, 4)).toEqual(['Accept', '*/*', 'x-forwarded-for', '10.0.0.7'])
    expect(JSON.stringify([request.headers, request.rawHeaders])).not.toContain('1.1.1.1')
  })

  test.each([
    ['203.0.113.5', '203.0.113.5'],
    ['1.1.1.1, 203.0.113.5', '203.0.113.5'],
    ['1.1.1.1, ::ffff:203.0.113.5', '203.0.113.5'],
    ['nonsense', '10.0.0.7'],
    ['', '10.0.0.7'],
  ])('behind a trusted proxy "%s" means %s', (forwarded, address) => {
    expect(identifyCaller(requestFrom('10.0.0.7', { 'x-forwarded-for': forwarded }), true).address).toBe(address)
  })

  test.each([
    ['the secret from this machine', '127.0.0.1', { [forwardHeader]: 'the-secret' }, '203.0.113.5'],
    ['the secret from elsewhere', '10.0.0.7', { [forwardHeader]: 'the-secret' }, '10.0.0.7'],
    ['another secret', '127.0.0.1', { [forwardHeader]: 'a-secret' }, '127.0.0.1'],
    ['an empty one', '127.0.0.1', { [forwardHeader]: '' }, '127.0.0.1'],
    ['none', '127.0.0.1', {}, '127.0.0.1'],
  ])('with %s a function is believed for whom it asks, or not', (_name, peer, headers, address) => {
    const request = requestFrom(peer, { 'X-Forwarded-For': '203.0.113.5', ...(headers as Record<string, string>) })
    expect(identifyCaller(request, false, 'the-secret').address).toBe(address)
    expect(JSON.stringify([request.headers, request.rawHeaders])).not.toMatch(/secret|x-datasync-forward/i)
  })

  test('where there is no secret, none is the right one', () => {
    expect(identifyCaller(requestFrom('127.0.0.1', { 'x-forwarded-for': '203.0.113.5', [forwardHeader]: '' }), false, '').address).toBe('127.0.0.1')
    expect(identifyCaller(requestFrom('127.0.0.1', { 'x-forwarded-for': '203.0.113.5', [forwardHeader]: 'undefined' }), false).address).toBe('127.0.0.1')
  })

  test('what a proxy has passed on is told by what it wrote', () => {
    for (const name of ['X-Forwarded-For', 'X-Forwarded-Host', 'Forwarded', 'X-Real-IP', 'Via']) expect(wasPassedOn(requestFrom('127.0.0.1', { [name]: '' }))).toBe(true)
    expect(wasPassedOn(requestFrom('127.0.0.1', { Accept: '*/*' }))).toBe(false)
  })
})
