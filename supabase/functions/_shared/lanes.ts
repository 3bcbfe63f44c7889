/** Work beside each other, but not too much of it for any one place. */

export interface LaneLimits {
  /** At once, in all. */
  total: number
  /** At once, in one lane. */
  perLane: number
  /** Nothing begins after this returns true. */
  isOver: () => boolean
}

/** Works on every item, each in its lane; resolves with those that were never begun. `work` must not reject. */
export async function inLanes<T>(
  items: readonly T[],
  laneOf: (item: T) => string,
  { total, perLane, isOver }: LaneLimits,
  work: (item: T) => Promise<void>,
): Promise<T[]> {
  let waiting = [...items]
  const busy = new Map<string, number>()
  const underWay = new Set<Promise<void>>()

  function begin(item: T, lane: string): void {
    busy.set(lane, (busy.get(lane) ?? 0) + 1)
    const done = work(item).finally(() => {
      busy.set(lane, (busy.get(lane) ?? 1) - 1)
      underWay.delete(done)
    })
    underWay.add(done)
  }

  while (waiting.length > 0 && !isOver()) {
    const held: T[] = []
    for (const item of waiting) {
      const lane = laneOf(item)
      if (underWay.size < total && (busy.get(lane) ?? 0) < perLane) begin(item, lane)
      else held.push(item)
    }
    waiting = held
    await Promise.race(underWay)
  }
  await Promise.all(underWay)
  return waiting
}
