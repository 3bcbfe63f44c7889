import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useOrganizationId } from '@/lib/session'
import { supabase } from '@/lib/supabase'

export interface SavedView {
  id: string
  name: string
  /** The query of the list's address, without its `?`. */
  query: string
  shared: boolean
  ownerId: string | null
}

const COLUMNS = 'id, name, query, shared, owner_id'

async function getViews(page: string, signal: AbortSignal): Promise<SavedView[]> {
  const { data, error } = await supabase
    .from('saved_views').select(COLUMNS).eq('page', page).order('shared', { ascending: false }).order('name').order('id').abortSignal(signal)
  if (error) throw error
  return data.map(({ owner_id, ...view }) => ({ ...view, ownerId: owner_id }))
}

/** The views of a page that somebody may see: shared ones first, by name. */
export function viewsQuery(organizationId: string, page: string) {
  return queryOptions({ queryKey: ['saved_views', organizationId, page], queryFn: ({ signal }) => getViews(page, signal) })
}

export function useViews(page: string) {
  return useQuery(viewsQuery(useOrganizationId(), page))
}

export interface ViewDraft {
  name: string
  query: string
  shared: boolean
}

async function createView(page: string, draft: ViewDraft): Promise<string> {
  const { data, error } = await supabase.from('saved_views').insert({ page, ...draft }).select('id').single()
  if (error) throw nameTaken(error, draft.name)
  return data.id
}

async function updateView(id: string, change: Partial<ViewDraft>): Promise<void> {
  const { data, error } = await supabase.from('saved_views').update(change).eq('id', id).select('id')
  if (error) throw nameTaken(error, change.name ?? '')
  if (data.length === 0) throw Object.assign(new Error('This view is gone already, or your role does not allow you to change it'), { code: 'DS002' })
}

async function deleteView(id: string): Promise<void> {
  const { data, error } = await supabase.from('saved_views').delete().eq('id', id).select('id')
  if (error) throw error
  if (data.length === 0) throw Object.assign(new Error('This view is gone already, or your role does not allow you to delete it'), { code: 'DS002' })
}

function nameTaken(error: { code: string }, name: string): unknown {
  return error.code === '23505' ? Object.assign(new Error(`There is a view called "${name}" already`), { code: '23505', hint: 'Give this one another name.' }) : error
}

export function useViewWrites(page: string) {
  const queryClient = useQueryClient()
  const onSettled = () => queryClient.invalidateQueries({ queryKey: ['saved_views'] })
  return {
    create: useMutation({ mutationFn: (draft: ViewDraft) => createView(page, draft), onSettled }),
    update: useMutation({ mutationFn: ({ id, change }: { id: string; change: Partial<ViewDraft> }) => updateView(id, change), onSettled }),
    remove: useMutation({ mutationFn: (id: string) => deleteView(id), onSettled }),
  }
}
