/** Interleavings made on purpose: one session holds a lock, others run into it, and only then it lets go. */
import type { ReservedSql, Sql } from 'postgres'
import { onTestFinished } from 'vitest'
import { only } from './fixtures.ts'

/** For a busy machine: a session that blocks at all does so at once. */
const TIMEOUT_MS = 30_000

/** A session of its own whose transaction the test commits; one that it does not get to is rolled back. */
export async function openTransaction(sql: Sql): Promise<{ session: ReservedSql; pid: number; commit: () => Promise<void> }> {
  const session = await sql.reserve()
  await session`begin`
  const { pid } = only(await session<{ pid: number }[]>`select pg_backend_pid() as pid`)
  let open = true
  const end = async (word: 'commit' | 'rollback') => {
    if (!open) return
    open = false
    await session.unsafe(word)
    session.release()
  }
  onTestFinished(() => end('rollback'))
  return { session, pid, commit: () => end('commit') }
}

/** Resolves when this many sessions wait for a lock that the session `holder`, or one that waits for it, holds. */
export async function untilBlocked(sql: Sql, holder: number, count: number): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS
  for (;;) {
    const { waiting } = only(await sql<{ waiting: number }[]>`
      with recursive blocked as (
        select a.pid from pg_stat_activity a where ${holder} = any (pg_blocking_pids(a.pid))
        union
        select a.pid from blocked b join pg_stat_activity a on b.pid = any (pg_blocking_pids(a.pid))
      )
      select count(*)::integer as waiting from blocked`)
    if (waiting >= count) return
    if (performance.now() > deadline) throw new Error(`${waiting} of ${count} sessions wait after ${TIMEOUT_MS} ms`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
