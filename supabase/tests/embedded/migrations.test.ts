import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import postgres from 'postgres'
import { afterEach, describe, expect, test } from 'vitest'
import { Failure } from '../../embedded/lib/failure.ts'
import { config, hookMigration, throwawayProject, type Project } from './support.ts'

let project: Project | undefined

afterEach(() => project?.remove())

describe('migrations', () => {
  test('are recorded as the Supabase CLI records them, kept over a restart, and applied once', async () => {
    project = throwawayProject({
      'config.toml': config,
      'migrations/20260101000000_hook.sql': hookMigration,
      'migrations/20260102000000_things.sql': `-- a comment; with a semicolon\ncreate table public.things (name text);\ninsert into public.things values ('a;b');\n`,
    })
    let stack = await project.start()
    try {
      const { stdout } = await promisify(execFile)(join(process.cwd(), 'node_modules', '.bin', 'supabase'), [
        'migration', 'list', `--remote=${stack.db_url}`, '--workdir', join(project.supabaseDir, '..'),
      ])
      for (const version of ['20260101000000', '20260102000000']) {
        expect(stdout.split(version).length - 1, `${version} must be there locally and remotely:\n${stdout}`).toBeGreaterThanOrEqual(2)
      }
    } finally {
      await stack.close()
    }
    project.write('migrations/20260103000000_more.sql', `insert into public.things values ('later');`)
    stack = await project.start()
    const sql = postgres(stack.db_url, { max: 1 })
    try {
      expect((await sql<{ name: string }[]>`select name from public.things order by name`).map((row) => row.name)).toEqual(['a;b', 'later'])
      const recorded = await sql`select version, name, statements from supabase_migrations.schema_migrations order by version`
      expect(recorded.at(1)).toEqual({
        version: '20260102000000', name: 'things',
        statements: ['-- a comment; with a semicolon\ncreate table public.things (name text)', `insert into public.things values ('a;b')`],
      })
      expect(recorded).toHaveLength(3)
      expect(await sql`select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = current_user`).toEqual([{ rolsuper: false, rolbypassrls: true, rolcreaterole: true }])
    } finally {
      await sql.end()
      await stack.close()
    }
  })

  test('one that fails names file, line and reason, changes nothing, and is tried again', async () => {
    project = throwawayProject({
      'config.toml': config,
      'migrations/20260101000000_hook.sql': hookMigration,
      'migrations/20260102000000_bad.sql': 'create table public.half (id int);\n\nselect nonsense\nfrom public.half;\n',
    })
    const failing = project.start()
    await expect(failing).rejects.toThrow(Failure)
    await expect(failing).rejects.toThrow(/20260102000000_bad\.sql:3:8 failed and was undone: column "nonsense" does not exist/)
    rmSync(join(project.supabaseDir, 'migrations/20260102000000_bad.sql'))
    project.write('migrations/20260102000000_good.sql', 'create table public.half (id int);')
    const stack = await project.start()
    await stack.close()
  })
})
