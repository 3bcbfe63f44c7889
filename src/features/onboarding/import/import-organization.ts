import type { OrganizationDocument } from '@/features/onboarding/import/document'
import type { Json } from '@/lib/database.types'
import { refreshSession } from '@/lib/session'
import { supabase } from '@/lib/supabase'

/** A new organization from the document, with the caller as its owner; it is the active one then. All of it or nothing. */
export async function importOrganization({ json }: OrganizationDocument, name: string): Promise<void> {
  const { error } = await supabase.rpc('import_organization', { document: json as Json, name })
  if (error) throw error
  await refreshSession()
}
