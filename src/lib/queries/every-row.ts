import type { PostgrestError } from '@supabase/supabase-js'

/** The Data API cuts every answer at `max_rows` (supabase/config.toml); longer lists come in pages of this many. */
export const PAGE_ROWS = 1000
/** Browsers keep about this many connections to one host; more requests would only wait. */
const AT_ONCE = 5

interface Page<Row> {
  data: Row[] | null
  count: number | null
  error: PostgrestError | null
}

/**
 * All rows of a list that may be longer than one answer. `page` must ask for `count: 'exact'` and order by something
 * unique, or rows could be seen twice or never.
 */
export async function everyRow<Row>(page: (from: number, to: number) => PromiseLike<Page<Row>>): Promise<Row[]> {
  const read = async (index: number) => {
    const { data, count, error } = await page(index * PAGE_ROWS, (index + 1) * PAGE_ROWS - 1)
    if (error) throw error
    return { rows: data ?? [], total: count ?? data?.length ?? 0 }
  }
  const first = await read(0)
  const pages = Math.ceil(first.total / PAGE_ROWS)
  const rows = [...first.rows]
  for (let index = 1; index < pages; index += AT_ONCE) {
    const some = await Promise.all(Array.from({ length: Math.min(AT_ONCE, pages - index) }, (_, offset) => read(index + offset)))
    for (const { rows: more } of some) rows.push(...more)
  }
  return rows
}
