import { queryOptions, useQueries, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useMemo } from 'react'
import { isMode, type Mapping } from '@/features/mappings/mapping'
import type { JsonValue } from '@core/content-schema'
import { everyRow } from '@/lib/queries/every-row'
import { useOrganizationId } from '@/lib/session'
import { supabase } from '@/lib/supabase'

export interface MatrixItem {
  id: string
  title: string
  status: string
  typeId: string
}

export interface MatrixSite {
  id: string
  name: string
  slug: string
  region: string | null
  enabled: boolean
}

async function getItems(signal: AbortSignal): Promise<MatrixItem[]> {
  const rows = await everyRow((from, to) =>
    supabase
      .from('content_items')
      .select('id, title, status, type_id', { count: 'exact' })
      .neq('status', 'archived')
      .order('title')
      .order('id')
      .range(from, to)
      .abortSignal(signal),
  )
  return rows.map(({ type_id, ...item }) => ({ ...item, typeId: type_id }))
}

/** The rows: every item that is not archived, by title. */
export function matrixItemsQuery(organizationId: string) {
  return queryOptions({
    queryKey: ['content_items', 'matrix', organizationId],
    queryFn: ({ signal }) => getItems(signal),
  })
}

async function getSites(signal: AbortSignal): Promise<MatrixSite[]> {
  return everyRow((from, to) =>
    supabase.from('sites').select('id, name, slug, region, enabled', { count: 'exact' }).order('name').order('id').range(from, to).abortSignal(signal),
  )
}

/** The columns: every site, by name. */
export function matrixSitesQuery(organizationId: string) {
  return queryOptions({
    queryKey: ['sites', 'matrix', organizationId],
    queryFn: ({ signal }) => getSites(signal),
  })
}

export function useMatrixItems() {
  return useQuery(matrixItemsQuery(useOrganizationId()))
}

export function useMatrixSites() {
  return useQuery(matrixSitesQuery(useOrganizationId()))
}

/** A column of the matrix: its site's mappings by item id. */
export interface MatrixColumn {
  siteId: string
  cells: Partial<Record<string, Mapping>>
}

async function getColumn(siteId: string, signal: AbortSignal): Promise<MatrixColumn> {
  const rows = await everyRow((from, to) =>
    supabase
      .from('site_item_mappings')
      .select('item_id, mode, overrides, override_bases, position', { count: 'exact' })
      .eq('site_id', siteId)
      .order('item_id')
      .range(from, to)
      .abortSignal(signal),
  )
  return {
    siteId,
    cells: Object.fromEntries(
      rows.flatMap(({ item_id, mode, overrides, override_bases, position }) =>
        // Checks of the table: overrides and their bases are objects.
        isMode(mode)
          ? [[item_id, { mode, overrides: overrides as Record<string, JsonValue>, bases: override_bases as Record<string, JsonValue> | null, position }]]
          : [],
      ),
    ),
  }
}

/** Not the table's own name: a nudge says which sites have news (use-fresh-columns.ts), and a hundred columns are not asked again for one cell. */
export const COLUMNS = 'mapping-columns'

/** A column at a time: only those in sight are asked for, and only those are asked for again when mappings change. */
export function columnQuery(siteId: string) {
  return queryOptions({
    queryKey: [COLUMNS, siteId],
    queryFn: ({ signal }) => getColumn(siteId, signal),
  })
}

export type Columns = Partial<Record<string, MatrixColumn['cells']>>

export interface ColumnsResult {
  columns: Columns
  /** Columns that could not be read and are not there from before, with the reason. */
  failed: Partial<Record<string, Error>>
}

// One function for good, so that the result is made anew only when an answer changed.
function combine(results: UseQueryResult<MatrixColumn>[]): { columns: Columns; errors: (Error | null)[] } {
  return {
    columns: Object.fromEntries(results.flatMap(({ data }) => (data === undefined ? [] : [[data.siteId, data.cells]]))),
    errors: results.map(({ error, data }) => (data === undefined ? error : null)),
  }
}

export function useColumns(siteIds: readonly string[]): ColumnsResult {
  const { columns, errors } = useQueries({ queries: siteIds.map(columnQuery), combine })
  const ids = siteIds.join()
  // One object for as long as nothing has changed: a thousand rows are drawn again for another.
  return useMemo(() => {
    const failed = ids.split(',').flatMap((id, index): [string, Error][] => (errors[index] ? [[id, errors[index]]] : []))
    return { columns, failed: Object.fromEntries(failed) }
  }, [columns, errors, ids])
}
