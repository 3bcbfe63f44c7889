/** Who may connect, who may join a private channel, who may speak in it, and for how long. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RawSocket, refusedHandshake } from './raw-socket.ts'
import { allowTestTopics, broadcasts, clientWith, connect, newClient, newTopic, runningStack, signToken, subscribe, subscribed, systemMessages, type Claims } from './support.ts'

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

const tokenFor = (claims: Claims, expiresIn?: number | null) => signToken(stack.jwt_secret, claims, expiresIn)

async function joinAs(token: string, topic: string) {
  const socket = await RawSocket.open(stack, '2.0.0')
  const { ref, reply } = await socket.join(`realtime:${topic}`, { private: true }, token)
  return { socket, ref, reply }
}

async function refusalOf(token: string, topic: string): Promise<unknown> {
  const { reply } = await joinAs(token, topic)
  return reply.payload.status === 'error' ? reply.payload.response : reply.payload
}

describe('the handshake', () => {
  it('refuses in JSON what it cannot verify', async () => {
    expect(await refusedHandshake(stack, 'vsn=2.0.0')).toEqual({ status: 401, body: { error: 'API key is missing' } })
    expect(await refusedHandshake(stack, 'vsn=2.0.0&apikey=rubbish')).toEqual({ status: 401, body: { error: 'The token provided is not a valid JWT' } })
    const foreign = await signToken('a-secret-that-is-not-of-this-project-at-all')
    expect(await refusedHandshake(stack, `vsn=2.0.0&apikey=${foreign}`)).toEqual({ status: 401, body: { error: 'Failed to validate JWT signature' } })
    const expired = await tokenFor({}, -10)
    expect(await refusedHandshake(stack, `vsn=2.0.0&apikey=${expired}`)).toEqual({ status: 401, body: { error: 'Token has expired' } })
    const endless = await tokenFor({}, null)
    expect(await refusedHandshake(stack, `vsn=2.0.0&apikey=${endless}`)).toEqual({ status: 401, body: { error: 'Fields `role` and `exp` are required in JWT' } })
  })

  it('takes a JWT in place of a key', async () => {
    const socket = await RawSocket.open(stack, '2.0.0', await tokenFor({ role: 'anon' }))
    expect((await socket.join(`realtime:${newTopic()}`)).reply.payload.status).toBe('ok')
  })
})

describe('a private channel', () => {
  it('admits whom the policies let read', async () => {
    const topic = newTopic()
    const channel = (await clientWith(stack, { rt_read: [topic] })).channel(topic, { config: { private: true } })
    await subscribed(channel)
  })

  it('admits nobody else, and says why', async () => {
    const topic = newTopic()
    const reason = `Unauthorized: You do not have permissions to read from this Channel topic: ${topic}`
    const strange = await clientWith(stack, { rt_read: [newTopic()] })
    const refused = await subscribe(strange.channel(topic, { config: { private: true } })).until(({ status }) => status === 'CHANNEL_ERROR')
    expect(refused.error).toContain(reason)
    const anonymous = newClient(stack)
    const refusedToo = await subscribe(anonymous.channel(topic, { config: { private: true } })).until(({ status }) => status === 'CHANNEL_ERROR')
    expect(refusedToo.error).toContain(reason)
    // The right to write is none to read.
    expect(await refusalOf(await tokenFor({ rt_write: [topic] }), topic)).toEqual({ reason })
  })

  it('admits the secret key everywhere', async () => {
    const socket = await RawSocket.open(stack, '2.0.0', stack.secret_key)
    expect((await socket.join(`realtime:${newTopic()}`, { private: true })).reply.payload.status).toBe('ok')
  })

  it('refuses a token that is expired, forged, malformed or incomplete', async () => {
    const topic = newTopic()
    const claims = { rt_read: [topic] }
    expect(await refusalOf(await tokenFor(claims, -30), topic)).toEqual({ reason: expect.stringMatching(/^InvalidJWTToken: Token has expired \d+ seconds ago$/) as string })
    expect(await refusalOf(await tokenFor(claims, null), topic)).toEqual({ reason: 'InvalidJWTToken: Fields `role` and `exp` are required in JWT' })
    expect(await refusalOf(await signToken('a-secret-that-is-not-of-this-project-at-all', claims), topic)).toEqual({ reason: 'JwtSignatureError: Failed to validate JWT signature' })
    expect(await refusalOf('no.jwt.at.all', topic)).toEqual({ reason: 'MalformedJWT: The token provided is not a valid JWT' })
  })

  it('refuses a role that the API does not hand out, however well the token is signed', async () => {
    const topic = newTopic()
    for (const role of ['supabase_admin', 'postgres', 'no_such_role']) {
      expect(await refusalOf(await tokenFor({ role, rt_read: [topic] }), topic)).toMatchObject({ reason: expect.stringContaining('Unauthorized') as string })
    }
  })

  it('leaves no trace of asking', async () => {
    const topic = newTopic()
    await joinAs(await tokenFor({ rt_read: [topic], rt_write: [topic] }), topic)
    const rows = await sql`select from realtime.messages where topic = ${topic}`
    expect(rows).toHaveLength(0)
  })

  it('drops without a word what a reader without the right to write sends', async () => {
    const topic = newTopic()
    const listener = (await clientWith(stack, { rt_read: [topic] })).channel(topic, { config: { private: true } })
    const inbox = broadcasts(listener)
    const writer = (await clientWith(stack, { rt_read: [topic], rt_write: [topic] })).channel(topic, { config: { private: true, broadcast: { ack: true } } })
    await Promise.all([subscribed(listener), subscribed(writer)])
    const mute = await joinAs(await tokenFor({ rt_read: [topic] }), topic)
    mute.socket.push(`realtime:${topic}`, 'broadcast', { type: 'broadcast', event: 'not allowed', payload: {} }, mute.ref)
    // Answered in order, so once this is answered the broadcast before it has been dealt with.
    await mute.socket.reply(mute.socket.push('phoenix', 'heartbeat', {}))
    expect(await writer.send({ type: 'broadcast', event: 'allowed', payload: {} })).toBe('ok')
    await inbox.count(1)
    expect(inbox.all.map(({ event }) => event)).toEqual(['allowed'])
  })
})

describe('a token in use', () => {
  it('closes its channel when it expires, and says so; one that was replaced in time does not', async () => {
    const [topic, kept] = [newTopic(), newTopic()]
    const renewed = await joinAs(await tokenFor({ rt_read: [kept] }, 8), kept)
    const { socket, ref } = await joinAs(await tokenFor({ rt_read: [topic] }, 9), topic)
    renewed.socket.push(`realtime:${kept}`, 'access_token', { access_token: await tokenFor({ rt_read: [kept] }, 60) }, renewed.ref)

    const system = await socket.frames.until(({ event }) => event === 'system')
    expect(system.payload).toEqual({ extension: 'system', status: 'error', message: expect.stringMatching(/^Token has expired \d+ seconds ago$/) as string, channel: topic })
    expect(await socket.frames.until(({ event }) => event === 'phx_close')).toMatchObject({ joinRef: ref })

    await sql`select realtime.send('{}'::jsonb, 'e', ${kept})`
    await renewed.socket.binary.count(1)
    expect(renewed.socket.frames.all.some(({ event }) => event === 'phx_close')).toBe(false)
  })

  it('gives its channel new rights', async () => {
    const topic = newTopic()
    const client = await clientWith(stack, { rt_read: [topic] })
    const channel = client.channel(topic, { config: { private: true, broadcast: { self: true, ack: true } } })
    const inbox = broadcasts(channel)
    await subscribed(channel)
    await client.realtime.setAuth(await tokenFor({ rt_read: [topic], rt_write: [topic] }))
    // Until the new rights hold, what is sent is dropped without an answer; so it is sent until it arrives.
    const attempts = setInterval(() => void channel.send({ type: 'broadcast', event: 'now I may', payload: {} }), 20)
    await inbox.count(1).finally(() => clearInterval(attempts))
  })

  it('that loses the right to read ends its channel', async () => {
    const topic = newTopic()
    const client = await clientWith(stack, { rt_read: [topic] })
    const channel = client.channel(topic, { config: { private: true } })
    const [system, inbox] = [systemMessages(channel), broadcasts(channel)]
    const witness = (await clientWith(stack, { rt_read: [topic] })).channel(topic, { config: { private: true } })
    const seenByWitness = broadcasts(witness)
    await subscribed(witness)
    const statuses = await subscribed(channel)
    await client.realtime.setAuth(await tokenFor({ rt_read: [] }))
    const [message] = await system.count(1)
    expect(message).toMatchObject({ extension: 'system', status: 'error' })
    expect(message?.message).toMatch(/(no longer have permission|do not have permissions) to read from this Channel topic/)
    await statuses.until(({ status }) => status === 'CLOSED' || status === 'CHANNEL_ERROR')
    await sql`select realtime.send('{}'::jsonb, 'e', ${topic})`
    await seenByWitness.count(1)
    expect(inbox.all).toEqual([])
  })

  it('that cannot be verified ends its channel; an API key in its place changes nothing', async () => {
    const topic = newTopic()
    const { socket, ref } = await joinAs(await tokenFor({ rt_read: [topic] }), topic)
    socket.push(`realtime:${topic}`, 'access_token', { access_token: stack.publishable_key }, ref)
    socket.push(`realtime:${topic}`, 'access_token', { access_token: null }, ref)
    await sql`select realtime.send('{}'::jsonb, 'e', ${topic})`
    await socket.binary.count(1)
    socket.push(`realtime:${topic}`, 'access_token', { access_token: 'rubbish' }, ref)
    const system = await socket.frames.until(({ event }) => event === 'system')
    expect(system.payload.message).toBe('The token provided is not a valid JWT')
    await socket.frames.until(({ event }) => event === 'phx_close')
  })
})
