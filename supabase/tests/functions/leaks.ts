import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sql, TransactionSql } from 'postgres'

/** Looking for secrets where none may be: every text that a secret could be written as, in every place that a run leaves behind. */

/** What is looked for, by a name that may be printed. */
export type Needles = ReadonlyMap<string, string>

/** What is looked through: the texts of each place, by its name. */
export type Places = Map<string, string[]>

/** The forms in which a text gets about: as it is, for an address, and as whoever encodes bytes writes it. */
export function formsOf(name: string, text: string): [string, string][] {
  const bytes = Buffer.from(text)
  return distinct([
    [name, text],
    [`${name}, for an address`, encodeURIComponent(text)],
    [`${name}, in base64`, bytes.toString('base64')],
    [`${name}, in base64url`, bytes.toString('base64url')],
    [`${name}, in hex`, bytes.toString('hex')],
  ])
}

/** A key that is itself base64 of its bytes, after a prefix or without one. */
export function formsOfKey(name: string, text: string): [string, string][] {
  const base64 = text.replace(/^whsec_/, '')
  const bytes = Buffer.from(base64, 'base64')
  return distinct([
    ...formsOf(name, text),
    ...formsOf(`${name}, its base64`, base64),
    [`${name}, its bytes in base64url`, bytes.toString('base64url')],
    [`${name}, its bytes in hex`, bytes.toString('hex')],
    [`${name}, its bytes as a list`, [...bytes].join(',')],
  ])
}

function distinct(forms: [string, string][]): [string, string][] {
  const texts = new Set<string>()
  return forms.filter(([, text]) => !texts.has(text) && texts.add(text))
}

/** `place: secret` for everything that is where it may not be. Upper-case hex counts as well. */
export function findings(places: Places, needles: Needles): string[] {
  const found = new Set<string>()
  for (const [place, texts] of places) {
    for (const text of texts) {
      const lower = text.toLowerCase()
      for (const [name, needle] of needles) {
        if (text.includes(needle) || (/^[0-9a-f]{16,}$/.test(needle) && lower.includes(needle))) found.add(`${place}: ${name}`)
      }
      if (serviceTokens(text).length > 0) found.add(`${place}: a token of the service role`)
    }
  }
  return [...found].sort()
}

/** The service role's key in its older form is a JWT, of whose text nobody but the stack knows. */
function serviceTokens(text: string): string[] {
  return [...text.matchAll(/eyJ[\w-]+\.(eyJ[\w-]+)\.[\w-]+/g)].flatMap(([token, payload = '']) => {
    const claims = Buffer.from(payload, 'base64url').toString()
    return claims.includes('"service_role"') ? [token] : []
  })
}

/** Every row of every table that is there, whatever its schema: a new one is looked through from the day on which it appears. */
export async function tablesOf(sql: Sql | TransactionSql, except: (table: string) => boolean): Promise<Places> {
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
      and has_table_privilege(c.oid, 'select') and has_schema_privilege(n.oid, 'usage')
    order by 1`
  const places: Places = new Map()
  for (const { name } of tables) {
    if (except(name)) continue
    const rows = await sql.unsafe<{ row: string }[]>(`select t::text as row from ${name} t`)
    places.set(name, rows.map(({ row }) => row))
  }
  return places
}

/** Every file below a folder. */
export function filesIn(folder: string, except: (path: string) => boolean = () => false): Places {
  const places: Places = new Map()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && !except(path)) places.set(path.slice(folder.length + 1), [readFileSync(path, 'latin1')])
  }
  return places
}
