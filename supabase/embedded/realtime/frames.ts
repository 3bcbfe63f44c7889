/**
 * The two wire formats of Supabase Realtime (Phoenix channels).
 *
 * vsn 1.0.0: text objects only. vsn 2.0.0: text arrays `[join_ref, ref, topic, event, payload]`, and binary frames for
 * broadcasts (kind 3 from a client, kind 4 to it) whose payload bytes are relayed as they came.
 */
import { isRecord } from './json.ts'

export type Version = '1.0.0' | '2.0.0'

export interface Message {
  joinRef: string | null
  ref: string | null
  topic: string
  event: string
  payload: unknown
}

export interface Broadcast {
  event: string
  encoding: 'json' | 'binary'
  /** JSON text in UTF-8, or any bytes. */
  body: Buffer
  meta?: Record<string, unknown>
}

export interface BroadcastPush {
  joinRef: string | null
  ref: string | null
  topic: string
  broadcast: Broadcast
}

export type Decoded = { kind: 'message'; message: Message } | { kind: 'broadcast'; push: BroadcastPush } | { kind: 'malformed'; why: string }

const USER_BROADCAST_PUSH = 3
const USER_BROADCAST = 4
const PUSH_HEADER_BYTES = 7
const BROADCAST_HEADER_BYTES = 5
/** Lengths in a binary header are single bytes. */
const MAX_FIELD_BYTES = 255

const malformed = (why: string): Decoded => ({ kind: 'malformed', why })

function asRef(value: unknown): string | null | undefined {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value
  return typeof value === 'number' ? String(value) : undefined
}

export function decodeText(version: Version, text: string): Decoded {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return malformed('not JSON')
  }
  let fields: unknown[]
  if (version === '2.0.0') {
    if (!Array.isArray(value) || value.length !== 5) return malformed('not an array of five')
    fields = value
  } else {
    if (!isRecord(value)) return malformed('not an object')
    fields = [value.join_ref, value.ref, value.topic, value.event, value.payload]
  }
  const [joinRef, ref, topic, event, payload] = [asRef(fields[0]), asRef(fields[1]), fields[2], fields[3], fields[4]]
  if (joinRef === undefined || ref === undefined) return malformed('a reference that is no string')
  if (typeof topic !== 'string' || typeof event !== 'string') return malformed('no topic or event')

  if (event === 'broadcast' && isRecord(payload) && typeof payload.event === 'string') {
    const body = Buffer.from(JSON.stringify(payload.payload ?? {}))
    return { kind: 'broadcast', push: { joinRef, ref, topic, broadcast: { event: payload.event, encoding: 'json', body } } }
  }
  return { kind: 'message', message: { joinRef, ref, topic, event, payload } }
}

export function decodeBinary(frame: Buffer): Decoded {
  if (frame.length < PUSH_HEADER_BYTES) return malformed('a binary frame without a header')
  if (frame[0] !== USER_BROADCAST_PUSH) return malformed(`binary frame of unknown kind ${frame[0]}`)
  const encoding = frame[6]
  if (encoding !== 0 && encoding !== 1) return malformed(`unknown payload encoding ${encoding}`)

  let offset = PUSH_HEADER_BYTES
  const fields: string[] = []
  for (const length of frame.subarray(1, 6)) {
    if (offset + length > frame.length) return malformed('a binary frame shorter than its header says')
    fields.push(frame.toString('utf8', offset, offset + length))
    offset += length
  }
  const [joinRef = '', ref = '', topic = '', event = ''] = fields
  const body = frame.subarray(offset)
  if (encoding === 1 && !isJson(body)) return malformed('a broadcast payload that is not JSON')
  return {
    kind: 'broadcast',
    push: { joinRef: joinRef || null, ref: ref || null, topic, broadcast: { event, encoding: encoding === 1 ? 'json' : 'binary', body } },
  }
}

/** One sender's broken JSON would throw inside every receiver's client, so it is checked once here. */
function isJson(body: Buffer): boolean {
  try {
    JSON.parse(body.toString('utf8'))
    return true
  } catch {
    return false
  }
}

export function encodeMessage(version: Version, message: Message): string {
  const { joinRef, ref, topic, event, payload } = message
  return version === '2.0.0' ? JSON.stringify([joinRef, ref, topic, event, payload]) : JSON.stringify({ topic, event, payload, ref })
}

/**
 * A broadcast as a receiver of `version` reads it, or null where that version cannot carry it: binary payloads in 1.0.0,
 * binary payloads with a topic or event above 255 bytes in 2.0.0 (JSON ones travel as text then).
 */
export function encodeBroadcast(version: Version, topic: string, broadcast: Broadcast): Buffer | string | null {
  const { event, encoding, body, meta } = broadcast
  if (version === '2.0.0') {
    const fields = [topic, event, meta ? JSON.stringify(meta) : ''].map((field) => Buffer.from(field))
    if (fields.every((field) => field.length <= MAX_FIELD_BYTES)) {
      const header = Buffer.allocUnsafe(BROADCAST_HEADER_BYTES)
      header[0] = USER_BROADCAST
      fields.forEach((field, index) => (header[index + 1] = field.length))
      header[4] = encoding === 'json' ? 1 : 0
      return Buffer.concat([header, ...fields, body])
    }
  }
  if (encoding === 'binary') return null
  // The payload is spliced in as text: parsing it only to print it again would cost time and change large numbers.
  const tail = meta ? `,"meta":${JSON.stringify(meta)}` : ''
  const payload = `{"type":"broadcast","event":${JSON.stringify(event)},"payload":${body.toString('utf8')}${tail}}`
  return version === '2.0.0'
    ? `[null,null,${JSON.stringify(topic)},"broadcast",${payload}]`
    : `{"topic":${JSON.stringify(topic)},"event":"broadcast","payload":${payload},"ref":null}`
}
