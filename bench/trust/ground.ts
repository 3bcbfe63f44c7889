import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import postgres from 'postgres'
import ws from 'ws'
import { startFaultStack, type FaultStack } from '../../supabase/tests/faults/processes.ts'

/** What the proofs stand on: a stack in processes of its own, so that its memory is its own and its event loop nobody else's. */

export interface Ground {
  stack: FaultStack
  sql: postgres.Sql
  close(): Promise<void>
}

export async function openGround(): Promise<Ground> {
  const stack = await startFaultStack()
  const sql = postgres(stack.db_url, { max: 4, onnotice: () => undefined })
  return {
    stack,
    sql,
    async close() {
      await sql.end()
      await stack.close()
    },
  }
}

/** A client that shows this token, unchanged supabase-js otherwise. */
export function clientWith(stack: FaultStack, token: string): SupabaseClient {
  const client = createClient(stack.api_url, stack.publishable_key, {
    accessToken: () => Promise.resolve(token),
    realtime: { transport: ws as unknown as typeof WebSocket, timeout: 30_000 },
  })
  return client
}
