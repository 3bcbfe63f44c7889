/** Who may do what with which table: stated by hand, never read from the policies that it is held against. */
import { randomUUID } from 'node:crypto'
import type { Sql } from 'postgres'
import { newItem, newSite, newType, unique } from '../support/fixtures.ts'
import { isAtLeast, isMember, type Actor, type Ids, type MatrixWorld, type Minimum, type Standing } from './matrix-actors.ts'
import { compare, type Letter, type Seen } from './matrix-report.ts'
import { get, send, type Answer } from './matrix-http.ts'

/** `v` viewers and above, `e` editors, `a` admins; `s` oneself alone, whatever the role; `-` nobody through the API. */
type Who = 'v' | 'e' | 'a' | 's' | '-'

const minimums: Record<'v' | 'e' | 'a', Minimum> = { v: 'viewer', e: 'editor', a: 'admin' }

export interface Rights {
  select: Who
  insert: Who
  update: Who
  delete: Who
  /** The column by which a row is one of the organization's, where it is not organization_id. */
  key?: string
  /** Where `select *` is refused because not every column may be read. */
  columns?: string
}

const rights = (letters: string, more: Pick<Rights, 'key' | 'columns'> = {}): Rights => {
  const [select, insert, update, remove] = letters.split(' ') as [Who, Who, Who, Who]
  return { select, insert, update, delete: remove, ...more }
}

/** In the order select, insert, update, delete. An upsert needs the rights to insert and to update. */
export const tableRights: Record<string, Rights> = {
  alert_events: rights('v - - -'),
  alert_messages: rights('a - - -'),
  alert_rules: rights('a - - -'),
  alert_states: rights('v - - -'),
  api_keys: rights('a - - -'),
  audit_log: rights('a - - -'),
  content_item_revisions: rights('v - - -'),
  content_items: rights('v e e e'),
  content_type_revisions: rights('v - - -'),
  content_type_templates: rights('v e e e'),
  content_types: rights('v e e e'),
  delivery_attempts: rights('v - - -'),
  destination_snapshot_history: rights('v - - -'),
  destination_snapshots: rights('v - - -'),
  invitations: rights('a - - -'),
  item_working_copies: rights('s - - -'),
  job_logs: rights('v - - -'),
  memberships: rights('v - - -'),
  organizations: rights('v - a -', { key: 'id' }),
  plan_approvals: rights('v - - -'),
  profiles: rights('v - s -', { key: 'id', columns: 'id,email,full_name,created_at,updated_at' }),
  schedule_runs: rights('v - - -'),
  // Shared ones; what somebody keeps to themselves is in database/items-import.test.ts.
  saved_views: rights('v v e e'),
  schedule_sites: rights('v - - -'),
  schedules: rights('v a a a'),
  site_item_mappings: rights('v - - -'),
  site_states: rights('v - - -'),
  site_tests: rights('v - - -'),
  sites: rights('v e e e'),
  sync_deliveries: rights('v - - -'),
  sync_jobs: rights('v - - -'),
}

export const tableVerbs = ['select', 'insert', 'update', 'delete', 'upsert'] as const
export type TableVerb = (typeof tableVerbs)[number]

function mayDo(who: Who, standing: Standing, isOwnRow: boolean): boolean {
  if (who === '-') return false
  return who === 's' ? isOwnRow : isAtLeast(standing, minimums[who])
}

/** What must be answered to an act on A's rows. `isOwnRow`: the row is the actor's own. */
export function statedFor(of: Rights, verb: TableVerb, standing: Standing, isOwnRow = false): Letter {
  if (standing === 'visitor' || standing === 'unverified') return '-'
  // Nobody chooses ids, so nobody writes over a row that is there.
  if (verb === 'upsert') return 'x'
  if (mayDo(of[verb], standing, isOwnRow)) return '+'
  // Who may read nothing finds nothing to change; what nobody may do at all is refused without a look.
  if (verb === 'select') return '.'
  return verb === 'insert' || of[verb] === '-' ? 'x' : '.'
}

export interface LiveTable {
  name: string
  /** The uuid by which a row is asked for: of its primary key, or what it hangs on. */
  idColumn: string
  columns: string[]
}

export async function liveTables(sql: Sql): Promise<LiveTable[]> {
  const rows = await sql<LiveTable[]>`
    select c.relname as name,
      array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum) as columns,
      coalesce((
        select a.attname::text from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
        where i.indrelid = c.oid and i.indisprimary and a.atttypid = 'uuid'::regtype
        order by a.attname = 'organization_id', array_position(i.indkey::smallint[], a.attnum) limit 1), 'organization_id') as "idColumn"
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f') order by 1`
  return rows.map((row) => ({ ...row }))
}

/** What somebody with the right to insert would send, and a change that harms nobody. */
export const writing: Record<string, { row: (ids: Ids) => Record<string, unknown>; change: () => Record<string, unknown>; throwaway: (world: MatrixWorld) => Promise<string> }> = {
  content_items: {
    row: ({ type }) => ({ type_id: type, title: 'Made by the matrix' }),
    change: () => ({ title: unique('changed') }),
    throwaway: async ({ sql, a }) => newItem(sql, a.organization, a.ids.type, { status: 'draft' }),
  },
  content_type_templates: {
    row: ({ type }) => ({ name: 'made', title: unique('Made by the matrix'), schema: { type: 'object', properties: {} }, source_type_id: type }),
    change: () => ({ title: unique('changed') }),
    throwaway: async ({ sql, a }) => {
      const [made] = await sql<{ id: string }[]>`
        insert into public.content_type_templates (organization_id, name, title, schema)
        values (${a.organization.id}, 'throwaway', ${unique('Throwaway')}, '{"type": "object", "properties": {}}') returning id`
      return made?.id ?? ''
    },
  },
  content_types: {
    row: () => ({ name: unique('made'), title: 'Made by the matrix', schema: { type: 'object', properties: {} } }),
    change: () => ({ title: unique('changed') }),
    throwaway: async ({ sql, a }) => newType(sql, a.organization),
  },
  organizations: { row: () => ({ name: 'Made by the matrix' }), change: () => ({ name: unique('changed') }), throwaway: async ({ a }) => a.organization.id },
  profiles: { row: () => ({ full_name: 'Made by the matrix' }), change: () => ({ full_name: unique('changed') }), throwaway: async ({ a }) => a.owner.userId },
  saved_views: {
    row: () => ({ page: 'content', name: unique('made'), query: 'status=draft' }),
    change: () => ({ name: unique('changed') }),
    throwaway: async ({ sql, a }) => {
      const [made] = await sql<{ id: string }[]>`
        insert into public.saved_views (organization_id, owner_id, page, name, query, shared) values (${a.organization.id}, ${a.owner.userId}, 'content', ${unique('throwaway')}, '', true) returning id`
      return made?.id ?? ''
    },
  },
  schedules: {
    row: () => ({ name: 'Made by the matrix', cron: '0 0 29 2 *', time_zone: 'UTC', all_sites: true, enabled: false }),
    change: () => ({ name: unique('changed') }),
    throwaway: async ({ sql, a }) => {
      const [made] = await sql<{ id: string }[]>`
        insert into public.schedules (organization_id, name, cron, time_zone, all_sites, enabled)
        values (${a.organization.id}, 'Throwaway', '0 0 29 2 *', 'UTC', true, false) returning id`
      return made?.id ?? ''
    },
  },
  sites: {
    row: () => ({ name: 'Made by the matrix', slug: unique('made').replace('_', '-') }),
    change: () => ({ name: unique('changed') }),
    throwaway: async ({ sql, a }) => newSite(sql, a.organization),
  },
}

/** The statements of one table, ready to be made. */
export function tableTrial(world: MatrixWorld, table: LiveTable, of: Rights) {
  const { sql, a } = world
  const key = of.key ?? 'organization_id'
  const mark = table.name === 'profiles' ? a.owner.userId : a.organization.id
  const path = `/rest/v1/${table.name}`
  const ofA = `${key}=eq.${mark}`
  const shown = of.columns ?? '*'
  const written = writing[table.name]
  const returning = { prefer: 'return=representation' }
  // `select=` is what is asked back: naming only the key keeps a refusal one of the verb, not of a column.
  const back = `select=${key}`

  const rowsOfA = async (): Promise<Record<string, unknown>[]> =>
    (await sql<{ row: Record<string, unknown> }[]>`select to_jsonb(t) as row from public.${sql(table.name)} t where t.${sql(key)} = ${mark} order by 1`).map(({ row }) => row)

  /** A row of A as somebody would send it who had read it. */
  const copy = async (): Promise<Record<string, unknown>> => {
    const [row = {}] = await rowsOfA()
    return Object.fromEntries(table.columns.map((column) => [column, row[column]]))
  }
  const isOwn = (actor: Actor) => ['profiles', 'item_working_copies'].includes(table.name) && actor.userId === a.owner.userId
  const stated = (verb: TableVerb, actor: Actor) => statedFor(of, verb, actor.standing, isOwn(actor))

  /** All the ways in which an actor without the right may try it; each must end as stated. */
  async function attack(verb: TableVerb, actor: Actor): Promise<Answer[]> {
    const call = (method: string, body?: unknown, headers: Record<string, string> = returning, query = `${ofA}&${back}`) =>
      send(world, actor, { method, path: `${path}?${query}`, body, headers })
    switch (verb) {
      case 'select':
        return [await get(world, actor, `${path}?select=${shown}&${ofA}`)]
      case 'insert': {
        const fresh = { ...(await copy()), ...('id' in (await copy()) ? { id: randomUUID() } : {}) }
        const named = written === undefined ? fresh : { ...written.row(a.ids), [key]: mark }
        // Without a word of the organization it would be the actor's own: that is an attack only of those who have none, or no right.
        const plain = written !== undefined && of.insert !== '-' && actor.standing !== 'stranger' ? [written.row(a.ids)] : []
        return Promise.all([named, fresh, ...plain].map((row) => call('POST', row, returning, back)))
      }
      case 'update':
        return [await call('PATCH', written !== undefined && of.update !== '-' ? written.change() : { [key]: world.b.organization.id })]
      case 'delete':
        return [await call('DELETE')]
      case 'upsert': {
        const row = await copy()
        const known = written !== undefined && 'id' in row ? { ...written.row(a.ids), id: row.id } : row
        return [await call('POST', known, { prefer: 'return=representation,resolution=merge-duplicates' }, back)]
      }
    }
  }

  /** One statement of somebody with the right, and whether the database shows that it was carried out. */
  async function act(verb: TableVerb, actor: Actor): Promise<{ answer: Answer; problems: string[] }> {
    const problem = (text: string | null) => (text === null ? [] : [`${verb} was allowed, but ${text}`])
    if (verb === 'select') {
      const [answer, there] = [await get(world, actor, `${path}?select=${shown}&${ofA}`), await rowsOfA()]
      const seen = Array.isArray(answer.body) ? answer.body.length : 0
      return { answer, problems: problem(there.length === 0 ? 'A has no row in this table: give it one' : seen === there.length ? null : `${seen} of ${there.length} rows were shown`) }
    }
    if (written === undefined) throw new Error(`say what is written into ${table.name}`)
    const row = async (id: unknown) => (await sql<{ row: Record<string, unknown> }[]>`select to_jsonb(t) as row from public.${sql(table.name)} t where t.id = ${String(id)}`)[0]?.row
    if (verb === 'insert') {
      const answer = await send(world, actor, { method: 'POST', path: `${path}?select=id`, body: written.row(a.ids), headers: returning })
      const [made] = Array.isArray(answer.body) ? (answer.body as { id: string }[]) : []
      const found = made === undefined ? undefined : await row(made.id)
      if (made !== undefined) await sql`delete from public.${sql(table.name)} where id = ${made.id}`
      return { answer, problems: problem(found?.organization_id === a.organization.id ? null : 'the row is not in the organization') }
    }
    const id = await written.throwaway(world)
    const change = written.change()
    const answer = await send(world, actor, { method: verb === 'update' ? 'PATCH' : 'DELETE', path: `${path}?id=eq.${id}&select=id`, body: verb === 'update' ? change : undefined, headers: returning })
    const found = await row(id)
    if (of.delete !== '-') await sql`delete from public.${sql(table.name)} where id = ${id}`
    const done = verb === 'delete' ? found === undefined : found !== undefined && Object.entries(change).every(([column, value]) => found[column] === value)
    return { answer, problems: problem(done ? null : 'nothing happened') }
  }

  /** That an open question shows nothing of A either. */
  async function lookAround(actor: Actor): Promise<string[]> {
    if (isMember(actor.standing)) return []
    const answer = await get(world, actor, `${path}?select=${shown}`)
    const rows = Array.isArray(answer.body) ? (answer.body as Record<string, unknown>[]) : []
    const strange = rows.filter((row) => JSON.stringify(row).includes(a.organization.id) || row[key] === mark)
    const own = actor.standing === 'ended' ? rows : []
    return strange.length + own.length === 0 ? [] : [`an open select showed ${JSON.stringify([...strange, ...own][0])}`]
  }

  return { stated, attack, act, lookAround, rowsOfA, path, shown }
}

export function seenInTable(answer: Answer): Seen {
  const detail = `${answer.status} ${answer.text.slice(0, 160)}`
  if (answer.status === 401) return { letter: ['42501', 'PGRST301', 'PGRST303'].includes(answer.code) ? '-' : '?', detail }
  if (answer.code === '42501') return { letter: 'x', detail }
  if (answer.status < 200 || answer.status > 299 || !Array.isArray(answer.body)) return { letter: '?', detail }
  return { letter: answer.body.length === 0 ? '.' : '+', detail }
}

/** The answer names what is in the way: the table itself for a visitor and for what nobody may do, the rules for the rest. */
export function problemsOfAttack(table: string, verb: TableVerb, stated: Letter, actor: Actor, answers: readonly Answer[]): string[] {
  return answers.flatMap((answer) => {
    const problems = compare(verb, stated, seenInTable(answer))
    if (problems.length > 0) return problems
    const isVisitor = actor.standing === 'visitor'
    if ((isVisitor || stated === 'x') && !new RegExp(`permission denied for table ${table}$|row-level security policy for table "${table}"$`).test(answer.message)) {
      return [`${verb} was refused in other words: ${answer.message}`]
    }
    if (actor.standing === 'unverified' && !['PGRST301', 'PGRST303'].includes(answer.code)) return [`${verb} was refused for another reason: ${answer.code}`]
    return []
  })
}
