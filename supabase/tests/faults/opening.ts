import { openDatabase, signUp, type Organization, type Person, type Sql } from '../functions/support.ts'
import { startFaultStack, type FaultStack } from './processes.ts'
import { signInToApp, type Terminal } from './terminal.ts'

export interface Opening {
  stack: FaultStack
  sql: Sql
  me: Person & { organization: Organization }
  openTerminal: (jobId: string) => Terminal
}

/** A stack to do harm to, somebody who runs a sync on it, and the terminal that they look at. */
export async function openFault(): Promise<Opening> {
  const stack = await startFaultStack()
  const me = await signUp(stack)
  return { stack, sql: openDatabase(stack), me, openTerminal: await signInToApp(stack, stack.api_url, me) }
}
