/** A WebSocket without a Supabase client around it, for what a client would hide. */
import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import WebSocket from 'ws'
import { Inbox, type StackUrls } from './support.ts'

export interface Frame {
  joinRef: string | null | undefined
  ref: string | null
  topic: string
  event: string
  payload: Record<string, unknown>
}

export class RawSocket {
  readonly frames = new Inbox<Frame>()
  readonly binary = new Inbox<Buffer>()
  readonly closes = new Inbox<number>()
  readonly #socket: WebSocket
  readonly #version: string
  #ref = 0

  private constructor(socket: WebSocket, version: string) {
    this.#socket = socket
    this.#version = version
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) return this.binary.push(data)
      const value = JSON.parse(data.toString('utf8')) as unknown
      if (Array.isArray(value)) {
        const [joinRef, ref, topic, event, payload] = value as [string, string, string, string, Record<string, unknown>]
        this.frames.push({ joinRef, ref, topic, event, payload })
      } else this.frames.push({ joinRef: undefined, ...(value as Omit<Frame, 'joinRef'>) })
    })
    socket.on('close', (code) => this.closes.push(code))
  }

  static async open(stack: Pick<StackUrls, 'api_url' | 'publishable_key'>, version: '1.0.0' | '2.0.0', key = stack.publishable_key): Promise<RawSocket> {
    const socket = new WebSocket(`${stack.api_url.replace('http', 'ws')}/realtime/v1/websocket?apikey=${key}&vsn=${version}`)
    const raw = new RawSocket(socket, version)
    onTestFinished(() => socket.terminate())
    await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject))
    return raw
  }

  /** Sends and returns the reference, which is the join reference too unless one is given. */
  push(topic: string, event: string, payload: unknown, joinRef: string | null = null): string {
    const ref = String((this.#ref += 1))
    const join = event === 'phx_join' ? ref : joinRef
    this.send(this.#version === '2.0.0' ? JSON.stringify([join, ref, topic, event, payload]) : JSON.stringify({ topic, event, payload, ref, join_ref: join }))
    return ref
  }

  send(frame: string | Buffer): void {
    this.#socket.send(frame)
  }

  async reply(ref: string): Promise<Frame> {
    return this.frames.until((frame) => frame.event === 'phx_reply' && frame.ref === ref, `the reply to ${ref}`)
  }

  async join(topic: string, config: Record<string, unknown> = {}, accessToken?: string): Promise<{ ref: string; reply: Frame }> {
    const ref = this.push(topic, 'phx_join', { config, ...(accessToken === undefined ? {} : { access_token: accessToken }) })
    return { ref, reply: await this.reply(ref) }
  }

  /** Stops reading, as a stuck client does. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /** Drops the connection without a goodbye. */
  cut(): void {
    this.#socket.terminate()
  }
}

export interface HandshakeAnswer {
  status: number
  body: unknown
}

/** The HTTP answer to a handshake that is refused. */
export async function refusedHandshake(stack: Pick<StackUrls, 'api_url'>, query: string, headers: Record<string, string> = {}): Promise<HandshakeAnswer> {
  const socket = new WebSocket(`${stack.api_url.replace('http', 'ws')}/realtime/v1/websocket?${query}`, { headers })
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      socket.terminate()
      reject(new Error('the handshake was accepted'))
    })
    socket.on('error', () => undefined)
    socket.once('unexpected-response', (_request, response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')))
      response.on('end', () => {
        socket.terminate()
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as unknown })
      })
    })
  })
}

export function newRef(): string {
  return randomUUID().slice(0, 8)
}

/** A kind 3 frame, as the protocol describes it. */
export function pushFrame(fields: { joinRef: string; ref: string; topic: string; event: string; meta?: string; encoding: 0 | 1; body: Buffer }): Buffer {
  const parts = [fields.joinRef, fields.ref, fields.topic, fields.event, fields.meta ?? ''].map((part) => Buffer.from(part))
  return Buffer.concat([Buffer.from([3, ...parts.map((part) => part.length), fields.encoding]), ...parts, fields.body])
}
