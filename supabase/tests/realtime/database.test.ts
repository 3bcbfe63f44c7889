/** Broadcasts from the database: rows of realtime.messages on their way to subscribers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allowTestTopics, broadcasts, clientWith, connect, newClient, newTopic, runningStack, subscribed } from './support.ts'

const stack = runningStack()
const sql = connect(stack.db_url)
let disallow: () => Promise<void>

beforeAll(async () => {
  disallow = await allowTestTopics(sql)
})
afterAll(async () => {
  await disallow()
  await sql.end()
})

async function reader(topic: string, config: Record<string, unknown> = {}) {
  const client = await clientWith(stack, { rt_read: [topic] })
  const channel = client.channel(topic, { config: { private: true, ...config } })
  const inbox = broadcasts(channel)
  await subscribed(channel)
  return { client, channel, inbox }
}

describe('broadcasts from the database', () => {
  it('arrive with event, payload and the id of their row', async () => {
    const topic = newTopic()
    const { inbox } = await reader(topic)
    await sql`select realtime.send(${sql.json({ text: 'Grüße, 世界', n: 1.5, list: [1, { a: null }] })}, 'greeting', ${topic})`
    const [message] = await inbox.count(1)
    const [row] = await sql<{ id: string }[]>`select id from realtime.messages where topic = ${topic}`
    expect(message).toMatchObject({ event: 'greeting', payload: { text: 'Grüße, 世界', n: 1.5, list: [1, { a: null }], id: row?.id }, meta: { id: row?.id } })
  })

  it('keep an id that the payload brought, and the digits of large numbers', async () => {
    const topic = newTopic()
    const { inbox } = await reader(topic)
    await sql`select realtime.send('{"id": "mine", "big": 12345678901234567890}'::jsonb, 'e', ${topic})`
    const [message] = await inbox.count(1)
    expect(message?.payload).toMatchObject({ id: 'mine' })
    const [stored] = await sql<{ big: string }[]>`select payload ->> 'big' as big from realtime.messages where topic = ${topic}`
    expect(stored?.big).toBe('12345678901234567890')
  })

  it('arrive as bytes when they were sent as bytes', async () => {
    const topic = newTopic()
    const { inbox } = await reader(topic)
    await sql`select realtime.send_binary('\\x0001ff'::bytea, 'bytes', ${topic})`
    const [message] = await inbox.count(1)
    expect([...new Uint8Array(message?.payload as unknown as ArrayBuffer)]).toEqual([0, 1, 255])
  })

  it('arrive in the order of a transaction, and not at all from one that is rolled back', async () => {
    const topic = newTopic()
    const { inbox } = await reader(topic)
    await sql
      .begin(async (transaction) => {
        await transaction`select realtime.send('{"n": -1}'::jsonb, 'e', ${topic})`
        throw new Error('changed my mind')
      })
      .catch(() => undefined)
    await sql`select realtime.send(jsonb_build_object('n', n), 'e', ${topic}) from generate_series(0, 199) n`
    const messages = await inbox.count(200)
    expect(messages.map(({ payload }) => payload.n)).toEqual(Array.from({ length: 200 }, (_, n) => n))
  })

  it('never cross between a public and a private room of the same name', async () => {
    const topic = newTopic()
    const { inbox: inPrivate } = await reader(topic)
    const publicChannel = newClient(stack).channel(topic)
    const inPublic = broadcasts(publicChannel)
    await subscribed(publicChannel)
    await sql`select realtime.send('{"for": "private"}'::jsonb, 'e', ${topic}), realtime.send('{"for": "public"}'::jsonb, 'e', ${topic}, false)`
    await inPublic.count(1)
    await inPrivate.count(1)
    // One more of each: whatever had crossed would have come before it.
    await sql`select realtime.send('{"for": "private"}'::jsonb, 'last', ${topic}), realtime.send('{"for": "public"}'::jsonb, 'last', ${topic}, false)`
    await inPublic.until(({ event }) => event === 'last')
    await inPrivate.until(({ event }) => event === 'last')
    expect(inPrivate.all.map(({ payload }) => payload.for)).toEqual(['private', 'private'])
    expect(inPublic.all.map(({ payload }) => payload.for)).toEqual(['public', 'public'])
  })

  it('reach every subscriber of a topic and nobody else', async () => {
    const [topic, other] = [newTopic(), newTopic()]
    const [first, second, stranger] = await Promise.all([reader(topic), reader(topic), reader(other)])
    await sql`select realtime.send('{"n": 1}'::jsonb, 'e', ${topic}), realtime.send('{"n": 2}'::jsonb, 'e', ${other})`
    await Promise.all([first.inbox.count(1), second.inbox.count(1), stranger.inbox.count(1)])
    expect([first, second, stranger].map(({ inbox }) => inbox.all.map(({ payload }) => payload.n))).toEqual([[1], [1], [2]])
  })

  it('may be large', async () => {
    const topic = newTopic()
    const { inbox } = await reader(topic)
    await sql`select realtime.send(jsonb_build_object('text', repeat('x', 1000000)), 'large', ${topic})`
    const [message] = await inbox.count(1)
    expect(String(message?.payload.text)).toHaveLength(1_000_000)
  })

  it('never fail the transaction that sends them', async () => {
    const outcome = await sql.begin(async (transaction) => {
      await transaction`select realtime.send('[1]'::jsonb, 'e', ${newTopic()})`
      await transaction`select realtime.send('{}'::jsonb, 'e', null)`
      return transaction`select 'alive' as state`
    })
    expect(outcome[0]?.state).toBe('alive')
  })

  it('are shown again to one who asks for the past, once', async () => {
    const topic = newTopic()
    const since = Date.now() - 60_000
    for (const n of [1, 2, 3]) await sql`select realtime.send(${sql.json({ n })}, 'e', ${topic})`
    const { inbox } = await reader(topic, { broadcast: { replay: { since, limit: 2 } } })
    await inbox.count(2)
    expect(inbox.all.map(({ payload, meta }) => [payload.n, meta?.replayed])).toEqual([[2, true], [3, true]])
    await sql`select realtime.send('{"n": 4}'::jsonb, 'e', ${topic})`
    await inbox.count(3)
    expect(inbox.all[2]).toMatchObject({ payload: { n: 4 } })
    expect(inbox.all[2]?.meta?.replayed).toBeUndefined()
  })
})
