-- Sessions: one that was ended is refused at the next statement and not when its token runs out, and dangerous acts want a recent sign-in.

create function private.session_stands() returns boolean
language sql stable security definer set search_path = '' as $$
  -- Supabase Auth puts the session into every token that it signs.
  select coalesce((select auth.jwt()) ->> 'session_id', '') = '' or exists (
    select from auth.sessions s
    where s.id = ((select auth.jwt()) ->> 'session_id')::uuid and s.user_id = (select auth.uid()) and (s.not_after is null or s.not_after > now()))
$$;
comment on function private.session_stands() is 'Has the session of the JWT not been ended meanwhile?';

-- Whoever has set up a second factor is asked for it. The embedded Auth API has none, and no table of them.
do $$
begin
  if to_regclass('auth.mfa_factors') is not null then
    execute $f$
      create function private.second_factor_shown() returns boolean
      language sql stable security definer set search_path = '' as $b$
        select coalesce((select auth.jwt()) ->> 'aal', '') = 'aal2' or not exists (
          select from auth.mfa_factors f where f.user_id = (select auth.uid()) and f.status::text = 'verified')
      $b$ $f$;
  else
    execute $f$
      create function private.second_factor_shown() returns boolean
      language sql immutable set search_path = '' as 'select true' $f$;
  end if;
end $$;
comment on function private.second_factor_shown() is 'Did this session show the second factor, where its owner has one?';

create function private.user_id() returns uuid
language sql stable security definer set search_path = '' as $$
  select auth.uid() where private.session_stands() and private.second_factor_shown()
$$;
comment on function private.user_id() is 'Who calls, while the session stands; else null.';

create or replace function private.organization_id() returns uuid
language sql stable security definer set search_path = '' as $$
  select m.organization_id
  from public.memberships m
  where m.user_id = (select private.user_id())
    and m.organization_id = nullif((select auth.jwt()) ->> 'organization_id', '')::uuid
$$;
comment on function private.organization_id() is 'The organization of the JWT while the caller is still a member of it and the session stands, else null.';

create or replace function private.has_role(p_minimum text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select 1
    from public.memberships m
    where m.user_id = (select private.user_id())
      and m.organization_id = nullif((select auth.jwt()) ->> 'organization_id', '')::uuid
      and array_position(array['viewer', 'editor', 'admin'], m.role)
          >= array_position(array['viewer', 'editor', 'admin'], p_minimum)
  )
$$;

create or replace function private.my_organization_ids() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select m.organization_id from public.memberships m where m.user_id = (select private.user_id())
$$;

create function private.require_user() returns uuid
language plpgsql stable set search_path = '' as $$
begin
  if auth.uid() is null then
    raise exception using errcode = 'DS003', message = 'You are signed out.', hint = 'Sign in, then try again.';
  end if;
  if not private.session_stands() then
    raise exception using errcode = 'PT401', message = 'This session has been ended.', hint = 'Sign in again.';
  end if;
  if not private.second_factor_shown() then
    raise exception using errcode = 'PT401', message = 'This session has not shown its second factor.', hint = 'Enter the code of your authenticator app.';
  end if;
  return auth.uid();
end $$;
comment on function private.require_user() is 'Who calls, or DS003 (signed out) / HTTP 401 (the session was ended, or lacks its second factor).';

create or replace function private.require_role(p_minimum text, p_act text) returns uuid
language plpgsql stable set search_path = '' as $$
declare
  v_user uuid := private.require_user();
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

create function private.require_recent_sign_in() returns void
language plpgsql stable set search_path = '' as $$
declare
  -- https://supabase.com/docs/guides/auth/jwt-fields: how and when (seconds) the session was begun; a refresh leaves it as it is.
  v_amr jsonb := auth.jwt() -> 'amr';
  v_last bigint;
begin
  if jsonb_typeof(v_amr) = 'array' then
    select max((a ->> 'timestamp')::numeric) into v_last from jsonb_array_elements(v_amr) a
    where jsonb_typeof(a) = 'object' and a ->> 'method' is distinct from 'token_refresh';
  end if;
  if v_last is null or to_timestamp(v_last) < now() - interval '10 minutes' then
    raise exception using errcode = 'DS050', message = 'Confirm that it is you.', hint = 'Sign in again; then this goes on within ten minutes.';
  end if;
end $$;
comment on function private.require_recent_sign_in() is 'DS050 when the last sign-in of the session is older than ten minutes.';

-- Whose mailbox it is. A password proves nothing of that where sign-up asks for no confirmation: somebody may have registered another's address.
create function private.proves_mailbox(p_method text) returns boolean
language sql immutable set search_path = '' as $$
  -- The methods of the access-token hook and of amr: https://supabase.com/docs/guides/auth/auth-hooks/custom-access-token-hook
  select coalesce(p_method in ('otp', 'magiclink', 'recovery', 'invite', 'email/signup', 'email_change', 'oauth', 'sso/saml'), false)
$$;

create function private.mailbox_shown() returns boolean
language sql stable set search_path = '' as $$
  select exists (
    select from jsonb_array_elements(case when jsonb_typeof((select auth.jwt()) -> 'amr') = 'array' then (select auth.jwt()) -> 'amr' else '[]' end) a
    where jsonb_typeof(a) = 'object' and private.proves_mailbox(a ->> 'method'))
$$;
comment on function private.mailbox_shown() is 'Was this session begun through the mailbox, or through a provider that vouches for the address?';

create table private.mailbox_proofs (
  user_id uuid primary key references auth.users (id) on delete cascade,
  first_at timestamptz not null default now()
);
comment on table private.mailbox_proofs is 'When somebody first showed that the address of their account is theirs.';
alter table private.mailbox_proofs enable row level security;

-- Somebody may have registered the address of a person who would be invited, with a password that they know. What was set before the address
-- was shown to be anybody's does not come along, from the first moment: in the next it could be changed.
create function private.drop_unproven_password(p_user uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  update auth.users u set encrypted_password = null
  where u.id = p_user and u.encrypted_password <> ''
    and exists (select from public.invitations i
      where i.email = lower(u.email) and i.accepted_at is null and i.revoked_at is null and i.expires_at > now());
end $$;

create function private.note_mailbox_proof(p_user uuid, p_session text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  insert into private.mailbox_proofs (user_id) values (p_user) on conflict do nothing;
  if not found then return; end if;
  -- Whoever was signed in before nobody had shown whose the address is, signs in again.
  delete from auth.sessions s where s.user_id = p_user and s.id::text is distinct from p_session;
  perform private.drop_unproven_password(p_user);
exception when read_only_sql_transaction then
  -- A sign-in does not fail for this note.
  return;
end $$;

create or replace function public.custom_access_token_hook(event jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_claims jsonb := coalesce(event -> 'claims', '{}'::jsonb) - 'organization_id' - 'organization_role';
  v_active record;
begin
  if private.proves_mailbox(event ->> 'authentication_method') then
    perform private.note_mailbox_proof((event ->> 'user_id')::uuid, v_claims ->> 'session_id');
  end if;
  select * into v_active from private.active_membership((event ->> 'user_id')::uuid);
  if found then
    v_claims := v_claims || jsonb_build_object(
      'organization_id', v_active.organization_id, 'organization_role', v_active.role);
  end if;
  return jsonb_set(event, '{claims}', v_claims);
end $$;
grant execute on function private.proves_mailbox(text), private.note_mailbox_proof(uuid, text) to supabase_auth_admin;

alter policy "people read themselves and their colleagues" on public.profiles
  using (id = (select private.user_id()) or id in (
    select m.user_id from public.memberships m where m.organization_id = (select private.organization_id())));
alter policy "people edit their own profile" on public.profiles
  using (id = (select private.user_id())) with check (id = (select private.user_id()));
alter policy "people read their own memberships and their colleagues'" on public.memberships
  using (user_id = (select private.user_id()) or organization_id = (select private.organization_id()));

-- Which organizations somebody is in is theirs to say; a colleague sees who a person is, and no more.
revoke select on public.profiles from authenticated;
grant select (id, email, full_name, created_at, updated_at) on public.profiles to authenticated;

create function private.my_sessions() returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_user uuid := private.require_user();
  v_current text := auth.jwt() ->> 'session_id';
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
        'id', x.id, 'created_at', x.created_at, 'last_seen_at', x.last_seen_at, 'user_agent', x.user_agent, 'ip', x.ip, 'current', x.current)
      order by x.current desc, x.last_seen_at desc), '[]')
    from (
      select s.id, s.created_at, greatest(s.created_at, s.refreshed_at at time zone 'UTC') as last_seen_at,
        left(s.user_agent, 500) as user_agent, host(s.ip) as ip, s.id::text is not distinct from v_current as current
      from auth.sessions s
      where s.user_id = v_user and (s.not_after is null or s.not_after > now())
    ) x);
end $$;
create function public.my_sessions() returns jsonb
language sql stable set search_path = '' as $$ select private.my_sessions() $$;
comment on function public.my_sessions() is 'Where the caller is signed in, this session first: [{id, created_at, last_seen_at, user_agent, ip, current}].';

create function private.end_session(p_session uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_user uuid := private.require_user();
begin
  delete from auth.sessions s where s.id = p_session and s.user_id = v_user;
  if not found then
    raise exception using errcode = 'DS061', message = 'There is no such session of yours.', hint = 'It may have ended; reload the list.';
  end if;
end $$;
create function public.end_session(session_id uuid) returns void
language sql set search_path = '' as $$ select private.end_session(session_id) $$;
comment on function public.end_session(uuid) is 'Signs one of the caller''s sessions out: its next statement is refused.';

grant execute on function private.session_stands(), private.second_factor_shown(), private.user_id(), private.require_user(), private.require_recent_sign_in(),
  private.my_sessions(), private.end_session(uuid), public.my_sessions(), public.end_session(uuid) to authenticated;
grant execute on function private.session_stands(), private.second_factor_shown(), private.user_id() to service_role;
