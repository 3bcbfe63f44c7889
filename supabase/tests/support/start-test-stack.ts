import postgres from 'postgres'
import { startStack, type Stack, type StackOptions } from '../../embedded/stack.ts'
import { layTemplate } from './template.ts'

/**
 * A backend that asks no test to be slow: one makes more people, and asks more of a verb within a minute, than a person would.
 * What the limits do is tested on stacks that have them.
 */
export async function startTestStack(options: Omit<StackOptions, 'liftAuthLimits'>): Promise<Stack> {
  layTemplate(options.dataDir)
  const stack = await startStack({ ...options, liftAuthLimits: true })
  const sql = postgres(stack.db_url, { max: 1, onnotice: () => undefined })
  await sql`update private.verb_limits set requests = 1000000`
  await sql.end()
  return stack
}
