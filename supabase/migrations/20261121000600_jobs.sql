-- Runs and their record: jobs, deliveries, attempts, log lines.
-- Clients read them and write none; every change goes through a verb.

create table public.sync_jobs (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  number integer not null,
  kind text not null default 'publish' check (kind in ('publish')),
  trigger text not null default 'manual' check (trigger in ('manual', 'schedule', 'api', 'replay', 'rollback')),
  status text not null default 'queued' check (status in ('queued', 'running', 'success', 'partial', 'failed', 'cancelled')),
  created_by uuid references public.profiles (id) on delete set null,
  plan_hash text,
  options jsonb not null default '{}',
  message text not null default '',
  total integer not null default 0,
  succeeded integer not null default 0,
  failed integer not null default 0,
  skipped integer not null default 0,
  superseded integer not null default 0,
  cancelled integer not null default 0,
  attempts integer not null default 0,
  p50_ms integer,
  p95_ms integer,
  log_seq bigint not null default 0,
  cancel_requested_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  finished_at timestamptz,
  logs_removed_at timestamptz,
  unique (organization_id, id),
  unique (organization_id, number)
);
comment on table public.sync_jobs is 'One run of a kind over a set of targets.';
comment on column public.sync_jobs.log_seq is 'The last sequence given to a log line of this job; allocated under this row''s lock, so it has no gaps.';
comment on column public.sync_jobs.attempts is 'HTTP tries of all its deliveries; with p50_ms and p95_ms, their durations in milliseconds, set when the run ends.';
comment on column public.sync_jobs.logs_removed_at is 'Its log lines and attempts were kept as long as the organization wished, and are gone.';
create index sync_jobs_open_idx on public.sync_jobs (id) where status in ('queued', 'running');
create index sync_jobs_retention_idx on public.sync_jobs (organization_id, finished_at) where logs_removed_at is null;
create index sync_jobs_recent_idx on public.sync_jobs (organization_id, created_at desc);
create index sync_jobs_created_by_idx on public.sync_jobs (created_by);

create sequence private.lease_tokens;

create table public.sync_deliveries (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null,
  job_id uuid not null,
  target_kind text not null default 'site' check (target_kind in ('site')),
  target_id uuid not null,
  target_name text not null,
  target_slug text not null,
  site_id uuid,
  destination_origin text not null default '',
  sequence bigint,
  webhook_id text not null generated always as ('msg_' || replace(id::text, '-', '')) stored,
  retry_of uuid,
  body text,
  body_hash text not null,
  body_bytes integer not null,
  item_count integer not null,
  status text not null check (status in
    ('queued', 'sending', 'retrying', 'success', 'failed', 'skipped', 'superseded', 'cancelled')),
  reason text not null default '',
  attempts integer not null default 0,
  max_attempts integer not null default 4 check (max_attempts between 1 and 50),
  next_attempt_at timestamptz,
  lease_token bigint,
  lease_worker text,
  lease_expires_at timestamptz,
  leases_lost integer not null default 0,
  status_code integer,
  response_body text,
  duration_ms integer,
  superseded_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  finished_at timestamptz,
  unique (organization_id, id),
  constraint sync_deliveries_waiting_has_time check ((next_attempt_at is not null) = (status in ('queued', 'retrying'))),
  constraint sync_deliveries_open_has_body check (body is not null or status not in ('queued', 'sending', 'retrying')),
  foreign key (organization_id, job_id) references public.sync_jobs (organization_id, id) on delete cascade,
  foreign key (organization_id, site_id) references public.sites (organization_id, id) on delete set null (site_id),
  foreign key (organization_id, retry_of) references public.sync_deliveries (organization_id, id) on delete set null (retry_of),
  foreign key (organization_id, superseded_by) references public.sync_deliveries (organization_id, id)
    on delete set null (superseded_by) deferrable initially deferred
);
comment on table public.sync_deliveries is 'One target in one job, the durable unit of work. Holds the exact body that is signed and sent.';
comment on column public.sync_deliveries.body is 'Exact text. Null where nothing was to be sent (skipped) and where retention has removed it; hash, size and count stay.';
comment on column public.sync_deliveries.destination_origin is 'scheme://host:port, the key of the cap per host; '''' for the built-in receiver, which has none.';
comment on column public.sync_deliveries.retry_of is 'The delivery that a replay or rollback repeats.';
comment on column public.sync_deliveries.webhook_id is 'Stable over attempts, so that a receiver can drop duplicates.';
comment on column public.sync_deliveries.lease_token is 'Fencing token: a worker whose token is no longer this one records nothing.';
-- At most one delivery waits and one is in flight per target; two states that would break the order of payloads cannot exist.
-- Written once and read often: compressing bodies would cost a run more than everything else that it writes.
alter table public.sync_deliveries alter column body set storage external;

-- Few indexes, because each change of status writes all of them. What is in flight is never more than a few hundred rows, so
-- the second serves every question about them.
create unique index sync_deliveries_one_waits_idx on public.sync_deliveries (target_kind, target_id)
  where status in ('queued', 'retrying');
create unique index sync_deliveries_one_in_flight_idx on public.sync_deliveries (target_kind, target_id)
  where status = 'sending';
-- What waits has a time, and nothing else has. Said by the time here and by the status above, so that a question about one target
-- cannot be answered from these, however few rows the statistics of the moment expect.
create index sync_deliveries_due_idx on public.sync_deliveries (job_id, next_attempt_at) where next_attempt_at is not null;
create index sync_deliveries_origin_idx on public.sync_deliveries (job_id, destination_origin, next_attempt_at)
  where next_attempt_at is not null;
create index sync_deliveries_job_idx on public.sync_deliveries (organization_id, job_id);
create index sync_deliveries_site_idx on public.sync_deliveries (organization_id, site_id, created_at desc);
create index sync_deliveries_superseded_by_idx on public.sync_deliveries (organization_id, superseded_by) where superseded_by is not null;
create index sync_deliveries_retry_of_idx on public.sync_deliveries (organization_id, retry_of) where retry_of is not null;

-- What waits for a site whose address changes waits for the new one's host.
create function private.move_waiting() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.sync_deliveries d set destination_origin = private.origin_of(new.destination_url)
  where d.target_kind = 'site' and d.target_id = new.id and d.status in ('queued', 'retrying');
  return null;
end $$;
create trigger sites_move_waiting after update of destination_url on public.sites
  for each row when (new.destination_url is distinct from old.destination_url) execute function private.move_waiting();

alter table public.site_states
  add foreign key (organization_id, accepted_delivery_id) references public.sync_deliveries (organization_id, id)
    on delete set null (accepted_delivery_id);
create index site_states_accepted_idx on public.site_states (organization_id, accepted_delivery_id);

create table public.delivery_attempts (
  organization_id uuid not null,
  delivery_id uuid not null,
  number integer not null,
  site_id uuid,
  worker text not null,
  started_at timestamptz not null,
  duration_ms integer not null,
  connect_ms integer,
  first_byte_ms integer,
  status_code integer,
  error text,
  request_headers jsonb not null default '{}',
  response_headers jsonb not null default '{}',
  response_body text,
  created_at timestamptz not null default clock_timestamp(),
  primary key (organization_id, delivery_id, number),
  foreign key (organization_id, delivery_id) references public.sync_deliveries (organization_id, id) on delete cascade,
  foreign key (organization_id, site_id) references public.sites (organization_id, id) on delete set null (site_id)
);
comment on column public.delivery_attempts.connect_ms is 'Milliseconds until the connection stood, TLS included; null on a connection that was kept from before.';
comment on column public.delivery_attempts.first_byte_ms is 'Milliseconds until the head of the answer; null when none came.';
create index delivery_attempts_site_idx on public.delivery_attempts (organization_id, site_id, created_at);
comment on table public.delivery_attempts is 'One HTTP try of a delivery.';

create table public.job_logs (
  organization_id uuid not null,
  job_id uuid not null,
  seq bigint not null,
  at timestamptz not null default clock_timestamp(),
  level text not null check (level in ('debug', 'info', 'success', 'warn', 'error')),
  message text not null,
  site_id uuid,
  item_id uuid,
  delivery_id uuid,
  payload jsonb,
  primary key (organization_id, job_id, seq),
  foreign key (organization_id, job_id) references public.sync_jobs (organization_id, id) on delete cascade,
  foreign key (organization_id, site_id) references public.sites (organization_id, id) on delete set null (site_id),
  foreign key (organization_id, item_id) references public.content_items (organization_id, id) on delete set null (item_id),
  foreign key (organization_id, delivery_id) references public.sync_deliveries (organization_id, id) on delete set null (delivery_id)
);
comment on table public.job_logs is 'Append-only; seq counts from 1 per job without gaps.';
create index job_logs_site_idx on public.job_logs (organization_id, site_id) where site_id is not null;
create index job_logs_item_idx on public.job_logs (organization_id, item_id) where item_id is not null;
create index job_logs_delivery_idx on public.job_logs (organization_id, delivery_id) where delivery_id is not null;

alter table public.sync_jobs enable row level security;
alter table public.sync_deliveries enable row level security;
alter table public.delivery_attempts enable row level security;
alter table public.job_logs enable row level security;
create policy "members read jobs" on public.sync_jobs
  for select to authenticated using (organization_id = (select private.organization_id()));
create policy "members read deliveries" on public.sync_deliveries
  for select to authenticated using (organization_id = (select private.organization_id()));
create policy "members read attempts" on public.delivery_attempts
  for select to authenticated using (organization_id = (select private.organization_id()));
create policy "members read log lines" on public.job_logs
  for select to authenticated using (organization_id = (select private.organization_id()));
grant select on public.sync_jobs, public.sync_deliveries, public.delivery_attempts, public.job_logs to authenticated;

create type private.log_line as (
  job_id uuid, level text, message text, site_id uuid, item_id uuid, delivery_id uuid, payload jsonb
);

create function private.write_logs(p_lines private.log_line[]) returns void
language plpgsql set search_path = '' as $$
begin
  if coalesce(cardinality(p_lines), 0) = 0 then return; end if;
  -- One order of locks for everybody who writes to several jobs at once.
  perform 1 from public.sync_jobs j
  where j.id in (select l.job_id from unnest(p_lines) l) order by j.id for no key update;
  with line as (
    select l.job_id, l.level, l.message, l.site_id, l.item_id, l.delivery_id, l.payload,
      row_number() over (partition by l.job_id order by o) as n, o
    from unnest(p_lines) with ordinality l(job_id, level, message, site_id, item_id, delivery_id, payload, o)
  ), bumped as (
    update public.sync_jobs j set log_seq = j.log_seq + c.lines
    from (select line.job_id, count(*) as lines from line group by line.job_id) c
    where j.id = c.job_id
    returning j.id, j.organization_id, j.log_seq - c.lines as base
  )
  insert into public.job_logs (organization_id, job_id, seq, level, message, site_id, item_id, delivery_id, payload)
  select b.organization_id, b.id, b.base + line.n, line.level, line.message, line.site_id, line.item_id, line.delivery_id, line.payload
  from line join bumped b on b.id = line.job_id
  order by line.o;
end $$;
comment on function private.write_logs(private.log_line[]) is 'Appends lines to one or several jobs, in order, numbering each job''s lines without gaps.';

create function private.bytes_text(p_bytes bigint) returns text
language sql immutable set search_path = '' as $$
  select case when p_bytes < 1000 then p_bytes || ' B'
              when p_bytes < 1000000 then round(p_bytes / 1000.0, 1) || ' kB'
              else round(p_bytes / 1000000.0, 1) || ' MB' end
$$;

create function private.duration_text(p_ms numeric) returns text
language sql immutable set search_path = '' as $$
  select case when p_ms < 1000 then round(p_ms) || ' ms' else round(p_ms / 1000.0, 1) || ' s' end
$$;

create function private.disabled_text() returns text
language sql immutable set search_path = '' as $$ select 'the site is disabled' $$;

create function private.count_text(p_count bigint, p_one text) returns text
language sql immutable set search_path = '' as $$
  select p_count || ' ' || p_one || case when p_count = 1 then '' else 's' end
$$;

create function private.finish_jobs(p_jobs uuid[]) returns uuid[]
language plpgsql set search_path = '' as $$
declare
  v_done uuid[];
  v_finished uuid[];
  v_lines private.log_line[];
begin
  perform 1 from public.sync_jobs j where j.id = any (p_jobs) order by j.id for no key update;
  -- Asked after every batch of results: two looks into small indexes, and a count only at the end.
  select array_agg(j.id) into v_done from public.sync_jobs j
  where j.id = any (p_jobs) and j.status in ('queued', 'running')
    and not exists (select from public.sync_deliveries d where d.job_id = j.id and d.next_attempt_at is not null)
    and not exists (select from public.sync_deliveries d where d.job_id = j.id and d.status = 'sending');
  if v_done is null then return '{}'; end if;

  with counted as (
    select j.id, count(d.id) as total,
      count(d.id) filter (where d.status = 'success') as succeeded,
      count(d.id) filter (where d.status = 'failed') as failed,
      count(d.id) filter (where d.status = 'skipped') as skipped,
      count(d.id) filter (where d.status = 'superseded') as superseded,
      count(d.id) filter (where d.status = 'cancelled') as cancelled,
      count(d.id) filter (where d.status = 'skipped' and d.reason = private.disabled_text()) as disabled
    from public.sync_jobs j
    left join public.sync_deliveries d on d.organization_id = j.organization_id and d.job_id = j.id
    where j.id = any (v_done)
    group by j.id
  ), tried as (
    select d.job_id, count(*) as attempts,
      percentile_disc(array[0.5, 0.95]) within group (order by a.duration_ms) as ms
    from public.sync_jobs j
    join public.sync_deliveries d on d.organization_id = j.organization_id and d.job_id = j.id
    join public.delivery_attempts a on a.organization_id = d.organization_id and a.delivery_id = d.id
    where j.id = any (v_done)
    group by d.job_id
  ), ended as (
    update public.sync_jobs j set
      status = case when c.cancelled > 0 and j.cancel_requested_at is not null then 'cancelled'
                    when c.failed > 0 and c.succeeded > 0 then 'partial'
                    when c.failed > 0 then 'failed'
                    else 'success' end,
      message = case
        when c.cancelled > 0 and j.cancel_requested_at is not null
          then format('Cancelled: %s of %s sent', c.succeeded, private.count_text(c.total - c.skipped, 'site'))
        when c.succeeded + c.failed = 0 and c.superseded > 0 then 'A newer run took over'
        when c.succeeded + c.failed = 0 and c.cancelled > 0 then 'Nothing to do: its sites were deleted or disabled'
        when c.succeeded + c.failed = 0 and c.disabled > 0 then 'Nothing to do: every other site is up to date'
        when c.succeeded + c.failed = 0 then 'Nothing to do: every site is up to date'
        when c.failed = 0 then format('%s of %s accepted', c.succeeded, private.count_text(c.succeeded, 'site'))
        else format('%s of %s accepted, %s failed', c.succeeded, private.count_text(c.succeeded + c.failed, 'site'), c.failed) end,
      total = c.total, succeeded = c.succeeded, failed = c.failed, skipped = c.skipped,
      superseded = c.superseded, cancelled = c.cancelled,
      attempts = coalesce(t.attempts, 0), p50_ms = t.ms[1], p95_ms = t.ms[2],
      started_at = coalesce(j.started_at, j.created_at),
      finished_at = clock_timestamp()
    from counted c left join tried t on t.job_id = c.id
    where j.id = c.id
    returning j.*
  )
  select array_agg(e.id),
    array_agg(row(e.id,
      case e.status when 'success' then 'success' when 'failed' then 'error' else 'warn' end,
      format('Run %s: %s in %s, %s', e.number, e.status,
        private.duration_text(extract(epoch from e.finished_at - e.created_at) * 1000), lower(left(e.message, 1)) || substr(e.message, 2)),
      null, null, null, null)::private.log_line)
  into v_finished, v_lines from ended e;
  perform private.write_logs(v_lines);
  return coalesce(v_finished, '{}');
end $$;
comment on function private.finish_jobs(uuid[]) is
  'Ends those of the jobs that have no open delivery left, in the caller''s transaction; returns the ended ones.';

-- A deleted site takes its open work with it, and a disabled one what still waits; the runs that waited for it end.
create function private.close_site_work(p_organization uuid, p_site uuid, p_statuses text[], p_reason text) returns void
language plpgsql set search_path = '' as $$
declare
  v_jobs uuid[];
begin
  -- The site's row is locked already; then as everywhere: states, deliveries, jobs.
  perform 1 from public.site_states st where st.site_id = p_site for update;
  with closed as (
    update public.sync_deliveries d
    set status = 'cancelled', reason = p_reason, finished_at = clock_timestamp(), next_attempt_at = null,
      lease_token = null, lease_worker = null, lease_expires_at = null
    where d.organization_id = p_organization and d.site_id = p_site and d.status = any (p_statuses)
    returning d.job_id
  )
  select array_agg(distinct c.job_id) into v_jobs from closed c;
  perform private.finish_jobs(v_jobs);
end $$;

create function private.site_is_deleted() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- With the whole organization its runs go too; there is nobody left to end them for.
  if exists (select 1 from public.organizations o where o.id = old.organization_id) then
    perform private.close_site_work(old.organization_id, old.id, '{queued,sending,retrying}', 'the site was deleted');
  end if;
  return old;
end $$;
create trigger sites_deleted before delete on public.sites
  for each row execute function private.site_is_deleted();

create function private.site_is_disabled() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform private.close_site_work(new.organization_id, new.id, '{queued,retrying}', 'the site was disabled');
  return null;
end $$;
create trigger sites_disabled after update of enabled on public.sites
  for each row when (old.enabled and not new.enabled) execute function private.site_is_disabled();
