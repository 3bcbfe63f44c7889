-- What a schedule has done, run by run; running one at once; and the calendar: runs and publish windows of a few weeks in one round trip.

create table public.schedule_runs (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null,
  schedule_id uuid not null,
  planned_for timestamptz,
  ran_at timestamptz not null default clock_timestamp(),
  started_by uuid references public.profiles (id) on delete set null,
  job_id uuid,
  outcome text not null check (length(outcome) <= 1000),
  unique (organization_id, id),
  foreign key (organization_id, schedule_id) references public.schedules (organization_id, id) on delete cascade,
  foreign key (organization_id, job_id) references public.sync_jobs (organization_id, id) on delete set null (job_id)
);
comment on table public.schedule_runs is 'Every time a schedule did its work, also where nothing was to send and no job was made. The last thousand of each are kept.';
comment on column public.schedule_runs.planned_for is 'The time that had come; null where somebody ran it by hand.';
comment on column public.schedule_runs.outcome is 'started, nothing to do, "1 of 3 sites drifted", or why it could not start.';
create index schedule_runs_schedule_idx on public.schedule_runs (organization_id, schedule_id, ran_at desc);
create index schedule_runs_quiet_idx on public.schedule_runs (organization_id, ran_at) where job_id is null;
create index schedule_runs_job_idx on public.schedule_runs (organization_id, job_id) where job_id is not null;
create index schedule_runs_started_by_idx on public.schedule_runs (started_by);

alter table public.schedule_runs enable row level security;
create policy "members read runs of schedules" on public.schedule_runs
  for select to authenticated using (organization_id = (select private.organization_id()));
grant select on public.schedule_runs to authenticated;
grant select, insert, delete on public.schedule_runs to service_role;

-- Does what the schedule does, now. Nobody looks whether it is due: that is for those who call.
create function private.do_schedule(p_schedule public.schedules, p_planned timestamptz, p_user uuid, out job_id uuid, out outcome text)
language plpgsql set search_path = '' as $$
declare
  c_kept constant integer := 1000;
  v_sites uuid[];
begin
  if not p_schedule.all_sites then
    v_sites := array(select x.site_id from public.schedule_sites x where x.organization_id = p_schedule.organization_id and x.schedule_id = p_schedule.id);
  end if;
  if not p_schedule.all_sites and cardinality(v_sites) = 0 then
    outcome := 'nothing to do';
  elsif p_schedule.kind = 'drift' then
    select format('%s of %s drifted', x.drifted, private.count_text(x.checked, 'site'))
    into outcome from private.check_drift(p_schedule.organization_id, v_sites) x;
  else
    select x.job_id, x.outcome into do_schedule.job_id, do_schedule.outcome
    from private.start_unasked(p_schedule.organization_id, p_schedule.id, v_sites) x;
    if p_user is not null and outcome = 'started' then
      update public.sync_jobs j set created_by = p_user where j.id = do_schedule.job_id;
    end if;
  end if;
  update public.schedules s set last_run_at = clock_timestamp(), last_job_id = coalesce(do_schedule.job_id, s.last_job_id), last_outcome = outcome
  where s.id = p_schedule.id;
  insert into public.schedule_runs (organization_id, schedule_id, planned_for, started_by, job_id, outcome)
  values (p_schedule.organization_id, p_schedule.id, p_planned, p_user, do_schedule.job_id, left(outcome, 1000));
  delete from public.schedule_runs r where r.id in (
    select x.id from public.schedule_runs x
    where x.organization_id = p_schedule.organization_id and x.schedule_id = p_schedule.id
    order by x.ran_at desc offset c_kept limit 100);
end $$;
comment on function private.do_schedule(public.schedules, timestamptz, uuid) is
  'Starts the run or makes the check of a schedule, as it does by the clock: sites on hold are passed by. Notes it in schedule_runs.';

create or replace function public.run_schedule(p_schedule uuid, p_seen timestamptz, p_next timestamptz, p_problem text default null) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_schedule public.schedules;
  v_run record;
begin
  select * into v_schedule from public.schedules s where s.id = p_schedule for update;
  if v_schedule.id is null or not v_schedule.enabled or v_schedule.next_run_at is distinct from p_seen then
    return '{"ran": false, "job_id": null}';
  end if;
  update public.schedules s set next_run_at = p_next, problem = p_problem where s.id = p_schedule;
  if p_problem is not null or p_seen is null then return '{"ran": false, "job_id": null}'; end if;
  select * into v_run from private.do_schedule(v_schedule, p_seen, null);
  return jsonb_build_object('ran', true, 'job_id', case v_run.outcome when 'started' then v_run.job_id end);
end $$;

create function private.run_schedule_now(p_schedule uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('admin', 'run a schedule');
  v_schedule public.schedules;
  v_run record;
begin
  select * into v_schedule from public.schedules s where s.organization_id = v_organization and s.id = p_schedule for update;
  if v_schedule.id is null then
    raise exception using errcode = 'DS042', message = 'There is no such schedule in this organization.', hint = 'It may have been deleted; reload the list.';
  end if;
  select * into v_run from private.do_schedule(v_schedule, null, auth.uid());
  return jsonb_build_object('job_id', case v_run.outcome when 'started' then v_run.job_id end, 'outcome', v_run.outcome,
    'status', case v_run.outcome when 'started' then (select j.status from public.sync_jobs j where j.id = v_run.job_id) end);
end $$;
insert into private.verb_limits (verb, requests) values ('run_schedule_now', 60);
create function public.run_schedule_now(schedule_id uuid) returns jsonb
language sql set search_path = '' as $$ select private.take_turn('run_schedule_now'); select private.run_schedule_now(schedule_id) $$;
comment on function public.run_schedule_now(uuid) is
  'Does at once what the schedule does by the clock, also while it is off; its next time stays. {job_id, status, outcome}: no job where nothing is to send or where it checks drift.';
grant execute on function private.run_schedule_now(uuid), public.run_schedule_now(uuid) to authenticated;

create function private.calendar(range_start timestamptz, range_end timestamptz, zone text) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('viewer', 'read the calendar');
begin
  if range_start is null or range_end is null or range_end <= range_start or range_end > range_start + interval '70 days' then
    raise exception using errcode = 'DS110', message = 'A calendar shows at most 70 days.', hint = 'Ask for an end that is after the start, and not more than 70 days.';
  end if;
  -- The list of zones takes a tenth of a second to read; using one does not.
  begin
    perform range_start at time zone coalesce(zone, '');
  exception when invalid_parameter_value then
    raise exception using errcode = 'DS040', message = format('"%s" is not a time zone.', zone), hint = 'Use a name such as Europe/Berlin or UTC.';
  end;
  return jsonb_build_object(
    'runs', (
      select coalesce(jsonb_agg(to_jsonb(x) order by x.day, x.first_at), '[]') from (
        select to_char(j.created_at at time zone zone, 'YYYY-MM-DD') as day, j.schedule_id, j.trigger,
          count(*) as total,
          count(*) filter (where j.status = 'success') as success,
          count(*) filter (where j.status = 'partial') as partial,
          count(*) filter (where j.status = 'failed') as failed,
          count(*) filter (where j.status = 'cancelled') as cancelled,
          min(j.created_at) as first_at, max(j.created_at) as last_at,
          -- The ones that a day can name; the others are counted.
          to_jsonb((array_agg(jsonb_build_object('id', j.id, 'number', j.number, 'status', j.status, 'at', j.created_at) order by j.number desc))[1:20]) as jobs
        from public.sync_jobs j
        where j.organization_id = v_organization and j.created_at >= range_start and j.created_at < range_end
        group by 1, 2, 3) x),
    'quiet', (
      select coalesce(jsonb_agg(to_jsonb(x) order by x.day, x.schedule_id), '[]') from (
        select to_char(r.ran_at at time zone zone, 'YYYY-MM-DD') as day, r.schedule_id, count(*) as total, max(r.ran_at) as last_at,
          (array_agg(r.outcome order by r.ran_at desc))[1] as outcome
        from public.schedule_runs r
        where r.organization_id = v_organization and r.ran_at >= range_start and r.ran_at < range_end and r.job_id is null
        group by 1, 2) x),
    'windows', (
      select coalesce(jsonb_agg(to_jsonb(x) order by x.at, x.title, x.item_id), '[]') from (
        select i.id as item_id, i.title, i.status, w.opens, w.at
        from public.content_items i
        cross join lateral (values (true, i.publish_at), (false, i.unpublish_at)) w (opens, at)
        where i.organization_id = v_organization and i.status <> 'archived' and w.at >= range_start and w.at < range_end
        order by w.at, i.title, i.id limit 2000) x));
end $$;
create function public.calendar(range_start timestamptz, range_end timestamptz, zone text default 'UTC') returns jsonb
language sql stable set search_path = '' as $$ select private.calendar(range_start, range_end, zone) $$;
comment on function public.calendar(timestamptz, timestamptz, text) is
  'What happened and what opens or closes in a range of at most 70 days, by days of the zone: {runs: [one a day, schedule and trigger], quiet: [runs without a job], windows: [moments of items]}.';
grant execute on function private.calendar(timestamptz, timestamptz, text), public.calendar(timestamptz, timestamptz, text) to authenticated;
