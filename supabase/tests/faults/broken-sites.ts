/** Destinations that misbehave below HTTP, or at its edges: plain TCP servers on loopback, each with one habit. */
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

export interface BrokenSite {
  url: string
  /** Requests, as far as any were read: connections that have said something. */
  requests: () => number
  close: () => Promise<void>
}

/** Called for every connection; `asked` resolves when the whole request has been read, which some sites do not wait for. */
export type Habit = (socket: Socket, asked: Promise<void>) => void

export async function openBrokenSite(habit: Habit): Promise<BrokenSite> {
  const sockets = new Set<Socket>()
  let requests = 0
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    habit(socket, requestRead(socket).then(() => void (requests += 1)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    requests: () => requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function requestRead(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      const head = text.indexOf('\r\n\r\n')
      if (head === -1) return
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? 0)
      if (text.length >= head + 4 + length) resolve()
    })
  })
}

const head = (status: string, headers: Record<string, string> = {}): string =>
  `HTTP/1.1 ${status}\r\n${Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`

/** Writes something again and again until the connection is gone. */
function keepWriting(socket: Socket, text: string, everyMs: number): void {
  const timer = setInterval(() => socket.write(text), everyMs)
  socket.once('close', () => clearInterval(timer))
}

/** As fast as the other side reads, for as long as it does. */
function pour(socket: Socket, text: string): void {
  const more = () => {
    while (!socket.destroyed && socket.write(text));
  }
  socket.on('drain', more)
  more()
}

const whole = (status: string, body: string, headers: Record<string, string> = {}): string =>
  head(status, { 'Content-Length': String(Buffer.byteLength(body)), Connection: 'close', ...headers }) + body

export const answers = (status: string, body = '', headers: Record<string, string> = {}): Habit => (socket, asked) => {
  void asked.then(() => socket.end(whole(status, body, headers)))
}

/** The given answers in their order, and the last one from then on. */
export function answersInTurn(...texts: [string, ...string[]]): Habit {
  let nth = 0
  return (socket, asked) => {
    void asked.then(() => socket.end(texts[nth++] ?? texts[texts.length - 1] ?? ''))
  }
}

export const habits = {
  'hangs after the request': () => undefined,
  'accepts the connection and reads nothing': (socket) => void socket.pause(),
  'resets the connection': (socket, asked) => void asked.then(() => socket.resetAndDestroy()),
  'closes without an answer': (socket, asked) => void asked.then(() => socket.end()),
  'breaks off in the middle of its answer': (socket, asked) =>
    void asked.then(() => socket.end(head('200 OK', { 'Content-Length': '1000' }) + 'only this')),
  'has a body without an end': (socket, asked) =>
    void asked.then(() => {
      socket.write(head('200 OK', { 'Content-Type': 'text/plain' }))
      pour(socket, 'and so on, '.repeat(1_000))
    }),
  'answers with more than is kept': answers('200 OK', 'long '.repeat(100_000)),
  'sends its body a byte a second': (socket, asked) =>
    void asked.then(() => {
      socket.write(head('200 OK', { 'Content-Length': '1000' }))
      keepWriting(socket, '.', 1_000)
    }),
  'sends its headers a byte a second': (socket, asked) =>
    void asked.then(() => {
      socket.write('HTTP/1.1 200 OK\r\nX-Slow: ')
      keepWriting(socket, '.', 1_000)
    }),
  'says "early hints" for ever': (socket, asked) => void asked.then(() => keepWriting(socket, head('103 Early Hints'), 200)),
  'answers before it has read the request': (socket) => void socket.write(whole('200 OK', '{"applied":true}')),
  'answers in another protocol': (socket) => void socket.write('SSH-2.0-OpenSSH_9.6\r\n'),
  'has headers without an end': (socket, asked) =>
    void asked.then(() => {
      socket.write('HTTP/1.1 200 OK\r\n')
      pour(socket, `X-More: ${'and so on, '.repeat(100)}\r\n`)
    }),
} satisfies Record<string, Habit>
