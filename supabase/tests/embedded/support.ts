import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { decodeJwt, type JWTPayload } from 'jose'
import { WebSocket } from 'ws'
import { startStack, type Stack } from '../../embedded/stack.ts'

export interface Project {
  supabaseDir: string
  dataDir: string
  /** With the limits of its config.toml when asked for; most tests make more people than those let through. */
  start(options?: { limited: boolean }): Promise<Stack>
  write(path: string, text: string): void
  remove(): void
}

/** A Supabase folder and a data folder of their own below the temporary folder. */
export function throwawayProject(files: Record<string, string>): Project {
  const root = mkdtempSync(join(tmpdir(), 'datasync-test-'))
  const supabaseDir = join(root, 'supabase')
  const dataDir = join(root, 'data')
  const write = (path: string, text: string): void => {
    mkdirSync(join(supabaseDir, path, '..'), { recursive: true })
    writeFileSync(join(supabaseDir, path), text)
  }
  for (const [path, text] of Object.entries(files)) write(path, text)
  return {
    supabaseDir,
    dataDir,
    write,
    start: ({ limited } = { limited: false }) => startStack({ dataDir, supabaseDir, port: 0, app: 'none', quiet: true, liftAuthLimits: !limited }),
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}

export function client(stack: Stack, key = stack.publishable_key): SupabaseClient {
  return createClient<never>(stack.api_url, key, {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: { transport: WebSocket as never },
  })
}

export function claimsIn(token: string | undefined): JWTPayload {
  if (!token) throw new Error('there is no token')
  return decodeJwt(token)
}

export interface TestMail {
  to: string
  subject: string
  links: string[]
}

export async function mails(stack: Stack): Promise<TestMail[]> {
  const response = await fetch(`${stack.inbox_url}/api/messages`)
  return ((await response.json()) as { messages: TestMail[] }).messages
}

export const config = `
project_id = "throwaway"
[api]
schemas = ["public"]
[auth]
jwt_expiry = 3600
minimum_password_length = 8
[auth.email]
enable_confirmations = false
[auth.hook.custom_access_token]
enabled = true
uri = "pg-functions://postgres/public/custom_access_token_hook"
`

/** Adds a claim and the way in, and refuses whoever has "refused" in the address, as the hook's documentation describes. */
export const hookMigration = `
create function public.custom_access_token_hook(event jsonb) returns jsonb language plpgsql as $$
begin
  if event -> 'claims' ->> 'email' like '%refused%' then
    return jsonb_build_object('error', jsonb_build_object('http_code', 403, 'message', 'This account is closed.'));
  end if;
  return jsonb_build_object('claims', event -> 'claims' || jsonb_build_object(
    'organization_id', 'org-1', 'via', event ->> 'authentication_method', 'ran_as', current_user));
end $$;
grant usage on schema public to supabase_auth_admin;
grant execute on function public.custom_access_token_hook(jsonb) to supabase_auth_admin;
revoke execute on function public.custom_access_token_hook(jsonb) from authenticated, anon, public;
`
