/** Who may listen to whom: the policies on realtime.messages, asked through real clients. */
import { randomUUID } from 'node:crypto'
import type { SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { join, listen, openWorld, rpc, type Member } from '../support/actors.ts'
import { runToEnd } from '../support/runs.ts'

const world = openWorld(inject('stack'))
const { sql } = world
afterAll(world.close)

let a: Member
let b: Member
let job: string
let landing: string
let visitor: SupabaseClient

beforeAll(async () => {
  ;[a, b] = await Promise.all([world.newAdmin(), world.newAdmin()])
  await rpc(a, 'load_demo_data')
  job = (await runToEnd(sql, a, { receive: true })).job_id
  landing = `landing:${a.organization.slug}/facebook`
  visitor = world.visitor()
})

const topic = (client: SupabaseClient, name: string) => client.channel(name, { config: { private: true } })
const refusal = (name: string) => `Unauthorized: You do not have permissions to read from this Channel topic: ${name}`

async function joinOnce(client: SupabaseClient, name: string): Promise<string> {
  const channel = topic(client, name)
  const outcome = await join(channel)
  await client.removeChannel(channel)
  return outcome
}

describe('a topic', () => {
  it('of a run or an organization admits its members, of every role', async () => {
    const viewer = await world.newMember(a.organization, 'viewer')
    for (const member of [a, viewer]) {
      expect(await joinOnce(member.client, `job:${job}`)).toBe('SUBSCRIBED')
      expect(await joinOnce(member.client, `org:${a.organization.id}`)).toBe('SUBSCRIBED')
    }
  })

  it('of A admits neither a member of B nor a visitor', async () => {
    for (const name of [`job:${job}`, `org:${a.organization.id}`]) {
      expect(await joinOnce(b.client, name)).toContain(refusal(name))
      expect(await joinOnce(visitor, name)).toContain(refusal(name))
    }
    expect(await joinOnce(b.client, `org:${b.organization.id}`)).toBe('SUBSCRIBED')
  })

  it('that nobody has defined admits nobody', async () => {
    for (const name of [`job:${randomUUID()}`, 'job:', 'org:', `site:${job}`, 'anything', `x-landing:${a.organization.slug}/facebook`]) {
      expect(await joinOnce(a.client, name)).toContain(refusal(name))
      expect(await joinOnce(visitor, name)).toContain(refusal(name))
    }
  })

  it('of a removed member is closed to the token that still names it', async () => {
    const leaver = await world.newMember(a.organization, 'editor')
    expect(await joinOnce(leaver.client, `org:${a.organization.id}`)).toBe('SUBSCRIBED')
    await sql`delete from public.memberships where user_id = ${leaver.userId}`
    for (const name of [`job:${job}`, `org:${a.organization.id}`]) expect(await joinOnce(leaver.client, name)).toContain(refusal(name))
  })

  it('of a landing page admits visitors and members alike', async () => {
    expect(await joinOnce(visitor, landing)).toBe('SUBSCRIBED')
    expect(await joinOnce(b.client, landing)).toBe('SUBSCRIBED')
  })
})

describe('a private topic', () => {
  it('carries what the database says and nothing that a client says, member or visitor', async () => {
    const cases = [
      { name: landing, listener: a.client, speakers: [visitor, a.client, b.client] },
      { name: `job:${job}`, listener: a.client, speakers: [a.client] },
      { name: `org:${a.organization.id}`, listener: a.client, speakers: [a.client] },
    ]
    for (const { name, listener, speakers } of cases) {
      const listening = topic(listener, name)
      const inbox = listen(listening)
      expect(await join(listening)).toBe('SUBSCRIBED')
      for (const speaker of speakers) {
        const channel = speaker === listener ? listening : topic(speaker, name)
        if (channel !== listening) expect(await join(channel)).toBe('SUBSCRIBED')
        await channel.send({ type: 'broadcast', event: 'forged', payload: { sequence: 999 } })
        // Over HTTP too, where the refusal is silent as well.
        await channel.httpSend('forged', { sequence: 999 }).catch(() => undefined)
        if (channel !== listening) await speaker.removeChannel(channel)
      }
      await sql`select realtime.send('{}'::jsonb, 'genuine', ${name}, true)`
      await inbox.until(({ event }) => event === 'genuine')
      expect(inbox.all.map(({ event }) => event)).toEqual(['genuine'])
      await listener.removeChannel(listening)
    }
  })

  it('is not the public channel of the same name, which anybody may join', async () => {
    const name = `job:${job}`
    const open = b.client.channel(name)
    const inbox = listen(open)
    expect(await join(open)).toBe('SUBSCRIBED')
    await sql`select realtime.send('{}'::jsonb, 'secret', ${name}, true)`
    await sql`select realtime.send('{}'::jsonb, 'public', ${name}, false)`
    await inbox.until(({ event }) => event === 'public')
    expect(inbox.all.map(({ event }) => event)).toEqual(['public'])
    await b.client.removeChannel(open)
  })
})
