/** The chain: entries without gaps whoever writes at once, and whatever is done to them later is found and named. */
import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase, openWorld, rpc, type Member } from '../support/actors.ts'
import { entriesOf, lastSeq, verify } from '../support/audit.ts'
import { openTransaction, untilBlocked } from '../support/blocking.ts'
import { newSite, only } from '../support/fixtures.ts'
import { startQuietStack } from '../support/quiet-stack.ts'

// A backend of its own: only here may somebody be the superuser, whom no trigger stops.
const stack = await startQuietStack()
const world = openWorld(stack)
const { sql } = world
const many = openDatabase(stack, 12)
const superuserUrl = new URL(stack.db_url)
superuserUrl.username = 'supabase_admin'
const superuser = postgres(superuserUrl.href, { max: 1, onnotice: () => undefined })
afterAll(async () => {
  await Promise.all([world.close(), many.end(), superuser.end()])
  await stack.close()
})

let admin: Member
let organization: string
beforeEach(async () => {
  admin = await world.newAdmin()
  organization = admin.organization.id
})

/** Behind the back of every trigger, as only somebody with the database's files or its superuser can. */
const tamper = (work: (transaction: postgres.TransactionSql) => PromiseLike<unknown>) =>
  superuser.begin(async (transaction) => {
    await transaction`set local session_replication_role = replica`
    await work(transaction)
  })

/** So many entries more, each of a transaction of its own. */
async function write(count: number): Promise<void> {
  const site = await newSite(sql, admin.organization)
  for (let n = 1; n < count; n += 1) await sql`update public.sites set name = ${`Site ${n}`} where id = ${site}`
}

/** The entry as it would be had it been written so, its own hash included. */
async function forge(db: postgres.TransactionSql, seq: number, name: string): Promise<void> {
  await db`update public.audit_log set actor_name = ${name} where organization_id = ${organization} and seq = ${seq}`
  await db`
    update public.audit_log l set hash = private.audit_hash(l.previous_hash, private.audit_digest(l))
    where l.organization_id = ${organization} and l.seq = ${seq}`
}

describe('entries', () => {
  it('count from 1 without gaps, each with the hash of the one before', async () => {
    await write(5)
    const entries = await entriesOf(sql, organization)
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1))
    expect(entries[0]?.previous_hash).toBe('0'.repeat(64))
    for (const [index, entry] of entries.entries()) {
      expect(entry.hash).toMatch(/^[0-9a-f]{64}$/)
      if (index > 0) expect(entry.previous_hash).toBe(entries[index - 1]?.hash)
    }
    expect(new Set(entries.map(({ hash }) => hash)).size).toBe(entries.length)
    expect(await verify(sql, organization)).toEqual({ ok: true, checked: entries.length, last_seq: entries.length, done: true, problem: null })
  })

  it('of many who write at once are a chain all the same, in two organizations at a time, and nobody is in a deadlock', async () => {
    const other = await world.newAdmin()
    const before = [await lastSeq(sql, organization), await lastSeq(sql, other.organization.id)]
    // Every writer has a site of each organization, half of them in the other order: only the chains are shared.
    const writers = 12
    const rounds = 15
    const own = [...await sql<{ id: string }[]>`
      insert into public.sites (organization_id, name, slug) select ${organization}, 'W', 'w' || n from generate_series(1, ${writers}) n returning id`].map(({ id }) => id)
    const foreign = [...await sql<{ id: string }[]>`
      insert into public.sites (organization_id, name, slug) select ${other.organization.id}, 'W', 'w' || n from generate_series(1, ${writers}) n returning id`].map(({ id }) => id)
    await Promise.all(Array.from({ length: writers }, async (_, writer) => {
      for (let round = 0; round < rounds; round += 1) {
        await many.begin(async (transaction) => {
          const sites = writer % 2 === 0 ? [own[writer], foreign[writer]] : [foreign[writer], own[writer]]
          for (const site of sites) await transaction`update public.sites set name = ${`${writer}/${round}`} where id = ${site ?? ''}`
        })
      }
    }))
    const counts = [before[0]! + writers * (rounds + 1), before[1]! + writers * (rounds + 1)]
    expect(await verify(sql, organization)).toMatchObject({ ok: true, checked: counts[0], last_seq: counts[0] })
    expect(await verify(sql, other.organization.id)).toMatchObject({ ok: true, checked: counts[1], last_seq: counts[1] })
    expect(await sql`select from private.audit_queue`).toHaveLength(0)
    expect(await sql`select from private.audit_commits`).toHaveLength(0)
    const times = (await entriesOf(sql, organization)).map(({ at }) => at.getTime())
    expect(times).toEqual([...times].sort((a, b) => a - b))
  })

  it('are numbered in the order of the commits, so that one that is seen later has a later number', async () => {
    const [first, second] = [await newSite(sql, admin.organization), await newSite(sql, admin.organization)]
    const before = await lastSeq(sql, organization)
    const early = await openTransaction(many)
    await early.session`update public.sites set name = 'began first' where id = ${first}`
    await sql`update public.sites set name = 'ended first' where id = ${second}`
    await early.commit()
    expect((await entriesOf(sql, organization, before)).map(({ subject_name }) => subject_name)).toEqual(['ended first', 'began first'])
  })

  it('of a change meet the deletion of their organization in one order: one of the two waits, and none fails', async () => {
    const site = await newSite(sql, admin.organization)
    const writer = await openTransaction(many)
    await writer.session`update public.sites set name = 'late' where id = ${site}`
    const deletion = await openTransaction(many)
    // The first thing that a deletion takes; its cascade wants everything that is below later.
    await deletion.session`update public.organizations set slug = ${`deleted-${organization}`}, deleted_at = now() where id = ${organization}`
    const committed = writer.commit()
    await untilBlocked(sql, deletion.pid, 1)
    await deletion.session`delete from private.audit_heads where organization_id = ${organization}`
    await deletion.commit()
    await committed
    expect(await sql`select from public.sites where id = ${site} and name = 'late'`).toHaveLength(1)
  })
})

describe('verify names', () => {
  beforeEach(() => write(12))

  it('an entry that was altered', async () => {
    await tamper((db) => db`update public.audit_log set changes = '[]', actor_name = 'somebody else' where organization_id = ${organization} and seq in (5, 9)`)
    expect(await verify(sql, organization)).toMatchObject({ ok: false, done: true, problem: { seq: 5, kind: 'altered', message: 'Entry 5 is not as it was written.' } })
    expect(await rpc(admin, 'verify_audit_log')).toMatchObject({ ok: false, problem: { seq: 5, kind: 'altered' } })
  })

  it.each(['actor_id = gen_random_uuid()', "at = at + interval '1 microsecond'", "subject_id = 'x'", "ip = '203.0.113.1'", "request_id = 'r'", "user_agent = 'u'", "action = 'deleted'", "subject_kind = 'x'", "subject_name = null"])(
    'an entry of which one thing was altered: %s',
    async (assignment) => {
      await tamper((db) => db.unsafe(`update public.audit_log set ${assignment} where organization_id = '${organization}' and seq = 7`))
      expect(await verify(sql, organization)).toMatchObject({ problem: { seq: 7, kind: 'altered' } })
    },
  )

  it('an entry that was replaced together with its own hash', async () => {
    await tamper((db) => forge(db, 6, 'somebody else'))
    expect(await verify(sql, organization)).toMatchObject({ problem: { seq: 6, kind: 'replaced' } })
  })

  it('the last entry that was replaced together with its own hash', async () => {
    const last = await lastSeq(sql, organization)
    await tamper((db) => forge(db, last, 'somebody else'))
    expect(await verify(sql, organization)).toMatchObject({ problem: { seq: last, kind: 'replaced' } })
  })

  it('an entry that is missing, at the beginning and in the middle', async () => {
    await tamper((db) => db`delete from public.audit_log where organization_id = ${organization} and seq = 8`)
    expect(await verify(sql, organization)).toMatchObject({ problem: { seq: 8, kind: 'missing', message: 'Entry 8 is missing.' } })
    await tamper((db) => db`delete from public.audit_log where organization_id = ${organization} and seq = 1`)
    expect(await verify(sql, organization)).toMatchObject({ problem: { seq: 1, kind: 'missing' } })
  })

  it('an end that was cut off, also when nothing is left', async () => {
    const last = await lastSeq(sql, organization)
    await tamper((db) => db`delete from public.audit_log where organization_id = ${organization} and seq > ${last - 2}`)
    expect(await verify(sql, organization)).toMatchObject({ problem: { seq: last - 1, kind: 'missing', message: `The log ends after entry ${last - 2}; ${last} were written.` } })
    await tamper((db) => db`delete from public.audit_log where organization_id = ${organization}`)
    expect(await verify(sql, organization)).toMatchObject({ ok: false, problem: { seq: 1, kind: 'missing' } })
  })

  it('an entry that was put between, or at the end', async () => {
    const last = await lastSeq(sql, organization)
    await tamper((db) => db`
      insert into public.audit_log select organization_id, ${last + 1}, at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name, changes, ip, user_agent,
        request_id, hash, hash from public.audit_log where organization_id = ${organization} and seq = ${last}`)
    expect(await verify(sql, organization)).toMatchObject({ ok: false, problem: { seq: last + 1 } })
  })

  it('the same in portions of any size, and of a sound chain nothing', async () => {
    const portions = async (size: number) => {
      let after = 0
      let checked = 0
      for (let round = 0; round < 100; round += 1) {
        const part = await verify(sql, organization, after, size)
        checked += part.checked
        if (part.done) return { problem: part.problem, checked }
        after = part.last_seq
      }
      throw new Error('it has no end')
    }
    const last = await lastSeq(sql, organization)
    for (const size of [1, 3, 4, last, last + 1]) expect(await portions(size)).toEqual({ problem: null, checked: last })
    await tamper((db) => forge(db, 6, 'somebody else'))
    for (const size of [1, 3, 6, 7, last]) expect((await portions(size)).problem).toMatchObject({ seq: 6, kind: 'replaced' })
    await tamper((db) => db`delete from public.audit_log where organization_id = ${organization} and seq = 4`)
    for (const size of [1, 3, 4, last]) expect((await portions(size)).problem).toMatchObject({ seq: 4, kind: 'missing' })
  })

  it('nothing in another organization', async () => {
    const other = await world.newAdmin()
    await tamper((db) => db`update public.audit_log set actor_name = 'x' where organization_id = ${organization}`)
    expect(await verify(sql, other.organization.id)).toMatchObject({ ok: true })
    expect(await rpc(other, 'verify_audit_log')).toMatchObject({ ok: true })
  })
})

describe('retention', () => {
  /** As if the entries up to this one had been written so many days ago. Their hashes are reckoned with their new times. */
  async function age(seq: number, days: number): Promise<void> {
    await tamper(async (db) => {
      await db`update public.audit_log set at = at - make_interval(days => ${days}) where organization_id = ${organization} and seq <= ${seq}`
      await db`
        with recursive chain as (
          select l.seq, l.previous_hash, private.audit_hash(l.previous_hash, private.audit_digest(l)) as hash
          from public.audit_log l where l.organization_id = ${organization} and l.seq = 1
          union all
          select l.seq, c.hash, private.audit_hash(c.hash, private.audit_digest(l))
          from chain c join public.audit_log l on l.organization_id = ${organization} and l.seq = c.seq + 1
        )
        update public.audit_log l set previous_hash = c.previous_hash, hash = c.hash from chain c where l.organization_id = ${organization} and l.seq = c.seq`
      await db`
        update private.audit_heads h set hash = (select l.hash from public.audit_log l where l.organization_id = h.organization_id order by l.seq desc limit 1)
        where h.organization_id = ${organization}`
    })
    expect(await verify(sql, organization)).toMatchObject({ ok: true })
  }
  const trim = async (rows = 5000) => only(await sql<{ removed: number }[]>`select private.trim_audit(${rows}) as removed`).removed
  const first = async () => only(await sql<{ seq: number | null }[]>`select min(seq)::integer as seq from public.audit_log where organization_id = ${organization}`).seq
  const keep = (days: number | null) => rpc(admin, 'set_audit_retention', { days })

  it('keeps everything for ever unless an admin says otherwise', async () => {
    await write(6)
    await age(4, 4_000)
    expect(await trim()).toBe(0)
    expect(await first()).toBe(1)
  })

  it('removes what is older and leaves a checkpoint, from which the chain goes on', async () => {
    await write(10)
    await age(6, 31)
    await keep(30)
    expect(await trim()).toBe(6)
    expect(await first()).toBe(7)
    const last = await lastSeq(sql, organization)
    expect(await verify(sql, organization)).toEqual({ ok: true, checked: last - 6, last_seq: last, done: true, problem: null })
    expect(await trim()).toBe(0)
    await write(2)
    expect(await verify(sql, organization)).toMatchObject({ ok: true, last_seq: last + 2 })
    await tamper((db) => db`delete from public.audit_log where organization_id = ${organization} and seq = 7`)
    expect(await verify(sql, organization)).toMatchObject({ problem: { seq: 7, kind: 'missing' } })
  })

  it('goes in steps, and to the last entry when all are old', async () => {
    await write(8)
    await keep(30)
    const last = await lastSeq(sql, organization)
    await age(last, 40)
    for (let left = last; left > 0; left -= 3) expect(await trim(3)).toBe(Math.min(3, left))
    expect(await first()).toBeNull()
    expect(await verify(sql, organization)).toMatchObject({ ok: true, checked: 0, last_seq: last })
    await write(3)
    expect(await first()).toBe(last + 1)
    expect(await verify(sql, organization)).toMatchObject({ ok: true, checked: 3, last_seq: last + 3 })
  })

  it('is done by the tick', async () => {
    await write(4)
    await keep(30)
    await age(2, 31)
    await sql`update private.engine_state set last_tick_at = now() - interval '2 hours'`
    await sql`select public.tick()`
    expect(await first()).toBe(3)
    expect(await verify(sql, organization)).toMatchObject({ ok: true })
  })

  it('does not let anybody delete what no checkpoint stands for', async () => {
    await write(6)
    await age(4, 31)
    await keep(30)
    await trim()
    await expect(sql`delete from public.audit_log where organization_id = ${organization} and seq = 5`).rejects.toMatchObject({ code: 'DS063' })
  })
})

describe('an organization that is deleted', () => {
  it('takes its chain along and leaves one tombstone; the others stay whole', async () => {
    const other = await world.newAdmin()
    await write(5)
    const [last] = (await entriesOf(sql, organization)).slice(-1)
    const answer = await rpc<{ deleted: boolean }>(admin, 'delete_organization', { confirmation: admin.organization.slug })
    expect(answer).toEqual({ deleted: true })
    for (const table of ['public.audit_log', 'private.audit_heads', 'private.audit_checkpoints', 'public.sites', 'public.memberships']) {
      expect(await sql`select from ${sql(table)} where organization_id = ${organization}`).toHaveLength(0)
    }
    expect(await sql`select from public.organizations where id = ${organization}`).toHaveLength(0)
    const tombstones = await sql`select deleted_by, audit_entries::integer, audit_hash from private.organization_tombstones where organization_id = ${organization}`
    expect(tombstones).toEqual([{ deleted_by: admin.userId, audit_entries: last?.seq, audit_hash: last?.hash }])
    expect(await sql`select from private.audit_queue where organization_id = ${organization}`).toHaveLength(0)
    expect(await verify(sql, other.organization.id)).toMatchObject({ ok: true })
  })

  it('by the owner of the database leaves a tombstone as well', async () => {
    await write(3)
    const id = randomUUID()
    await sql`insert into public.organizations (id, name, slug) values (${id}, 'Made by hand', ${id})`
    await sql`delete from public.organizations where id in (${organization}, ${id})`
    expect(await sql`select from private.organization_tombstones where organization_id in (${organization}, ${id})`).toHaveLength(2)
    expect(await sql`select from public.audit_log where organization_id in (${organization}, ${id})`).toHaveLength(0)
  })
})
