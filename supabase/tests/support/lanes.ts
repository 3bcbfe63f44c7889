/** Does the work for every entry, so many at a time. */
export async function inLanes<T>(entries: readonly T[], lanes: number, work: (entry: T, index: number) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    for (let index = next++; index < entries.length; index = next++) await work(entries[index] as T, index)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}
