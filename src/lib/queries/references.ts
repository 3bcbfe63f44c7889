import { supabase } from '@/lib/supabase'

interface Referenced {
  id: string
  title: string
  type: string
  status: string
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const literally = (text: string) => text.replace(/[\\%_]/g, (character) => `\\${character}`)

/** Items to refer to: those whose title has the text, the one changed last first. `type` is a type's name or id. */
export async function findItems(text: string, type: string | null): Promise<Referenced[]> {
  let query = supabase.from('content_items').select('id, title, status, content_types!inner(name, title)').neq('status', 'archived').order('updated_at', { ascending: false }).order('id').limit(20)
  if (text !== '') query = query.ilike('title', `%${literally(text)}%`)
  if (type !== null) query = UUID.test(type) ? query.eq('type_id', type) : query.eq('content_types.name', type)
  const { data, error } = await query
  if (error) throw error
  return data.map(({ content_types, ...item }) => ({ ...item, type: content_types.title }))
}

export async function itemById(id: string): Promise<Referenced | null> {
  const { data, error } = await supabase.from('content_items').select('id, title, status, content_types(title)').eq('id', id).maybeSingle()
  if (error) throw error
  return data === null ? null : { id: data.id, title: data.title, status: data.status, type: data.content_types.title }
}
