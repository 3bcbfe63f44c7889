/** Who acts in the matrix, and the two organizations: A, which is under attack, and B, whose admin attacks. */
import { randomUUID } from 'node:crypto'
import { SignJWT, UnsecuredJWT } from 'jose'
import type { Sql } from 'postgres'
import { claimsOf, openWorld, read, rpc, signToken, type Backend, type Member, type Organization, type Person, type World } from '../support/actors.ts'
import { only } from '../support/fixtures.ts'
import { runToEnd } from '../support/runs.ts'

/**
 * What an actor is worth with regard to A at the moment of the statement, whatever the token says.
 * `stranger` is a member elsewhere, `nobody` is signed in and in no organization, `unverified` shows a token that proves nothing.
 */
export type Standing = 'visitor' | 'stranger' | 'nobody' | 'viewer' | 'editor' | 'admin' | 'owner' | 'ended' | 'unverified'

/** The columns of the matrix, in their order. */
export const standings = {
  anon: 'visitor',
  foreign: 'stranger',
  viewer: 'viewer',
  editor: 'editor',
  admin: 'admin',
  owner: 'owner',
  removed: 'nobody',
  demoted: 'viewer',
  claims: 'nobody',
  ended: 'ended',
  forged: 'unverified',
  expired: 'unverified',
  unsigned: 'unverified',
  key: 'unverified',
} as const satisfies Record<string, Standing>

export type ActorName = keyof typeof standings

export const actorNames = Object.keys(standings) as ActorName[]

/** For people who read the matrix. */
export const descriptions: Record<ActorName, string> = {
  anon: 'nobody is signed in',
  foreign: 'an admin of another organization',
  viewer: 'a viewer',
  editor: 'an editor',
  admin: 'an admin',
  owner: 'the owner',
  removed: 'an admin who was removed, with the token from before',
  demoted: 'an admin who was made a viewer, with the token from before',
  claims: 'the foreign admin with a rightly signed token whose claims name this organization',
  ended: 'an admin whose session was ended, with its token',
  forged: 'an admin’s claims under somebody else’s signature',
  expired: 'an admin’s claims, run out',
  unsigned: 'an admin’s claims with alg: none',
  key: 'an API key of this organization in place of a session',
}

export interface Actor {
  name: ActorName
  standing: Standing
  /** Null: none is sent. */
  token: string | null
  /** Null where nobody stands behind it. */
  userId: string | null
}

/** What an attack names: ids that exist in one of the organizations, or in none. */
export interface Ids {
  organization: string
  organizationSlug: string
  site: string
  siteSlug: string
  item: string
  type: string
  job: string
  delivery: string
  schedule: string
  member: string
  invitation: string
  invitationToken: string
  apiKey: string
  alertRule: string
  alertEvent: string
  session: string
  approval: string
  workingCopy: string
}

export interface Side {
  owner: Member
  organization: Organization
  ids: Ids
}

export interface MatrixWorld extends World {
  backend: Backend
  a: Side
  b: Side
  actors: Record<ActorName, Actor>
  /** An API key of B. */
  foreignKey: string
}

const rank = ['viewer', 'editor', 'admin', 'owner'] as const

/** Who may: this role and those above it. */
export type Minimum = (typeof rank)[number]

export function isAtLeast(standing: Standing, minimum: Minimum): boolean {
  return rank.indexOf(standing as Minimum) >= rank.indexOf(minimum)
}

export function isMember(standing: Standing): boolean {
  return rank.includes(standing as Minimum)
}

/** Ids of nothing, in the form of those of something. */
export function idsOfNothing(): Ids {
  const slug = `no-${randomUUID().slice(0, 8)}`
  return {
    organization: randomUUID(), organizationSlug: slug, site: randomUUID(), siteSlug: slug, item: randomUUID(), type: randomUUID(),
    job: randomUUID(), delivery: randomUUID(), schedule: randomUUID(), member: randomUUID(), invitation: randomUUID(),
    invitationToken: `${randomUUID()}${randomUUID()}`.replaceAll('-', ''), apiKey: randomUUID(), alertRule: randomUUID(), alertEvent: randomUUID(), session: randomUUID(), approval: randomUUID(), workingCopy: randomUUID(),
  }
}

export async function openMatrix(backend: Backend): Promise<MatrixWorld> {
  const world = openWorld(backend)
  const [a, b] = await Promise.all([newSide(world, backend), newSide(world, backend)])
  const join = async (role: 'admin' | 'editor' | 'viewer') => world.newMember(a.organization, role)
  const [viewer, editor, admin, removed, demoted, ended] = await Promise.all([join('viewer'), join('editor'), join('admin'), join('admin'), join('admin'), join('admin')])

  const claims = await claimsOf(admin)
  const foreignClaims = await claimsOf(b.owner)
  const named = { ...foreignClaims, organization_id: a.organization.id, organization_role: 'admin' }
  const newKey = async ({ owner }: Side) => (await rpc<{ key: string }>(owner, 'create_api_key', { name: 'Matrix', scopes: ['content:read', 'sync:run'] })).key
  const [key, foreignKey] = await Promise.all([newKey(a), newKey(b)])
  const tokens: Record<ActorName, string | null> = {
    anon: null,
    foreign: await b.owner.token(),
    viewer: await viewer.token(),
    editor: await editor.token(),
    admin: await admin.token(),
    owner: await a.owner.token(),
    removed: await removed.token(),
    demoted: await demoted.token(),
    claims: await signToken(backend.jwt_secret, named),
    ended: await ended.token(),
    forged: await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(new TextEncoder().encode(`${backend.jwt_secret}-not`)),
    expired: await signToken(backend.jwt_secret, claims, -120),
    unsigned: new UnsecuredJWT(claims).encode(),
    key,
  }
  await rpc(a.owner, 'remove_member', { user_id: removed.userId })
  await rpc(a.owner, 'change_member_role', { user_id: demoted.userId, role: 'viewer' })
  const { error } = await ended.client.auth.signOut({ scope: 'local' })
  if (error) throw error
  a.ids.member = viewer.userId

  const userIds: Record<ActorName, string | null> = {
    anon: null, foreign: b.owner.userId, viewer: viewer.userId, editor: editor.userId, admin: admin.userId, owner: a.owner.userId, removed: removed.userId,
    demoted: demoted.userId, claims: b.owner.userId, ended: ended.userId, forged: admin.userId, expired: admin.userId, unsigned: admin.userId, key: null,
  }
  const actors = Object.fromEntries(
    actorNames.map((name) => [name, { name, standing: standings[name], token: tokens[name], userId: userIds[name] }]),
  ) as Record<ActorName, Actor>
  return { ...world, backend, a, b, actors, foreignKey }
}

/** An organization that has something in every table, so that what is hidden is there to be seen. */
async function newSide(world: World, backend: Backend): Promise<Side> {
  const owner = await world.newAdmin()
  const { organization } = owner
  const { sql } = world
  await rpc(owner, 'load_demo_data')
  const { job_id: job } = await runToEnd(sql, owner, { receive: true })
  const found = only(await sql<Pick<Ids, 'site' | 'item' | 'type' | 'delivery'>[]>`
    select s.id as site, d.id as delivery, i.id as item, i.type_id as type
    from public.sites s
    join public.sync_deliveries d on d.site_id = s.id and d.job_id = ${job}
    join public.content_items i on i.organization_id = s.organization_id and i.title = 'Free Installation'
    where s.organization_id = ${organization.id} and s.slug = 'facebook'`)
  const schedule = await rpc<string>(owner, 'save_schedule', { schedule: neverDue([found.site]) })
  const invitation = await rpc<{ id: string; token: string }>(owner, 'create_invitation', { email: `${randomUUID()}@example.com`, role: 'editor' })
  const { id: apiKey } = await rpc<{ id: string }>(owner, 'create_api_key', { name: 'Website', scopes: ['content:read'] })
  await giveSecret(backend, owner, found.site)
  await sql`insert into public.site_tests (site_id, organization_id, verdict, result) values (${found.site}, ${organization.id}, 'understood', '{}')`
  await sql`insert into public.schedule_runs (organization_id, schedule_id, job_id, outcome) values (${organization.id}, ${schedule}, ${job}, 'started')`
  await sql`
    insert into public.content_type_templates (organization_id, name, title, schema, source_type_id)
    select ${organization.id}, t.name, t.title, t.schema, t.id from public.content_types t where t.id = ${found.type}`
  await sql`insert into public.saved_views (organization_id, owner_id, page, name, query, shared) values (${organization.id}, ${owner.userId}, 'content', 'Drafts', 'status=draft', true)`
  const { id: approval } = only(await sql<{ id: string }[]>`
    insert into public.plan_approvals (organization_id, title, plan_hash, site_ids, site_hashes, requested_by, job_id)
    values (${organization.id}, 'Plan for 1 site', ${'0'.repeat(64)}, ${[found.site]}::uuid[], '{0}', ${owner.userId}, ${job}) returning id`)
  const { copy } = await rpc<{ copy: { id: string } }>(owner, 'keep_working_copy', { title: 'Unsaved', data: {}, item_id: found.item, base_revision: 1 })
  const session = String((await claimsOf(owner)).session_id)
  const ids: Ids = {
    organization: organization.id, organizationSlug: organization.slug, siteSlug: 'facebook', ...found, job, schedule,
    member: owner.userId, invitation: invitation.id, invitationToken: invitation.token, apiKey, ...(await giveAlerts(sql, owner, found.site, job)), session, approval, workingCopy: copy.id,
  }
  return { owner, organization, ids }
}

/** A rule that watches nothing, with all that it could have: nothing of it changes by itself. */
async function giveAlerts(sql: Sql, owner: Member, site: string, job: string): Promise<Pick<Ids, 'alertRule' | 'alertEvent'>> {
  const { organization } = owner
  const alertRule = await rpc<string>(owner, 'save_alert_rule', { rule: { kind: 'run', name: 'Runs', enabled: false, emails: ['ops@example.com'], webhook_url: 'https://hooks.example.com/' } })
  const { error } = await owner.client.functions.invoke('alerts', { body: { rule_id: alertRule, action: 'secret', from_version: 0 } })
  if (error !== null) throw new Error(`the rule got no secret: ${String(error)}`)
  await sql`
    insert into public.alert_states (organization_id, rule_id, subject_kind, subject_id, subject_name, since, condition, condition_since, job_id, change)
    values (${organization.id}, ${alertRule}, 'site', ${site}, 'Facebook', now(), false, now(), ${job}, 1),
      (${organization.id}, ${alertRule}, 'organization', ${organization.id}, 'A', now(), false, now(), ${job}, 0)`
  const { id: alertEvent } = only(await sql<{ id: string }[]>`
    insert into public.alert_events (organization_id, rule_id, rule_name, kind, state, title, job_id) values (${organization.id}, ${alertRule}, 'Runs', 'run', 'firing', 'Run 1 failed', ${job}) returning id`)
  await sql`insert into private.alert_transitions (organization_id, rule_id, subject_kind, subject_id, change, event_id) values (${organization.id}, ${alertRule}, 'site', ${site}, 1, ${alertEvent})`
  await sql`
    insert into public.alert_messages (organization_id, event_id, channel, recipient, member_id, status, next_attempt_at)
    values (${organization.id}, ${alertEvent}, 'email', 'ops@example.com', ${owner.userId}, 'sent', null)`
  await sql`insert into private.alert_reads (organization_id, user_id, event_id) values (${organization.id}, ${owner.userId}, ${alertEvent})`
  await sql`insert into private.first_steps (organization_id, user_id) values (${organization.id}, ${owner.userId})`
  return { alertRule, alertEvent }
}

/** Such that no run of it changes what is compared. */
export function neverDue(site_ids: readonly string[]): Record<string, unknown> {
  return { name: 'Once in a while', cron: '0 0 29 2 *', time_zone: 'UTC', all_sites: false, site_ids, enabled: false }
}

async function giveSecret(backend: Backend, owner: Person, site_id: string): Promise<void> {
  const { error } = await read<{ error?: string }>(
    owner.client.functions.invoke('site-secret', { body: { site_id } }).then(({ data, error: failure }) => ({ data: data as unknown, error: failure as Error | null, status: 0 })),
  )
  if (error !== undefined) throw new Error(`${backend.api_url}: ${error}`)
}

/** Everything that an organization has, in both schemas, down to the last byte: by table, so that a difference says where. */
export async function fingerprint(sql: Sql, side: Side): Promise<Record<string, string>> {
  const tables = await sql<{ name: string; key: string }[]>`
    select t.oid::regclass::text as name, case t.oid when 'public.organizations'::regclass then 'id' else 'organization_id' end as key
    from pg_class t join pg_namespace n on n.oid = t.relnamespace
    where n.nspname in ('public', 'private') and t.relkind in ('r', 'p') and (t.oid = 'public.organizations'::regclass or exists (
      select from pg_attribute x where x.attrelid = t.oid and x.attname = 'organization_id' and not x.attisdropped))
    order by 1`
  const parts = tables.map(({ name, key }) =>
    `select '${name}' as name, count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '-') as print from ${name} t where t.${key} = $1`)
  const prints = await sql.unsafe<{ name: string; print: string }[]>(parts.join(' union all '), [side.organization.id])
  return Object.fromEntries(prints.map(({ name, print }) => [name, print]))
}
