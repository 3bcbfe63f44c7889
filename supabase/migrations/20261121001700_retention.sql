-- What is kept how long, and the tick that sees to it.

alter table public.organizations add column retention_days integer not null default 90 check (retention_days between 7 and 3650);
comment on column public.organizations.retention_days is 'Days. Log lines and attempts of older runs are removed, and bodies that no rollback offers; the runs themselves stay.';

create function private.set_retention(p_days integer) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('admin', 'change how long logs are kept');
begin
  if p_days is null or p_days not between 7 and 3650 then
    raise exception using errcode = 'DS043', message = 'Logs are kept for 7 to 3,650 days.', hint = 'Choose a number of days in between.';
  end if;
  update public.organizations o set retention_days = p_days where o.id = v_organization;
end $$;
create function public.set_retention(days integer) returns void
language sql set search_path = '' as $$ select private.set_retention(days) $$;
comment on function public.set_retention(integer) is 'How many days (7 to 3,650) log lines and attempts are kept.';
grant execute on function private.set_retention(integer), public.set_retention(integer) to authenticated;

-- In small steps, so that nobody waits for it: a few runs a tick, and of these no more rows than p_rows.
create function private.remove_expired(p_rows integer default 5000) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_jobs uuid[];
  v_lines integer := 0;
  v_attempts integer := 0;
  v_bodies integer := 0;
begin
  select array_agg(x.id) into v_jobs from (
    select j.id from public.organizations o
    cross join lateral (
      select j.id, j.finished_at from public.sync_jobs j
      where j.organization_id = o.id and j.logs_removed_at is null and j.finished_at < now() - make_interval(days => o.retention_days)
      order by j.finished_at limit 20) j
    order by j.finished_at limit 20
  ) x;
  if v_jobs is not null then
    delete from public.job_logs l where (l.organization_id, l.job_id, l.seq) in (
      select x.organization_id, x.job_id, x.seq
      from public.sync_jobs j join public.job_logs x on x.organization_id = j.organization_id and x.job_id = j.id
      where j.id = any (v_jobs) limit p_rows);
    get diagnostics v_lines = row_count;
    delete from public.delivery_attempts a where (a.organization_id, a.delivery_id, a.number) in (
      select x.organization_id, x.delivery_id, x.number
      from public.sync_jobs j
      join public.sync_deliveries d on d.organization_id = j.organization_id and d.job_id = j.id
      join public.delivery_attempts x on x.organization_id = d.organization_id and x.delivery_id = d.id
      where d.job_id = any (v_jobs) limit p_rows);
    get diagnostics v_attempts = row_count;
    -- Nothing repeats what was never accepted once nobody can read why.
    with old as (
      select d.id from public.sync_deliveries d
      where d.job_id = any (v_jobs) and d.body is not null and d.status <> 'success' limit p_rows
    )
    update public.sync_deliveries d set body = null, response_body = null from old where d.id = old.id;
    get diagnostics v_bodies = row_count;
    update public.sync_jobs j set logs_removed_at = clock_timestamp()
    where j.id = any (v_jobs)
      and not exists (select from public.job_logs l where l.organization_id = j.organization_id and l.job_id = j.id)
      and not exists (select from public.sync_deliveries d join public.delivery_attempts a on a.organization_id = d.organization_id and a.delivery_id = d.id
        where d.organization_id = j.organization_id and d.job_id = j.id)
      and not exists (select from public.sync_deliveries d
        where d.organization_id = j.organization_id and d.job_id = j.id and d.body is not null and d.status <> 'success');
  end if;

  -- A delivery is repeated within hours at most, and an older sequence never wins: an id this old has done its work.
  delete from private.destination_receipts r where (r.site_id, r.webhook_id) in (
    select x.site_id, x.webhook_id from private.destination_receipts x where x.received_at < now() - interval '90 days' limit p_rows);
  return jsonb_build_object('lines', v_lines, 'attempts', v_attempts, 'bodies', v_bodies);
end $$;
comment on function private.remove_expired(integer) is 'Removes what is older than its organization keeps, at most p_rows of each kind. {lines, attempts, bodies}.';

-- Site by site: the last fifty payloads that it accepted, and that the built-in receiver applied, stay whatever their age, because a
-- rollback offers them.
create function private.trim_histories(p_rows integer default 5000) returns jsonb
language plpgsql set search_path = '' as $$
declare
  c_kept constant integer := 50;
  v_bodies integer;
  v_snapshots integer;
begin
  with old as (
    select h.id from public.site_states st
    join public.organizations o on o.id = st.organization_id
    cross join lateral (
      select k.id, k.finished_at from public.sync_deliveries k
      where k.organization_id = st.organization_id and k.site_id = st.site_id and k.status = 'success' and k.body is not null
        and k.id is distinct from st.accepted_delivery_id
      order by k.created_at desc offset c_kept) h
    where h.finished_at < now() - make_interval(days => o.retention_days)
    limit p_rows
  )
  update public.sync_deliveries d set body = null, response_body = null from old where d.id = old.id;
  get diagnostics v_bodies = row_count;
  with old as (
    select h.site_id, h.sequence from public.site_states st
    cross join lateral (
      select k.site_id, k.sequence from public.destination_snapshot_history k
      where k.site_id = st.site_id order by k.sequence desc offset c_kept) h
    limit p_rows
  )
  delete from public.destination_snapshot_history h using old where h.site_id = old.site_id and h.sequence = old.sequence;
  get diagnostics v_snapshots = row_count;
  return jsonb_build_object('bodies', v_bodies, 'snapshots', v_snapshots);
end $$;
comment on function private.trim_histories(integer) is 'Removes bodies and snapshots beyond the last fifty of each site, at most p_rows of each kind. {bodies, snapshots}.';

create index destination_receipts_age_idx on private.destination_receipts (received_at);

create function public.tick() returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_tick timestamptz := clock_timestamp();
  v_last timestamptz;
begin
  select e.last_tick_at into v_last from private.engine_state e;
  perform private.start_window_runs();
  update private.engine_state set last_tick_at = v_tick where id;
  -- What may wait for days is looked at once a minute, and what asks every site once an hour.
  if date_trunc('minute', v_last) is distinct from date_trunc('minute', v_tick) then perform private.remove_expired(); end if;
  if date_trunc('hour', v_last) is distinct from date_trunc('hour', v_tick) then perform private.trim_histories(); end if;
  return jsonb_build_object(
    'open_jobs', coalesce((
      select jsonb_agg(j.id) from public.sync_jobs j
      where j.status in ('queued', 'running') and (
        (select d.next_attempt_at from public.sync_deliveries d
          where d.job_id = j.id and d.next_attempt_at is not null order by d.next_attempt_at limit 1) <= clock_timestamp()
        or exists (select from public.sync_deliveries d
          where d.job_id = j.id and d.status = 'sending' and d.lease_expires_at <= clock_timestamp()))), '[]'),
    'drift_sites', coalesce((select jsonb_agg(q.site_id) from private.drift_questions q), '[]'));
end $$;
comment on function public.tick() is
  'Notes the tick, starts runs at the boundaries of publish windows, removes what is no longer kept. {open_jobs, drift_sites}: jobs with work that nobody does, sites to be asked what they show.';
grant execute on function public.tick() to service_role;
