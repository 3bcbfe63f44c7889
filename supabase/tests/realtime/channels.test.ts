/** Joining, leaving and broadcasts between clients. */
import { describe, expect, it } from 'vitest'
import { pushFrame, RawSocket } from './raw-socket.ts'
import { broadcasts, connect, newClient, newTopic, runningStack, subscribe, subscribed, systemMessages, watchedTransport } from './support.ts'

const stack = runningStack()

describe('channels', () => {
  it('answer heartbeats', async () => {
    const socket = await RawSocket.open(stack, '2.0.0')
    const reply = await socket.reply(socket.push('phoenix', 'heartbeat', {}))
    expect(reply).toMatchObject({ joinRef: null, topic: 'phoenix', payload: { status: 'ok', response: {} } })
  })

  it('are joined, left and closed', async () => {
    const socket = await RawSocket.open(stack, '2.0.0')
    const topic = `realtime:${newTopic()}`
    const { ref, reply } = await socket.join(topic)
    expect(reply).toMatchObject({ joinRef: ref, payload: { status: 'ok', response: { postgres_changes: [] } } })
    const left = await socket.reply(socket.push(topic, 'phx_leave', {}, ref))
    expect(left.payload).toEqual({ status: 'ok', response: {} })
    expect(await socket.frames.until(({ event }) => event === 'phx_close')).toMatchObject({ joinRef: ref, ref, topic })
    const late = await socket.reply(socket.push(topic, 'presence', {}, ref))
    expect(late.payload).toEqual({ status: 'error', response: { reason: 'unmatched topic' } })
  })

  it('answer a leave of what was never joined', async () => {
    const socket = await RawSocket.open(stack, '2.0.0')
    const reply = await socket.reply(socket.push('realtime:nothing', 'phx_leave', {}))
    expect(reply.payload).toEqual({ status: 'ok', response: {} })
  })

  it('refuse a topic without a name and one outside of Realtime', async () => {
    const socket = await RawSocket.open(stack, '2.0.0')
    const unnamed = await socket.join('realtime:')
    expect(unnamed.reply.payload).toEqual({ status: 'error', response: { reason: 'TopicNameRequired: You must provide a topic name' } })
    const foreign = await socket.join('rooms:1')
    expect(foreign.reply.payload).toEqual({ status: 'error', response: { reason: 'unmatched topic' } })
  })

  it('replace a former join of the same topic', async () => {
    const socket = await RawSocket.open(stack, '2.0.0')
    const topic = `realtime:${newTopic()}`
    const first = await socket.join(topic, { broadcast: { self: true } })
    const second = await socket.join(topic, { broadcast: { self: true } })
    expect(await socket.frames.until(({ event }) => event === 'phx_close')).toMatchObject({ joinRef: first.ref, ref: first.ref })
    expect(second.reply.payload.status).toBe('ok')
    // A leave of the former join does not end the new one.
    await socket.reply(socket.push(topic, 'phx_leave', {}, first.ref))
    socket.push(topic, 'broadcast', { type: 'broadcast', event: 'still here', payload: {} }, second.ref)
    await socket.binary.count(1)
  })

  it('relay a broadcast to the others, and to its sender on request', async () => {
    const topic = newTopic()
    const [selfish, modest] = [newClient(stack).channel(topic, { config: { broadcast: { self: true } } }), newClient(stack).channel(topic)]
    const [seenBySelfish, seenByModest] = [broadcasts(selfish), broadcasts(modest)]
    await Promise.all([subscribed(selfish), subscribed(modest)])
    await selfish.send({ type: 'broadcast', event: 'one', payload: { n: 1 } })
    await seenByModest.count(1)
    await modest.send({ type: 'broadcast', event: 'two', payload: { n: 2 } })
    await seenBySelfish.count(2)
    expect(seenBySelfish.all.map(({ event }) => event)).toEqual(['one', 'two'])
    expect(seenByModest.all.map(({ event, payload }) => [event, payload])).toEqual([['one', { n: 1 }]])
  })

  it('acknowledge on request, and say so when a payload is too large', async () => {
    const channel = newClient(stack).channel(newTopic(), { config: { broadcast: { ack: true } } })
    await subscribed(channel)
    expect(await channel.send({ type: 'broadcast', event: 'e', payload: {} })).toBe('ok')
    expect(await channel.send({ type: 'broadcast', event: 'e', payload: { text: 'x'.repeat(3_000_001) } })).toBe('error')
  })

  it('carry bytes', async () => {
    const topic = newTopic()
    const [sender, receiver] = [newClient(stack).channel(topic), newClient(stack).channel(topic)]
    const inbox = broadcasts(receiver)
    await Promise.all([subscribed(sender), subscribed(receiver)])
    await sender.send({ type: 'broadcast', event: 'bytes', payload: new Uint8Array([0, 200, 255]).buffer })
    const [message] = await inbox.count(1)
    expect([...new Uint8Array(message?.payload as unknown as ArrayBuffer)]).toEqual([0, 200, 255])
  })

  it('echo the bindings of postgres_changes and then say that there are none here', async () => {
    const channel = newClient(stack).channel(newTopic())
    channel.on('postgres_changes', { event: 'INSERT', schema: 'public', table: 'anything', filter: 'id=eq.1' }, () => undefined)
    const system = systemMessages(channel)
    await subscribed(channel)
    const [message] = await system.count(1)
    expect(message).toMatchObject({ extension: 'postgres_changes', status: 'error' })
    expect(message?.message).toContain('Unable to subscribe to changes with given parameters')
    expect(message?.message).toContain('[event: INSERT, schema: public, table: anything, filters: [id=eq.1], select: nil]')
  })

  it('report when the replication connection stands', async () => {
    const channel = newClient(stack).channel(newTopic(), { config: { broadcast: { replication_ready: true } } })
    const system = systemMessages(channel)
    await subscribed(channel)
    await system.until(({ extension, status, message }) => extension === 'system' && status === 'ok' && message === 'Replication connection established')
  })

  it('come back by themselves after the socket is cut, and hear again', async () => {
    const sql = connect(stack.db_url)
    const topic = newTopic()
    const { transport, connections } = watchedTransport()
    const channel = newClient(stack, transport).channel(topic)
    const inbox = broadcasts(channel)
    const statuses = await subscribed(channel)
    connections[0]?.terminate()
    await statuses.until(() => statuses.all.filter(({ status }) => status === 'SUBSCRIBED').length === 2, 'the second SUBSCRIBED')
    await sql`select realtime.send('{"n": 1}'::jsonb, 'e', ${topic}, false)`
    await inbox.count(1)
    await sql.end()
  })

  it('survive a client that says goodbye without leaving', async () => {
    const topic = newTopic()
    const leaving = newClient(stack)
    await subscribed(leaving.channel(topic))
    await leaving.realtime.disconnect()
    const channel = newClient(stack).channel(topic, { config: { broadcast: { self: true, ack: true } } })
    await subscribed(channel)
    expect(await channel.send({ type: 'broadcast', event: 'e', payload: {} })).toBe('ok')
  })

  it('are limited in number on one socket', async () => {
    const client = newClient(stack)
    const topic = newTopic()
    await Promise.all(Array.from({ length: 100 }, (_, n) => subscribed(client.channel(`${topic}:${n}`))))
    const refused = await subscribe(client.channel(`${topic}:one too many`)).until(({ status }) => status === 'CHANNEL_ERROR')
    expect(refused.error).toContain('ChannelRateLimitReached: Too many channels')
  })
})

describe('vsn 1.0.0', () => {
  it('joins, hears and speaks in text objects, together with clients of 2.0.0', async () => {
    const topic = newTopic()
    const modern = newClient(stack).channel(topic)
    const inbox = broadcasts(modern)
    await subscribed(modern)
    const old = await RawSocket.open(stack, '1.0.0')
    const heartbeat = await old.reply(old.push('phoenix', 'heartbeat', {}))
    expect(heartbeat).toEqual({ joinRef: undefined, topic: 'phoenix', event: 'phx_reply', payload: { status: 'ok', response: {} }, ref: '1' })
    const { reply } = await old.join(`realtime:${topic}`)
    expect(reply.payload).toEqual({ status: 'ok', response: { postgres_changes: [] } })

    await modern.send({ type: 'broadcast', event: 'to the old', payload: { n: 1 } })
    const heard = await old.frames.until(({ event }) => event === 'broadcast')
    expect(heard).toEqual({ joinRef: undefined, ref: null, topic: `realtime:${topic}`, event: 'broadcast', payload: { type: 'broadcast', event: 'to the old', payload: { n: 1 } } })

    old.push(`realtime:${topic}`, 'broadcast', { type: 'broadcast', event: 'to the new', payload: { n: 2 } })
    expect((await inbox.count(1))[0]).toMatchObject({ event: 'to the new', payload: { n: 2 } })
  })

  it('is what a client without a version speaks, and misses what it cannot carry', async () => {
    const topic = `realtime:${newTopic()}`
    const old = await RawSocket.open(stack, '1.0.0')
    await old.join(topic)
    const modern = await RawSocket.open(stack, '2.0.0')
    const { ref } = await modern.join(topic)
    const frame = (event: string, encoding: 0 | 1) => pushFrame({ joinRef: ref, ref: '9', topic, event, encoding, body: Buffer.from('{"a":1}') })
    modern.send(frame('bytes', 0))
    modern.send(frame('json', 1))
    const heard = await old.frames.until(({ event }) => event === 'broadcast')
    expect(heard.payload.event).toBe('json')
  })
})
