/** Clients that misbehave hurt themselves only. */
import { describe, expect, it } from 'vitest'
import { pushFrame, RawSocket } from './raw-socket.ts'
import { connect, eventually, newTopic, runningStack } from './support.ts'

const stack = runningStack()

describe('a client that misbehaves', () => {
  it('sends frames that make no sense: they are dropped, the connection stays', async () => {
    const socket = await RawSocket.open(stack, '2.0.0')
    const topic = `realtime:${newTopic()}`
    const { ref } = await socket.join(topic, { broadcast: { self: true } })
    for (const frame of ['', 'null', '{"topic":1}', '[1,2]', '["1","1",null,null,null]']) socket.send(frame)
    for (const frame of [Buffer.alloc(0), Buffer.from([9]), Buffer.from([3, 255, 255, 255, 255, 255, 1, 1])]) socket.send(frame)
    socket.send(pushFrame({ joinRef: ref, ref: '8', topic, event: 'broken', encoding: 1, body: Buffer.from('{') }))
    const reply = await socket.reply(socket.push('phoenix', 'heartbeat', {}))
    expect(reply.payload.status).toBe('ok')
    expect(socket.binary.all).toEqual([])
  })

  it('sends a join that makes no sense: defaults apply', async () => {
    const socket = await RawSocket.open(stack, '2.0.0')
    for (const config of [null, [], 'x', { broadcast: 5, presence: [], postgres_changes: [null, 1], private: 'no' }]) {
      const ref = socket.push(`realtime:${newTopic()}`, 'phx_join', { config })
      expect((await socket.reply(ref)).payload).toEqual({ status: 'ok', response: { postgres_changes: [] } })
    }
  })

  it('sends a frame above the limit: the socket is closed with 1009', async () => {
    const socket = await RawSocket.open(stack, '2.0.0')
    socket.send('x'.repeat(5_000_001))
    expect(await socket.closes.until(() => true)).toBe(1009)
  })

  it('does not read: it is disconnected before its backlog fills the memory, and the others are served', async () => {
    const sql = connect(stack.db_url)
    const topic = newTopic()
    const [stuck, well] = await Promise.all([RawSocket.open(stack, '2.0.0'), RawSocket.open(stack, '2.0.0')])
    await Promise.all([stuck.join(`realtime:${topic}`), well.join(`realtime:${topic}`)])
    stuck.pause()
    const total = 60
    for (let n = 0; n < total; n += 1) {
      await sql`select realtime.send(jsonb_build_object('n', ${n}::int, 'text', repeat('x', 1000000)), 'large', ${topic}, false)`
      await well.binary.count(n + 1)
    }
    stuck.resume()
    expect(await stuck.closes.until(() => true)).toBe(1006)
    expect(stuck.binary.all.length).toBeLessThan(total)
    await sql.end()
  })

  it('floods a channel: the channel is closed, the socket stays', async () => {
    const socket = await RawSocket.open(stack, '2.0.0')
    const topic = `realtime:${newTopic()}`
    const { ref } = await socket.join(topic)
    // As many as it takes: what is too many depends on how fast the server reads.
    const isStopped = () => socket.frames.all.some(({ event }) => event === 'system')
    await eventually(async () => {
      for (let n = 0; n < 8_000; n += 1) socket.push(topic, 'broadcast', { type: 'broadcast', event: 'e', payload: {} }, ref)
      await socket.reply(socket.push('phoenix', 'heartbeat', {}))
      return isStopped()
    }, 'the end of the flood')
    const system = await socket.frames.until(({ event }) => event === 'system')
    expect(system.payload.message).toBe('Too many messages per second')
    await socket.frames.until(({ event }) => event === 'phx_close')
    expect((await socket.reply(socket.push('phoenix', 'heartbeat', {}))).payload.status).toBe('ok')
  })
})
