-- Organizations, who belongs to them, and which one a session is in.

create table public.organizations (
  id uuid primary key default gen_random_uuid(),
  name text not null check (length(btrim(name)) between 1 and 120),
  slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 63),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.organizations is 'The tenant.';

create table public.profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  email text not null,
  full_name text check (length(full_name) <= 120),
  organization_id uuid references public.organizations (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.profiles is 'A person. organization_id names the active organization, the one the JWT carries.';
create index profiles_organization_id_idx on public.profiles (organization_id);

create table public.memberships (
  organization_id uuid not null references public.organizations (id) on delete cascade,
  user_id uuid not null references public.profiles (id) on delete cascade,
  role text not null check (role in ('admin', 'editor', 'viewer')),
  created_at timestamptz not null default now(),
  primary key (organization_id, user_id)
);
comment on table public.memberships is 'A person in an organization, with the role that policies read.';
create index memberships_user_id_idx on public.memberships (user_id);

create table private.organization_counters (
  organization_id uuid primary key references public.organizations (id) on delete cascade,
  job_number integer not null default 0
);
comment on table private.organization_counters is 'Numbers that people read (Run 128), allocated under a row lock so that they have no gaps.';

create trigger organizations_touch before update on public.organizations
  for each row execute function private.touch_updated_at();
create trigger profiles_touch before update on public.profiles
  for each row execute function private.touch_updated_at();

-- Policy helpers. They read memberships with the definer's rights, so no policy reads its own table,
-- and a removal or a demotion bites at the next statement, whatever the token still says.
create function private.organization_id() returns uuid
language sql stable security definer set search_path = '' as $$
  select m.organization_id
  from public.memberships m
  where m.user_id = (select auth.uid())
    and m.organization_id = nullif((select auth.jwt()) ->> 'organization_id', '')::uuid
$$;
comment on function private.organization_id() is 'The organization of the JWT while the caller is still a member of it, else null.';

create function private.has_role(p_minimum text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select 1
    from public.memberships m
    where m.user_id = (select auth.uid())
      and m.organization_id = nullif((select auth.jwt()) ->> 'organization_id', '')::uuid
      and array_position(array['viewer', 'editor', 'admin'], m.role)
          >= array_position(array['viewer', 'editor', 'admin'], p_minimum)
  )
$$;
comment on function private.has_role(text) is 'Does the caller hold at least this role (viewer < editor < admin) in the organization of the JWT?';

create function private.my_organization_ids() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select m.organization_id from public.memberships m where m.user_id = (select auth.uid())
$$;

create function private.require_role(p_minimum text, p_act text) returns uuid
language plpgsql stable set search_path = '' as $$
declare
  v_organization uuid := private.organization_id();
begin
  if v_organization is null then
    raise exception using errcode = 'DS001', message = 'You are not in an organization.',
      hint = 'Create one or switch to one that you belong to, then try again.';
  end if;
  if not private.has_role(p_minimum) then
    raise exception using errcode = 'DS002', message = format('Your role does not allow you to %s.', p_act),
      hint = format('Ask an admin of the organization for the role "%s".', p_minimum);
  end if;
  return v_organization;
end $$;
comment on function private.require_role(text, text) is 'The active organization, or DS001 (no organization) / DS002 (role too low).';

alter table public.organizations enable row level security;
alter table public.profiles enable row level security;
alter table public.memberships enable row level security;
alter table private.organization_counters enable row level security;

create policy "members read their organizations" on public.organizations
  for select to authenticated using (id in (select private.my_organization_ids()));
create policy "admins rename their organization" on public.organizations
  for update to authenticated
  using (id = (select private.organization_id()) and (select private.has_role('admin')))
  with check (id = (select private.organization_id()));
create policy "people read themselves and their colleagues" on public.profiles
  for select to authenticated
  using (id = (select auth.uid()) or id in (
    select m.user_id from public.memberships m where m.organization_id = (select private.organization_id())));
create policy "people edit their own profile" on public.profiles
  for update to authenticated using (id = (select auth.uid())) with check (id = (select auth.uid()));
create policy "people read their own memberships and their colleagues'" on public.memberships
  for select to authenticated
  using (user_id = (select auth.uid()) or organization_id = (select private.organization_id()));

grant select on public.organizations, public.profiles, public.memberships to authenticated;
grant update (name) on public.organizations to authenticated;
grant update (full_name) on public.profiles to authenticated;

-- The access-token hook: https://supabase.com/docs/guides/auth/auth-hooks/custom-access-token-hook
create function private.active_membership(p_user uuid)
returns table (organization_id uuid, role text)
language sql stable security definer set search_path = '' as $$
  select m.organization_id, m.role
  from public.profiles p
  join public.memberships m on m.user_id = p.id and m.organization_id = p.organization_id
  where p.id = p_user
$$;

create function public.custom_access_token_hook(event jsonb) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_claims jsonb := coalesce(event -> 'claims', '{}'::jsonb) - 'organization_id' - 'organization_role';
  v_active record;
begin
  select * into v_active from private.active_membership((event ->> 'user_id')::uuid);
  if found then
    v_claims := v_claims || jsonb_build_object(
      'organization_id', v_active.organization_id, 'organization_role', v_active.role);
  end if;
  return jsonb_set(event, '{claims}', v_claims);
end $$;
comment on function public.custom_access_token_hook(jsonb) is
  'Adds organization_id and organization_role of the active membership to the JWT; takes and returns the event as Supabase Auth documents it.';
grant usage on schema public to supabase_auth_admin;
grant execute on function public.custom_access_token_hook(jsonb) to supabase_auth_admin;
grant execute on function private.active_membership(uuid) to supabase_auth_admin;

-- Verbs.
create function private.create_organization(p_name text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_user uuid := auth.uid();
  v_name text := btrim(coalesce(p_name, ''));
  v_base text;
  v_slug text;
  v_id uuid;
begin
  if v_user is null then
    raise exception using errcode = 'DS003', message = 'You are signed out.', hint = 'Sign in, then create the organization.';
  end if;
  if length(v_name) not between 1 and 120 then
    raise exception using errcode = 'DS004', message = 'The organization needs a name of 1 to 120 characters.',
      hint = 'Type the name that your team goes by.';
  end if;
  if (select count(*) from public.memberships m where m.user_id = v_user) >= 50 then
    raise exception using errcode = 'DS005', message = 'You already belong to 50 organizations.',
      hint = 'Leave one that you no longer use, then try again.';
  end if;

  v_base := private.slugify(v_name);
  v_slug := v_base;
  loop
    insert into public.organizations (name, slug) values (v_name, v_slug)
    on conflict (slug) do nothing returning id into v_id;
    exit when v_id is not null;
    v_slug := v_base || '-' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 6);
  end loop;

  -- The profile is made here rather than by a trigger on auth.users: a failing trigger there would make
  -- sign-up itself fail, and before this moment nothing needs the row.
  insert into public.profiles (id, email, full_name, organization_id)
  select u.id, coalesce(u.email, ''), nullif(left(btrim(coalesce((select auth.jwt()) -> 'user_metadata' ->> 'full_name', '')), 120), ''), v_id
  from auth.users u where u.id = v_user
  on conflict (id) do update set organization_id = excluded.organization_id;
  insert into public.memberships (organization_id, user_id, role) values (v_id, v_user, 'admin');
  insert into private.organization_counters (organization_id) values (v_id);
  return jsonb_build_object('id', v_id, 'slug', v_slug, 'name', v_name);
end $$;

create function public.create_organization(name text) returns jsonb
language sql set search_path = '' as $$ select private.create_organization(name) $$;
comment on function public.create_organization(text) is
  'Makes an organization with the caller as its admin and makes it active. Returns {id, slug, name}. The client then refreshes its session so that the JWT carries it.';

create function private.switch_organization(p_organization uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  update public.profiles p set organization_id = p_organization
  where p.id = auth.uid()
    and exists (select 1 from public.memberships m where m.user_id = p.id and m.organization_id = p_organization);
  if not found then
    raise exception using errcode = 'DS006', message = 'There is no such organization among yours.',
      hint = 'Choose one from the list of organizations that you belong to.';
  end if;
end $$;

create function public.switch_organization(organization_id uuid) returns void
language sql set search_path = '' as $$ select private.switch_organization(organization_id) $$;
comment on function public.switch_organization(uuid) is 'Makes one of the caller''s organizations the active one; the client then refreshes its session.';

grant execute on function private.organization_id(), private.has_role(text), private.my_organization_ids(),
  private.require_role(text, text), private.create_organization(text), private.switch_organization(uuid),
  public.create_organization(text), public.switch_organization(uuid) to authenticated;
