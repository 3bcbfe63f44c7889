import { queryOptions, useQueries, useQuery, type UseQueryResult } from '@tanstack/react-query'
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
    supabase.from('sites').select('id, name, slug, enabled', { count: 'exact' }).order('name').order('id').range(from, to).abortSignal(signal),
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
      .select('item_id, mode, overrides, position', { count: 'exact' })
      .eq('site_id', siteId)
      .order('item_id')
      .range(from, to)
      .abortSignal(signal),
  )
  return {
    siteId,
    cells: Object.fromEntries(
      rows.flatMap(({ item_id, mode, overrides, position }) =>
        // A check of the table: overrides are an object.
        isMode(mode) ? [[item_id, { mode, overrides: overrides as Record<string, JsonValue>, position }]] : [],
      ),
    ),
  }
}

/** A column at a time: only those in sight are asked for, and only those are asked for again when mappings change. */
export function columnQuery(siteId: string) {
  return queryOptions({
    queryKey: ['site_item_mappings', 'of-site', siteId],
    queryFn: ({ signal }) => getColumn(siteId, signal),
  })
}

export type Columns = Partial<Record<string, MatrixColumn['cells']>>

// One function for good, so that the result is made anew only when an answer changed.
function combine(results: UseQueryResult<MatrixColumn>[]): { columns: Columns; error: Error | null } {
  return {
    columns: Object.fromEntries(results.flatMap(({ data }) => (data === undefined ? [] : [[data.siteId, data.cells]]))),
    error: results.find(({ error }) => error !== null)?.error ?? null,
  }
}

export function useColumns(siteIds: readonly string[]) {
  return useQueries({ queries: siteIds.map(columnQuery), combine })
}
