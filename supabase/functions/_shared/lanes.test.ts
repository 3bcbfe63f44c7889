import { expect, it } from 'vitest'
import { inLanes } from './lanes.ts'

/** Items are `lane` + number; each ends when it is told to. */
function workshop() {
  const ends = new Map<string, () => void>()
  const begun: string[] = []
  const work = (item: string) => {
    begun.push(item)
    return new Promise<void>((resolve) => ends.set(item, resolve))
  }
  const end = async (item: string) => {
    ends.get(item)?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { begun, work, end }
}

const laneOf = (item: string) => item.slice(0, 1)

it('keeps the cap of each lane and of all, and lets nobody wait behind a slow lane', async () => {
  const { begun, work, end } = workshop()
  const all = inLanes(['a1', 'a2', 'a3', 'b1', 'b2', 'c1'], laneOf, { total: 4, perLane: 2, isOver: () => false }, work)
  expect(begun).toEqual(['a1', 'a2', 'b1', 'b2'])
  await end('b1')
  expect(begun.slice(4)).toEqual(['c1'])
  await end('a1')
  expect(begun.slice(5)).toEqual(['a3'])
  for (const item of ['a2', 'a3', 'b2', 'c1']) await end(item)
  expect(await all).toEqual([])
})

it('begins nothing once it is over, ends what is under way, and names the rest', async () => {
  const { begun, work, end } = workshop()
  let over = false
  const all = inLanes(['a1', 'a2', 'b1'], laneOf, { total: 1, perLane: 1, isOver: () => over }, work)
  over = true
  await end('a1')
  expect(await all).toEqual(['a2', 'b1'])
  expect(begun).toEqual(['a1'])
})

it('of nothing is nothing', async () => {
  expect(await inLanes([], laneOf, { total: 1, perLane: 1, isOver: () => false }, () => Promise.resolve())).toEqual([])
})
