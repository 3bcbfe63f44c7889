/** Nothing is enumerable: what one may not see is answered as what does not exist, in every part of the answer. */
import type { Sql } from 'postgres'
import { idsOfNothing, isMember, type Actor, type Ids, type MatrixWorld } from './matrix-actors.ts'
import { acts, statedAnswer } from './matrix-functions.ts'
import { get, rpcCall, send, type Answer, type Call } from './matrix-http.ts'
import { statedFor, tableRights, writing, type LiveTable } from './matrix-tables.ts'
import { outcomeOf, verbs } from './matrix-verbs.ts'

/** A question about something of A, and the same about nothing. */
export interface Twin {
  row: string
  actor: Actor
  real: Call
  vain: Call
}

/** Whoever is asked gets to know no more than this. */
export function difference(real: Answer, vain: Answer, { real: asked, vain: missed }: Twin): string[] {
  // An answer may repeat what the question said.
  const neutral = (answer: Answer, call: Call) => JSON.stringify([answer.status, answer.text, answer.headers]).replaceAll(call.path, '').replaceAll(idsIn(call), '<id>')
  const [a, b] = [neutral(real, asked), neutral(vain, missed)]
  return a === b ? [] : [`what is there is answered ${a.slice(0, 300)}, what is not ${b.slice(0, 300)}`]
}

const idsIn = (call: Call): RegExp => new RegExp([...`${call.path}${JSON.stringify(call.body ?? '')}`.matchAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g)].map(([id]) => id).join('|') || '(?!)', 'g')

/** Rows, their count, one row, a change and a removal, each by id, by everybody whom the table shows nothing. */
export async function tableTwins(world: MatrixWorld, table: LiveTable, actors: readonly Actor[]): Promise<Twin[]> {
  const of = tableRights[table.name]
  if (of === undefined) return []
  const { sql, a } = world
  const key = of.key ?? 'organization_id'
  const mark = table.name === 'profiles' ? a.owner.userId : a.organization.id
  const [row] = await sql<{ id: string }[]>`select ${sql(table.idColumn)}::text as id from public.${sql(table.name)} where ${sql(key)} = ${mark} limit 1`
  if (row === undefined) return []
  const nothing = idsOfNothing().organization
  const path = (id: string, more = '') => `/rest/v1/${table.name}?${table.idColumn}=eq.${id}&select=${of.columns ?? '*'}${more}`
  const change = writing[table.name]?.change()
  return actors
    .filter((actor) => statedFor(of, 'select', actor.standing, actor.userId === mark) !== '+')
    .flatMap((actor) => {
      const calls: ((id: string) => Call)[] = [
        (id) => ({ method: 'GET', path: path(id), headers: { prefer: 'count=exact' } }),
        (id) => ({ method: 'HEAD', path: path(id), headers: { prefer: 'count=exact' } }),
        (id) => ({ method: 'GET', path: path(id), headers: { accept: 'application/vnd.pgrst.object+json' } }),
        (id) => ({ method: 'PATCH', path: path(id), body: change ?? { [table.idColumn]: nothing }, headers: { prefer: 'return=representation,count=exact' } }),
        (id) => ({ method: 'DELETE', path: path(id), headers: { prefer: 'return=representation,count=exact' } }),
      ]
      return calls.map((call) => ({ row: table.name, actor, real: call(row.id), vain: call(nothing) }))
    })
}

/** References that people may write: naming another tenant's row is answered as naming none. */
export async function referenceTwins({ sql, a }: MatrixWorld, actors: readonly Actor[]): Promise<Twin[]> {
  const columns = await writableReferences(sql)
  return columns.flatMap(({ child, column, parent }) => {
    const real = parent === 'content_types' ? a.ids.type : null
    const made = writing[child]
    if (real === null || made === undefined) throw new Error(`say which ${parent} of A is named in ${child}.${column}`)
    const call = (id: string): Call => ({ method: 'POST', path: `/rest/v1/${child}`, body: { ...made.row(a.ids), [column]: id } })
    return actors.filter(({ standing }) => standing === 'stranger').map((actor) => ({ row: `${child}.${column} insert`, actor, real: call(real), vain: call(idsOfNothing().type) }))
  })
}

async function writableReferences(sql: Sql): Promise<{ child: string; column: string; parent: string }[]> {
  return await sql<{ child: string; column: string; parent: string }[]>`
    select c.conrelid::regclass::text as child, a.attname::text as column, c.confrelid::regclass::text as parent
    from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
    where c.contype = 'f' and c.connamespace = 'public'::regnamespace and has_column_privilege('authenticated', c.conrelid, a.attnum, 'insert, update')`
}

/** Verbs and functions that take ids; whoever holds the token of an invitation has been told of it. */
export function callTwins({ a }: MatrixWorld, actors: readonly Actor[]): Twin[] {
  const nothing = idsOfNothing()
  const differs = (call: (ids: Ids) => unknown) => JSON.stringify(call(a.ids)) !== JSON.stringify(call(nothing))
  const ofVerbs = Object.entries(verbs).flatMap(([name, { args, may }]) => {
    if (args === undefined || may === 'everybody' || !differs((ids) => ({ ...args(ids), token: '' }))) return []
    return actors
      .filter((actor) => !isAbout(outcomeOf(name, actor).letter, actor) && !(name === 'end_session' && actor.userId === a.owner.userId))
      .map((actor) => ({ row: name, actor, real: rpcCall(name, args(a.ids)), vain: rpcCall(name, args(nothing)) }))
  })
  const ofFunctions = Object.entries(acts).flatMap(([name, listed]) =>
    Object.entries(listed).flatMap(([what, act]) =>
      differs(act.call)
        // A member who may not act on a site may see that it is there.
        ? actors.filter((actor) => statedAnswer(act, actor).letter !== '+' && !isMember(actor.standing)).map((actor) => ({ row: `${name}: ${what}`, actor, real: act.call(a.ids), vain: act.call(nothing) }))
        : []))
  return [...ofVerbs, ...ofFunctions]
}

/** A key opens what is of its own organization; of another's runs it learns nothing. */
export function keyTwins({ a, actors, foreignKey }: MatrixWorld): Twin[] {
  const read = acts.api?.['read a run']
  if (read === undefined) throw new Error('the public API reads no run any more')
  return [{ row: 'api: read a run, by the key of another', actor: { ...actors.foreign, token: foreignKey }, real: read.call(a.ids), vain: read.call(idsOfNothing()) }]
}

/** Allowed, or a member's own affair. */
function isAbout(letter: string, { standing }: Actor): boolean {
  return letter === '+' || (letter === 'o' && isMember(standing))
}

export async function askBoth(world: MatrixWorld, twin: Twin): Promise<string[]> {
  const ask = (call: Call) => (call.method === 'GET' ? get(world, twin.actor, call.path, call.headers) : send(world, twin.actor, call))
  const [real, vain] = [await ask(twin.real), await ask(twin.vain)]
  return difference(real, vain, twin)
}
