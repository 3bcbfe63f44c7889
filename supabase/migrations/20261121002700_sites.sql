-- Sites as a person looks after a thousand of them: which are behind and by how much, what each has received, several enabled at once, and
-- a test request that changes nothing.

-- Health: one word for each site, the most pressing first.
create function private.site_condition(s public.sites, st public.site_states) returns text
language sql immutable set search_path = '' as $$
  select case
    when not (s).enabled then 'disabled'
    when (st).circuit <> 'closed' then 'paused'
    when (st).last_status in ('failed', 'retrying') then 'failing'
    when (st).on_hold then 'on_hold'
    -- What it was compared with must still be what it accepted.
    when (st).drift = 'drifted' and (st).drift_checked_at >= coalesce((st).accepted_at, '-infinity') then 'drifted'
    when (st).accepted_at is null then 'new'
    else 'healthy' end
$$;
comment on function private.site_condition(public.sites, public.site_states) is
  'disabled, paused (its circuit is not closed), failing (its last delivery), on_hold, drifted, new (it has accepted nothing yet) or healthy.';

create function private.items_between(p_before text, p_after text) returns integer
language sql immutable set search_path = '' as $$
  select (c ->> 'added')::integer + (c ->> 'changed')::integer + (c ->> 'removed')::integer + (c ->> 'reordered')::integer
  from private.payload_counts(p_before, p_after) c
$$;
comment on function private.items_between(text, text) is 'How many items differ between two bodies: added, changed, removed, reordered.';

create function private.site_health(p_organization uuid, p_only_troubled boolean, p_sites uuid[] default null) returns jsonb
language sql stable set search_path = '' as $$
  with payload as materialized (
    select p.site_id, p.hash, p.item_count, p.body from private.effective_payloads(p_organization, p_sites) p
  ), pair as materialized (
    -- Hashes first: most sites are where they should be. Many of the others show the same items and have shown the same before, so each
    -- such pair of bodies is compared once.
    select p.site_id, md5(private.items_text(d.body)) as before, md5(private.items_text(p.body)) as after
    from payload p
    join public.site_states st on st.organization_id = p_organization and st.site_id = p.site_id and st.accepted_hash <> p.hash
    join public.sync_deliveries d on d.organization_id = p_organization and d.id = st.accepted_delivery_id and d.body is not null
  ), compared as materialized (
    select x.before, x.after, case when x.before = x.after then 0 else private.items_between(d.body, p.body) end as items
    from (select distinct on (y.before, y.after) y.* from pair y) x
    join payload p on p.site_id = x.site_id
    join public.site_states st on st.organization_id = p_organization and st.site_id = x.site_id
    join public.sync_deliveries d on d.organization_id = p_organization and d.id = st.accepted_delivery_id
  ), site as materialized (
    select s.id, s.name, s.slug, s.enabled, private.site_condition(s, st) as health, st.disabled_reason is not null as stopped,
      st.accepted_hash is distinct from p.hash as differs, p.item_count,
      case when st.accepted_hash = p.hash then 0 when st.accepted_hash is null then p.item_count else c.items end as behind_by,
      st.accepted_at, st.last_status, st.last_error, st.last_attempt_at
    from payload p
    join public.sites s on s.organization_id = p_organization and s.id = p.site_id
    join public.site_states st on st.organization_id = p_organization and st.site_id = p.site_id
    left join pair y on y.site_id = p.site_id
    left join compared c on c.before = y.before and c.after = y.after
  ), judged as (
    select x.*, x.health in ('paused', 'failing', 'drifted') or x.health = 'disabled' and x.stopped as unhealthy from site x
  )
  select jsonb_build_object(
    'at', now(),
    'enabled', count(*) filter (where j.enabled),
    'in_sync', count(*) filter (where j.enabled and not j.differs),
    'behind', count(*) filter (where j.enabled and j.differs),
    'unhealthy', count(*) filter (where j.unhealthy),
    'sites', coalesce(jsonb_agg(jsonb_build_object(
        'site_id', j.id, 'name', j.name, 'slug', j.slug, 'enabled', j.enabled, 'health', j.health, 'differs', j.differs, 'behind_by', j.behind_by,
        'item_count', j.item_count, 'accepted_at', j.accepted_at, 'last_status', j.last_status, 'last_error', j.last_error, 'last_attempt_at', j.last_attempt_at)
      order by j.unhealthy desc, j.behind_by desc nulls last, j.name, j.id)
      filter (where not p_only_troubled or j.unhealthy or j.enabled and j.differs), '[]'))
  from judged j
$$;
comment on function private.site_health(uuid, boolean, uuid[]) is
  'Every site, or those given (of them only those behind or unhealthy) with its health and by how many items what it accepted differs from what it should show; for definer functions, it checks no role.';

create function private.site_health_for_members(p_only_troubled boolean, p_sites uuid[]) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('viewer', 'see how sites are doing');
begin
  return private.site_health(v_organization, coalesce(p_only_troubled, false), p_sites);
end $$;

create function public.site_health(only_troubled boolean default false, site_ids uuid[] default null) returns jsonb
language sql volatile set search_path = '' as $$ select private.take_turn('site_health'); select private.site_health_for_members(only_troubled, site_ids) $$;
comment on function public.site_health(boolean, uuid[]) is
  'Of the sites given, else of all: {at, enabled, in_sync, behind, unhealthy, sites: [{site_id, name, slug, enabled, health, differs, behind_by, item_count, accepted_at, last_status, last_error, last_attempt_at}]}. behind_by: items that differ between what the site should show and what it accepted; null: what it accepted is no longer kept.';

-- What a site has had, newest first: its accepted deliveries, and what our own receiver wrote down of them.
create function private.site_versions(p_site uuid, p_before bigint, p_most integer) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('viewer', 'see what a site received');
  v_most integer := least(greatest(coalesce(p_most, 20), 1), 50);
begin
  return (
    with delivery as (
      select d.id, d.job_id, d.sequence, d.item_count, d.body_bytes, d.body, d.body_hash, coalesce(d.finished_at, d.created_at) as at
      from public.sync_deliveries d
      where d.organization_id = v_organization and d.site_id = p_site and d.status = 'success' and d.sequence is not null
        and (p_before is null or d.sequence < p_before)
      -- Sequences are given in this order, and it is the one that has an index.
      order by d.created_at desc limit v_most + 1
    ), received as (
      select h.sequence, h.item_count, h.body, h.received_at from public.destination_snapshot_history h
      where h.organization_id = v_organization and h.site_id = p_site and (p_before is null or h.sequence < p_before)
      order by h.sequence desc limit v_most + 1
    ), version as (
      select coalesce(d.sequence, r.sequence) as sequence, d.id as delivery_id, d.job_id, d.body is not null as is_kept, r.sequence is not null as is_received,
        coalesce(r.received_at, d.at) as at, coalesce(r.item_count, d.item_count) as item_count, coalesce(r.body, d.body) as body,
        coalesce(d.body_bytes, octet_length(r.body)) as bytes, coalesce(d.body_hash, encode(sha256(convert_to(r.body, 'UTF8')), 'hex')) as hash
      from delivery d full join received r on r.sequence = d.sequence
      order by 1 desc limit v_most + 1
    ), placed as (
      select v.*, row_number() over (order by v.sequence desc) as place,
        lead(v.body) over (order by v.sequence desc) as body_before, lead(v.hash) over (order by v.sequence desc) as hash_before,
        lead(v.sequence) over (order by v.sequence desc) as sequence_before
      from version v
    )
    select jsonb_build_object(
      'more', count(*) > v_most,
      'versions', coalesce(jsonb_agg(jsonb_build_object(
          'sequence', p.sequence, 'delivery_id', p.delivery_id, 'job_id', p.job_id, 'job_number', j.number, 'trigger', j.trigger,
          'by', coalesce(nullif(btrim(b.full_name), ''), b.email),
          'at', p.at, 'item_count', p.item_count, 'bytes', p.bytes, 'hash', p.hash,
          'has_body', p.body is not null, 'is_received', p.is_received,
          'is_current', p.delivery_id is not null and st.accepted_delivery_id = p.delivery_id,
          'is_shown', s.sequence = p.sequence and p.is_received,
          'can_roll_back', p.is_kept and st.accepted_delivery_id is distinct from p.delivery_id,
          'is_first', p.sequence_before is null,
          -- Against the one before it; null where one of the two is no longer kept.
          'counts', case when p.hash = p.hash_before then jsonb_build_object('added', 0, 'changed', 0, 'removed', 0, 'reordered', 0, 'unchanged', p.item_count)
            when p.body is not null and p.body_before is not null then private.payload_counts(p.body_before, p.body) end)
        order by p.sequence desc) filter (where p.place <= v_most), '[]'))
    from placed p
    left join public.sync_jobs j on j.organization_id = v_organization and j.id = p.job_id
    left join public.profiles b on b.id = j.created_by
    left join public.site_states st on st.organization_id = v_organization and st.site_id = p_site
    left join public.destination_snapshots s on s.organization_id = v_organization and s.site_id = p_site);
end $$;

create function public.site_versions(site_id uuid, before_sequence bigint default null, most integer default 20) returns jsonb
language sql volatile set search_path = '' as $$ select private.take_turn('site_versions'); select private.site_versions(site_id, before_sequence, most) $$;
comment on function public.site_versions(uuid, bigint, integer) is
  '{more, versions: [{sequence, delivery_id, job_id, job_number, trigger, by, at, item_count, bytes, hash, has_body, is_received, is_current, is_shown, can_roll_back, is_first, counts}]}: what the site has accepted or our receiver has applied, newest first, at most 50 below before_sequence. counts: against the version before.';
-- Several sites enabled or disabled in one act.
create function private.set_sites_enabled(p_sites uuid[], p_enabled boolean) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'enable or disable sites');
  v_found integer;
  v_changed uuid[];
begin
  if p_enabled is null or p_sites is null or cardinality(p_sites) > 10000 then
    raise exception using errcode = 'DS090', message = 'Say which sites, at most 10,000 at once, and whether they are to be enabled.',
      hint = 'Send {"site_ids": [ … ], "enabled": true | false}.';
  end if;
  -- In the order in which a run takes them.
  perform 1 from public.sites s where s.organization_id = v_organization and s.id = any (p_sites) order by s.id for no key update;
  get diagnostics v_found = row_count;
  if v_found < (select count(distinct x) from unnest(p_sites) x) then
    raise exception using errcode = 'DS032', message = 'One of the chosen sites is not in this organization.',
      hint = 'It may have been deleted; reload the list of sites and choose again.';
  end if;
  with changed as (
    update public.sites s set enabled = p_enabled
    where s.organization_id = v_organization and s.id = any (p_sites) and s.enabled <> p_enabled
    returning s.id
  )
  select array_agg(c.id) into v_changed from changed c;
  return jsonb_build_object('changed', coalesce(to_jsonb(v_changed), '[]'), 'unchanged', v_found - coalesce(cardinality(v_changed), 0));
end $$;

create function public.set_sites_enabled(site_ids uuid[], enabled boolean) returns jsonb
language sql volatile set search_path = '' as $$ select private.take_turn('set_sites_enabled'); select private.set_sites_enabled(site_ids, enabled) $$;
comment on function public.set_sites_enabled(uuid[], boolean) is 'Enables or disables these sites, all or none. {changed: [ids], unchanged}: changed is what an undo has to put back.';

-- A signed request to a site's destination that changes nothing there or here: no delivery, no sequence, no job.
create table public.site_tests (
  site_id uuid primary key,
  organization_id uuid not null,
  tested_at timestamptz not null default clock_timestamp(),
  tested_by uuid references public.profiles (id) on delete set null,
  verdict text not null check (length(verdict) <= 40),
  result jsonb not null check (octet_length(result::text) <= 200000),
  foreign key (organization_id, site_id) references public.sites (organization_id, id) on delete cascade
);
comment on table public.site_tests is 'The last test request of each site and what came of it. Written by the function send-test only.';
comment on column public.site_tests.result is 'What the function answered: {destination, webhook_id, status_code, duration_ms, request_headers, request_body, response_headers, response_excerpt, judgement, …}.';
create index site_tests_site_idx on public.site_tests (organization_id, site_id);
create index site_tests_tested_by_idx on public.site_tests (tested_by);
alter table public.site_tests enable row level security;
create policy "members read site tests" on public.site_tests
  for select to authenticated using (organization_id = (select private.organization_id()));
grant select on public.site_tests to authenticated;
grant select, insert, update, delete on public.site_tests to service_role;
create trigger site_tests_nudge_insert after insert on public.site_tests
  referencing new table as changed for each statement execute function private.nudge();
create trigger site_tests_nudge_update after update on public.site_tests
  referencing new table as changed for each statement execute function private.nudge();

-- The function speaks for a person: the limit is theirs, and kept where limits are kept.
create function private.take_turn_of(p_user uuid, p_verb text) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  v_limit integer;
  v_use private.verb_uses;
begin
  select l.requests into v_limit from private.verb_limits l where l.verb = p_verb;
  if v_limit is null then return 0; end if;
  insert into private.verb_uses as u (user_id, verb, window_start, used) values (p_user, p_verb, clock_timestamp(), 1)
  on conflict (user_id, verb) do update set
    window_start = case when u.window_start <= clock_timestamp() - interval '1 minute' then clock_timestamp() else u.window_start end,
    used = case when u.window_start <= clock_timestamp() - interval '1 minute' then 1 else u.used + 1 end
  returning u.* into v_use;
  if v_use.used <= v_limit then return 0; end if;
  return greatest(1, ceil(extract(epoch from v_use.window_start + interval '1 minute' - clock_timestamp())));
end $$;
comment on function private.take_turn_of(uuid, text) is 'Counts a call of this person: 0, or the seconds after which it may be tried again.';
grant execute on function private.take_turn_of(uuid, text) to service_role;

create function public.begin_site_test(p_site uuid, p_user uuid) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_wait integer := private.take_turn_of(p_user, 'send_test');
begin
  if v_wait > 0 then return jsonb_build_object('wait_seconds', v_wait); end if;
  return (
    select jsonb_build_object('name', s.name, 'slug', s.slug, 'destination_url', s.destination_url, 'timeout_ms', s.timeout_seconds * 1000)
    from public.sites s where s.id = p_site);
end $$;
comment on function public.begin_site_test(uuid, uuid) is 'Where a test of this site goes: {name, slug, destination_url, timeout_ms}; {wait_seconds} beyond the person''s limit; null for no such site.';

create function public.record_site_test(p_site uuid, p_user uuid, p_verdict text, p_result jsonb) returns void
language plpgsql set search_path = '' as $$
begin
  insert into public.site_tests as t (site_id, organization_id, tested_at, tested_by, verdict, result)
  select s.id, s.organization_id, clock_timestamp(), (select p.id from public.profiles p where p.id = p_user), p_verdict, p_result
  from public.sites s where s.id = p_site
  on conflict (site_id) do update set tested_at = excluded.tested_at, tested_by = excluded.tested_by, verdict = excluded.verdict, result = excluded.result;
  perform private.write_audit(s.organization_id, 'tested', 'sites', s.id::text, s.name, jsonb_build_array(
    jsonb_build_object('field', 'destination', 'after', coalesce(s.destination_url, 'built-in')), jsonb_build_object('field', 'verdict', 'after', p_verdict)))
  from public.sites s where s.id = p_site;
end $$;
comment on function public.record_site_test(uuid, uuid, text, jsonb) is 'Keeps what came of a test as the site''s last one, and writes it down in the audit log.';

insert into private.verb_limits (verb, requests) values ('send_test', 20), ('set_sites_enabled', 120), ('site_health', 240), ('site_versions', 240);

grant execute on function private.site_health_for_members(boolean, uuid[]), private.site_versions(uuid, bigint, integer), private.set_sites_enabled(uuid[], boolean),
  public.site_health(boolean, uuid[]), public.site_versions(uuid, bigint, integer), public.set_sites_enabled(uuid[], boolean) to authenticated;
grant execute on function public.begin_site_test(uuid, uuid), public.record_site_test(uuid, uuid, text, jsonb) to service_role;
