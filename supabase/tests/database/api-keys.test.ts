/** API keys: who may make and end them, what is kept of them, and that what a key reaches ends at its organization. */
import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { claimsOf, expectRefusal, openWorld, read, rpc, signToken, type Member, type Person } from '../support/actors.ts'
import { newSite, newSitesWithItem, only } from '../support/fixtures.ts'

const stack = inject('stack')
const world = openWorld(stack)
const { sql } = world

let admin: Member
let editor: Member
let viewer: Member
let stranger: Member
beforeAll(async () => {
  admin = await world.newAdmin()
  ;[editor, viewer, stranger] = await Promise.all([
    world.newMember(admin.organization, 'editor'),
    world.newMember(admin.organization, 'viewer'),
    world.newAdmin(),
  ])
})
afterAll(() => world.close())

interface Made {
  id: string
  key: string
  prefix: string
}

const create = (who: Pick<Person, 'client'> = admin, args: Record<string, unknown> = {}) =>
  rpc<Made>(who, 'create_api_key', { name: 'Build', scopes: ['content:read'], ...args })
const revoke = (id: string, who: Pick<Person, 'client'> = admin) => rpc(who, 'revoke_api_key', { key_id: id })
const hashOf = (key: string) => createHash('sha256').update(key).digest('hex')
const rowOf = async (id: string) => only(await sql`select * from public.api_keys where id = ${id}`)

interface Use {
  outcome: string
  key_id?: string
  key_name?: string
  organization_id?: string
  limit?: number
  remaining?: number
  reset_s?: number
}
const take = async (key: string, scope = 'content:read') => only(await sql<{ use: Use }[]>`select public.take_api_request(${hashOf(key)}, ${scope}) as use`).use

describe('create_api_key', () => {
  it('tells the key once and keeps its hash', async () => {
    const made = await create(admin, { name: '  Shop build ', scopes: ['sync:run', 'content:read', 'sync:run'] })
    expect(made.key).toMatch(/^ds_[0-9a-f]{8}_[0-9a-f]{48}$/)
    expect(made.prefix).toBe(made.key.slice(0, 11))
    expect(await rowOf(made.id)).toMatchObject({
      organization_id: admin.organization.id,
      name: 'Shop build',
      prefix: made.prefix,
      scopes: ['content:read', 'sync:run'],
      expires_at: null,
      created_by: admin.userId,
      last_used_at: null,
      revoked_at: null,
    })
    const { hash } = only(await sql<{ hash: Buffer }[]>`select hash from private.api_key_hashes where key_id = ${made.id}`)
    expect(hash.toString('hex')).toBe(hashOf(made.key))
  })

  it('never makes the same twice', async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => create()))
    expect(new Set(made.map(({ key }) => key)).size).toBe(5)
    await Promise.all(made.map(({ id }) => revoke(id)))
  })

  it('is for admins', async () => {
    await expectRefusal(create(editor), 'DS002', 'Your role does not allow you to create API keys.')
    await expectRefusal(create(viewer), 'DS002', 'Your role does not allow you to create API keys.')
    await expectRefusal(create({ client: world.visitor() }), '42501', 'permission denied for function create_api_key')
  })

  it('wants a recent sign-in', async () => {
    const claims = await claimsOf(admin)
    const earlier = [{ method: 'password', timestamp: Math.floor(Date.now() / 1000) - 660 }]
    const client = world.clientWith(await signToken(stack.jwt_secret, { ...claims, amr: earlier }))
    await expectRefusal(create({ client }), 'DS050', 'Confirm that it is you.')
  })

  it.each([
    [{ name: ' ' }, 'A key needs a name'],
    [{ name: 'x'.repeat(121) }, 'A key needs a name'],
    [{ scopes: [] }, 'A key needs at least one scope.'],
    [{ scopes: ['content:write'] }, 'A key needs at least one scope.'],
    [{ scopes: ['content:read', null] }, 'A key needs at least one scope.'],
    [{ expires_at: '2020-01-01T00:00:00Z' }, 'The key would have expired already.'],
  ])('refuses %j', async (args, message) => {
    await expectRefusal(create(admin, args), 'DS055', message)
  })

  it('ends at 100 keys in use', async () => {
    const busy = await world.newAdmin()
    await sql`
      insert into public.api_keys (organization_id, name, prefix, scopes, revoked_at, expires_at)
      select ${busy.organization.id}, 'Key ' || n, 'ds_00000000', '{content:read}', case when n = 1 then now() end, case when n = 2 then now() end
      from generate_series(1, 101) n`
    await create(busy)
    const refusal = await expectRefusal(create(busy), 'DS055', 'There are 100 keys in use already.')
    expect(refusal.hint).toBe('Revoke those that nothing uses any more.')
  })
})

describe('revoke_api_key', () => {
  it('ends a key once and for all, and says who did', async () => {
    const { id, key } = await create()
    expect((await take(key)).outcome).toBe('ok')
    await revoke(id)
    expect(await take(key)).toMatchObject({ outcome: 'revoked', key_id: id })
    expect(await rowOf(id)).toMatchObject({ revoked_by: admin.userId, revoked_at: expect.any(Date) as Date })
    await expectRefusal(revoke(id), 'DS056', 'There is no such key in use in this organization.')
  })

  it('is for admins of the key’s organization, and a foreign key is like none', async () => {
    const { id } = await create()
    await expectRefusal(revoke(id, editor), 'DS002', 'Your role does not allow you to revoke API keys.')
    const foreign = await expectRefusal(revoke(id, stranger), 'DS056', 'There is no such key')
    const none = await expectRefusal(revoke(randomUUID(), stranger), 'DS056', 'There is no such key')
    expect([foreign.message, foreign.hint, foreign.status]).toEqual([none.message, none.hint, none.status])
    expect(await rowOf(id)).toMatchObject({ revoked_at: null })
  })
})

describe('api_keys', () => {
  const list = (who: Pick<Person, 'client'>) => read<{ id: string }[]>(who.client.from('api_keys').select('id'))

  it('is read by admins of the organization, and by nobody else', async () => {
    const { id } = await create()
    expect((await list(admin)).map((row) => row.id)).toContain(id)
    for (const who of [editor, viewer, stranger]) expect((await list(who)).filter((row) => row.id === id)).toEqual([])
    await expectRefusal(list({ client: world.visitor() }), '42501', 'permission denied for table api_keys')
  })

  it('names who made a key', async () => {
    const { id } = await create()
    const row = await read(
      admin.client.from('api_keys').select('creator:profiles!api_keys_created_by_fkey(id, email), revoker:profiles!api_keys_revoked_by_fkey(id)').eq('id', id).single(),
    )
    expect(row).toEqual({ creator: { id: admin.userId, email: admin.email }, revoker: null })
  })

  it('is written by the verbs alone', async () => {
    const { id } = await create()
    const row = { organization_id: admin.organization.id, name: 'Mine', prefix: 'ds_00000000', scopes: ['sync:run'] }
    await expectRefusal(read(admin.client.from('api_keys').insert(row)), '42501', 'permission denied for table api_keys')
    await expectRefusal(read(admin.client.from('api_keys').update({ scopes: ['sync:run'] }).eq('id', id)), '42501', 'permission denied for table api_keys')
    await expectRefusal(read(admin.client.from('api_keys').delete().eq('id', id)), '42501', 'permission denied for table api_keys')
  })

  it('outlives whoever made it', async () => {
    const leaving = await world.newMember(admin.organization, 'admin')
    const { id, key } = await create(leaving)
    await sql`delete from public.memberships where user_id = ${leaving.userId}`
    expect((await take(key)).outcome).toBe('ok')
    await sql`delete from auth.users where id = ${leaving.userId}`
    expect(await rowOf(id)).toMatchObject({ created_by: null, revoked_at: null })
    expect((await take(key)).outcome).toBe('ok')
  })
})

describe('what the function alone may call', () => {
  it.each([
    ['take_api_request', { p_hash: hashOf('x'), p_scope: 'content:read' }],
    ['api_content', { p_key: randomUUID(), p_site: 'facebook' }],
    ['api_start_sync', { p_key: randomUUID(), p_sites: null, p_options: {}, p_idempotency_key: null, p_request_hash: 'x' }],
    ['api_sync', { p_key: randomUUID(), p_job: randomUUID() }],
  ])('%s is refused to people, admins included', async (name, args) => {
    await expectRefusal(rpc(admin, name, args), '42501', `permission denied for function ${name}`)
    await expectRefusal(rpc({ client: world.visitor() }, name, args), '42501', `permission denied for function ${name}`)
  })

  it('keeps hashes and idempotency keys where no client looks', async () => {
    for (const table of ['api_key_hashes', 'idempotency_keys']) {
      await expectRefusal(read(admin.client.schema('private').from(table).select('*')), 'PGRST106', 'Invalid schema')
    }
  })
})

describe('take_api_request', () => {
  it('judges and counts', async () => {
    const { id, key } = await create(admin, { name: 'Counted' })
    expect(await take(key)).toEqual({
      outcome: 'ok', key_id: id, key_name: 'Counted', organization_id: admin.organization.id, limit: 60, remaining: 59, reset_s: 60,
    })
    expect(await take(key, 'sync:run')).toMatchObject({ outcome: 'scope', remaining: 58 })
    await sql`update private.api_key_hashes set used = 59 where key_id = ${id}`
    expect(await take(key)).toMatchObject({ outcome: 'ok', remaining: 0 })
    expect(await take(key)).toMatchObject({ outcome: 'limited', remaining: 0 })
    await sql`update private.api_key_hashes set window_start = clock_timestamp() - interval '60 seconds' where key_id = ${id}`
    expect(await take(key)).toMatchObject({ outcome: 'ok', remaining: 59 })
    expect(await take(`${key}x`)).toEqual({ outcome: 'unknown' })
  })

  it('lets exactly 60 of many at once pass', async () => {
    const { key } = await create()
    const uses = await Promise.all(Array.from({ length: 90 }, () => take(key)))
    expect(uses.filter(({ outcome }) => outcome === 'ok').map(({ remaining }) => remaining).sort((a = 0, b = 0) => b - a)).toEqual(
      Array.from({ length: 60 }, (_, index) => 59 - index),
    )
  })

  it('knows no key of an organization that is being deleted', async () => {
    const closing = await world.newAdmin()
    const { key } = await create(closing)
    await sql`update public.organizations set deleted_at = now() where id = ${closing.organization.id}`
    expect(await take(key)).toEqual({ outcome: 'unknown' })
  })
})

describe('what a key reaches', () => {
  it('is its own organization', async () => {
    const { id } = await create(admin, { scopes: ['content:read', 'sync:run'] })
    const { sites } = await newSitesWithItem(sql, stranger.organization, 1)
    const { slug } = only(await sql<{ slug: string }[]>`select slug from public.sites where id = ${sites[0] ?? ''}`)
    expect(only(await sql`select public.api_content(${id}, ${slug}) as content`)).toEqual({ content: null })
    const start = sql`select public.api_start_sync(${id}, ${[slug]}, '{}', null, 'x') as answer`
    await expectRefusal(start, 'DS032', `There is no site "${slug}".`)
    const job = only(await sql<{ id: string }[]>`
      insert into public.sync_jobs (organization_id, number, trigger) values (${stranger.organization.id}, 1000001, 'manual') returning id`)
    expect(only(await sql`select public.api_sync(${id}, ${job.id}) as job`)).toEqual({ job: null })
    // Not even by mistake: a run cannot name another organization's key.
    await expectRefusal(sql`update public.sync_jobs set api_key_id = ${id} where id = ${job.id}`, '23503', 'sync_jobs_organization_id_api_key_id_fkey')
    await sql`delete from public.sync_jobs where id = ${job.id}`
  })

  it('takes a site’s slug for no more than a text', async () => {
    const { id } = await create()
    await newSite(sql, admin.organization, { slug: 'plain' })
    for (const slug of ["plain' or true --", 'PLAIN', '%', '']) expect(only(await sql`select public.api_content(${id}, ${slug}) as content`)).toEqual({ content: null })
  })
})

describe('the audit log', () => {
  it('tells who made and who revoked a key, nothing of its use, and never the key', async () => {
    const other = await world.newAdmin()
    const { id, key, prefix } = await create(other, { name: 'Audited' })
    await take(key)
    await take(key)
    await revoke(id, other)
    const entries = await sql<{ action: string; actor_id: string; subject_name: string; changes: { field: string }[] }[]>`
      select action, actor_id, subject_name, changes from public.audit_log
      where organization_id = ${other.organization.id} and subject_kind = 'api_keys' and subject_id = ${id} order by seq`
    expect(entries.map(({ action, actor_id, subject_name }) => [action, actor_id, subject_name])).toEqual([
      ['created', other.userId, 'Audited'],
      ['updated', other.userId, 'Audited'],
    ])
    expect(entries[1]?.changes.map(({ field }) => field).sort()).toEqual(['revoked_at', 'revoked_by'])
    const all = JSON.stringify(await sql`select * from public.audit_log where organization_id = ${other.organization.id}`)
    expect(all).toContain(prefix)
    expect(all).not.toContain(key.slice(12))
    expect(all).not.toContain(hashOf(key))
  })
})
