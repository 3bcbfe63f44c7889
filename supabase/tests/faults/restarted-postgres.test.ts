import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startOf } from '../../embedded/lib/process.ts'
import { startPostgres, superuser, type Postgres } from '../../embedded/postgres/server.ts'
import { eventually } from './proof.ts'

/** The embedded PostgreSQL by itself: how it comes back, when it does not, and that nothing of it is left behind. */

let dataDir: string
let server: Postgres
let warnings: string[]

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'datasync-postgres-'))
  warnings = []
  server = await startPostgres(dataDir, 'only for these tests', (message) => warnings.push(message))
}, 120_000)
afterEach(async () => {
  await server.close()
  rmSync(dataDir, { recursive: true, force: true })
}, 120_000)

/** The process, once it takes connections. */
function running(): number | null {
  const lines = readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')
  const pid = Number(lines[0])
  return lines[7]?.trim() === 'ready' && startOf(pid) !== undefined ? pid : null
}

const next = (former: number) => eventually(60_000, 'another server', () => {
  const pid = running()
  return pid === former ? null : pid
})

describe('PostgreSQL that was killed', () => {
  it('is started again where it was, with what was committed', { timeout: 180_000 }, async () => {
    const sql = postgres(server.url(superuser), { max: 1, onnotice: () => undefined })
    await sql`create table kept as select 7 as id`
    const first = await eventually(60_000, 'a server', running)
    process.kill(first, 'SIGKILL')
    const second = await next(first)
    expect(await eventually(60_000, 'the rows', async () => [...(await sql`select id from kept`)])).toEqual([{ id: 7 }])
    await sql.end()
    expect(warnings).toEqual([expect.stringMatching(/^PostgreSQL has ended unexpectedly and is started again; .*postgres\.log says why\.$/)])
    await server.close()
    expect(startOf(second)).toBeUndefined()
  })

  it('is given up, with the reason, when it does not stay', { timeout: 180_000 }, async () => {
    let reason: string | null = null
    void server.ended.then((given) => (reason = given))
    // One that is killed before its start was seen is part of that start, and no crash.
    const killUntil = <T>(what: string, seen: () => T | null) => eventually(60_000, what, () => {
      const answer = seen()
      const pid = answer === null ? running() : null
      if (pid !== null) process.kill(pid, 'SIGKILL')
      return answer
    })
    for (let crash = 1; crash <= 5; crash += 1) {
      await killUntil(`crash ${crash}`, () => (warnings.length >= crash ? true : null))
      expect(warnings).toHaveLength(crash)
      expect(reason).toBeNull()
    }
    expect(await killUntil('the end', () => reason)).toMatch(/^PostgreSQL has ended unexpectedly 6 times in a row, each within a minute of its start; .*postgres\.log says why\.$/)
    expect(running()).toBeNull()
  })

  it('is not left behind by a stop that comes while it starts again', { timeout: 180_000 }, async () => {
    const first = await eventually(60_000, 'a server', running)
    process.kill(first, 'SIGKILL')
    await eventually(60_000, 'the restart', () => (warnings.length > 0 ? true : null))
    await server.close()
    expect(await eventually(60_000, 'nothing to run', () => {
      try {
        return running() === null ? true : null
      } catch {
        // A server that was stopped in order has taken its note with it.
        return true
      }
    })).toBe(true)
  })
})

describe('a connection that is lost while somebody holds it', () => {
  /** A pool of one, whose connection has been ended by the server while `hold` has it. */
  async function lose(hold: (sql: postgres.Sql, end: () => Promise<void>) => Promise<unknown>): Promise<void> {
    const [sql, other] = [1, 2].map(() => postgres(server.url(superuser), { max: 1, onnotice: () => undefined }))
    if (sql === undefined || other === undefined) throw new Error('there are no clients')
    const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`
    const end = async () => {
      await other`select pg_terminate_backend(${row?.pid ?? 0})`
      await eventually(60_000, 'the end of the connection', async () =>
        (await other`select from pg_stat_activity where pid = ${row?.pid ?? 0}`).length === 0 ? true : null)
    }
    await hold(sql, end)
    // The pool is none the worse for it.
    expect([...(await sql`select 8 as n`)]).toEqual([{ n: 8 }])
    await Promise.all([sql.end(), other.end()])
  }

  it('is refused to a transaction that goes on, and the process lives', () =>
    lose(async (sql, end) => {
      const transaction = sql.begin(async (held) => {
        await end()
        await held`select 1`.catch(() => undefined)
        await held`select 2`
      })
      await expect(transaction).rejects.toThrow()
    }))

  it('is refused to whoever has reserved it, and is not given back to the pool as if it stood', () =>
    lose(async (sql, end) => {
      const held = await sql.reserve()
      await end()
      await expect(held`select 1`).rejects.toThrow()
      await expect(held`select 2`).rejects.toThrow()
      held.release()
    }))
})
