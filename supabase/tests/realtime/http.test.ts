/** Broadcast over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allowTestTopics, broadcasts, clientWith, connect, newClient, newTopic, runningStack, signToken, subscribed, type Claims } from './support.ts'

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

const batchUrl = `${stack.api_url}/realtime/v1/api/broadcast`

function post(body: unknown, headers: Record<string, string> = { apikey: stack.publishable_key }): Promise<Response> {
  return fetch(batchUrl, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) })
}

async function listen(topic: string, claims?: Claims) {
  const client = claims ? await clientWith(stack, claims) : newClient(stack)
  const channel = client.channel(topic, { config: { private: claims !== undefined } })
  const inbox = broadcasts(channel)
  await subscribed(channel)
  return { client, inbox }
}

describe('a batch over HTTP', () => {
  it('reaches the subscribers and answers 202 with nothing', async () => {
    const topic = newTopic()
    const { inbox } = await listen(topic)
    const response = await post({ messages: [{ topic, event: 'one', payload: { n: 1 } }, { topic, event: 'two', payload: { n: 2 } }] })
    expect([response.status, await response.text()]).toEqual([202, ''])
    await inbox.count(2)
    expect(inbox.all.map(({ event, payload }) => [event, payload])).toEqual([['one', { n: 1 }], ['two', { n: 2 }]])
  })

  it('is what send() falls back to before a subscription', async () => {
    const topic = newTopic()
    const { inbox } = await listen(topic)
    expect(await newClient(stack).channel(topic).send({ type: 'broadcast', event: 'early', payload: { n: 1 } })).toBe('ok')
    await inbox.count(1)
  })

  it.each([
    ['no messages', {}],
    ['messages that are no list', { messages: 'x' }],
    ['no topic', { messages: [{ event: 'e', payload: {} }] }],
    ['no event', { messages: [{ topic: 't', payload: {} }] }],
    ['no payload', { messages: [{ topic: 't', event: 'e' }] }],
    ['a payload that is no object', { messages: [{ topic: 't', event: 'e', payload: [1] }] }],
  ])('answers 422 to %s', async (_name, body) => {
    const response = await post(body)
    expect(response.status).toBe(422)
    expect(await response.json()).toHaveProperty('errors.messages')
  })

  it('answers 400 to what is no JSON and 413 to what is too large', async () => {
    expect((await post('{"messages":')).status).toBe(400)
    expect((await post({ messages: [{ topic: 't', event: 'e', payload: { text: 'x'.repeat(6_100_000) } }] })).status).toBe(413)
  })

  it('answers 401 to a caller whom it does not know', async () => {
    const body = { messages: [{ topic: 't', event: 'e', payload: {} }] }
    const callers: Record<string, string>[] = [
      {},
      { apikey: 'sb_publishable_wrong' },
      { authorization: 'Bearer rubbish' },
      { authorization: `Bearer ${await signToken(stack.jwt_secret, {}, -5)}` },
    ]
    for (const headers of callers) {
      const response = await fetch(batchUrl, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
      expect(response.status).toBe(401)
      expect(await response.json()).toMatchObject({ message: expect.any(String) as string })
    }
  })

  it('leaves out the private messages that the caller may not send', async () => {
    const [topic, forbidden] = [newTopic(), newTopic()]
    const { inbox } = await listen(topic, { rt_read: [topic] })
    const { inbox: quiet } = await listen(forbidden, { rt_read: [forbidden] })
    const token = await signToken(stack.jwt_secret, { rt_write: [topic] })
    const message = (to: string) => ({ topic: to, event: 'e', payload: { to }, private: true })
    const response = await post({ messages: [message(forbidden), message(topic)] }, { apikey: stack.publishable_key, authorization: `Bearer ${token}` })
    expect(response.status).toBe(202)
    await inbox.count(1)
    // The secret key may, and its message is the first that arrives.
    await post({ messages: [{ ...message(forbidden), event: 'by the service' }] }, { apikey: stack.secret_key })
    await quiet.count(1)
    expect(quiet.all.map(({ event }) => event)).toEqual(['by the service'])
  })

  it('answers a browser of another origin', async () => {
    const response = await fetch(batchUrl, { method: 'OPTIONS', headers: { origin: 'http://elsewhere', 'access-control-request-method': 'POST' } })
    expect(response.ok).toBe(true)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
  })
})

describe('a single message over HTTP', () => {
  it('is what httpSend() sends, as JSON and as bytes', async () => {
    const topic = `${newTopic()}/with space`
    const { inbox } = await listen(topic)
    const channel = newClient(stack).channel(topic)
    expect(await channel.httpSend('an event', { n: 1 })).toEqual({ success: true })
    expect(await channel.httpSend('bytes', new Uint8Array([1, 2, 255]))).toEqual({ success: true })
    await inbox.count(2)
    expect(inbox.all[0]).toMatchObject({ event: 'an event', payload: { n: 1 } })
    expect([...new Uint8Array(inbox.all[1]?.payload as unknown as ArrayBuffer)]).toEqual([1, 2, 255])
  })

  it('needs the right to write to a private topic', async () => {
    const topic = newTopic()
    const { inbox } = await listen(topic, { rt_read: [topic] })
    const reader = (await clientWith(stack, { rt_read: [topic] })).channel(topic, { config: { private: true } })
    await expect(reader.httpSend('e', {})).rejects.toThrow('Unauthorized')
    const writer = await clientWith(stack, { rt_write: [topic] })
    expect(await writer.channel(topic, { config: { private: true } }).httpSend('e', { n: 1 })).toEqual({ success: true })
    await inbox.count(1)
  })

  it('answers 415 to another kind of content and 422 to null', async () => {
    const url = `${batchUrl}/some-topic/events/some-event`
    const send = (contentType: string, body: string) => fetch(url, { method: 'POST', headers: { apikey: stack.publishable_key, 'content-type': contentType }, body })
    expect((await send('text/plain', 'hello')).status).toBe(415)
    expect((await send('application/json', 'null')).status).toBe(422)
    expect((await send('application/json', '"text"')).status).toBe(202)
  })
})
