/**
 * The isolation matrix: every table, verb, function and topic that the live catalogue knows, times everybody who could try, with the
 * outcome stated by hand beforehand. What is added tomorrow fails here until somebody says who may. How to read it: README.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen, openDatabase, rpc } from '../support/actors.ts'
import { startThrowawayStack } from '../support/throwaway-stack.ts'
import { actorNames, fingerprint, isMember, openMatrix, type Actor, type ActorName, type MatrixWorld } from './matrix-actors.ts'
import { askBoth, callTwins, keyTwins, referenceTwins, tableTwins, type Twin } from './matrix-enumeration.ts'
import { acts, callFunction, liveFunctions, problemsOfFunction, statedAnswer } from './matrix-functions.ts'
import { area, compare, expectAsStated, publish, unstated } from './matrix-report.ts'
import { idsWithoutReference, liveReferences, looseIds, pointAcross, writers } from './matrix-references.ts'
import { liveTables, problemsOfAttack, seenInTable, tableRights, tableTrial, tableVerbs } from './matrix-tables.ts'
import { joinAs, livePolicies, liveTopics, messagePolicies, openRealtime, sayOverHttp, statedJoin, topics, type Joined } from './matrix-topics.ts'
import { callVerb, liveVerbs, outcomeOf, problemsOfCall, serviceVerbs, verbs } from './matrix-verbs.ts'

// Of its own: other tests make policies of theirs for a while, and those nobody states.
const { stack, stop } = await startThrowawayStack('none')
// Read before the tests are collected: what is added tomorrow is tested tomorrow.
const catalogue = openDatabase(stack, 1)
const tables = await liveTables(catalogue)
const functions = await liveVerbs(catalogue)
const references = await liveReferences(catalogue)
const kinds = await liveTopics(catalogue)
const policies = await livePolicies(catalogue)
await catalogue.end()

let world: MatrixWorld
beforeAll(async () => {
  world = await openMatrix(stack)
})
afterAll(async () => {
  await publish(tables.length + functions.length + Object.keys(acts).length + Object.keys(topics).length + references.length)
  await world.close()
  await stop()
})

const everybody = (): Actor[] => actorNames.map((name) => world.actors[name])

/** Actors, and A itself, which is to be as it was before. */
const columns = [...actorNames, 'A'] as const
const catalogues = area('the catalogue and the statements', ['all'])

/** Whatever is tried in there leaves A as it was. */
async function leavingAlone(act: () => Promise<void>): Promise<string[]> {
  const before = await fingerprint(world.sql, world.a)
  await act()
  const after = await fingerprint(world.sql, world.a)
  return Object.keys({ ...before, ...after }).filter((table) => before[table] !== after[table]).map((table) => `${table} of A has changed: ${before[table]} -> ${after[table]}`)
}

// A hole that shows on one try of three is a hole.
describe('isolation', { retry: 0 }, () => {
  it('is stated for every table, verb, function and topic that there is, and for nothing else', () => {
    const state = (kind: string, live: readonly string[], stated: readonly string[]) => {
      const problems = unstated(kind, live, stated)
      catalogues.cell(kind, 'all', '=', problems)
      return problems
    }
    expectAsStated([
      ...state('table', tables.map(({ name }) => name), Object.keys(tableRights)),
      ...state('verb', functions.map(({ name }) => name), [...Object.keys(verbs), ...serviceVerbs]),
      ...state('Edge Function', liveFunctions(), Object.keys(acts)),
      ...state('topic kind', [...kinds, '(unknown)'], Object.keys(topics)),
      ...state('message policy', policies, messagePolicies),
    ])
  })

  describe.each(tables.filter(({ name }) => name in tableRights))('of the table $name', (table) => {
    const report = area('tables (select insert update delete upsert)', columns)

    it('is as stated', async () => {
      const of = tableRights[table.name]
      if (of === undefined) throw new Error(`state the outcome for the table ${table.name}`)
      const trial = tableTrial(world, table, of)
      report.forget(table.name)
      expect((await trial.rowsOfA()).length, 'A has no row in this table, so nothing would be hidden: give it one').toBeGreaterThan(0)

      const refused = new Map<string, string[]>()
      const changes = await leavingAlone(async () => {
        await Promise.all(everybody().map(async (actor) => {
          const found: string[] = []
          for (const verb of tableVerbs) {
            const stated = trial.stated(verb, actor)
            if (stated === '+') continue
            found.push(...problemsOfAttack(table.name, verb, stated, actor, await trial.attack(verb, actor)))
          }
          refused.set(actor.name, [...found, ...(await trial.lookAround(actor))])
        }))
      })
      for (const actor of everybody()) {
        for (const verb of tableVerbs) {
          const stated = trial.stated(verb, actor)
          const problems: string[] = []
          if (stated === '+') {
            const { answer, problems: found } = await trial.act(verb, actor)
            problems.push(...compare(verb, stated, seenInTable(answer)), ...found)
          }
          report.cell(table.name, actor.name, stated, problems)
        }
        report.cell(table.name, actor.name, '', refused.get(actor.name))
      }
      report.cell(table.name, 'A', '=', changes)
      expectAsStated(report.row(table.name))
    })
  })

  describe.each(functions.filter(({ name }) => name in verbs || serviceVerbs.includes(name)))('of the verb $name', (live) => {
    const report = area(live.name in verbs ? 'verbs' : 'verbs of the service', columns)

    it('is as stated', async () => {
      report.forget(live.name)
      const call = async (actor: Actor) => {
        const answer = await callVerb(world, actor, live, world.a.ids)
        report.cell(live.name, actor.name, outcomeOf(live.name, actor).letter, problemsOfCall(world, live.name, actor, answer))
      }
      // What a member does with what is the member's own is seen in A, too.
      const may = everybody().filter((actor) => outcomeOf(live.name, actor).letter === '+' || (outcomeOf(live.name, actor).letter === 'o' && isMember(actor.standing)))
      const changes = await leavingAlone(async () => {
        await Promise.all(everybody().filter((actor) => !may.includes(actor)).map(call))
      })
      for (const actor of may) {
        await call(actor)
        await verbs[live.name]?.restore?.(world, actor)
      }
      report.cell(live.name, 'A', '=', changes)
      expectAsStated(report.row(live.name))
    })
  })

  describe.each(Object.entries(acts))('of the Edge Function %s', (name, listed) => {
    const report = area('Edge Functions', columns)

    it.each(Object.entries(listed))('is as stated: %s', async (what, act) => {
      const row = `${name}: ${what}`
      report.forget(row)
      const call = async (actor: Actor) =>
        report.cell(row, actor.name, statedAnswer(act, actor).letter, problemsOfFunction(world, act, actor, await callFunction(world, actor, act, world.a.ids)))
      const may = everybody().filter((actor) => statedAnswer(act, actor).letter === '+')
      const changes = await leavingAlone(async () => {
        await Promise.all(everybody().filter((actor) => !may.includes(actor)).map(call))
      })
      for (const actor of may) await call(actor)
      report.cell(row, 'A', '=', changes)
      expectAsStated(report.row(row))
    })
  })

  describe('of the topics', () => {
    const report = area('topics (join, say over the socket, say over HTTP)', actorNames)

    it.each(Object.entries(topics))('%s is as stated', async (kind, topic) => {
      report.forget(kind)
      const name = topic.name(world.a.ids)
      const clients = await Promise.all(everybody().map(async (actor) => [actor, await openRealtime(world, actor)] as const))
      const joined = new Map<ActorName, Joined>()
      const listener = await openRealtime(world, world.actors.owner)
      // Topics without a reader have nobody who could be lied to.
      const listening = topic.may === 'nobody' ? null : listener.channel(name, { config: { private: true } })
      const inbox = listening === null ? null : listen(listening)
      const subscribed = listening === null ? null : new Promise((resolve) => listening.subscribe(resolve))
      expect(await subscribed).toBe(listening === null ? null : 'SUBSCRIBED')

      await Promise.all(clients.map(async ([actor, client]) => {
        joined.set(actor.name, await joinAs(client, name))
      }))
      for (const [actor] of clients) {
        const stated = statedJoin(topic, actor)
        const { seen, channel } = joined.get(actor.name) ?? { seen: { letter: '?', detail: 'nobody came' } as const, channel: null }
        // What is said without a right is dropped without a word; the listener shows that it was.
        if (seen.letter === '+') await channel?.send({ type: 'broadcast', event: 'forged', payload: { sequence: 999 } })
        const status = await sayOverHttp(world, actor, name)
        const http = stated === '-' ? '-' : 'x'
        report.cell(kind, actor.name, `${stated}${stated === '-' ? '-' : 'x'}${http}`, [
          ...compare('joining', stated, seen),
          ...compare('saying over HTTP', http, { letter: status === 403 ? 'x' : status === 401 ? '-' : '?', detail: String(status) }),
        ])
      }
      if (inbox !== null) {
        await world.sql`select realtime.send('{}'::jsonb, 'genuine', ${name}, true)`
        await inbox.until(({ event }) => event === 'genuine')
        // What the database itself says meanwhile is genuine, too.
        expect(inbox.all.filter(({ event }) => event === 'forged')).toEqual([])
      }
      for (const client of [listener, ...clients.map(([, open]) => open)]) await client.realtime.disconnect()
      expectAsStated(report.row(kind))
    })
  })

  describe('of open channels', () => {
    const moments = ['before', 'after the next token', 'joined anew'] as const
    const report = area('open channels', moments)
    /** What happens while the channel is open, and what becomes of it. Viewers may listen, so a demotion to that takes nothing away. */
    const changes: Record<string, { verb: string; args: (userId: string) => Record<string, unknown>; stays: boolean }> = {
      removed: { verb: 'remove_member', args: (user_id) => ({ user_id }), stays: false },
      demoted: { verb: 'change_member_role', args: (user_id) => ({ user_id, role: 'viewer' }), stays: true },
    }

    it.each(Object.entries(changes))('of somebody who is %s', async (what, { verb, args, stays }) => {
      report.forget(what)
      const member = await world.newMember(world.a.organization, 'admin')
      const name = `org:${world.a.organization.id}`
      const channel = member.client.channel(name, { config: { private: true } })
      const statuses: string[] = []
      channel.subscribe((status) => statuses.push(status))
      await expect.poll(() => statuses).toContain('SUBSCRIBED')
      report.cell(what, 'before', '+')
      await rpc(world.a.owner, verb, args(member.userId))
      await member.refresh()
      if (stays) {
        // An answer on the same channel, after it has taken the new token in.
        const inbox = listen(channel)
        await expect.poll(async () => {
          await world.sql`select realtime.send('{}'::jsonb, 'still here', ${name}, true)`
          return inbox.all.some(({ event }) => event === 'still here')
        }).toBe(true)
        expect(statuses).toEqual(['SUBSCRIBED'])
      } else await expect.poll(() => statuses).toContain('CLOSED')
      report.cell(what, 'after the next token', stays ? '+' : '.')
      await member.client.removeAllChannels()
      const { seen } = await joinAs(member.client, name)
      report.cell(what, 'joined anew', stays ? '+' : '.', compare('joining', stays ? '+' : '.', seen))
      await member.client.realtime.disconnect()
      expectAsStated(report.row(what))
    })
  })

  describe('of what one may not see', () => {
    const asking = ['anon', 'foreign', 'viewer', 'editor', 'removed', 'demoted', 'claims', 'ended'] as const
    const report = area('answers for what is not there', [...asking, 'A'])

    const ask = async (twins: readonly Twin[]) => {
      const rows = [...new Set(twins.map(({ row }) => row))]
      for (const row of rows) report.forget(row)
      const changes = await leavingAlone(async () => {
        const answers = await Promise.all(twins.map(async (twin) => [twin, await askBoth(world, twin)] as const))
        for (const [{ row, actor }, problems] of answers) report.cell(row, actor.name, '=', problems)
      })
      // Of all that was asked at once, said in the first row.
      report.cell(rows[0] ?? '', 'A', '=', changes)
      expectAsStated(rows.flatMap((row) => report.row(row)))
    }
    const those = () => asking.map((name) => world.actors[name])

    it.each(tables)('$name answers as if it was not there', async (table) => {
      await ask(await tableTwins(world, table, those()))
    })

    it('a reference to it is answered as one to nothing', async () => {
      const twins = await referenceTwins(world, those())
      expect(twins.length).toBeGreaterThan(0)
      await ask(twins)
    })

    it('verbs and functions answer as if it was not there', async () => {
      const twins = [...callTwins(world, those()), ...keyTwins(world)]
      expect(new Set(twins.map(({ row }) => row)).size).toBeGreaterThan(25)
      await ask(twins)
    })
  })

  describe('of what hangs on something', () => {
    const report = area('references across tenants (23503)', writers.flatMap((writer) => [`${writer} insert`, `${writer} update`]))

    it.each(references)('$child $name leads to nobody else’s $parent', async (reference) => {
      const row = `${reference.child}.${reference.columns.join(',')}`
      report.forget(row)
      for (const writer of writers) {
        for (const how of ['insert', 'update'] as const) {
          const outcome = await pointAcross(world, reference, writer, how)
          report.cell(row, `${writer} ${how}`, 'x', outcome === '23503' ? [] : [outcome])
        }
      }
      expectAsStated(report.row(row))
    })

    it('every id of a tenant’s table carries the organization with it, or says why it need not', async () => {
      const problems = unstated('id without a reference', await idsWithoutReference(world.sql), Object.keys(looseIds))
      catalogues.cell('id without a reference', 'all', '=', problems)
      expectAsStated(problems)
    })
  })
})
