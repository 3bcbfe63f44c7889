// First, because the client takes the hash of the address away as it is made.
import '@/lib/auth-redirect'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import type { Database } from '@/lib/database.types'
import { requireEnv } from '@/lib/env'

const { supabaseUrl, supabaseKey } = requireEnv()

/** The one client of the app: its session, its queries, its socket. RLS decides what it may see. */
export const supabase: SupabaseClient<Database> = createClient<Database>(supabaseUrl, supabaseKey, {
  auth: { persistSession: true, autoRefreshToken: true, detectSessionInUrl: true },
})
