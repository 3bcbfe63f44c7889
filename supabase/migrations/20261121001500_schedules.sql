-- Runs by the clock: schedules (cron in a time zone) and the publish windows of items. The tick plans and starts them; cron itself
-- is read by the functions (core/schedule.ts), so SQL keeps the next time and makes sure that it runs once.

create table public.schedules (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null default private.organization_id() references public.organizations (id) on delete cascade,
  kind text not null default 'publish' check (kind in ('publish', 'drift')),
  name text not null check (length(btrim(name)) between 1 and 120),
  cron text not null check (length(cron) <= 120 and cron ~ '^\s*\S+(\s+\S+){4}\s*$'),
  time_zone text not null default 'UTC' check (length(time_zone) <= 64),
  all_sites boolean not null default true,
  enabled boolean not null default true,
  next_run_at timestamptz,
  last_run_at timestamptz,
  last_job_id uuid,
  last_outcome text not null default '',
  problem text,
  created_by uuid default auth.uid() references public.profiles (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (organization_id, id),
  foreign key (organization_id, last_job_id) references public.sync_jobs (organization_id, id) on delete set null (last_job_id)
);
comment on table public.schedules is 'When a run (publish) or a check (drift) starts by itself.';
comment on column public.schedules.cron is 'Five fields: minute, hour, day of month, month, day of week.';
comment on column public.schedules.next_run_at is 'Null until the tick has planned it, within 10 seconds of a change.';
comment on column public.schedules.problem is 'Why it cannot be planned; it runs again once it is corrected.';
create index schedules_due_idx on public.schedules (next_run_at nulls first) where enabled and problem is null;
create index schedules_created_by_idx on public.schedules (created_by);
create index schedules_last_job_idx on public.schedules (organization_id, last_job_id);

create table public.schedule_sites (
  organization_id uuid not null,
  schedule_id uuid not null,
  site_id uuid not null,
  primary key (schedule_id, site_id),
  foreign key (organization_id, schedule_id) references public.schedules (organization_id, id) on delete cascade,
  foreign key (organization_id, site_id) references public.sites (organization_id, id) on delete cascade
);
comment on table public.schedule_sites is 'The sites of a schedule that is not for all of them.';
create index schedule_sites_schedule_idx on public.schedule_sites (organization_id, schedule_id);
create index schedule_sites_site_idx on public.schedule_sites (organization_id, site_id);

alter table public.sync_jobs add column schedule_id uuid;
alter table public.sync_jobs add foreign key (organization_id, schedule_id) references public.schedules (organization_id, id)
  on delete set null (schedule_id);
create index sync_jobs_schedule_idx on public.sync_jobs (organization_id, schedule_id) where schedule_id is not null;

create function private.before_schedule_write() returns trigger
language plpgsql set search_path = '' as $$
begin
  if not exists (select from pg_catalog.pg_timezone_names z where z.name = new.time_zone) then
    raise exception using errcode = 'DS040', message = format('"%s" is not a time zone.', new.time_zone), hint = 'Use a name such as Europe/Berlin or UTC.';
  end if;
  if tg_op = 'UPDATE' and (new.cron, new.time_zone, new.enabled) is distinct from (old.cron, old.time_zone, old.enabled) then
    new.next_run_at := null;
    new.problem := null;
  end if;
  new.updated_at := now();
  return new;
end $$;
create trigger schedules_before before insert or update of kind, name, cron, time_zone, all_sites, enabled on public.schedules
  for each row execute function private.before_schedule_write();
create trigger schedules_nudge_insert after insert on public.schedules
  referencing new table as changed for each statement execute function private.nudge();
create trigger schedules_nudge_update after update on public.schedules
  referencing new table as changed for each statement execute function private.nudge();
create trigger schedules_nudge_delete after delete on public.schedules
  referencing old table as changed for each statement execute function private.nudge();

alter table public.schedules enable row level security;
alter table public.schedule_sites enable row level security;
create policy "members read schedules" on public.schedules
  for select to authenticated using (organization_id = (select private.organization_id()));
create policy "admins create schedules" on public.schedules
  for insert to authenticated
  with check (organization_id = (select private.organization_id()) and (select private.has_role('admin')));
create policy "admins change schedules" on public.schedules
  for update to authenticated
  using (organization_id = (select private.organization_id()) and (select private.has_role('admin')))
  with check (organization_id = (select private.organization_id()));
create policy "admins delete schedules" on public.schedules
  for delete to authenticated
  using (organization_id = (select private.organization_id()) and (select private.has_role('admin')));
create policy "members read sites of schedules" on public.schedule_sites
  for select to authenticated using (organization_id = (select private.organization_id()));
grant select, delete on public.schedules to authenticated;
grant insert (id, kind, name, cron, time_zone, all_sites, enabled), update (kind, name, cron, time_zone, all_sites, enabled)
  on public.schedules to authenticated;
grant select on public.schedule_sites to authenticated;

create function private.save_schedule(p_schedule jsonb) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('admin', 'change schedules');
  v_id uuid := (p_schedule ->> 'id')::uuid;
  v_all boolean := coalesce((p_schedule ->> 'all_sites')::boolean, true);
  v_sites uuid[] := array(select distinct e::uuid from jsonb_array_elements_text(case jsonb_typeof(p_schedule -> 'site_ids') when 'array' then p_schedule -> 'site_ids' else '[]' end) e);
begin
  if not v_all and cardinality(v_sites) = 0 then
    raise exception using errcode = 'DS041', message = 'The schedule has no site.', hint = 'Choose at least one site, or all of them.';
  end if;
  if v_id is null then
    insert into public.schedules (organization_id, kind, name, cron, time_zone, all_sites, enabled)
    values (v_organization, coalesce(p_schedule ->> 'kind', 'publish'), p_schedule ->> 'name', p_schedule ->> 'cron',
      coalesce(p_schedule ->> 'time_zone', 'UTC'), v_all, coalesce((p_schedule ->> 'enabled')::boolean, true))
    returning id into v_id;
  else
    update public.schedules s set kind = coalesce(p_schedule ->> 'kind', s.kind), name = coalesce(p_schedule ->> 'name', s.name),
      cron = coalesce(p_schedule ->> 'cron', s.cron), time_zone = coalesce(p_schedule ->> 'time_zone', s.time_zone),
      all_sites = v_all, enabled = coalesce((p_schedule ->> 'enabled')::boolean, s.enabled)
    where s.organization_id = v_organization and s.id = v_id;
    if not found then
      raise exception using errcode = 'DS042', message = 'There is no such schedule in this organization.', hint = 'It may have been deleted; reload the list.';
    end if;
  end if;
  delete from public.schedule_sites x where x.organization_id = v_organization and x.schedule_id = v_id and (v_all or not x.site_id = any (v_sites));
  if not v_all then
    insert into public.schedule_sites (organization_id, schedule_id, site_id)
    select v_organization, v_id, s.id from public.sites s where s.organization_id = v_organization and s.id = any (v_sites)
    on conflict do nothing;
    if (select count(*) from public.schedule_sites x where x.schedule_id = v_id) < cardinality(v_sites) then
      raise exception using errcode = 'DS032', message = 'One of the chosen sites is not in this organization.',
        hint = 'It may have been deleted; reload the list of sites and choose again.';
    end if;
  end if;
  return v_id;
end $$;
create function public.save_schedule(schedule jsonb) returns uuid
language sql set search_path = '' as $$ select private.save_schedule(schedule) $$;
comment on function public.save_schedule(jsonb) is
  'Creates or changes a schedule with its sites: {id?, kind, name, cron, time_zone, all_sites, site_ids, enabled}. Returns its id.';
grant execute on function private.save_schedule(jsonb), public.save_schedule(jsonb) to authenticated;

create function public.due_schedules() returns table (id uuid, kind text, cron text, time_zone text, next_run_at timestamptz)
language sql stable set search_path = '' as $$
  select s.id, s.kind, s.cron, s.time_zone, s.next_run_at from public.schedules s
  where s.enabled and s.problem is null and (s.next_run_at is null or s.next_run_at <= clock_timestamp())
  order by s.next_run_at nulls first limit 500
$$;
comment on function public.due_schedules() is 'Schedules to plan (next_run_at null) or to run now.';

-- A run that could not even start must not go unseen.
create function private.failed_start(p_organization uuid, p_schedule uuid, p_message text, p_hint text) returns uuid
language plpgsql set search_path = '' as $$
declare
  v_job public.sync_jobs;
begin
  v_job := private.new_job(p_organization, null, 'schedule', '{}', null, 0);
  perform private.write_logs(array[row(v_job.id, 'error', format('Run %s could not start: %s', v_job.number, p_message), null, null, null,
    case when coalesce(p_hint, '') <> '' then jsonb_build_object('hint', p_hint) end)::private.log_line]);
  update public.sync_jobs j set status = 'failed', message = p_message, schedule_id = p_schedule, started_at = j.created_at, finished_at = clock_timestamp()
  where j.id = v_job.id;
  return v_job.id;
end $$;

create function private.start_unasked(p_organization uuid, p_schedule uuid, p_sites uuid[], out job_id uuid, out outcome text)
language plpgsql set search_path = '' as $$
declare
  v_hint text;
begin
  begin
    job_id := (private.start_run(p_organization, null, 'schedule', p_sites, '{}') ->> 'job_id')::uuid;
    outcome := case when job_id is null then 'nothing to do' else 'started' end;
    update public.sync_jobs j set schedule_id = p_schedule where j.id = start_unasked.job_id and p_schedule is not null;
  exception
    -- No site, or none that is enabled: nobody waits for this, and there is nothing to send it to.
    when sqlstate 'DS010' or sqlstate 'DS033' then
      outcome := 'nothing to do';
    when sqlstate 'DS013' then
      get stacked diagnostics outcome = message_text, v_hint = pg_exception_hint;
  end;
  if outcome not in ('started', 'nothing to do') then
    -- Said once; the next tick that meets the same finds it said.
    select j.id into job_id from public.sync_jobs j
    where j.organization_id = p_organization and j.trigger = 'schedule' and j.schedule_id is not distinct from p_schedule
    order by j.number desc limit 1;
    if job_id is null or (select j.message from public.sync_jobs j where j.id = start_unasked.job_id) <> outcome then
      job_id := private.failed_start(p_organization, p_schedule, outcome, v_hint);
    end if;
  end if;
end $$;

create function public.run_schedule(p_schedule uuid, p_seen timestamptz, p_next timestamptz, p_problem text default null) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_schedule public.schedules;
  v_sites uuid[];
  v_run record;
begin
  select * into v_schedule from public.schedules s where s.id = p_schedule for update;
  if v_schedule.id is null or not v_schedule.enabled or v_schedule.next_run_at is distinct from p_seen then
    return '{"ran": false, "job_id": null}';
  end if;
  update public.schedules s set next_run_at = p_next, problem = p_problem where s.id = p_schedule;
  if p_problem is not null or p_seen is null then return '{"ran": false, "job_id": null}'; end if;

  if not v_schedule.all_sites then
    v_sites := array(select x.site_id from public.schedule_sites x where x.organization_id = v_schedule.organization_id and x.schedule_id = p_schedule);
  end if;
  if not v_schedule.all_sites and cardinality(v_sites) = 0 then
    select null::uuid as job_id, 'nothing to do' as outcome into v_run;
  elsif v_schedule.kind = 'drift' then
    select null::uuid as job_id, format('%s of %s drifted', x.drifted, private.count_text(x.checked, 'site')) as outcome
    into v_run from private.check_drift(v_schedule.organization_id, v_sites) x;
  else
    select * into v_run from private.start_unasked(v_schedule.organization_id, p_schedule, v_sites);
  end if;
  update public.schedules s set last_run_at = clock_timestamp(), last_job_id = coalesce(v_run.job_id, s.last_job_id), last_outcome = v_run.outcome
  where s.id = p_schedule;
  return jsonb_build_object('ran', true, 'job_id', case v_run.outcome when 'started' then v_run.job_id end);
end $$;
comment on function public.run_schedule(uuid, timestamptz, timestamptz, text) is
  'Runs a schedule whose next time is still the one that was seen, and sets the one after it: of two ticks one runs it, and a missed time runs once. Seen null only plans it; a problem is kept instead of a next time.';

-- Items whose window opened or closed since the last look: one run for the sites that show them.
create function private.start_window_runs() returns uuid[]
language plpgsql set search_path = '' as $$
declare
  v_from timestamptz;
  v_now timestamptz := now();
  v_org record;
  v_run record;
  v_jobs uuid[] := '{}';
begin
  select e.windows_checked_at into v_from from private.engine_state e where e.id for update skip locked;
  if v_from is null or v_from >= v_now then return '{}'; end if;
  for v_org in
    select i.organization_id, array_agg(distinct m.site_id order by m.site_id) as sites
    from (
      select a.organization_id, a.id from public.content_items a where a.status = 'published' and a.publish_at > v_from and a.publish_at <= v_now
      union
      select b.organization_id, b.id from public.content_items b where b.status = 'published' and b.unpublish_at > v_from and b.unpublish_at <= v_now
    ) i
    join public.site_item_mappings m on m.organization_id = i.organization_id and m.item_id = i.id and m.mode <> 'block'
    join public.sites s on s.organization_id = m.organization_id and s.id = m.site_id and s.enabled
    group by i.organization_id
  loop
    select * into v_run from private.start_unasked(v_org.organization_id, null, v_org.sites);
    if v_run.outcome = 'started' then v_jobs := v_jobs || v_run.job_id; end if;
  end loop;
  update private.engine_state set windows_checked_at = v_now where id;
  return v_jobs;
end $$;

grant execute on function public.due_schedules(), public.run_schedule(uuid, timestamptz, timestamptz, text) to service_role;
