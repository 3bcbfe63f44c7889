/** Children cannot point across tenants, whoever writes them: every composite reference of the catalogue, tried as the database's own roles. */
import { randomUUID } from 'node:crypto'
import type { Sql, TransactionSql } from 'postgres'
import type { MatrixWorld, Side } from './matrix-actors.ts'

export interface Reference {
  name: string
  /** schema.table */
  child: string
  parent: string
  /** The columns beside organization_id, and those that they point to. */
  columns: string[]
  targets: string[]
}

/** Roles that no policy holds back. */
export const writers = ['postgres', 'service_role'] as const
export type Writer = (typeof writers)[number]

const tenantTables = `
  select t.oid, n.nspname, t.relname from pg_class t
  join pg_namespace n on n.oid = t.relnamespace
  join pg_attribute o on o.attrelid = t.oid and o.attname = 'organization_id' and not o.attisdropped
  where n.nspname in ('public', 'private') and t.relkind in ('r', 'p') and t.oid <> 'public.profiles'::regclass`

export async function liveReferences(sql: Sql): Promise<Reference[]> {
  const rows = await sql.unsafe<Reference[]>(`
    with tenant as (${tenantTables}), names as (
      select c.oid, c.conname, c.conrelid, c.confrelid, array_agg(a.attname::text order by k.o) as columns, array_agg(b.attname::text order by k.o) as targets
      from pg_constraint c
      join tenant child on child.oid = c.conrelid
      join tenant parent on parent.oid = c.confrelid
      cross join unnest(c.conkey, c.confkey) with ordinality k(here, there, o)
      join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.here
      join pg_attribute b on b.attrelid = c.confrelid and b.attnum = k.there
      where c.contype = 'f' and a.attname <> 'organization_id'
      group by c.oid)
    select conname as name, conrelid::regclass::text as child, confrelid::regclass::text as parent, columns, targets
    from names order by 2, 1`)
  return rows.map((row) => ({ ...row }))
}

/** Ids that lead nowhere within the database, each with the reason. */
export const looseIds: Record<string, string> = {
  'memberships.user_id': 'a person is in several organizations',
  'saved_views.owner_id': 'a person is in several organizations',
  'alert_states.subject_id': 'a site, a schedule or the organization, as subject_kind says; what a rule said of it outlives it',
  'audit_log.actor_id': 'an entry outlives whoever acted',
  'audit_log.subject_id': 'an entry outlives what it speaks of',
  'private.audit_queue.subject_id': 'an entry that is about to be written; between transactions there is none',
  'sync_deliveries.target_id': 'a target is of the kind that target_kind says; for sites, site_id is the reference',
  'sync_deliveries.webhook_id': 'the id that a receiver sees, made of the delivery’s own',
  'destination_snapshots.webhook_id': 'what the receiver was sent, as text',
  'destination_snapshot_history.webhook_id': 'what the receiver was sent, as text',
  'private.destination_receipts.webhook_id': 'what the receiver was sent, as text',
  'audit_log.request_id': 'the id of a request, as text',
}

/** Columns that are called an id, in tables of a tenant, and are part of no reference that carries the organization. */
export async function idsWithoutReference(sql: Sql): Promise<string[]> {
  const rows = await sql.unsafe<{ name: string }[]>(`
    with tenant as (${tenantTables})
    select t.oid::regclass || '.' || a.attname as name
    from tenant t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
    where a.attname like '%\\_id' and a.attname <> 'organization_id' and not exists (
      select from pg_constraint c
      join pg_attribute o on o.attrelid = c.conrelid and o.attname = 'organization_id'
      where c.contype = 'f' and c.conrelid = t.oid and a.attnum = any (c.conkey) and o.attnum = any (c.conkey))
    order by 1`)
  return rows.map(({ name }) => name)
}

/** Where an organization has no row, or for moments only, or none that nothing hangs on. */
const seeds: Record<string, (transaction: TransactionSql, side: Side) => PromiseLike<unknown>> = {
  'private.alert_queue': (transaction, { organization, ids }) =>
    transaction`insert into private.alert_queue (organization_id, job_id) values (${organization.id}, ${ids.job}) on conflict do nothing`,
  'private.drift_questions': (transaction, { organization, ids }) =>
    transaction`insert into private.drift_questions (site_id, organization_id) values (${ids.site}, ${organization.id}) on conflict do nothing`,
  content_type_revisions: (transaction, { organization, ids }) =>
    transaction`insert into public.content_type_revisions (organization_id, type_id, revision, schema) values (${organization.id}, ${ids.type}, 1000, '{}')`,
  'private.item_imports': (transaction, { organization, ids, owner }) =>
    transaction`insert into private.item_imports (organization_id, created_by, type_id, rows, plan, hash, items_then) values (${organization.id}, ${owner.userId}, ${ids.type}, '[]', '{}', '', '')`,
  'private.idempotency_keys': (transaction, { organization, ids }) =>
    transaction`insert into private.idempotency_keys (key_id, organization_id, idempotency_key, request_hash) values (${ids.apiKey}, ${organization.id}, 'matrix', 'x')`,
}

/** Which row is moved: one that nothing but the reference holds where it is. */
const picks: Record<string, string> = { alert_states: 'and t.change = 0', content_items: `and t.status = 'draft'`, content_type_revisions: 'and t.revision = 1000' }

interface Undone {
  outcome: string
}

/**
 * A row of A as it is, but for one reference, which leads to a row of B: `23503` by that constraint, or what happened instead.
 * The row itself is taken away before, and so is what of B would be in its way: nothing but the reference can refuse it.
 */
export async function pointAcross({ sql, a, b }: MatrixWorld, reference: Reference, writer: Writer, how: 'insert' | 'update'): Promise<string> {
  const { child, parent, columns, targets } = reference
  const undone: Undone = { outcome: 'it was written' }
  await sql
    .begin(async (transaction) => {
      const one = async (table: string, organization: string, more = '') =>
        (await transaction.unsafe<{ row: Record<string, unknown>; place: string }[]>(
          `select to_jsonb(t) as row, t.ctid::text as place from ${table} t where t.organization_id = $1 ${more} limit 1`, [organization]))[0]
      for (const side of [a, b]) await seeds[child]?.(transaction, side)
      const row = await one(child, a.organization.id, picks[child] ?? '')
      const target = await one(parent, b.organization.id)
      if (row === undefined || target === undefined) {
        undone.outcome = `there is no row in ${row === undefined ? child : parent} to try it with: give both sides one`
        throw new Over()
      }
      const across = Object.fromEntries(columns.map((column, index) => [column, target.row[targets[index] ?? '']]))
      await clear(transaction, child, b.organization.id, across)
      if (how === 'insert') await whereItCan(transaction, (savepoint) => savepoint.unsafe(`delete from ${child} where ctid = $1::tid`, [row.place]))
      await transaction.unsafe('set constraints all immediate')
      if (writer !== 'postgres') await transaction.unsafe(`set local role ${writer}`)
      try {
        await transaction.savepoint((savepoint) => (how === 'insert' ? insert(savepoint, child, row.row, across) : update(savepoint, child, row.place, across)))
      } catch (error) {
        undone.outcome = describe(error, reference)
      }
      throw new Over()
    })
    .catch((error: unknown) => {
      if (!(error instanceof Over)) throw error
    })
  return undone.outcome
}

/** Ends a transaction that must leave nothing behind. */
class Over extends Error {}

async function clear(transaction: TransactionSql, child: string, organization: string, across: Record<string, unknown>): Promise<void> {
  const names = Object.keys(across)
  await whereItCan(transaction, (savepoint) => savepoint.unsafe(
    `delete from ${child} where organization_id = $1 and ${names.map((name, index) => `${name}::text = $${index + 2}`).join(' and ')}`,
    [organization, ...names.map((name) => String(across[name]))],
  ))
}

/** What others hang on stays; then it is not in the way either, or the outcome will say so. */
async function whereItCan(transaction: TransactionSql, act: (savepoint: TransactionSql) => PromiseLike<unknown>): Promise<void> {
  await transaction.savepoint(act as (savepoint: TransactionSql) => Promise<unknown>).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === '23503')) throw error
  })
}

async function insert(transaction: TransactionSql, child: string, row: Record<string, unknown>, across: Record<string, unknown>): Promise<void> {
  const written = { ...row, ...('id' in row ? { id: randomUUID() } : {}), ...across }
  const [found] = await transaction.unsafe<{ columns: string }[]>(
    `select string_agg(quote_ident(attname), ', ') as columns from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attidentity <> 'a'`, [child])
  const columns = found?.columns ?? ''
  await transaction.unsafe(`insert into ${child} (${columns}) select ${columns} from jsonb_populate_record(null::${child}, $1::text::jsonb)`, [JSON.stringify(written)])
}

async function update(transaction: TransactionSql, child: string, place: string, across: Record<string, unknown>): Promise<void> {
  const changes = Object.entries(across)
  await transaction.unsafe(
    `update ${child} set ${changes.map(([column], index) => `${column} = (jsonb_populate_record(null::${child}, $${index + 2}::text::jsonb)).${column}`).join(', ')} where ctid = $1::tid`,
    [place, ...changes.map(([column, value]) => JSON.stringify({ [column]: value }))],
  )
}

function describe(error: unknown, { name }: Reference): string {
  if (!(error instanceof Error) || !('code' in error)) throw error
  const constraint = 'constraint_name' in error ? String(error.constraint_name) : ''
  if (error.code === '23503') return constraint === name ? '23503' : `23503 by ${constraint}`
  return `${String(error.code)} ${error.message}`
}
