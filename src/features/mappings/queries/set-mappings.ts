import type { JsonValue } from '@core/content-schema'
import type { Mode } from '@/features/mappings/mapping'
import { supabase } from '@/lib/supabase'

export interface CellWrite {
  site_id: string
  item_id: string
  /** null takes the mapping away. */
  mode: Mode | null
  overrides?: Record<string, JsonValue>
  /** What the overrides were made over, where that is known better than by looking at the item now. */
  bases?: Record<string, JsonValue>
  /** Where among the site's items; without it a new one goes last. */
  position?: number
}

/** All cells or none. */
export async function setMappings(cells: readonly CellWrite[]): Promise<void> {
  const { error } = await supabase.rpc('set_mappings', { cells: cells.map((cell) => ({ ...cell })) })
  if (error) throw error
}
