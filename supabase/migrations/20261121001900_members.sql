-- Who belongs to an organization: invitations, roles, its owner, and its end.
-- Locks here: the organization's row first, then memberships; nobody else takes them in another order.

alter table public.memberships add column is_owner boolean not null default false;
alter table public.memberships add constraint memberships_owner_is_admin check (role = 'admin' or not is_owner);
create unique index memberships_owner_idx on public.memberships (organization_id) where is_owner;
comment on column public.memberships.is_owner is 'The one who may hand the organization over or delete it; an admin whom other admins cannot demote or remove.';
update public.memberships m set is_owner = true
from (select distinct on (x.organization_id) x.organization_id, x.user_id from public.memberships x where x.role = 'admin' order by x.organization_id, x.created_at, x.user_id) first
where m.organization_id = first.organization_id and m.user_id = first.user_id;

alter table public.organizations add column deleted_at timestamptz;
comment on column public.organizations.deleted_at is 'Closed to everybody since then; the tick erases what is left.';

create table public.invitations (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  email text not null check (email = lower(email) and length(email) <= 254 and email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'),
  role text not null check (role in ('admin', 'editor', 'viewer')),
  invited_by uuid references public.profiles (id) on delete set null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  accepted_by uuid references public.profiles (id) on delete set null,
  revoked_at timestamptz,
  unique (organization_id, id)
);
comment on table public.invitations is 'An address that may join with a role, once, within seven days.';
create unique index invitations_pending_idx on public.invitations (organization_id, email) where accepted_at is null and revoked_at is null;
create index invitations_recent_idx on public.invitations (organization_id, created_at desc);
create index invitations_invited_by_idx on public.invitations (invited_by);
create index invitations_accepted_by_idx on public.invitations (accepted_by);

create table private.invitation_tokens (
  invitation_id uuid primary key,
  organization_id uuid not null,
  token_hash bytea not null unique check (length(token_hash) = 32),
  foreign key (organization_id, invitation_id) references public.invitations (organization_id, id) on delete cascade
);
comment on table private.invitation_tokens is 'SHA-256 of each invitation''s token: whoever reads this table cannot accept any.';
create index invitation_tokens_invitation_idx on private.invitation_tokens (organization_id, invitation_id);

create table private.organization_tombstones (
  organization_id uuid primary key,
  deleted_at timestamptz not null default now(),
  deleted_by uuid,
  audit_entries bigint not null default 0,
  audit_hash text
);
comment on table private.organization_tombstones is 'That an organization was deleted, when and by whom, and the last hash of its audit log. Nothing else of it is kept.';

alter table public.invitations enable row level security;
alter table private.invitation_tokens enable row level security;
alter table private.organization_tombstones enable row level security;
create policy "admins read invitations" on public.invitations
  for select to authenticated
  using (organization_id = (select private.organization_id()) and (select private.has_role('admin')));
grant select on public.invitations to authenticated;

create trigger invitations_nudge_insert after insert on public.invitations
  referencing new table as changed for each statement execute function private.nudge();
create trigger invitations_nudge_update after update on public.invitations
  referencing new table as changed for each statement execute function private.nudge();

-- 244 random bits: nobody guesses it, so a plain hash keeps it.
create function private.random_token() returns text
language sql volatile set search_path = '' as $$
  select replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
$$;

create function private.token_hash(p_token text) returns bytea
language sql immutable set search_path = '' as $$ select sha256(convert_to(p_token, 'UTF8')) $$;

create function private.lock_organization(p_organization uuid) returns void
language sql set search_path = '' as $$ select from public.organizations o where o.id = p_organization for no key update $$;
comment on function private.lock_organization(uuid) is 'One change of members at a time: two admins cannot demote each other at once.';

-- Whatever the way in (a verb, an account that is deleted), an organization with members keeps an admin.
create function private.keep_an_admin() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- Gone with the organization itself.
  if not exists (select from public.organizations o where o.id = old.organization_id and o.deleted_at is null) then return null; end if;
  perform private.lock_organization(old.organization_id);
  if not exists (select from public.memberships m where m.organization_id = old.organization_id) then
    -- An operator has deleted the account of the last one. Nobody could reach it any more, and its schedules would go on sending.
    perform private.close_organization(old.organization_id, null);
    return null;
  end if;
  if not exists (select from public.memberships m where m.organization_id = old.organization_id and m.role = 'admin') then
    raise exception using errcode = 'DS054', message = 'An organization keeps at least one admin.', hint = 'Make somebody else an admin first.';
  end if;
  return null;
end $$;
create trigger memberships_keep_an_admin after delete or update of role on public.memberships
  for each row when (old.role = 'admin') execute function private.keep_an_admin();

create or replace function private.create_organization(p_name text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_user uuid := private.require_user();
  v_name text := btrim(coalesce(p_name, ''));
  v_base text;
  v_slug text;
  v_id uuid;
begin
  if length(v_name) not between 1 and 120 then
    raise exception using errcode = 'DS004', message = 'The organization needs a name of 1 to 120 characters.',
      hint = 'Type the name that your team goes by.';
  end if;
  perform private.check_organization_count(v_user);

  v_base := private.slugify(v_name);
  v_slug := v_base;
  loop
    insert into public.organizations (name, slug) values (v_name, v_slug)
    on conflict (slug) do nothing returning id into v_id;
    exit when v_id is not null;
    v_slug := v_base || '-' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 6);
  end loop;
  perform private.join_organization(v_id, 'admin', true);
  insert into private.organization_counters (organization_id) values (v_id);
  return jsonb_build_object('id', v_id, 'slug', v_slug, 'name', v_name);
end $$;

create function private.check_organization_count(p_user uuid) returns void
language plpgsql stable set search_path = '' as $$
begin
  if (select count(*) from public.memberships m where m.user_id = p_user) >= 50 then
    raise exception using errcode = 'DS005', message = 'You already belong to 50 organizations.',
      hint = 'Leave one that you no longer use, then try again.';
  end if;
end $$;

create function private.join_organization(p_organization uuid, p_role text, p_owner boolean) returns void
language plpgsql set search_path = '' as $$
begin
  -- The profile is made here rather than by a trigger on auth.users: a failing trigger there would make
  -- sign-up itself fail, and before this moment nothing needs the row.
  insert into public.profiles (id, email, full_name, organization_id)
  select u.id, coalesce(u.email, ''), nullif(left(btrim(coalesce((select auth.jwt()) -> 'user_metadata' ->> 'full_name', '')), 120), ''), p_organization
  from auth.users u where u.id = auth.uid()
  on conflict (id) do update set organization_id = excluded.organization_id, email = excluded.email;
  insert into public.memberships (organization_id, user_id, role, is_owner) values (p_organization, auth.uid(), p_role, p_owner)
  on conflict (organization_id, user_id) do nothing;
end $$;
comment on function private.join_organization(uuid, text, boolean) is 'Makes the caller a member and the organization the active one; whoever is a member already keeps the role.';

create or replace function private.switch_organization(p_organization uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  update public.profiles p set organization_id = p_organization
  where p.id = private.require_user()
    and exists (select 1 from public.memberships m where m.user_id = p.id and m.organization_id = p_organization);
  if not found then
    raise exception using errcode = 'DS006', message = 'There is no such organization among yours.',
      hint = 'Choose one from the list of organizations that you belong to.';
  end if;
end $$;

-- Invitations.
create function private.new_token(p_invitation uuid) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_token text := private.random_token();
  v_answer jsonb;
begin
  update public.invitations i set expires_at = now() + interval '7 days', revoked_at = null where i.id = p_invitation
  returning jsonb_build_object('id', i.id, 'token', v_token, 'email', i.email, 'role', i.role, 'expires_at', i.expires_at) into v_answer;
  insert into private.invitation_tokens as t (invitation_id, organization_id, token_hash)
  select i.id, i.organization_id, private.token_hash(v_token) from public.invitations i where i.id = p_invitation
  on conflict (invitation_id) do update set token_hash = excluded.token_hash;
  return v_answer;
end $$;

create function private.create_invitation(p_email text, p_role text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('admin', 'invite people');
  v_email text := lower(btrim(coalesce(p_email, '')));
  v_id uuid;
begin
  if length(v_email) > 254 or v_email !~ '^[^@\s]+@[^@\s]+\.[^@\s]+$' then
    raise exception using errcode = 'DS044', message = format('"%s" is not an e-mail address.', left(v_email, 100)), hint = 'Type one such as ada@example.com.';
  end if;
  if p_role is null or p_role not in ('admin', 'editor', 'viewer') then
    raise exception using errcode = 'DS044', message = format('"%s" is not a role.', left(p_role, 100)), hint = 'Choose admin, editor or viewer.';
  end if;
  perform private.lock_organization(v_organization);
  if exists (select from public.memberships m join auth.users u on u.id = m.user_id where m.organization_id = v_organization and lower(u.email) = v_email) then
    raise exception using errcode = 'DS045', message = format('%s is a member already.', v_email), hint = 'Change the role in the list of members instead.';
  end if;
  if (select count(*) from public.invitations i where i.organization_id = v_organization and i.accepted_at is null and i.revoked_at is null and i.expires_at > now()) >= 200 then
    raise exception using errcode = 'DS059', message = '200 invitations are open already.', hint = 'Revoke those that nobody will accept any more.';
  end if;
  insert into public.invitations as i (organization_id, email, role, invited_by, expires_at)
  values (v_organization, v_email, p_role, auth.uid(), now() + interval '7 days')
  on conflict (organization_id, email) where accepted_at is null and revoked_at is null
    do update set role = excluded.role, invited_by = excluded.invited_by
  returning i.id into v_id;
  return private.new_token(v_id);
end $$;
create function public.create_invitation(email text, role text) returns jsonb
language sql set search_path = '' as $$ select private.create_invitation(email, role) $$;
comment on function public.create_invitation(text, text) is
  'Invites an address for seven days; one that is open already is replaced. {id, token, email, role, expires_at}: the token is told once and kept as a hash.';

create function private.open_invitation(p_organization uuid, p_invitation uuid) returns uuid
language plpgsql set search_path = '' as $$
declare
  v_id uuid;
begin
  perform private.lock_organization(p_organization);
  select i.id into v_id from public.invitations i
  where i.organization_id = p_organization and i.id = p_invitation and i.accepted_at is null and i.revoked_at is null for update;
  if v_id is null then
    raise exception using errcode = 'DS046', message = 'There is no such open invitation in this organization.', hint = 'It may have been accepted or revoked; reload the list.';
  end if;
  return v_id;
end $$;

create function private.renew_invitation(p_invitation uuid) returns jsonb
language sql security definer set search_path = '' as $$
  select private.new_token(private.open_invitation(private.require_role('admin', 'invite people'), p_invitation))
$$;
create function public.renew_invitation(invitation_id uuid) returns jsonb
language sql set search_path = '' as $$ select private.renew_invitation(invitation_id) $$;
comment on function public.renew_invitation(uuid) is 'A new token and seven more days; the token before is worth nothing then. As create_invitation.';

create function private.revoke_invitation(p_invitation uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_id uuid := private.open_invitation(private.require_role('admin', 'revoke invitations'), p_invitation);
begin
  update public.invitations i set revoked_at = now() where i.id = v_id;
end $$;
create function public.revoke_invitation(invitation_id uuid) returns void
language sql set search_path = '' as $$ select private.revoke_invitation(invitation_id) $$;

create function private.invitation_by_token(p_token text) returns public.invitations
language plpgsql set search_path = '' as $$
declare
  v_invitation public.invitations;
begin
  select i.* into v_invitation
  from private.invitation_tokens t
  join public.invitations i on i.organization_id = t.organization_id and i.id = t.invitation_id
  join public.organizations o on o.id = i.organization_id and o.deleted_at is null
  where t.token_hash = private.token_hash(p_token);
  if v_invitation.id is null then
    raise exception using errcode = 'DS046', message = 'There is no such invitation.',
      hint = 'The link may be incomplete, or a newer one was sent. Ask for a new invitation.';
  end if;
  return v_invitation;
end $$;

create function private.invitation_state(p_invitation public.invitations) returns text
language sql stable set search_path = '' as $$
  select case when (p_invitation).accepted_at is not null then 'accepted' when (p_invitation).revoked_at is not null then 'revoked'
    when (p_invitation).expires_at <= now() then 'expired' else 'open' end
$$;

create function private.invitation(p_token text) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_user uuid := private.require_user();
  v_invitation public.invitations := private.invitation_by_token(p_token);
begin
  return jsonb_build_object(
    'organization_id', (select m.organization_id from public.memberships m where m.organization_id = v_invitation.organization_id and m.user_id = v_user),
    'organization_name', (select o.name from public.organizations o where o.id = v_invitation.organization_id),
    'email', v_invitation.email, 'role', v_invitation.role, 'expires_at', v_invitation.expires_at,
    'invited_by', (select coalesce(p.full_name, p.email) from public.profiles p where p.id = v_invitation.invited_by),
    'state', private.invitation_state(v_invitation),
    'mine', exists (select from auth.users u where u.id = v_user and lower(u.email) = v_invitation.email),
    'proven', private.mailbox_shown(),
    'member', exists (select from public.memberships m where m.organization_id = v_invitation.organization_id and m.user_id = v_user));
end $$;
create function public.invitation(token text) returns jsonb
language sql stable set search_path = '' as $$ select private.invitation(token) $$;
comment on function public.invitation(text) is
  'What the holder of a token is invited to: {organization_id (for members), organization_name, email, role, expires_at, invited_by, state (open, accepted, revoked, expired), mine, proven, member}.';

create function private.accept_invitation(p_token text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_user uuid := private.require_user();
  v_invitation public.invitations := private.invitation_by_token(p_token);
  v_state text;
  v_removed boolean := false;
begin
  perform private.lock_organization(v_invitation.organization_id);
  -- A newer token may have taken the place of this one meanwhile.
  v_invitation := private.invitation_by_token(p_token);
  v_state := private.invitation_state(v_invitation);
  if not exists (select from auth.users u where u.id = v_user and lower(u.email) = v_invitation.email) then
    raise exception using errcode = 'DS048', message = format('This invitation is for %s.', v_invitation.email),
      hint = 'Sign in with that address, or ask for an invitation to yours.';
  end if;
  if v_state <> 'open' then
    raise exception using errcode = 'DS047',
      message = case v_state when 'accepted' then 'This invitation has been accepted already.' when 'revoked' then 'This invitation has been revoked.'
        else 'This invitation has expired.' end,
      hint = case v_state when 'accepted' then 'Sign in and choose the organization.' else 'Ask an admin of the organization for a new one.' end;
  end if;
  if not private.mailbox_shown() then
    raise exception using errcode = 'DS064', message = 'Show that this address is yours.',
      hint = 'Follow the link in the invitation''s mail, or have a sign-in link sent to it.';
  end if;
  perform private.check_organization_count(v_user);
  -- The password of before is gone since the address was first shown (note_mailbox_proof).
  v_removed := exists (
    select from private.mailbox_proofs p join auth.users u on u.id = p.user_id
    where p.user_id = v_user and p.first_at >= v_invitation.created_at and coalesce(u.encrypted_password, '') = '');
  perform private.join_organization(v_invitation.organization_id, v_invitation.role, false);
  update public.invitations i set accepted_at = now(), accepted_by = v_user where i.id = v_invitation.id;
  return (select jsonb_build_object('organization_id', o.id, 'name', o.name, 'role', m.role, 'password_removed', v_removed)
    from public.organizations o join public.memberships m on m.organization_id = o.id and m.user_id = v_user
    where o.id = v_invitation.organization_id);
end $$;
create function public.accept_invitation(token text) returns jsonb
language sql set search_path = '' as $$ select private.accept_invitation(token) $$;
comment on function public.accept_invitation(text) is
  'Joins with the invited address and makes the organization active; the client then refreshes its session. {organization_id, name, role, password_removed: there is none (any more)}. Wants a session that was begun through the mailbox (DS064).';

-- Members.
create function private.member_to_change(p_organization uuid, p_user uuid) returns public.memberships
language plpgsql set search_path = '' as $$
declare
  v_member public.memberships;
begin
  perform private.lock_organization(p_organization);
  select * into v_member from public.memberships m where m.organization_id = p_organization and m.user_id = p_user for update;
  if v_member.user_id is null then
    raise exception using errcode = 'DS049', message = 'There is no such member in this organization.', hint = 'Reload the list of members.';
  end if;
  return v_member;
end $$;

create function private.owner_stays() returns void
language plpgsql set search_path = '' as $$
begin
  raise exception using errcode = 'DS051', message = 'The owner of an organization stays its admin.', hint = 'Transfer the ownership to somebody else first.';
end $$;

-- What somebody may no longer do, they have not done in advance.
create function private.revoke_invitations_of(p_organization uuid, p_user uuid) returns void
language sql set search_path = '' as $$
  update public.invitations i set revoked_at = now()
  where i.organization_id = p_organization and i.invited_by = p_user and i.accepted_at is null and i.revoked_at is null
$$;

create function private.change_member_role(p_user uuid, p_role text) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('admin', 'change roles');
  v_member public.memberships;
begin
  if p_role is null or p_role not in ('admin', 'editor', 'viewer') then
    raise exception using errcode = 'DS044', message = format('"%s" is not a role.', left(p_role, 100)), hint = 'Choose admin, editor or viewer.';
  end if;
  v_member := private.member_to_change(v_organization, p_user);
  -- Whoever waited for the lock may have been demoted meanwhile.
  perform private.require_role('admin', 'change roles');
  if v_member.is_owner and p_role <> 'admin' then perform private.owner_stays(); end if;
  update public.memberships m set role = p_role where m.organization_id = v_organization and m.user_id = p_user and m.role <> p_role;
  if p_role <> 'admin' then perform private.revoke_invitations_of(v_organization, p_user); end if;
end $$;
create function public.change_member_role(user_id uuid, role text) returns void
language sql set search_path = '' as $$ select private.change_member_role(user_id, role) $$;

create function private.end_membership(p_organization uuid, p_user uuid) returns void
language plpgsql set search_path = '' as $$
begin
  perform private.revoke_invitations_of(p_organization, p_user);
  delete from public.memberships m where m.organization_id = p_organization and m.user_id = p_user;
  update public.profiles p set organization_id = (
    select m.organization_id from public.memberships m where m.user_id = p_user order by m.created_at, m.organization_id limit 1)
  where p.id = p_user and p.organization_id = p_organization;
end $$;
comment on function private.end_membership(uuid, uuid) is 'Another of the person''s organizations becomes the active one, or none.';

create function private.remove_member(p_user uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('admin', 'remove members');
  v_member public.memberships := private.member_to_change(v_organization, p_user);
begin
  perform private.require_role('admin', 'remove members');
  if v_member.is_owner then perform private.owner_stays(); end if;
  perform private.end_membership(v_organization, p_user);
end $$;
create function public.remove_member(user_id uuid) returns void
language sql set search_path = '' as $$ select private.remove_member(user_id) $$;
comment on function public.remove_member(uuid) is 'Takes somebody out of the organization: what they send next, with whatever token, is refused.';

create function private.leave_organization() returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('viewer', 'leave the organization');
  v_member public.memberships := private.member_to_change(v_organization, auth.uid());
begin
  if v_member.is_owner then perform private.owner_stays(); end if;
  -- The keeper of admins lets the last member go; an organization without anybody could never be reached again.
  if not exists (select from public.memberships m where m.organization_id = v_organization and m.user_id <> auth.uid()) then
    raise exception using errcode = 'DS054', message = 'You are the last member.', hint = 'Delete the organization instead.';
  end if;
  perform private.end_membership(v_organization, auth.uid());
end $$;
create function public.leave_organization() returns void
language sql set search_path = '' as $$ select private.leave_organization() $$;
comment on function public.leave_organization() is 'Leaves the active organization; the client then refreshes its session.';

create function private.require_owner(p_act text) returns uuid
language plpgsql set search_path = '' as $$
declare
  v_organization uuid := private.require_role('admin', p_act);
begin
  perform private.require_recent_sign_in();
  perform private.lock_organization(v_organization);
  perform private.require_role('admin', p_act);
  -- Without an owner (whose account an operator deleted) its admins act for it.
  if exists (select from public.memberships m where m.organization_id = v_organization and m.is_owner and m.user_id <> auth.uid()) then
    raise exception using errcode = 'DS052', message = format('Only the owner of the organization may %s.', p_act),
      hint = 'The list of members names the owner.';
  end if;
  return v_organization;
end $$;

create function private.transfer_ownership(p_user uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_owner('transfer the ownership');
begin
  perform private.member_to_change(v_organization, p_user);
  update public.memberships m set is_owner = false where m.organization_id = v_organization and m.is_owner and m.user_id <> p_user;
  update public.memberships m set is_owner = true, role = 'admin' where m.organization_id = v_organization and m.user_id = p_user and not m.is_owner;
end $$;
create function public.transfer_ownership(user_id uuid) returns void
language sql set search_path = '' as $$ select private.transfer_ownership(user_id) $$;
comment on function public.transfer_ownership(uuid) is 'Makes another member the owner (and an admin); the one before stays an admin. Wants a recent sign-in.';

-- A profile shows the address that Auth knows, also after a change of it.
create function private.follow_email() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.profiles p set email = coalesce(new.email, '') where p.id = new.id;
  return null;
end $$;
create trigger datasync_follow_email after update of email on auth.users
  for each row when (old.email is distinct from new.email) execute function private.follow_email();

-- The end of an organization: closed in one statement, erased in portions that nobody waits for.
create function private.close_organization(p_organization uuid, p_user uuid) returns void
language plpgsql set search_path = '' as $$
begin
  -- Sites before what hangs on them, as everywhere; what is on its way ends by itself, what waits does not start.
  perform 1 from public.sites s where s.organization_id = p_organization order by s.id for update;
  perform 1 from public.site_states st where st.organization_id = p_organization order by st.site_id for update;
  update public.sync_deliveries d set status = 'cancelled', reason = 'the organization was deleted', finished_at = clock_timestamp(), next_attempt_at = null
  where d.organization_id = p_organization and d.status in ('queued', 'retrying');
  insert into private.organization_tombstones (organization_id, deleted_by) values (p_organization, p_user) on conflict do nothing;
  update public.organizations o set deleted_at = now(), name = 'Deleted' where o.id = p_organization;
  update public.profiles p set organization_id = (
    select m.organization_id from public.memberships m where m.user_id = p.id and m.organization_id <> p_organization order by m.created_at, m.organization_id limit 1)
  where p.organization_id = p_organization;
  delete from public.memberships m where m.organization_id = p_organization;
  delete from public.invitations i where i.organization_id = p_organization;
  -- What has no site to go to starts no run at a publish window.
  update public.sites s set enabled = false where s.organization_id = p_organization and s.enabled;
  delete from public.destination_snapshots d where d.organization_id = p_organization;
  delete from private.site_secrets s where s.organization_id = p_organization;
  delete from public.schedules s where s.organization_id = p_organization;
end $$;

create function private.erase_organization(p_organization uuid, p_rows integer default 5000) returns boolean
language plpgsql set search_path = '' as $$
declare
  v_table text;
  v_gone integer;
  v_left integer := p_rows;
begin
  -- What grows without end goes in portions, children before their parents; the row of the organization takes the rest with it.
  foreach v_table in array array['job_logs', 'delivery_attempts', 'destination_snapshot_history', 'sync_deliveries', 'sync_jobs',
    'site_item_mappings', 'content_item_revisions', 'content_items', 'sites', 'audit_log'] loop
    execute format('delete from public.%1$I x where x.ctid in (select y.ctid from public.%1$I y where y.organization_id = $1 limit $2)', v_table)
    using p_organization, v_left;
    get diagnostics v_gone = row_count;
    v_left := v_left - v_gone;
    if v_left <= 0 then return false; end if;
  end loop;
  delete from public.organizations o where o.id = p_organization;
  return true;
end $$;
comment on function private.erase_organization(uuid, integer) is 'Removes at most p_rows of a closed organization. True when nothing of it is left.';

create function private.erase_closed(p_rows integer default 5000) returns integer
language plpgsql set search_path = '' as $$
declare
  v_organization uuid;
begin
  select o.id into v_organization from public.organizations o where o.deleted_at is not null
    -- A request that is still on its way is recorded first.
    and not exists (select from public.sync_deliveries d where d.organization_id = o.id and d.status = 'sending' and d.lease_expires_at > clock_timestamp())
  order by o.deleted_at limit 1 for update skip locked;
  if v_organization is null then return 0; end if;
  perform private.erase_organization(v_organization, p_rows);
  return 1;
end $$;
create index organizations_deleted_idx on public.organizations (deleted_at) where deleted_at is not null;

create function private.delete_organization(p_confirmation text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_owner('delete the organization');
begin
  if not exists (select from public.organizations o where o.id = v_organization and o.slug = p_confirmation) then
    raise exception using errcode = 'DS053', message = 'What you typed is not the organization''s short name.', hint = 'Type it exactly as it is shown. Nothing was deleted.';
  end if;
  perform private.close_organization(v_organization, auth.uid());
  -- The rest at once where nobody is in the middle of something: whoever holds on to the organization may wait for what was locked above.
  return jsonb_build_object('deleted', case
    when exists (select from public.sync_deliveries d where d.organization_id = v_organization and d.status = 'sending')
      or not exists (select from public.organizations o where o.id = v_organization for update skip locked) then false
    else private.erase_organization(v_organization, 20000) end);
end $$;
create function public.delete_organization(confirmation text) returns jsonb
language sql set search_path = '' as $$ select private.delete_organization(confirmation) $$;
comment on function public.delete_organization(text) is
  'Deletes the active organization (its owner, its slug typed, a recent sign-in). Closed at once; {deleted: false} where the tick erases the rest.';

-- Accounts.
create function private.account_deletion() returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'email', (select u.email from auth.users u where u.id = private.require_user()),
    'deletes', coalesce(jsonb_agg(jsonb_build_object('id', x.id, 'name', x.name) order by x.name) filter (where x.others = 0), '[]'),
    'blocked_by', coalesce(jsonb_agg(jsonb_build_object('id', x.id, 'name', x.name) order by x.name) filter (where x.others > 0 and x.needed), '[]'))
  from (
    select o.id, o.name, m.is_owner or (m.role = 'admin' and not exists (
        select from public.memberships a where a.organization_id = o.id and a.user_id <> m.user_id and a.role = 'admin')) as needed,
      (select count(*) from public.memberships c where c.organization_id = o.id and c.user_id <> m.user_id) as others
    from public.memberships m join public.organizations o on o.id = m.organization_id
    where m.user_id = auth.uid()) x
$$;
create function public.account_deletion() returns jsonb
language sql stable set search_path = '' as $$ select private.account_deletion() $$;
comment on function public.account_deletion() is
  'What goes with the caller''s account: {email, deletes: organizations that nobody else is in, blocked_by: those that would be left without an owner or admin}.';

create function private.delete_account(p_confirmation text) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_user uuid := private.require_user();
  v_email text;
  v_blocked text;
  v_organization uuid;
begin
  perform private.require_recent_sign_in();
  select u.email into v_email from auth.users u where u.id = v_user;
  if lower(btrim(coalesce(p_confirmation, ''))) <> lower(coalesce(v_email, '')) then
    raise exception using errcode = 'DS053', message = 'What you typed is not the e-mail address of this account.', hint = 'Type it exactly as it is shown. Nothing was deleted.';
  end if;
  perform 1 from public.organizations o
  where o.id in (select m.organization_id from public.memberships m where m.user_id = v_user) order by o.id for no key update;
  select string_agg(format('"%s"', b ->> 'name'), ', ') into v_blocked from jsonb_array_elements(private.account_deletion() -> 'blocked_by') b;
  if v_blocked is not null then
    raise exception using errcode = 'DS062', message = format('You are the owner or the last admin of %s.', v_blocked),
      hint = 'Transfer the ownership or delete the organization first. Nothing was deleted.';
  end if;
  for v_organization in select (x ->> 'id')::uuid from jsonb_array_elements(private.account_deletion() -> 'deletes') x loop
    perform private.close_organization(v_organization, v_user);
  end loop;
  delete from auth.users u where u.id = v_user;
end $$;
create function public.delete_account(confirmation text) returns void
language sql set search_path = '' as $$ select private.delete_account(confirmation) $$;
comment on function public.delete_account(text) is 'Deletes the caller''s account and the organizations that nobody else is in (e-mail typed, a recent sign-in).';

grant execute on function private.create_invitation(text, text), private.renew_invitation(uuid), private.revoke_invitation(uuid), private.invitation(text),
  private.accept_invitation(text), private.change_member_role(uuid, text), private.remove_member(uuid), private.leave_organization(),
  private.transfer_ownership(uuid), private.delete_organization(text), private.account_deletion(), private.delete_account(text),
  public.create_invitation(text, text), public.renew_invitation(uuid), public.revoke_invitation(uuid), public.invitation(text),
  public.accept_invitation(text), public.change_member_role(uuid, text), public.remove_member(uuid), public.leave_organization(),
  public.transfer_ownership(uuid), public.delete_organization(text), public.account_deletion(), public.delete_account(text) to authenticated;
