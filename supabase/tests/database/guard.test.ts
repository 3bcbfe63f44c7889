/** What must hold for every table and function, whoever adds the next one: read from the live catalogue. */
import { afterAll, describe, expect, inject, it } from 'vitest'
import { openDatabase } from '../support/actors.ts'

const sql = openDatabase(inject('stack'))
afterAll(() => sql.end())

const verbs = [
  'accept_invitation(text)',
  'account_deletion()',
  'alert_inbox(jsonb)',
  'alert_summary()',
  'calendar(timestamptz,timestamptz,text)',
  'cancel_sync(uuid)',
  'change_member_role(uuid,text)',
  'changed_bases()',
  'check_drift(uuid[])',
  'compare_deliveries(uuid,uuid)',
  'create_api_key(text,text[],timestamptz)',
  'create_invitation(text,text)',
  'create_organization(text)',
  'dashboard()',
  'decide_approval(uuid,boolean,text)',
  'delete_account(text)',
  'delete_alert_rule(uuid)',
  'delete_items(uuid[],boolean,boolean)',
  'delete_organization(text)',
  'discard_working_copy(uuid)',
  'duplicate_items(uuid[])',
  'end_session(uuid)',
  'export_organization()',
  'find_jobs(jsonb,integer,integer)',
  'import_items(uuid)',
  'import_organization(jsonb,text)',
  'invitation(text)',
  'item_documents(uuid[])',
  'keep_working_copy(text,jsonb,uuid,uuid,integer,integer,timestamptz,timestamptz,integer)',
  'landing_page(text,text)',
  'leave_organization()',
  'lift_hold(uuid)',
  'list_items(jsonb,text,boolean,integer,integer,boolean)',
  'load_demo_data()',
  'mark_alerts(uuid[],boolean)',
  'my_sessions()',
  'note_first_step(text)',
  'order_site_items(uuid,uuid[])',
  'plan_item_import(jsonb)',
  'plan_replay(jsonb)',
  'plan_sync(uuid[],boolean)',
  'plan_type_change(uuid,jsonb)',
  'preview_item(uuid,uuid,uuid,text,jsonb)',
  'preview_payload(uuid)',
  'remove_member(uuid)',
  'rename_field(uuid,text,text)',
  'renew_invitation(uuid)',
  'replay_deliveries(jsonb,text)',
  'replay_delivery(uuid,text)',
  'request_approval(uuid[],text,text,boolean)',
  'restore_items(uuid)',
  'restore_revision(uuid,integer,integer)',
  'retry_failed(uuid,text)',
  'revoke_api_key(uuid)',
  'revoke_invitation(uuid)',
  'rollback_site(uuid,uuid)',
  'run_schedule_now(uuid)',
  'save_alert_rule(jsonb)',
  'save_item(uuid,text,jsonb,text,integer,timestamptz,timestamptz,integer)',
  'save_schedule(jsonb)',
  'save_type(uuid,jsonb,integer,jsonb)',
  'set_approval_rule(boolean)',
  'set_audit_retention(integer)',
  'set_item_statuses(jsonb)',
  'set_mappings(jsonb)',
  'set_retention(integer)',
  'set_sites_enabled(uuid[],boolean)',
  'site_health(boolean,uuid[])',
  'site_rollbacks(uuid)',
  'site_versions(uuid,bigint,integer)',
  'start_sync(uuid[],jsonb)',
  'switch_organization(uuid)',
  'transfer_ownership(uuid)',
  'verify_audit_log(bigint)',
  'withdraw_approval(uuid)',
]

const engineVerbs = [
  'api_content(uuid,text)',
  'api_start_sync(uuid,text[],jsonb,text,text)',
  'api_sync(uuid,uuid)',
  'begin_site_test(uuid,uuid)',
  'claim_alert_messages(integer,uuid)',
  'claim_deliveries(text,integer,uuid,integer,integer,boolean)',
  'due_schedules()',
  'end_secret_overlap(uuid)',
  'engine_health()',
  'evaluate_alerts()',
  'exchange_deliveries(jsonb,text,integer,uuid,integer,integer)',
  'next_wait_ms(uuid)',
  'queue_alert_test(uuid,text)',
  'receive_delivery(uuid,text,bigint,text)',
  'record_alert_message(uuid,bigint,text,integer,integer,text)',
  'record_attempts(jsonb)',
  'record_drift(uuid,text,text)',
  'record_site_test(uuid,uuid,text,jsonb)',
  'release_deliveries(text,bigint[])',
  'renew_leases(text,bigint[])',
  'rotate_site_secret(uuid,integer,integer,bytea,bytea,interval)',
  'run_schedule(uuid,timestamptz,timestamptz,text)',
  'site_secret_event(uuid,text)',
  'site_signing_secrets(uuid)',
  'sites_to_ask(uuid[])',
  'store_alert_secret(uuid,integer,integer,bytea,bytea,interval)',
  'store_site_secret(uuid,integer,integer,bytea,bytea)',
  'take_api_request(text,text)',
  'take_simulated_failure(uuid)',
  'tick()',
]

async function names(rows: PromiseLike<readonly { name: string }[]>): Promise<string[]> {
  return [...(await rows)].map(({ name }) => name).sort()
}

describe('tables', () => {
  it('of both schemas have row level security on, and those of public at least one policy', async () => {
    const tables = await sql<{ name: string; schema: string; rls: boolean; policies: number }[]>`
      select n.nspname as schema, c.relname as name, c.relrowsecurity as rls,
        (select count(*)::integer from pg_policy p where p.polrelid = c.oid) as policies
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('public', 'private') and c.relkind in ('r', 'p')`
    expect(tables.length).toBeGreaterThanOrEqual(18)
    expect(tables.filter(({ rls }) => !rls)).toEqual([])
    expect(tables.filter(({ schema, policies }) => schema === 'public' && policies === 0)).toEqual([])
  })

  it('have no view beside them, through which a policy could be passed by', async () => {
    const views = await names(sql`
      select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('public', 'private') and c.relkind in ('v', 'm', 'f')`)
    expect(views).toEqual([])
  })

  it('no policy admits everybody', async () => {
    const open = await names(sql`
      select policyname as name from pg_policies
      where schemaname in ('public', 'private') and (qual = 'true' or with_check = 'true' or 'public' = any (roles))`)
    expect(open).toEqual([])
  })

  it('are closed to anon: no privilege on a table, a column or a sequence', async () => {
    const open = await names(sql`
      select c.oid::regclass || ' ' || p.privilege as name
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      cross join unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger', 'maintain']) p(privilege)
      where n.nspname in ('public', 'private') and c.relkind in ('r', 'p')
        and (has_table_privilege('anon', c.oid, p.privilege)
          or case when p.privilege in ('select', 'insert', 'update', 'references') then has_any_column_privilege('anon', c.oid, p.privilege) end)
      union all
      select c.oid::regclass || ' ' || p.privilege
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      cross join unnest(array['usage', 'select', 'update']) p(privilege)
      where n.nspname in ('public', 'private') and c.relkind = 'S' and has_sequence_privilege('anon', c.oid, p.privilege)`)
    expect(open).toEqual([])
  })

  it('give authenticated nothing in private, and in public exactly the columns that people write', async () => {
    const hidden = await names(sql`
      select c.oid::regclass::text as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'private' and c.relkind in ('r', 'p') and has_any_column_privilege('authenticated', c.oid, 'select, insert, update')`)
    expect(hidden).toEqual([])
    const written = await sql<{ name: string; inserts: string[]; updates: string[] }[]>`
      select c.relname as name,
        array_agg(a.attname::text order by a.attnum) filter (where has_column_privilege('authenticated', c.oid, a.attnum, 'insert')) as inserts,
        array_agg(a.attname::text order by a.attnum) filter (where has_column_privilege('authenticated', c.oid, a.attnum, 'update')) as updates
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where n.nspname = 'public' and c.relkind in ('r', 'p') and has_any_column_privilege('authenticated', c.oid, 'insert, update')
      group by c.relname order by c.relname`
    const ofSites = [
      'name', 'slug', 'region', 'destination_url', 'enabled', 'failure_rate', 'fail_next',
      'max_attempts', 'first_retry_ms', 'timeout_seconds', 'requests_per_minute', 'state_url',
    ]
    expect(written).toEqual([
      {
        name: 'content_items',
        inserts: ['type_id', 'title', 'data', 'status', 'publish_at', 'unpublish_at'],
        updates: ['type_id', 'title', 'data', 'status', 'publish_at', 'unpublish_at'],
      },
      { name: 'content_type_templates', inserts: ['name', 'title', 'description', 'schema', 'example', 'source_type_id'], updates: ['title', 'description'] },
      { name: 'content_types', inserts: ['name', 'title', 'description', 'schema'], updates: ['name', 'title', 'description'] },
      { name: 'organizations', inserts: null, updates: ['name'] },
      { name: 'profiles', inserts: null, updates: ['full_name'] },
      { name: 'saved_views', inserts: ['page', 'name', 'query', 'shared'], updates: ['name', 'query', 'shared'] },
      {
        name: 'schedules',
        inserts: ['kind', 'name', 'cron', 'time_zone', 'all_sites', 'enabled'],
        updates: ['kind', 'name', 'cron', 'time_zone', 'all_sites', 'enabled'],
      },
      { name: 'sites', inserts: ofSites, updates: ofSites },
    ])
  })

  it('may be deleted from by authenticated only where a page offers it, and truncated nowhere', async () => {
    const deletable = await names(sql`
      select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('public', 'private') and c.relkind in ('r', 'p') and has_table_privilege('authenticated', c.oid, 'delete, truncate')`)
    expect(deletable).toEqual(['content_items', 'content_type_templates', 'content_types', 'saved_views', 'schedules', 'sites'])
    const truncatable = await names(sql`
      select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('public', 'private') and c.relkind in ('r', 'p') and has_table_privilege('authenticated', c.oid, 'truncate')`)
    expect(truncatable).toEqual([])
  })
})

describe('functions', () => {
  const executable = (role: string, schema: string) =>
    names(sql`
      select p.proname || '(' || replace(replace(pg_get_function_identity_arguments(p.oid), '"', ''), 'timestamp with time zone', 'timestamptz') || ')' as name
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = ${schema} and has_function_privilege(${role}, p.oid, 'execute')`)
  /** By types alone: `cancel_sync(job_id uuid)` is cancel_sync(uuid). */
  const signatures = async (role: string, schema = 'public') =>
    (await executable(role, schema)).map((name) =>
      name.replace(/\((.*)\)/, (_, list: string) => `(${list.split(', ').map((argument) => argument.split(' ').at(-1)).join(',')})`))

  it('of public that anon may execute are exactly the landing page', async () => {
    expect(await signatures('anon')).toEqual(['landing_page(text,text)'])
  })

  it('of public that authenticated may execute are exactly the verbs', async () => {
    expect(await signatures('authenticated')).toEqual(verbs)
  })

  it('that the engine calls are executable by the service role, and by no user', async () => {
    expect(await signatures('service_role')).toEqual(expect.arrayContaining(engineVerbs))
    const all = await signatures('postgres')
    expect(all.sort()).toEqual([...verbs, ...engineVerbs, 'custom_access_token_hook(jsonb)'].sort())
    const users = [...(await signatures('anon')), ...(await signatures('authenticated'))]
    expect(users.filter((name) => engineVerbs.includes(name))).toEqual([])
  })

  it('the access-token hook answers Auth and nobody else', async () => {
    const callers = await names(sql`
      select r.rolname as name from pg_roles r
      where r.rolname in ('anon', 'authenticated', 'authenticator', 'supabase_auth_admin')
        and has_function_privilege(r.oid, 'public.custom_access_token_hook(jsonb)', 'execute')`)
    expect(callers).toEqual(['supabase_auth_admin'])
  })

  it('of public run with the caller’s rights', async () => {
    const definers = await names(sql`
      select p.proname as name from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosecdef`)
    expect(definers).toEqual([])
  })

  it('all have an empty search_path, so that nobody’s table or operator is taken for ours', async () => {
    const loose = await names(sql`
      select p.oid::regprocedure::text as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname in ('public', 'private') and not coalesce(p.proconfig @> array['search_path=""'], false)`)
    expect(loose).toEqual([])
    const definers = await sql`
      select from pg_proc p where p.pronamespace = 'private'::regnamespace and p.prosecdef`
    expect(definers.length).toBeGreaterThan(10)
  })

  it('of private that a user may execute are policy helpers and the definer halves of the verbs', async () => {
    expect((await signatures('anon', 'private'))).toEqual(['landing_page(text,text)'])
    expect((await signatures('authenticated', 'private'))).toEqual([
      'accept_invitation(text)',
      'account_deletion()',
      'alert_inbox(jsonb)',
      'alert_summary()',
      'calendar(timestamptz,timestamptz,text)',
      'cancel_sync(uuid)',
      'change_member_role(uuid,text)',
      'changed_bases()',
      'check_drift_by_hand(uuid[])',
      'compare_deliveries(uuid,uuid)',
      'create_api_key(text,text[],timestamptz)',
      'create_invitation(text,text)',
      'create_organization(text)',
      'dashboard()',
      'decide_approval(uuid,boolean,text)',
      'delete_account(text)',
      'delete_alert_rule(uuid)',
      'delete_items(uuid[],boolean,boolean)',
      'delete_organization(text)',
      'discard_working_copy(uuid)',
      'duplicate_items(uuid[])',
      'end_session(uuid)',
      'export_organization()',
      'find_jobs(jsonb,integer,integer)',
      'has_role(text)',
      'import_items(uuid)',
      'import_organization(jsonb,text)',
      'invitation(text)',
      'keep_working_copy(uuid,uuid,integer,integer,text,jsonb,timestamptz,timestamptz,integer)',
      'landing_page(text,text)',
      'leave_organization()',
      'lift_hold(uuid)',
      'load_demo_data()',
      'mark_alerts(uuid[],boolean)',
      'may_read_topic(text)',
      'my_organization_ids()',
      'my_sessions()',
      'note_first_step(text)',
      'order_site_items(uuid,uuid[])',
      'organization_id()',
      'plan_item_import(jsonb)',
      'plan_replay(jsonb)',
      'plan_sync(uuid[],boolean)',
      'plan_type_change(uuid,jsonb)',
      'preview_item(uuid,uuid,uuid,text,jsonb)',
      'preview_payload(uuid)',
      'remove_member(uuid)',
      'rename_field(uuid,text,text)',
      'renew_invitation(uuid)',
      'replay_deliveries(jsonb,text)',
      'replay_delivery(uuid,text)',
      'request_approval(uuid[],text,text,boolean)',
      'require_recent_sign_in()',
      'require_role(text,text)',
      'require_user()',
      'restore_items(uuid)',
      'restore_revision(uuid,integer,integer)',
      'retry_failed(uuid,text)',
      'revoke_api_key(uuid)',
      'revoke_invitation(uuid)',
      'rollback_site(uuid,uuid)',
      'run_schedule_now(uuid)',
      'save_alert_rule(jsonb)',
      'save_item(uuid,integer,text,jsonb,text,timestamptz,timestamptz,integer)',
      'save_schedule(jsonb)',
      'save_type(uuid,jsonb,integer,jsonb)',
      'second_factor_shown()',
      'session_stands()',
      'set_approval_rule(boolean)',
      'set_audit_retention(integer)',
      'set_item_statuses(jsonb)',
      'set_mappings(jsonb)',
      'set_retention(integer)',
      'set_sites_enabled(uuid[],boolean)',
      'site_health_for_members(boolean,uuid[])',
      'site_rollbacks(uuid)',
      'site_versions(uuid,bigint,integer)',
      'start_sync(uuid[],jsonb)',
      'switch_organization(uuid)',
      'take_slot()', 'take_turn(text)',
      'transfer_ownership(uuid)',
      'user_id()',
      'verify_audit_log(bigint)',
      'withdraw_approval(uuid)',
    ])
  })
})

describe('references', () => {
  const ours = sql`c.contype = 'f' and c.connamespace in ('public'::regnamespace, 'private'::regnamespace)`

  it('between tenant tables carry the organization, so that no row can cross tenants', async () => {
    // A person is in several organizations; profiles.organization_id is the active one, not an owner.
    const crossing = await names(sql`
      with tenant as (
        select a.attrelid as id, a.attnum from pg_attribute a
        where a.attname = 'organization_id' and a.attnum > 0 and not a.attisdropped and a.attrelid <> 'public.profiles'::regclass
      )
      select c.conrelid::regclass || '.' || c.conname as name
      from pg_constraint c
      join tenant child on child.id = c.conrelid
      join tenant parent on parent.id = c.confrelid
      where ${ours} and not exists (
        select from unnest(c.conkey, c.confkey) k(here, there) where k.here = child.attnum and k.there = parent.attnum)`)
    expect(crossing).toEqual([])
  })

  it('exist for every tenant table: none is outside of its organization', async () => {
    // One outlives its organization, the other holds entries for the length of a transaction.
    const free = ['private.audit_queue', 'private.organization_tombstones']
    const loose = await names(sql`
      select t.oid::regclass::text as name
      from pg_class t
      join pg_namespace n on n.oid = t.relnamespace
      where n.nspname in ('public', 'private') and t.relkind in ('r', 'p')
        and exists (select from pg_attribute a where a.attrelid = t.oid and a.attname = 'organization_id' and not a.attisdropped)
        and not exists (
          select from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey) and a.attname = 'organization_id'
          where c.conrelid = t.oid and ${ours})`)
    expect(loose).toEqual(free)
  })

  it('of several columns name the column that "on delete set null" empties', async () => {
    const emptying = await names(sql`
      select c.conrelid::regclass || '.' || c.conname as name from pg_constraint c
      where ${ours} and c.confdeltype in ('n', 'd') and cardinality(c.conkey) > 1
        and (c.confdelsetcols is null or exists (
          select from pg_attribute a where a.attrelid = c.conrelid and a.attnum = any (c.confdelsetcols) and a.attnotnull))`)
    expect(emptying).toEqual([])
  })

  it('are all indexed by their leading columns', async () => {
    // A partial index serves a reference when all that it leaves out is null.
    const unindexed = await names(sql`
      select c.conrelid::regclass || '.' || c.conname as name from pg_constraint c
      where ${ours} and not exists (
        select from pg_index i
        where i.indrelid = c.conrelid and i.indisvalid
          and (i.indkey::smallint[])[0:cardinality(c.conkey) - 1] @> c.conkey
          and c.conkey @> (i.indkey::smallint[])[0:cardinality(c.conkey) - 1]
          and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) in (
            select format('(%I IS NOT NULL)', a.attname) from pg_attribute a where a.attrelid = c.conrelid and a.attnum = any (c.conkey))))`)
    expect(unindexed).toEqual([])
  })
})
