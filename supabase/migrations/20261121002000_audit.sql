-- Who changed what, when and from where: written by triggers on every table that people change, append-only, each entry chained to the one
-- before it by its hash. The engine's own tables (jobs, deliveries, attempts, log lines, states) are their own record.
--
-- A statement leaves its entries in a queue; when its transaction commits, they are numbered and hashed under the lock of the organization's
-- head. Taken that late, and after every other lock, it makes nobody wait long and cannot be part of a deadlock.

create table public.audit_log (
  organization_id uuid not null references public.organizations (id) on delete cascade,
  seq bigint not null,
  at timestamptz not null,
  actor_kind text not null check (actor_kind in ('user', 'api_key', 'schedule', 'system')),
  actor_id uuid,
  actor_name text,
  action text not null,
  subject_kind text not null,
  subject_id text not null,
  subject_name text,
  changes jsonb not null,
  ip text,
  user_agent text,
  request_id text,
  previous_hash text not null,
  hash text not null,
  primary key (organization_id, seq)
);
comment on table public.audit_log is 'Append-only. Every entry''s hash covers the entry and the hash before it, so that what was altered later can be named.';
comment on column public.audit_log.changes is
  '[{field, before, after}], objects one level deep (data.headline); a missing key: there was, or is, nothing. Long values are {truncated, characters, start}.';
create index audit_log_subject_idx on public.audit_log (organization_id, subject_id, seq desc);
create index audit_log_actor_idx on public.audit_log (organization_id, actor_id, seq desc);
create index audit_log_action_idx on public.audit_log (organization_id, action, seq desc);
create index audit_log_at_idx on public.audit_log (organization_id, at desc);

create table private.audit_heads (
  organization_id uuid primary key references public.organizations (id) on delete cascade,
  seq bigint not null,
  hash text not null
);
comment on table private.audit_heads is 'The last entry of each chain. Its row lock is the last lock that a transaction takes.';

create table private.audit_checkpoints (
  organization_id uuid primary key references public.organizations (id) on delete cascade,
  seq bigint not null,
  hash text not null,
  removed_at timestamptz not null default now()
);
comment on table private.audit_checkpoints is 'Where a chain goes on from after older entries were no longer kept.';

-- Empty between transactions, so a crash has nothing to lose here.
create unlogged table private.audit_queue (
  id bigint generated always as identity primary key,
  transaction xid8 not null default pg_current_xact_id(),
  organization_id uuid not null,
  actor jsonb not null,
  action text not null,
  subject_kind text not null,
  subject_id text not null,
  subject_name text,
  changes jsonb not null
);
create index audit_queue_transaction_idx on private.audit_queue (transaction);
create unlogged table private.audit_commits (transaction xid8 primary key);
comment on table private.audit_commits is 'One row per transaction that has entries in the queue: its deferred trigger seals them.';

alter table public.organizations add column audit_retention_days integer check (audit_retention_days between 30 and 3650);
comment on column public.organizations.audit_retention_days is 'Days that entries of the audit log are kept; null: for ever.';

alter table public.audit_log enable row level security;
alter table private.audit_heads enable row level security;
alter table private.audit_checkpoints enable row level security;
alter table private.audit_queue enable row level security;
alter table private.audit_commits enable row level security;
create policy "admins read the audit log" on public.audit_log
  for select to authenticated
  using (organization_id = (select private.organization_id()) and (select private.has_role('admin')));
grant select on public.audit_log to authenticated;
revoke insert, update, delete, truncate on public.audit_log from service_role;
revoke all on private.audit_heads, private.audit_checkpoints, private.audit_queue, private.audit_commits from service_role;

create function private.audit_is_append_only() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'DELETE' then
    -- What a checkpoint stands for, and what belonged to an organization that is deleted.
    if exists (select from private.audit_checkpoints c where c.organization_id = old.organization_id and old.seq <= c.seq)
       or not exists (select from public.organizations o where o.id = old.organization_id and o.deleted_at is null) then
      return old;
    end if;
  end if;
  raise exception using errcode = 'DS063', message = 'The audit log is append-only.', hint = 'Entries leave it by retention alone, which keeps a checkpoint.';
end $$;
create trigger audit_log_append_only before update or delete on public.audit_log
  for each row execute function private.audit_is_append_only();
create trigger audit_log_no_truncate before truncate on public.audit_log
  for each statement execute function private.audit_is_append_only();

-- Who acts. Functions say it for the people and keys that they act for; the Data API cannot set this, and is not believed if it could.
create function private.actor() returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_said jsonb := case when session_user <> 'authenticator' then nullif(current_setting('datasync.actor', true), '')::jsonb end;
  v_headers jsonb := nullif(current_setting('request.headers', true), '')::jsonb;
  v_kind text := 'system';
  v_id uuid;
  v_name text;
begin
  if v_said is not null then
    v_kind := v_said ->> 'kind';
    v_id := (v_said ->> 'id')::uuid;
    v_name := v_said ->> 'name';
  elsif auth.uid() is not null then
    v_kind := 'user';
    v_id := auth.uid();
  end if;
  if v_name is null and v_kind = 'user' then
    select coalesce(u.email, u.phone) into v_name from auth.users u where u.id = v_id;
  end if;
  return jsonb_strip_nulls(jsonb_build_object('kind', v_kind, 'id', v_id, 'name', left(v_name, 254),
    -- Where a proxy of the platform says it, its word counts; the embedded gateway takes a client's own away.
    'ip', left(coalesce(v_said ->> 'ip', v_headers ->> 'cf-connecting-ip', btrim(split_part(v_headers ->> 'x-forwarded-for', ',', 1))), 64),
    'user_agent', left(coalesce(v_said ->> 'user_agent', v_headers ->> 'user-agent'), 300),
    'request_id', left(coalesce(v_said ->> 'request_id', v_headers ->> 'sb-request-id', v_headers ->> 'x-request-id'), 64)));
end $$;
comment on function private.actor() is
  'Who acts in this transaction: {kind, id, name, ip, user_agent, request_id}; from datasync.actor (functions), else from the JWT and headers of the request, else the system.';

-- In two steps, so that only the second has to wait for the entry before.
create function private.audit_digest(p_entry public.audit_log) returns bytea
language sql immutable set search_path = '' as $$
  select sha256(convert_to(jsonb_build_array(
    (p_entry).organization_id, (p_entry).seq, (extract(epoch from (p_entry).at) * 1000000)::bigint,
    (p_entry).actor_kind, (p_entry).actor_id, (p_entry).actor_name, (p_entry).action, (p_entry).subject_kind, (p_entry).subject_id, (p_entry).subject_name,
    (p_entry).changes, (p_entry).ip, (p_entry).user_agent, (p_entry).request_id)::text, 'UTF8'))
$$;

create function private.audit_hash(p_previous text, p_digest bytea) returns text
language sql immutable set search_path = '' as $$ select encode(sha256(decode(p_previous, 'hex') || p_digest), 'hex') $$;

create function private.audit_start() returns text
language sql immutable set search_path = '' as $$ select repeat('0', 64) $$;
comment on function private.audit_start() is 'What stands for the hash before a first entry.';

create function private.seal_audit_entries() returns trigger
language plpgsql security definer set search_path = '' set enable_nestloop = off as $$
declare
  v_head private.audit_heads;
  v_entries public.audit_log[];
  v_digests bytea[];
  v_hashes text[];
  v_previous text;
  v_organization uuid;
begin
  for v_organization in
    select distinct q.organization_id from private.audit_queue q
    join public.organizations o on o.id = q.organization_id and o.deleted_at is null
    where q.transaction = new.transaction order by 1
  loop
    -- The entries will ask for this lock; asked for after the head's, it would meet a deletion of the organization the other way round.
    perform 1 from public.organizations o where o.id = v_organization and o.deleted_at is null for key share;
    continue when not found;
    insert into private.audit_heads (organization_id, seq, hash) values (v_organization, 0, private.audit_start()) on conflict do nothing;
    select * into v_head from private.audit_heads h where h.organization_id = v_organization for update;

    select array_agg(e order by e.seq), array_agg(private.audit_digest(e) order by e.seq) into v_entries, v_digests
    from (
      select (row(v_organization, v_head.seq + row_number() over (order by q.id), clock.at,
        q.actor ->> 'kind', (q.actor ->> 'id')::uuid, q.actor ->> 'name', q.action, q.subject_kind, q.subject_id, q.subject_name, q.changes,
        q.actor ->> 'ip', q.actor ->> 'user_agent', q.actor ->> 'request_id', '', '')::public.audit_log).*
      from private.audit_queue q, (select clock_timestamp() as at) clock
      where q.transaction = new.transaction and q.organization_id = v_organization
    ) e;
    v_hashes := array[v_head.hash];
    v_previous := v_head.hash;
    for n in 1 .. cardinality(v_digests) loop
      v_previous := encode(sha256(decode(v_previous, 'hex') || v_digests[n]), 'hex');
      v_hashes := v_hashes || v_previous;
    end loop;
    insert into public.audit_log (organization_id, seq, at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name, changes,
      ip, user_agent, request_id, previous_hash, hash)
    select e.organization_id, e.seq, e.at, e.actor_kind, e.actor_id, e.actor_name, e.action, e.subject_kind, e.subject_id, e.subject_name, e.changes,
      e.ip, e.user_agent, e.request_id, h.previous, h.own
    from unnest(v_entries) with ordinality as e(organization_id, seq, at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name, changes,
      ip, user_agent, request_id, no_previous, no_hash, place)
    join unnest(v_hashes[:cardinality(v_digests)], v_hashes[2:]) with ordinality as h(previous, own, place) using (place);
    update private.audit_heads h set seq = v_head.seq + cardinality(v_digests), hash = v_previous where h.organization_id = v_organization;
    perform realtime.send('{"table": "audit_log"}', 'changed', 'org:' || v_organization, true);
  end loop;
  delete from private.audit_queue q where q.transaction = new.transaction;
  delete from private.audit_commits c where c.transaction = new.transaction;
  return null;
end $$;
create constraint trigger audit_commits_seal after insert on private.audit_commits
  deferrable initially deferred for each row execute function private.seal_audit_entries();

create function private.audit_commit() returns void
language sql set search_path = '' as $$
  insert into private.audit_commits (transaction) values (pg_current_xact_id()) on conflict do nothing
$$;

create function private.write_audit(p_organization uuid, p_action text, p_kind text, p_id text, p_name text, p_changes jsonb) returns void
language plpgsql security definer set search_path = '' as $$
begin
  insert into private.audit_queue (organization_id, actor, action, subject_kind, subject_id, subject_name, changes)
  values (p_organization, private.actor(), p_action, p_kind, p_id, p_name, p_changes);
  perform private.audit_commit();
end $$;
comment on function private.write_audit(uuid, text, text, text, text, jsonb) is 'An entry that no trigger writes: an act that changes no row of the tables that people change.';

-- The difference between two rows, field by field.
create function private.audit_value(p_value jsonb) returns jsonb
language sql immutable set search_path = '' as $$
  select case when octet_length(p_value::text) <= 2000 then p_value
    else jsonb_build_object('truncated', true, 'characters', length(p_value #>> '{}'), 'start', left(p_value #>> '{}', 500)) end
$$;

create function private.audit_ignores() returns text[]
language sql immutable set search_path = '' as $$
  -- What other fields follow from, what the database keeps for itself, and what the engine writes.
  select array['id', 'organization_id', 'created_at', 'updated_at', 'created_by', 'updated_by', 'revision', 'published_at',
    'next_run_at', 'last_run_at', 'last_job_id', 'last_outcome', 'problem', 'last_used_at', 'deleted_at']
$$;

create type private.audit_row as (before jsonb, after jsonb);

-- One query for all rows of a statement: a hundred thousand mappings may be written at once.
create function private.queue_audit_entries(p_table text, p_keys text[], p_rows private.audit_row[]) returns integer
language plpgsql security definer set search_path = '' set enable_nestloop = off as $$
declare
  v_actor jsonb := private.actor();
  -- The keys name the subject.
  v_ignored text[] := private.audit_ignores() || p_keys;
  v_queued integer;
begin
  with changed as materialized (
    select r.place, r.before, r.after, coalesce(r.after, r.before) as data
    from unnest(p_rows) with ordinality r(before, after, place)
    where r.before is distinct from r.after
  ), field as (
    select x.place, x.field, min(x.value::text) filter (where x.is_after)::jsonb as after, min(x.value::text) filter (where not x.is_after)::jsonb as before
    from (
      select c.place, s.is_after, case when o.key is null then e.key else e.key || '.' || o.key end as field, coalesce(o.value, e.value) as value
      from changed c
      cross join lateral (values (false, c.before, c.after), (true, c.after, c.before)) s(is_after, own, other)
      cross join lateral jsonb_each(s.own) e
      left join lateral jsonb_each(case when jsonb_typeof(e.value) = 'object' then e.value end) o on true
      where e.value is distinct from s.other -> e.key and e.value not in ('null', '{}') and e.key <> all (v_ignored)
    ) x
    group by x.place, x.field
  ), difference as (
    select f.place, jsonb_agg(jsonb_build_object('field', f.field)
        || case when f.before is null then '{}' else jsonb_build_object('before', private.audit_value(f.before)) end
        || case when f.after is null then '{}' else jsonb_build_object('after', private.audit_value(f.after)) end order by f.field) as changes
    from field f where f.before is distinct from f.after group by f.place
  )
  insert into private.audit_queue (organization_id, actor, action, subject_kind, subject_id, subject_name, changes)
  select o.id, v_actor, case when c.before is null then 'created' when c.after is null then 'deleted' else 'updated' end, p_table,
    (select string_agg(c.data ->> k.name, '/' order by k.place) from unnest(p_keys) with ordinality k(name, place)),
    left(case p_table
      when 'memberships' then (select p.email from public.profiles p where p.id = (c.data ->> 'user_id')::uuid)
      when 'site_item_mappings' then
        coalesce((select i.title from public.content_items i where i.id = (c.data ->> 'item_id')::uuid), 'a deleted item') || ' on '
        || coalesce((select s.name from public.sites s where s.id = (c.data ->> 'site_id')::uuid), 'a deleted site')
      when 'schedule_sites' then
        coalesce((select s.name from public.schedules s where s.id = (c.data ->> 'schedule_id')::uuid), 'a deleted schedule') || ' for '
        || coalesce((select s.name from public.sites s where s.id = (c.data ->> 'site_id')::uuid), 'a deleted site')
      else coalesce(c.data ->> 'title', c.data ->> 'name', c.data ->> 'email') end, 254),
    coalesce(d.changes, '[]')
  from changed c
  join public.organizations o on o.id = (c.data ->> case p_table when 'organizations' then 'id' else 'organization_id' end)::uuid and o.deleted_at is null
  left join difference d on d.place = c.place
  where (d.changes is not null or c.before is null or c.after is null)
    -- The built-in receiver counts its simulated failures down.
    and not (p_table = 'sites' and v_actor ->> 'kind' = 'system' and jsonb_array_length(d.changes) = 1 and d.changes @> '[{"field": "fail_next"}]')
  order by c.place;
  get diagnostics v_queued = row_count;
  if v_queued > 0 then perform private.audit_commit(); end if;
  return v_queued;
end $$;

-- Nothing is known of how many rows a statement has changed, and a nested loop over a hundred thousand would not end.
create function private.audit_statement() returns trigger
language plpgsql security definer set search_path = '' set enable_nestloop = off as $$
declare
  -- A trigger's arguments are counted from 0.
  v_keys text[] := array(select unnest(tg_argv));
  v_rows private.audit_row[];
begin
  if tg_op = 'INSERT' then
    select array_agg(row(null, to_jsonb(x))::private.audit_row) into v_rows from after x;
  elsif tg_op = 'DELETE' then
    select array_agg(row(to_jsonb(x), null)::private.audit_row) into v_rows from before x;
  else
    with b as materialized (
      select x.data, concat_ws('/', x.data ->> v_keys[1], x.data ->> v_keys[2]) as key from (select to_jsonb(o) as data from before o) x
    ), a as materialized (
      select x.data, concat_ws('/', x.data ->> v_keys[1], x.data ->> v_keys[2]) as key from (select to_jsonb(o) as data from after o) x
    )
    select array_agg(row(b.data, a.data)::private.audit_row) into v_rows from b join a on a.key = b.key where a.data - private.audit_ignores() <> b.data - private.audit_ignores();
  end if;
  if v_rows is not null then perform private.queue_audit_entries(tg_table_name, v_keys, v_rows); end if;
  return null;
end $$;

create function private.audit_table(p_table text, variadic p_keys text[]) returns void
language plpgsql set search_path = '' as $$
declare
  v_arguments text := (select string_agg(quote_literal(k), ', ') from unnest(p_keys) k);
begin
  execute format('create trigger %I after insert on public.%I referencing new table as after for each statement execute function private.audit_statement(%s)', p_table || '_audit_insert', p_table, v_arguments);
  execute format('create trigger %I after update on public.%I referencing old table as before new table as after for each statement execute function private.audit_statement(%s)', p_table || '_audit_update', p_table, v_arguments);
  execute format('create trigger %I after delete on public.%I referencing old table as before for each statement execute function private.audit_statement(%s)', p_table || '_audit_delete', p_table, v_arguments);
end $$;
comment on function private.audit_table(text, text[]) is 'From now on every change of this table is in the audit log; the keys name a row.';

select private.audit_table('organizations', 'id');
select private.audit_table('memberships', 'user_id');
select private.audit_table('invitations', 'id');
select private.audit_table('content_types', 'id');
select private.audit_table('content_items', 'id');
select private.audit_table('sites', 'id');
select private.audit_table('site_item_mappings', 'item_id', 'site_id');
select private.audit_table('schedules', 'id');
select private.audit_table('schedule_sites', 'schedule_id', 'site_id');
-- A profile comes and goes with its memberships; which organization is the active one is nobody else's business.
create trigger profiles_audit_update after update on public.profiles
  referencing old table as before new table as after for each statement execute function private.audit_statement('id');

-- Of secrets only that something happened to them.
create function private.audit_secrets() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_action text;
begin
  if tg_op = 'INSERT' then
    v_action := case when new.version = 1 then 'made' else 'rotated' end;
  elsif new.key_version <> old.key_version then
    v_action := 'resealed';
  elsif new.retired_at is distinct from old.retired_at and new.retired_at <= clock_timestamp() then
    v_action := 'overlap_ended';
  else
    return null;
  end if;
  perform private.write_audit(s.organization_id, v_action, 'site_secrets', new.site_id::text, s.name,
    jsonb_build_array(case v_action
      when 'resealed' then jsonb_build_object('field', 'key_version', 'before', old.key_version, 'after', new.key_version)
      else jsonb_build_object('field', 'version', 'after', new.version) end))
  from public.sites s where s.organization_id = new.organization_id and s.id = new.site_id;
  return null;
end $$;
create trigger site_secrets_audit after insert or update on private.site_secrets
  for each row execute function private.audit_secrets();

create function public.site_secret_event(p_site uuid, p_action text) returns void
language plpgsql set search_path = '' as $$
begin
  if p_action is distinct from 'revealed' then raise exception using errcode = '22023', message = 'Only "revealed" is said here; the rest follows from the table.'; end if;
  perform private.write_audit(s.organization_id, p_action, 'site_secrets', s.id::text, s.name, '[]') from public.sites s where s.id = p_site;
end $$;
comment on function public.site_secret_event(uuid, text) is 'Writes down that a signing secret was revealed.';
grant execute on function public.site_secret_event(uuid, text) to service_role;

create function private.reseal_site_secrets(p_rows jsonb) returns integer
language plpgsql set search_path = '' as $$
declare
  v_changed integer;
begin
  update private.site_secrets s set key_version = (r ->> 'key_version')::integer, nonce = decode(r ->> 'nonce', 'hex'), ciphertext = decode(r ->> 'ciphertext', 'hex')
  from jsonb_array_elements(p_rows) r
  where s.site_id = (r ->> 'site_id')::uuid and s.version = (r ->> 'version')::integer and s.key_version = (r ->> 'from_key_version')::integer;
  get diagnostics v_changed = row_count;
  return v_changed;
end $$;
comment on function private.reseal_site_secrets(jsonb) is
  'Puts secrets under another key: [{site_id, version, from_key_version, key_version, nonce, ciphertext}] (hex). A row that is no longer under from_key_version stays. Returns how many changed.';

create or replace function private.lift_hold(p_site uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'lift a hold');
  v_was boolean;
begin
  select st.on_hold into v_was from public.site_states st where st.organization_id = v_organization and st.site_id = p_site for update;
  if not found then
    raise exception using errcode = 'DS032', message = 'There is no such site in this organization.', hint = 'It may have been deleted; reload the list of sites.';
  end if;
  update public.site_states st set on_hold = false, on_hold_since = null, hold_reason = null where st.site_id = p_site;
  if v_was then
    perform private.write_audit(v_organization, 'hold_lifted', 'sites', p_site::text, (select s.name from public.sites s where s.id = p_site), '[]');
  end if;
end $$;

-- The one thing that stays of an organization.
-- Closing an organization ends its log, so it is nothing to do and undo in between.
revoke update, delete on public.organizations from service_role;
grant update (name, slug, retention_days, audit_retention_days) on public.organizations to service_role;
revoke truncate on all tables in schema public from service_role;
alter default privileges for role postgres in schema public revoke truncate on tables from service_role;
create function private.closed_stays_closed() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception using errcode = 'DS063', message = 'A closed organization stays closed.', hint = 'Restore it from a backup.';
end $$;
create trigger organizations_stay_closed before update of deleted_at on public.organizations
  for each row when (old.deleted_at is not null and new.deleted_at is distinct from old.deleted_at) execute function private.closed_stays_closed();

create function private.leave_tombstone() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into private.organization_tombstones as t (organization_id, deleted_by, audit_entries, audit_hash)
  select old.id, auth.uid(), coalesce(h.seq, 0), h.hash
  from (select 1) x left join private.audit_heads h on h.organization_id = old.id
  on conflict (organization_id) do update set audit_entries = excluded.audit_entries, audit_hash = excluded.audit_hash;
  return old;
end $$;
create trigger organizations_tombstone before delete on public.organizations
  for each row execute function private.leave_tombstone();

-- Proof.
create function private.verify_audit(p_organization uuid, p_after bigint default 0, p_limit integer default 50000) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_from bigint := 0;
  v_hash text := private.audit_start();
  v_bad record;
  v_last record;
  v_count bigint;
  v_head private.audit_heads;
  v_problem jsonb;
begin
  select c.seq, c.hash into v_from, v_hash from private.audit_checkpoints c where c.organization_id = p_organization;
  if not found then
    v_from := 0;
    v_hash := private.audit_start();
  end if;
  if p_after > v_from then
    v_from := p_after;
    select e.hash into v_hash from public.audit_log e where e.organization_id = p_organization and e.seq = p_after;
  end if;
  with portion as materialized (
    select e.seq, e.hash, e.previous_hash, private.audit_hash(e.previous_hash, private.audit_digest(e)) as computed
    from public.audit_log e where e.organization_id = p_organization and e.seq > v_from order by e.seq limit p_limit
  ), compared as (
    select p.*, coalesce(lag(p.seq) over w, v_from) as seq_before, coalesce(lag(p.hash) over w, v_hash) as hash_before
    from portion p window w as (order by p.seq)
  ), judged as (
    select c.*, case when c.seq <> c.seq_before + 1 then 'missing' when c.hash <> c.computed then 'altered'
      when c.previous_hash is distinct from c.hash_before then 'replaced' end as kind
    from compared c
  )
  select (select count(*) from portion) as checked, (select max(p.seq) from portion p) as last_seq,
    b.kind, b.seq, b.seq_before
  into v_bad from (select 1) x left join lateral (select * from judged j where j.kind is not null order by j.seq limit 1) b on true;
  v_count := v_bad.checked;

  v_problem := case v_bad.kind
    when 'missing' then jsonb_build_object('kind', 'missing', 'seq', v_bad.seq_before + 1, 'message', format('Entry %s is missing.', v_bad.seq_before + 1))
    when 'altered' then jsonb_build_object('kind', 'altered', 'seq', v_bad.seq, 'message', format('Entry %s is not as it was written.', v_bad.seq))
    -- An entry that was altered together with its own hash: the next one remembers another.
    when 'replaced' then jsonb_build_object('kind', 'replaced', 'seq', v_bad.seq_before, 'message', format('Entry %s was replaced after entry %s had been written.', v_bad.seq_before, v_bad.seq))
    end;
  if v_problem is null and v_count < p_limit then
    select * into v_head from private.audit_heads h where h.organization_id = p_organization;
    select e.seq, e.hash into v_last from public.audit_log e where e.organization_id = p_organization order by e.seq desc limit 1;
    v_problem := case
      when coalesce(v_head.seq, 0) > coalesce(v_last.seq, v_from) then jsonb_build_object('kind', 'missing', 'seq', coalesce(v_last.seq, v_from) + 1,
        'message', format('The log ends after entry %s; %s were written.', coalesce(v_last.seq, v_from), v_head.seq))
      when coalesce(v_head.hash, private.audit_start()) <> coalesce(v_last.hash, v_hash) or coalesce(v_head.seq, 0) < coalesce(v_last.seq, v_from)
        then jsonb_build_object('kind', 'replaced', 'seq', coalesce(v_last.seq, v_from), 'message', format('Entry %s is not the last one that was written.', coalesce(v_last.seq, v_from)))
      end;
  end if;
  return jsonb_build_object('ok', v_problem is null, 'checked', v_count, 'last_seq', coalesce(v_bad.last_seq, v_from),
    'done', v_problem is not null or v_count < p_limit, 'problem', v_problem);
end $$;
comment on function private.verify_audit(uuid, bigint, integer) is
  'Checks a chain from its start or checkpoint, or after an entry that was checked before. {ok, checked, last_seq, done, problem: {kind (altered, replaced, missing), seq, message} | null}.';

create function private.verify_audit_log(p_after bigint) returns jsonb
language sql stable security definer set search_path = '' as $$
  select private.verify_audit(private.require_role('admin', 'verify the audit log'), coalesce(p_after, 0))
$$;
create function public.verify_audit_log(after_seq bigint default 0) returns jsonb
language sql stable set search_path = '' as $$ select private.verify_audit_log(after_seq) $$;
comment on function public.verify_audit_log(bigint) is
  'Names the first entry of the audit log that is not as it was written: {ok, checked, last_seq, done, problem}. 50,000 entries a call; go on with after_seq = last_seq until done.';

create function private.set_audit_retention(p_days integer) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('admin', 'change how long the audit log is kept');
begin
  if p_days is not null and p_days not between 30 and 3650 then
    raise exception using errcode = 'DS060', message = 'The audit log is kept for 30 to 3,650 days, or for ever.', hint = 'Choose a number of days in between, or none.';
  end if;
  update public.organizations o set audit_retention_days = p_days where o.id = v_organization;
end $$;
create function public.set_audit_retention(days integer) returns void
language sql set search_path = '' as $$ select private.set_audit_retention(days) $$;
comment on function public.set_audit_retention(integer) is 'Days (30 to 3,650) that entries of the audit log are kept; null: for ever.';

create function private.trim_audit(p_rows integer default 5000) returns integer
language plpgsql set search_path = '' as $$
declare
  v_old record;
  v_removed integer := 0;
  v_gone integer;
begin
  for v_old in
    select o.id, e.seq, e.hash
    from public.organizations o
    -- Mostly the oldest entry is young enough, and nothing else has to be read.
    join lateral (select l.at from public.audit_log l where l.organization_id = o.id order by l.seq limit 1) oldest
      on oldest.at < now() - make_interval(days => o.audit_retention_days)
    cross join lateral (
      select x.seq, x.hash from (
        select l.seq, l.hash, l.at from public.audit_log l where l.organization_id = o.id order by l.seq limit p_rows) x
      where x.at < now() - make_interval(days => o.audit_retention_days) order by x.seq desc limit 1) e
    where o.audit_retention_days is not null and o.deleted_at is null
    order by o.id
  loop
    insert into private.audit_checkpoints as c (organization_id, seq, hash) values (v_old.id, v_old.seq, v_old.hash)
    on conflict (organization_id) do update set seq = excluded.seq, hash = excluded.hash, removed_at = now() where c.seq < excluded.seq;
    delete from public.audit_log l where l.organization_id = v_old.id and l.seq <= v_old.seq;
    get diagnostics v_gone = row_count;
    v_removed := v_removed + v_gone;
  end loop;
  return v_removed;
end $$;
comment on function private.trim_audit(integer) is 'Removes entries that are no longer kept, at most p_rows of an organization, and leaves the checkpoint that the chain goes on from.';

grant execute on function private.verify_audit_log(bigint), private.set_audit_retention(integer),
  public.verify_audit_log(bigint), public.set_audit_retention(integer) to authenticated;
