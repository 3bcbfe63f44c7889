/** A tenth of what `npm run trust` sends, on every run of the tests; the seed is in the message of a failure. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDatabase } from '../functions/support.ts'
import { startThrowawayStack } from '../support/throwaway-stack.ts'
import { fuzz } from './fuzz.ts'

// Of its own: what other tests write meanwhile would look like a change.
let own: Awaited<ReturnType<typeof startThrowawayStack>>
beforeAll(async () => {
  own = await startThrowawayStack('none')
})
afterAll(() => own.stop())

it('answers 2xx or 4xx to whatever the functions and the receiver are sent, and changes nothing on a refusal', async () => {
  const sql = openDatabase(own.stack)
  const seed = Math.floor(Math.random() * 2 ** 31)
  const { violations, comparedUnchanged, answers } = await fuzz({ stack: own.stack, sql, count: 1_200, seed })
  await sql.end()
  expect(violations, `seed ${seed}`).toEqual([])
  // Otherwise it would have proven little.
  expect(comparedUnchanged).toBeGreaterThan(200)
  expect(Object.keys(answers)).toEqual(expect.arrayContaining(['200', '400', '401', '404', '405']))
})
