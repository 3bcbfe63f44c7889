import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBinary, decodeText, encodeBroadcast, encodeMessage } from '../../embedded/realtime/frames.ts'
import { pushFrame } from './raw-socket.ts'

/** Reads a kind 4 frame by the protocol's description. */
function readBroadcast(frame: Buffer) {
  const [kind, topicBytes = 0, eventBytes = 0, metaBytes = 0, encoding] = frame
  let offset = 5
  const take = (length: number) => frame.toString('utf8', offset, (offset += length))
  const [topic, event, meta] = [take(topicBytes), take(eventBytes), take(metaBytes)]
  return { kind, encoding, topic, event, meta, body: frame.subarray(offset) }
}

const shortText = fc.string({ unit: 'binary', maxLength: 60 }).filter((text) => Buffer.byteLength(text) <= 255)
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array))
const jsonBody = fc.json().map((text) => Buffer.from(text))

describe('binary frames', () => {
  it('reads back every broadcast that a client can push', () => {
    fc.assert(
      fc.property(shortText, shortText, shortText, shortText, jsonBody, (joinRef, ref, topic, event, body) => {
        const decoded = decodeBinary(pushFrame({ joinRef, ref, topic, event, encoding: 1, body }))
        expect(decoded).toEqual({
          kind: 'broadcast',
          push: { joinRef: joinRef || null, ref: ref || null, topic, broadcast: { event, encoding: 'json', body } },
        })
      }),
    )
  })

  it('relays the bytes of a payload unchanged', () => {
    fc.assert(
      fc.property(shortText, shortText, bytes, fc.boolean(), (topic, event, body, withMeta) => {
        const meta = withMeta ? { id: 'x' } : undefined
        const frame = encodeBroadcast('2.0.0', topic, { event, encoding: 'binary', body, meta })
        expect(readBroadcast(frame as Buffer)).toEqual({ kind: 4, encoding: 0, topic, event, meta: meta ? '{"id":"x"}' : '', body })
      }),
    )
  })

  it('never throws, whatever arrives', () => {
    fc.assert(fc.property(bytes, (frame) => void decodeBinary(frame)))
    fc.assert(fc.property(bytes, (tail) => void decodeBinary(Buffer.concat([Buffer.from([3]), tail]))))
  })

  it.each([
    ['an empty frame', Buffer.alloc(0)],
    ['another kind', Buffer.from([4, 0, 0, 0, 0, 0, 0])],
    ['lengths beyond the end', Buffer.from([3, 0, 0, 200, 0, 0, 1])],
    ['an unknown encoding', Buffer.from([3, 0, 0, 0, 0, 0, 7])],
    ['broken JSON', pushFrame({ joinRef: '1', ref: '2', topic: 'realtime:x', event: 'e', encoding: 1, body: Buffer.from('{"a":') })],
  ])('drops %s', (_name, frame) => {
    expect(decodeBinary(frame).kind).toBe('malformed')
  })
})

describe('text frames', () => {
  it('reads back what it writes, in both versions', () => {
    fc.assert(
      fc.property(shortText, shortText, fc.option(shortText), fc.jsonValue(), (topic, event, ref, value) => {
        const payload = JSON.parse(JSON.stringify({ value })) as unknown
        const message = { joinRef: ref, ref, topic, event, payload }
        expect(decodeText('2.0.0', encodeMessage('2.0.0', message))).toEqual({ kind: 'message', message })
        // The server's frames of vsn 1.0.0 carry no join reference.
        expect(decodeText('1.0.0', encodeMessage('1.0.0', message))).toEqual({ kind: 'message', message: { ...message, joinRef: null } })
      }),
    )
  })

  it('carries a broadcast to an old client, and to a new one when its name is too long for a binary header', () => {
    fc.assert(
      fc.property(jsonBody, fc.constantFrom('event', 'e'.repeat(256)), (body, event) => {
        const payload = { type: 'broadcast', event, payload: JSON.parse(body.toString('utf8')) as unknown, meta: { id: '7' } }
        const broadcast = { event, encoding: 'json', body, meta: { id: '7' } } as const
        expect(JSON.parse(String(encodeBroadcast('1.0.0', 'realtime:t', broadcast)))).toEqual({ topic: 'realtime:t', event: 'broadcast', payload, ref: null })
        const long = encodeBroadcast('2.0.0', 'realtime:t', { ...broadcast, event: 'e'.repeat(256) })
        expect(JSON.parse(String(long))).toEqual([null, null, 'realtime:t', 'broadcast', { ...payload, event: 'e'.repeat(256) }])
      }),
    )
  })

  it('has no way to bring bytes to an old client', () => {
    expect(encodeBroadcast('1.0.0', 'realtime:t', { event: 'e', encoding: 'binary', body: Buffer.from([1]) })).toBeNull()
  })

  it.each(['', 'null', '[]', '[1,2,3]', '{"topic":"t"}', '[null,null,5,"e",{}]', '[{},"1","t","e",{}]', '{"a":'])('drops %j', (text) => {
    expect(decodeText('2.0.0', text).kind).toBe('malformed')
    expect(decodeText('1.0.0', text).kind).toBe('malformed')
  })
})
