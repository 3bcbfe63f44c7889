/** Topics that are none, and public ones of the same name. Who may join which, and that nobody may speak, is in the matrix (../trust). */
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
let visitor: SupabaseClient

beforeAll(async () => {
  ;[a, b] = await Promise.all([world.newAdmin(), world.newAdmin()])
  await rpc(a, 'load_demo_data')
  job = (await runToEnd(sql, a, { receive: true })).job_id
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
  it('that nobody has defined admits nobody', async () => {
    for (const name of [`job:${randomUUID()}`, 'job:', 'org:', `site:${job}`, 'anything', `x-landing:${a.organization.slug}/facebook`]) {
      expect(await joinOnce(a.client, name)).toContain(refusal(name))
      expect(await joinOnce(visitor, name)).toContain(refusal(name))
    }
  })

  it('that is private is not the public channel of the same name, which anybody may join', async () => {
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
