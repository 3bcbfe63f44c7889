-- What hosted Supabase adds around the tables of Auth. Realtime's part is in ../realtime/schema.sql.
-- Runs as the superuser supabase_admin, after the Auth API has made its tables; may run again after an upgrade.

-- Auth. The claims are read in both forms in which an API may set them, as hosted Supabase does.
create or replace function auth.uid() returns uuid language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.sub', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
  )::uuid
$$;
create or replace function auth.role() returns text language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.role', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
  )
$$;
create or replace function auth.email() returns text language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.email', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'
  )
$$;
create or replace function auth.jwt() returns jsonb language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')
  )::jsonb
$$;

-- The embedded Auth API hands its metadata over as text within jsonb, which SQL would read as one long string;
-- hosted Supabase stores objects, and triggers and policies count on that.
create or replace function auth.metadata_as_objects() returns trigger language plpgsql set search_path = '' as $$
begin
  if tg_table_name = 'identities' then
    if jsonb_typeof(new.identity_data) = 'string' then new.identity_data := (new.identity_data #>> '{}')::jsonb; end if;
    return new;
  end if;
  if jsonb_typeof(new.raw_app_meta_data) = 'string' then new.raw_app_meta_data := (new.raw_app_meta_data #>> '{}')::jsonb; end if;
  if jsonb_typeof(new.raw_user_meta_data) = 'string' then new.raw_user_meta_data := (new.raw_user_meta_data #>> '{}')::jsonb; end if;
  return new;
end $$;
create or replace trigger metadata_as_objects before insert or update on auth.users
  for each row execute function auth.metadata_as_objects();
create or replace trigger metadata_as_objects before insert or update on auth.identities
  for each row execute function auth.metadata_as_objects();

-- How a session was begun; the access token repeats it after every refresh.
create table if not exists auth.mfa_amr_claims (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references auth.sessions (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  authentication_method text not null,
  unique (session_id, authentication_method)
);

do $$
declare
  v_object record;
begin
  for v_object in
    select format('alter table %I.%I owner to supabase_auth_admin', schemaname, tablename) as statement
    from pg_catalog.pg_tables where schemaname = 'auth'
    union all
    select format('alter function %s owner to supabase_auth_admin', p.oid::regprocedure)
    from pg_catalog.pg_proc p where p.pronamespace = 'auth'::regnamespace
    union all
    select format('alter table auth.%I enable row level security', tablename)
    from pg_catalog.pg_tables where schemaname = 'auth'
  loop
    execute v_object.statement;
  end loop;
end $$;
revoke all on all tables in schema auth from public, anon, authenticated, service_role;
grant all on all tables in schema auth to postgres, dashboard_user;
grant execute on all functions in schema auth to public;
