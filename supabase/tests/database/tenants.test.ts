/** From sign-up into an organization: the access token's claims, the first verbs, and what the names become. */
import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { claimsOf, expectRefusal, openWorld, read, rpc, signToken, type Organization } from '../support/actors.ts'
import { newSitesWithItem, only } from '../support/fixtures.ts'
import { runToEnd } from '../support/runs.ts'

const stack = inject('stack')
const world = openWorld(stack)
const { sql } = world
afterAll(world.close)

describe('the access token', () => {
  it('names no organization after sign-up, and the new one after a refresh', async () => {
    const person = await world.newUser()
    const fresh = await claimsOf(person)
    expect(fresh).toMatchObject({ sub: person.userId, role: 'authenticated' })
    expect(fresh).not.toHaveProperty('organization_id')
    expect(fresh).not.toHaveProperty('organization_role')

    const organization = await rpc<Organization>(person, 'create_organization', { name: '  Acme Holdings  ' })
    expect(organization).toEqual({ id: expect.any(String) as string, name: 'Acme Holdings', slug: expect.stringMatching(/^acme-holdings/) as string })
    await person.refresh()
    expect(await claimsOf(person)).toMatchObject({ organization_id: organization.id, organization_role: 'admin', role: 'authenticated' })
  })

  it('names it after the next sign-in too', async () => {
    const admin = await world.newAdmin()
    await admin.client.auth.signOut()
    const { error } = await admin.client.auth.signInWithPassword({ email: admin.email, password: admin.password })
    expect(error).toBeNull()
    expect(await claimsOf(admin)).toMatchObject({ organization_id: admin.organization.id, organization_role: 'admin' })
  })

  it('cannot be given an organization by the person’s own metadata', async () => {
    const victim = await world.newAdmin()
    const person = await world.newUser()
    const claims = { organization_id: victim.organization.id, organization_role: 'admin' }
    const { error } = await person.client.auth.updateUser({ data: claims })
    expect(error).toBeNull()
    await person.refresh()
    const token = await claimsOf(person)
    expect(token).toMatchObject({ user_metadata: claims })
    expect(token).not.toHaveProperty('organization_id')
    expect(await read(person.client.from('organizations').select())).toEqual([])
  })

  it('loses what an event brings along, unless the membership says it', async () => {
    const event = { user_id: randomUUID(), claims: { sub: 'x', organization_id: randomUUID(), organization_role: 'admin', kept: 1 }, authentication_method: 'password' }
    const { answer } = only(await sql`select public.custom_access_token_hook(${sql.json(event)}) as answer`)
    expect(answer).toEqual({ ...event, claims: { sub: 'x', kept: 1 } })
  })
})

describe('create_organization', () => {
  it('makes organization, profile, membership and counter at once', async () => {
    const admin = await world.newAdmin('One transaction')
    expect(await sql`select email, organization_id from public.profiles where id = ${admin.userId}`).toEqual([
      { email: admin.email, organization_id: admin.organization.id },
    ])
    expect(await read(admin.client.from('memberships').select('user_id, role, is_owner'))).toEqual([{ user_id: admin.userId, role: 'admin', is_owner: true }])
    expect(await sql`select job_number from private.organization_counters where organization_id = ${admin.organization.id}`).toEqual([{ job_number: 0 }])
  })

  it('refuses a name that is none, and leaves nothing behind', async () => {
    const person = await world.newUser()
    for (const name of ['', '   ', null, 'x'.repeat(121)]) {
      const refusal = await expectRefusal(rpc(person, 'create_organization', { name }), 'DS004', 'The organization needs a name of 1 to 120 characters.')
      expect(refusal).toMatchObject({ status: 400, hint: expect.any(String) as string })
    }
    expect(await sql`select from public.profiles where id = ${person.userId}`).toHaveLength(0)
  })

  it('refuses somebody without an identity', async () => {
    const token = await signToken(stack.jwt_secret, {})
    await expectRefusal(rpc({ client: world.clientWith(token) }, 'create_organization', { name: 'Nobody’s' }), 'DS003', 'You are signed out.')
    await expectRefusal(rpc({ client: world.visitor() }, 'create_organization', { name: 'Nobody’s' }), '42501', 'permission denied for function')
    expect(await sql`select from public.organizations where name = 'Nobody’s'`).toHaveLength(0)
  })

  it('refuses the 51st organization of one person', async () => {
    const admin = await world.newAdmin()
    await sql`
      with made as (
        insert into public.organizations (name, slug) select 'Filler', 'filler-' || gen_random_uuid() from generate_series(1, 49) returning id)
      insert into public.memberships (organization_id, user_id, role) select id, ${admin.userId}, 'viewer' from made`
    await expectRefusal(rpc(admin, 'create_organization', { name: 'One more' }), 'DS005', 'You already belong to 50 organizations.')
  })

  it('makes slugs that a URL can carry, whatever the script', async () => {
    const person = await world.newUser()
    const word = randomUUID().slice(0, 8)
    const slugOf = async (name: string) => (await rpc<Organization>(person, 'create_organization', { name })).slug
    expect(await slugOf(`Ünïcödé ${word} & Söhne, Čeština!`)).toBe(`unicode-${word}-sohne-cestina`)
    expect(await slugOf(`ﬁne № ${word}`)).toBe(`fine-no-${word}`)
    expect(await slugOf(`--${word} --`)).toBe(word)
    expect(await slugOf('株式会社')).toMatch(/^organization(-[0-9a-f]{6})?$/)
    expect(await slugOf('🚀')).toMatch(/^organization-[0-9a-f]{6}$/)
    const long = await slugOf(`${word} ${'very '.repeat(20)}`)
    expect(long).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    expect(long.length).toBeLessThanOrEqual(48)
  })

  it('keeps slugs apart when names are equal, at the same moment too', async () => {
    const person = await world.newUser()
    const name = `Twin ${randomUUID().slice(0, 8)}`
    const made = await Promise.all(Array.from({ length: 5 }, () => rpc<Organization>(person, 'create_organization', { name })))
    const base = name.toLowerCase().replace(' ', '-')
    const slugs = made.map(({ slug }) => slug)
    expect(new Set(slugs).size).toBe(5)
    expect(slugs).toContain(base)
    for (const slug of slugs) expect(slug).toMatch(new RegExp(`^${base}(-[0-9a-f]{6})?$`))
  })
})

describe('leaving', () => {
  it('a deleted organization takes all it has with it, open work included', async () => {
    const admin = await world.newAdmin()
    const other = await world.newAdmin()
    for (const { organization } of [admin, other]) await newSitesWithItem(sql, organization, 2)
    await runToEnd(sql, admin, { receive: true })
    await runToEnd(sql, other, { receive: true })
    // One waits and one is in flight, both without a time at which a worker would look at them.
    await sql`insert into public.sync_jobs (organization_id, number) values (${admin.organization.id}, 99)`
    await sql`
      insert into public.sync_deliveries (organization_id, job_id, target_id, site_id, target_name, target_slug, body, body_hash, body_bytes, item_count, status, next_attempt_at)
      select j.organization_id, j.id, s.id, s.id, s.name, s.slug, '{}', '', 2, 0, case when row_number() over () = 1 then 'queued' else 'sending' end,
        case when row_number() over () = 1 then now() + interval '1 day' end
      from public.sync_jobs j join public.sites s on s.organization_id = j.organization_id
      where j.organization_id = ${admin.organization.id} and j.number = 99`
    await sql`delete from public.organizations where id = ${admin.organization.id}`
    const tables = await sql<{ schema: string; name: string }[]>`
      select n.nspname as schema, c.relname as name from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped
      where n.nspname in ('public', 'private') and c.relkind in ('r', 'p')`
    for (const { schema, name } of tables) {
      const rows = (organization: string) => sql`select from ${sql(schema)}.${sql(name)} where organization_id = ${organization}`
      expect(await rows(admin.organization.id), name).toHaveLength(name === 'organization_tombstones' ? 1 : 0)
    }
    expect(await sql`select from public.destination_snapshots where organization_id = ${other.organization.id}`).toHaveLength(2)
    await admin.refresh()
    expect(await claimsOf(admin)).not.toHaveProperty('organization_id')
  })

  it('a deleted person leaves the content behind, without a name', async () => {
    const admin = await world.newAdmin()
    await rpc(admin, 'load_demo_data')
    const { job_id } = await runToEnd(sql, admin)
    await sql`delete from auth.users where id = ${admin.userId}`
    expect(await sql`select from public.profiles where id = ${admin.userId}`).toHaveLength(0)
    expect(await sql`select created_by, updated_by from public.content_items where organization_id = ${admin.organization.id}`).toEqual(
      Array.from({ length: 4 }, () => ({ created_by: null, updated_by: null })),
    )
    expect(await sql`select created_by, status from public.sync_jobs where id = ${job_id}`).toEqual([{ created_by: null, status: 'success' }])
  })
})
