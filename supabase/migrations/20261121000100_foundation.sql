-- Ground rules for everything that follows.
-- Hosted Supabase grants new tables and functions in `public` to anon and authenticated by default.
-- Here nothing is reachable until a migration grants it, one table, column list or function at a time.

create schema if not exists private;
comment on schema private is 'Helpers, triggers and secrets. Not exposed by the Data API.';

alter default privileges for role postgres in schema public revoke all on tables from anon, authenticated;
alter default privileges for role postgres in schema public revoke all on sequences from anon, authenticated;
alter default privileges for role postgres in schema public revoke execute on functions from anon, authenticated;
-- Only the global form reaches the built-in grant to PUBLIC; the per-schema form is ignored by PostgreSQL.
alter default privileges for role postgres revoke execute on functions from public;

revoke all on schema private from public;
grant usage on schema private to anon, authenticated, service_role, supabase_auth_admin;
alter default privileges for role postgres in schema private grant all on tables to service_role;
alter default privileges for role postgres in schema private grant usage, select on sequences to service_role;
alter default privileges for role postgres in schema private grant execute on functions to service_role;

create function private.touch_updated_at() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.updated_at := now();
  return new;
end $$;

create function private.slugify(p_text text) returns text
language sql immutable set search_path = '' as $$
  select coalesce(nullif(
    trim(both '-' from left(regexp_replace(
      -- Decomposed, so that an accented letter keeps its base letter.
      regexp_replace(lower(normalize(p_text, nfkd)), U&'[\0300-\036f]', '', 'g'), '[^a-z0-9]+', '-', 'g'), 48)), ''), 'organization')
$$;
comment on function private.slugify(text) is 'A URL-safe name of 1 to 48 characters; text without a single latin letter or digit becomes "organization".';
