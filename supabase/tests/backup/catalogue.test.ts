import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { readForeignKeys, readTables } from '../../embedded/backup/catalogue.ts'
import { fullName } from '../../embedded/backup/format.ts'
import { withThrowawayDatabase } from '../../embedded/cli/throwaway-database.ts'
import { openDatabase } from '../support/actors.ts'

/** What a backup covers is read from the catalogue: tomorrow's table is in tomorrow's backup, or one of these fails. */

let sql: Sql

beforeAll(() => {
  sql = openDatabase(inject('stack'), 1)
})
afterAll(() => sql.end())

describe('the tables of a backup', () => {
  it('are all of ours that outlive a crash, and of Auth who people are', async () => {
    const tables = await readTables(sql)
    const ours = await sql<{ name: string }[]>`
      select schemaname || '.' || tablename as name from pg_catalog.pg_tables
      join pg_catalog.pg_class c on c.oid = format('%I.%I', schemaname, tablename)::regclass
      where schemaname in ('public', 'private') and c.relpersistence = 'p' order by 1`
    expect(tables.filter((table) => !table.auth).map(fullName).sort()).toEqual(ours.map((row) => row.name).sort())
    expect(tables.filter((table) => table.auth).map(fullName)).toEqual(['auth.identities', 'auth.users'])
    expect(tables.filter((table) => table.sealed).map(fullName)).toEqual(['private.alert_secrets', 'private.site_secrets'])
  })

  it('include one that is made tomorrow, without its generated columns', async () => {
    const tomorrow = sql.begin(async (transaction) => {
      await transaction`create table private.made_tomorrow (id bigint generated always as identity primary key, a text, "odd ""name" text, b text generated always as (a || '!') stored)`
      const made = (await readTables(transaction)).find((table) => table.name === 'made_tomorrow')
      expect(made?.columns).toEqual(['id', 'a', 'odd "name'])
      // The table is nobody else's to see.
      throw new Error('and undone')
    })
    await expect(tomorrow).rejects.toThrow('and undone')
  })

  it('refer to nothing that is left out, so that every row finds the rows it points to', async () => {
    const tables = await readTables(sql)
    const covered = new Set(tables.map(fullName))
    const dangling = (await readForeignKeys(sql, tables)).filter((key) => !covered.has(fullName(key.parent)))
    expect(dangling.map((key) => `${fullName(key)} -> ${fullName(key.parent)}`)).toEqual([])
  })

  it('are empty in a new project, but for settings: a restore takes every other row for somebody\'s', async () => {
    await withThrowawayDatabase(async (url) => {
      const fresh = postgres(url, { max: 1, onnotice: () => undefined })
      try {
        const tables = await readTables(fresh)
        expect(tables.filter((table) => table.settings).map(fullName)).toEqual(['private.engine_state', 'private.verb_limits'])
        const filled: string[] = []
        for (const table of tables) {
          const rows = await fresh`select 1 from ${fresh(table.schema)}.${fresh(table.name)} limit 1`
          if (rows.length > 0 && !table.settings) filled.push(fullName(table))
        }
        expect(filled).toEqual([])
      } finally {
        await fresh.end()
      }
    })
  })

  it('have no trigger that would run while a backup is loaded', async () => {
    const always = await sql`select t.tgname from pg_catalog.pg_trigger t where t.tgenabled in ('A', 'R') and t.tgtype & 4 = 4 and not t.tgisinternal`
    expect([...always]).toEqual([])
  })
})
