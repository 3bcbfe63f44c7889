-- Alerts: rules that watch runs, sites, silence and schedules, what they have seen, and what they have to tell.
--
-- Each rule keeps a state per subject (a site, a schedule, the organization): ok or firing. The tick looks at everything at once, and so does a worker
-- after a run has ended; what has changed since is told once: as an entry of the in-app inbox, and as messages in an outbox that the functions send.
-- A run's end only leaves its id in a queue. It takes no lock here, so no rule can hold a run up.

create table public.alert_rules (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  kind text not null check (kind in ('run', 'site', 'silence', 'schedule')),
  name text not null check (length(btrim(name)) between 1 and 120),
  threshold_minutes integer not null default 0 check (threshold_minutes between 0 and 43200),
  partial boolean not null default true,
  enabled boolean not null default true,
  watching_since timestamptz not null default now(),
  muted_until timestamptz,
  member_ids uuid[] not null default '{}' check (cardinality(member_ids) <= 50),
  emails text[] not null default '{}' check (cardinality(emails) <= 20 and octet_length(array_to_string(emails, ' ')) <= 5200),
  webhook_url text check (webhook_url ~ '^https?://[^\s]+$' and length(webhook_url) <= 2048),
  secret_version integer,
  secret_set_at timestamptz,
  created_by uuid references public.profiles (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (organization_id, id)
);
comment on table public.alert_rules is 'What is watched (run: deliveries of runs; site: its health; silence: that nothing was synced; schedule: that one was missed), and who is told. The in-app inbox always is.';
comment on column public.alert_rules.threshold_minutes is 'site: unhealthy for this long; silence: nothing synced for this long; schedule: late by this much; run: nothing.';
comment on column public.alert_rules.partial is 'run: also sites that failed in a run that reached others.';
comment on column public.alert_rules.muted_until is 'Until then only the inbox is told.';
comment on column public.alert_rules.member_ids is 'Members who get a mail; whoever has left the organization gets none.';
comment on column public.alert_rules.secret_version is 'Of the webhook''s signing secret; null: there is none yet, and nothing can be sent.';
create index alert_rules_organization_idx on public.alert_rules (organization_id, kind);
create index alert_rules_created_by_idx on public.alert_rules (created_by);

create table private.alert_secrets (
  rule_id uuid not null,
  organization_id uuid not null,
  version integer not null,
  ciphertext bytea not null,
  nonce bytea not null check (length(nonce) = 12),
  key_version integer not null,
  created_at timestamptz not null default now(),
  retired_at timestamptz,
  primary key (rule_id, version),
  foreign key (organization_id, rule_id) references public.alert_rules (organization_id, id) on delete cascade
);
comment on table private.alert_secrets is 'What webhooks of rules are signed with, sealed as site secrets are. SQL never sees the plain text.';
create index alert_secrets_rule_idx on private.alert_secrets (organization_id, rule_id);

create table public.alert_states (
  organization_id uuid not null,
  rule_id uuid not null,
  subject_kind text not null check (subject_kind in ('site', 'schedule', 'organization')),
  subject_id uuid not null,
  subject_name text not null,
  state text not null default 'ok' check (state in ('ok', 'firing')),
  since timestamptz not null,
  condition boolean not null,
  condition_since timestamptz not null,
  settled boolean not null default false,
  detail text not null default '',
  job_id uuid,
  change integer not null default 0,
  primary key (organization_id, rule_id, subject_kind, subject_id),
  foreign key (organization_id, rule_id) references public.alert_rules (organization_id, id) on delete cascade,
  foreign key (organization_id, job_id) references public.sync_jobs (organization_id, id) on delete set null (job_id)
);
comment on table public.alert_states is 'What a rule says of a subject (state), and what was seen of it last (condition). No row: ok, and nothing was ever seen.';
comment on column public.alert_states.settled is 'Nobody watches it any more (the rule is paused, the site disabled or deleted), so nothing is waited for before the state is ok.';
comment on column public.alert_states.change is 'Counts the changes of state; each is announced once.';
create index alert_states_job_idx on public.alert_states (organization_id, job_id);
create index alert_states_firing_idx on public.alert_states (organization_id) where state = 'firing';

-- Not an identity: whoever may not insert is to be told that, and not that a column is generated.
create sequence private.alert_event_seq;
create table public.alert_events (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  seq bigint not null default nextval('private.alert_event_seq'),
  rule_id uuid,
  rule_name text not null,
  kind text not null,
  state text not null check (state in ('firing', 'recovered', 'test')),
  title text not null,
  detail text not null default '',
  subjects jsonb not null default '[]',
  subject_count integer not null default 0,
  job_id uuid,
  job_number integer,
  muted boolean not null default false,
  at timestamptz not null default clock_timestamp(),
  unique (organization_id, id),
  foreign key (organization_id, rule_id) references public.alert_rules (organization_id, id) on delete set null (rule_id),
  foreign key (organization_id, job_id) references public.sync_jobs (organization_id, id) on delete set null (job_id)
);
comment on table public.alert_events is 'The in-app inbox: one entry for all subjects of a rule that changed at once.';
comment on column public.alert_events.subjects is 'The first twenty: [{kind, id, name, detail}].';
create index alert_events_recent_idx on public.alert_events (organization_id, seq desc);
create index alert_events_rule_idx on public.alert_events (organization_id, rule_id, at desc);
create index alert_events_job_idx on public.alert_events (organization_id, job_id);

create table private.alert_transitions (
  organization_id uuid not null,
  rule_id uuid not null,
  subject_kind text not null,
  subject_id uuid not null,
  change integer not null,
  event_id uuid not null,
  primary key (organization_id, rule_id, subject_kind, subject_id, change),
  foreign key (organization_id, rule_id, subject_kind, subject_id) references public.alert_states (organization_id, rule_id, subject_kind, subject_id) on delete cascade,
  foreign key (organization_id, event_id) references public.alert_events (organization_id, id) on delete cascade
);
comment on table private.alert_transitions is 'Which entry announced which change of state. Its key is what makes it one.';
create index alert_transitions_event_idx on private.alert_transitions (organization_id, event_id);

create table public.alert_messages (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null,
  event_id uuid not null,
  channel text not null check (channel in ('email', 'webhook')),
  recipient text not null,
  member_id uuid,
  status text not null default 'queued' check (status in ('queued', 'sending', 'sent', 'failed')),
  attempts integer not null default 0,
  next_attempt_at timestamptz default now(),
  lease_token bigint,
  lease_expires_at timestamptz,
  status_code integer,
  error text,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  unique (organization_id, id),
  unique (organization_id, event_id, channel, recipient),
  foreign key (organization_id, event_id) references public.alert_events (organization_id, id) on delete cascade,
  foreign key (organization_id, member_id) references public.memberships (organization_id, user_id) on delete cascade,
  constraint alert_messages_waiting_has_time check ((next_attempt_at is not null) = (status = 'queued'))
);
comment on table public.alert_messages is 'The outbox: an entry''s message to one address. Sent by the functions, with retries; what was sent or has failed for good stays for admins to see.';
create index alert_messages_due_idx on public.alert_messages (next_attempt_at) where next_attempt_at is not null;
create index alert_messages_sending_idx on public.alert_messages (lease_expires_at) where status = 'sending';
create index alert_messages_mails_idx on public.alert_messages (organization_id, created_at) where channel = 'email';
create index alert_messages_member_idx on public.alert_messages (organization_id, member_id) where member_id is not null;

create table private.alert_reads (
  organization_id uuid not null,
  user_id uuid not null,
  event_id uuid not null,
  read_at timestamptz not null default now(),
  primary key (organization_id, user_id, event_id),
  foreign key (organization_id, user_id) references public.memberships (organization_id, user_id) on delete cascade,
  foreign key (organization_id, event_id) references public.alert_events (organization_id, id) on delete cascade
);
comment on table private.alert_reads is 'Who has read which entry of the inbox.';
create index alert_reads_event_idx on private.alert_reads (organization_id, event_id);

create table private.alert_queue (
  organization_id uuid not null,
  job_id uuid not null,
  primary key (organization_id, job_id),
  foreign key (organization_id, job_id) references public.sync_jobs (organization_id, id) on delete cascade
);
comment on table private.alert_queue is 'Runs that have ended since the rules looked last.';

alter table private.engine_state add column alerts_trimmed_at timestamptz;

alter table public.alert_rules enable row level security;
alter table public.alert_states enable row level security;
alter table public.alert_events enable row level security;
alter table public.alert_messages enable row level security;
alter table private.alert_secrets enable row level security;
alter table private.alert_transitions enable row level security;
alter table private.alert_reads enable row level security;
alter table private.alert_queue enable row level security;
-- An address may be a credential (many chat services' are), so rules and outbox are for admins; what has happened is for everybody.
create policy "admins read alert rules" on public.alert_rules
  for select to authenticated using (organization_id = (select private.organization_id()) and (select private.has_role('admin')));
create policy "members read alert states" on public.alert_states
  for select to authenticated using (organization_id = (select private.organization_id()));
create policy "members read alert events" on public.alert_events
  for select to authenticated using (organization_id = (select private.organization_id()));
create policy "admins read alert messages" on public.alert_messages
  for select to authenticated using (organization_id = (select private.organization_id()) and (select private.has_role('admin')));
grant select on public.alert_rules, public.alert_states, public.alert_events, public.alert_messages to authenticated;
grant usage, select on sequence private.alert_event_seq to service_role;
grant all on private.alert_secrets, private.alert_transitions, private.alert_reads, private.alert_queue to service_role;

create trigger alert_rules_touch before update on public.alert_rules
  for each row execute function private.touch_updated_at();
select private.audit_table('alert_rules', 'id');

do $$
declare
  v_table text;
begin
  foreach v_table in array array['alert_rules', 'alert_events', 'alert_messages'] loop
    execute format('create trigger %I after insert on public.%I referencing new table as changed for each statement execute function private.nudge()', v_table || '_nudge_insert', v_table);
    execute format('create trigger %I after update on public.%I referencing new table as changed for each statement execute function private.nudge()', v_table || '_nudge_update', v_table);
    execute format('create trigger %I after delete on public.%I referencing old table as changed for each statement execute function private.nudge()', v_table || '_nudge_delete', v_table);
  end loop;
end $$;

-- Runs.
create function private.queue_ended_run() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from public.alert_rules r where r.organization_id = new.organization_id and r.kind = 'run' and r.enabled) then
    insert into private.alert_queue (organization_id, job_id) values (new.organization_id, new.id) on conflict do nothing;
  end if;
  return null;
end $$;
create trigger sync_jobs_alerts after update of status on public.sync_jobs
  for each row when (old.status is distinct from new.status and new.status in ('success', 'partial', 'failed'))
  execute function private.queue_ended_run();

-- What the runs that have ended say of the sites that they tried, and whether runs start at all. Skipped, superseded and cancelled deliveries say nothing.
create function private.take_ended_runs(p_organization uuid, p_now timestamptz) returns void
language sql set search_path = '' as $$
  with taken as (
    delete from private.alert_queue q where p_organization is null or q.organization_id = p_organization returning q.organization_id, q.job_id
  ), ended as (
    select j.id, j.organization_id, j.number, j.status, j.failed, j.message, j.finished_at
    from taken t join public.sync_jobs j on j.organization_id = t.organization_id and j.id = t.job_id
    join public.organizations o on o.id = t.organization_id and o.deleted_at is null
  ), verdict as (
    -- Of several runs that have ended since, the last word counts.
    select distinct on (r.id, s.id) r.organization_id, r.id as rule_id, 'site' as subject_kind, s.id as subject_id, s.name as subject_name,
      d.status = 'failed' as condition, case d.status when 'failed' then d.reason else format('run %s reached it', e.number) end as detail, e.id as job_id
    from ended e
    join public.alert_rules r on r.organization_id = e.organization_id and r.kind = 'run' and r.enabled
    join public.sync_deliveries d on d.organization_id = e.organization_id and d.job_id = e.id and d.status in ('success', 'failed')
    join public.sites s on s.organization_id = d.organization_id and s.id = d.site_id and s.enabled
    where d.status = 'success' or e.status = 'failed' or r.partial
    order by r.id, s.id, e.finished_at desc, e.number desc
  ), start as (
    select distinct on (r.id) r.organization_id, r.id as rule_id, 'organization' as subject_kind, o.id as subject_id, o.name as subject_name,
      e.status = 'failed' and e.failed = 0 as condition, case when e.status = 'failed' and e.failed = 0 then e.message else format('run %s started', e.number) end as detail, e.id as job_id
    from ended e
    join public.alert_rules r on r.organization_id = e.organization_id and r.kind = 'run' and r.enabled
    join public.organizations o on o.id = e.organization_id
    order by r.id, e.finished_at desc, e.number desc
  )
  insert into public.alert_states as a (organization_id, rule_id, subject_kind, subject_id, subject_name, since, condition, condition_since, detail, job_id)
  select v.organization_id, v.rule_id, v.subject_kind, v.subject_id, v.subject_name, p_now, v.condition, p_now, left(v.detail, 500), v.job_id
  from (select * from verdict union all select * from start) v
  where v.condition or exists (select from public.alert_states x where x.organization_id = v.organization_id and x.rule_id = v.rule_id and x.subject_kind = v.subject_kind and x.subject_id = v.subject_id)
  on conflict (organization_id, rule_id, subject_kind, subject_id) do update set
    subject_name = excluded.subject_name, condition = excluded.condition, detail = excluded.detail, job_id = excluded.job_id, settled = false,
    condition_since = case when a.condition = excluded.condition then a.condition_since else excluded.condition_since end
  where (a.condition, a.detail, a.job_id) is distinct from (excluded.condition, excluded.detail, excluded.job_id) and (excluded.condition or a.condition)
$$;

-- Why a site counts as unhealthy; null: it does not. What a person disabled is nobody's trouble, what the engine disabled is.
create function private.site_trouble(p_site public.sites, p_state public.site_states) returns text
language sql stable set search_path = '' as $$
  select case
    when not (p_site).enabled then (p_state).disabled_reason
    when (p_state).circuit <> 'closed' then 'paused after failures' || coalesce(': ' || (p_state).last_error, '')
    when (p_state).last_status in ('failed', 'retrying') then coalesce((p_state).last_error, 'the last delivery failed')
    when (p_state).drift = 'drifted' then coalesce((p_state).drift_message, 'it shows something else than it accepted')
  end
$$;

create function private.utc_text(p_at timestamptz) returns text
language sql stable set search_path = '' as $$ select to_char(p_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC' $$;

create function private.span_text(p_minutes integer) returns text
language sql immutable set search_path = '' as $$
  select case when p_minutes >= 1440 and p_minutes % 1440 = 0 then private.count_text(p_minutes / 1440, 'day')
    when p_minutes >= 60 and p_minutes % 60 = 0 then private.count_text(p_minutes / 60, 'hour')
    else private.count_text(p_minutes, 'minute') end
$$;

create function private.names_text(p_names text[], p_count bigint) returns text
language sql immutable set search_path = '' as $$
  select case when p_count <= 1 then p_names[1]
    when p_count <= 3 then array_to_string(p_names[1:p_count - 1], ', ') || ' and ' || p_names[p_count]
    else array_to_string(p_names[1:3], ', ') || format(' and %s more', p_count - 3) end
$$;

-- What is to be seen now of everything that is watched by its state. A condition that is there for the first time, or gone, is noted with the time.
create function private.watch_conditions(p_organization uuid, p_now timestamptz) returns void
language sql set search_path = '' as $$
  with rule as materialized (
    select r.* from public.alert_rules r join public.organizations o on o.id = r.organization_id and o.deleted_at is null
    where p_organization is null or r.organization_id = p_organization
  ), wanted as materialized (
    select r.organization_id, r.id as rule_id, 'site' as subject_kind, s.id as subject_id, s.name as subject_name, t.trouble as detail
    from rule r
    join public.sites s on s.organization_id = r.organization_id
    join public.site_states st on st.organization_id = s.organization_id and st.site_id = s.id
    cross join lateral (select private.site_trouble(s, st) as trouble) t
    where r.kind = 'site' and r.enabled and t.trouble is not null
    union all
    select r.organization_id, r.id, 'organization', o.id, o.name,
      case when last.at is null then 'no run has gone through yet' else 'the last run that went through ended ' || private.utc_text(last.at) end
    from rule r
    join public.organizations o on o.id = r.organization_id
    cross join lateral (
      -- A schedule that found every site up to date has seen to it that they are.
      select greatest(
        (select j.finished_at from public.sync_jobs j
          where j.organization_id = r.organization_id and j.status in ('success', 'partial') order by j.created_at desc limit 1),
        (select max(c.last_run_at) from public.schedules c
          where c.organization_id = r.organization_id and c.kind = 'publish' and c.last_outcome = 'nothing to do')) as at) last
    where r.kind = 'silence' and r.enabled
      and greatest(last.at, r.watching_since) <= p_now - make_interval(mins => r.threshold_minutes)
      and exists (select from public.sites s where s.organization_id = r.organization_id and s.enabled)
    union all
    select r.organization_id, r.id, 'schedule', c.id, c.name,
      case when c.problem is not null then 'it cannot be planned: ' || c.problem
        when c.next_run_at <= p_now - make_interval(mins => r.threshold_minutes) then 'it was due ' || private.utc_text(c.next_run_at)
        else c.last_outcome end
    from rule r
    join public.schedules c on c.organization_id = r.organization_id
    where r.kind = 'schedule' and r.enabled and c.enabled and (
      c.problem is not null or c.next_run_at <= p_now - make_interval(mins => r.threshold_minutes)
      -- Its time came, and no run could start.
      or (c.kind = 'publish' and c.last_run_at >= r.watching_since and c.last_outcome not in ('', 'started', 'nothing to do')))
  ), seen as (
    insert into public.alert_states as a (organization_id, rule_id, subject_kind, subject_id, subject_name, since, condition, condition_since, detail)
    select w.organization_id, w.rule_id, w.subject_kind, w.subject_id, w.subject_name, p_now, true, p_now, left(w.detail, 500) from wanted w
    on conflict (organization_id, rule_id, subject_kind, subject_id) do update set
      subject_name = excluded.subject_name, detail = excluded.detail, condition = true, settled = false,
      condition_since = case when a.condition then a.condition_since else excluded.condition_since end
    where not a.condition or (a.subject_name, a.detail) is distinct from (excluded.subject_name, excluded.detail)
  )
  update public.alert_states a set condition = false, condition_since = p_now, settled = g.settled, detail = g.detail
  from (
    select a.organization_id, a.rule_id, a.subject_kind, a.subject_id, y.why is not null as settled,
      coalesce(y.why, case a.subject_kind when 'schedule' then coalesce('it ran ' || private.utc_text(c.last_run_at), '') else '' end) as detail
    from public.alert_states a
    join rule r on r.organization_id = a.organization_id and r.id = a.rule_id
    left join public.sites s on a.subject_kind = 'site' and s.organization_id = a.organization_id and s.id = a.subject_id
    left join public.schedules c on a.subject_kind = 'schedule' and c.organization_id = a.organization_id and c.id = a.subject_id
    cross join lateral (
      select case
        when not r.enabled then 'the rule was paused'
        when a.subject_kind = 'site' and s.id is null then 'the site was deleted'
        when a.subject_kind = 'site' and not s.enabled then private.disabled_text()
        when a.subject_kind = 'schedule' and c.id is null then 'the schedule was deleted'
        when a.subject_kind = 'schedule' and not c.enabled then 'the schedule is paused'
        when r.kind = 'silence' and not exists (select from public.sites x where x.organization_id = a.organization_id and x.enabled) then 'no site is enabled' end as why) y
    where a.condition
      -- What a run said stands until another says something else, or nobody asks any more.
      and case when r.kind = 'run' then y.why is not null
        else not exists (select from wanted w where w.rule_id = a.rule_id and w.subject_kind = a.subject_kind and w.subject_id = a.subject_id) end
  ) g
  where a.organization_id = g.organization_id and a.rule_id = g.rule_id and a.subject_kind = g.subject_kind and a.subject_id = g.subject_id
$$;

create function private.alert_title(p_rule public.alert_rules, p_state text, p_settled boolean, p_kind text, p_names text, p_count bigint, p_run text) returns text
language sql stable set search_path = '' as $$
  select left(case
    when p_state = 'recovered' and p_settled and (p_rule).kind <> 'silence' then 'No longer watched: ' || p_names
    when (p_rule).kind = 'run' and p_kind = 'organization' then case p_state when 'firing' then coalesce(p_run || ' could not start', 'A run could not start') else 'Runs start again' end
    when (p_rule).kind = 'run' then case p_state when 'firing' then coalesce(p_run, 'Runs failed') || ': ' || p_names else 'Delivered again: ' || p_names end
    when (p_rule).kind = 'site' then
      case p_count when 1 then p_names || ' is ' else p_count || ' sites are ' end || case p_state when 'firing' then 'unhealthy' else 'healthy again' end
        || case p_count when 1 then '' else ': ' || p_names end
    when (p_rule).kind = 'silence' then case when p_state = 'firing' then 'Nothing was synced for ' || private.span_text((p_rule).threshold_minutes)
      when p_settled then 'No longer watched: syncing' else 'Syncing again' end
    else case p_state when 'firing' then 'Missed: ' else 'Running again: ' end || p_names end, 300)
$$;

create function private.mails_left(p_organization uuid) returns bigint
language sql stable set search_path = '' as $$
  select greatest(300 - count(*), 0) from public.alert_messages m where m.organization_id = p_organization and m.channel = 'email' and m.created_at > now() - interval '1 hour'
$$;
comment on function private.mails_left(uuid) is 'How many mails the organization may still send: 300 an hour. The inbox and webhooks are told all the same; addresses need not be members'', and the sender''s name is the deployment''s.';

-- Every change of state that is due becomes part of one entry per rule and direction, with its messages. A rule that has just spoken waits a minute
-- before it says the same kind of thing again: what changes until then is said together.
create function private.announce_alerts(p_organization uuid, p_now timestamptz) returns integer
language plpgsql set search_path = '' as $$
declare
  c_pause constant interval := '1 minute';
  c_recovery constant integer := 5;
  v_events integer;
begin
  with ready as (
    select a.organization_id, a.rule_id, a.subject_kind, a.subject_id, case when a.condition then 'firing' else 'recovered' end as state
    from public.alert_states a
    join public.alert_rules r on r.organization_id = a.organization_id and r.id = a.rule_id
    join public.organizations o on o.id = a.organization_id and o.deleted_at is null
    where a.condition <> (a.state = 'firing') and (p_organization is null or a.organization_id = p_organization)
      and a.condition_since <= p_now - make_interval(mins => case
        when a.settled or r.kind <> 'site' then 0 when a.condition then r.threshold_minutes else least(r.threshold_minutes, c_recovery) end)
      and not exists (select from public.alert_events e where e.organization_id = a.organization_id and e.rule_id = a.rule_id
        and e.state = case when a.condition then 'firing' else 'recovered' end and e.at > p_now - c_pause)
  ), changed as (
    update public.alert_states a set state = case d.state when 'firing' then 'firing' else 'ok' end, since = p_now, change = a.change + 1
    from ready d where a.organization_id = d.organization_id and a.rule_id = d.rule_id and a.subject_kind = d.subject_kind and a.subject_id = d.subject_id
    returning a.*, d.state as to_state
  ), grouped as (
    select c.organization_id, c.rule_id, c.to_state, gen_random_uuid() as event_id, count(*) as subjects, bool_and(c.settled) as settled, min(c.subject_kind) as subject_kind,
      (array_agg(c.subject_name order by c.subject_name, c.subject_id))[1:4] as names,
      jsonb_path_query_array(jsonb_agg(jsonb_build_object('kind', c.subject_kind, 'id', c.subject_id, 'name', c.subject_name, 'detail', c.detail)
        order by c.subject_name, c.subject_id), '$[0 to 19]') as list,
      case when count(*) = 1 then min(c.detail) else '' end as detail,
      case when count(distinct c.job_id) = 1 then (array_agg(c.job_id))[1] end as job_id
    from changed c group by c.organization_id, c.rule_id, c.to_state
  ), event as (
    insert into public.alert_events (id, organization_id, rule_id, rule_name, kind, state, title, detail, subjects, subject_count, job_id, job_number, muted, at)
    select g.event_id, g.organization_id, g.rule_id, r.name, r.kind, g.to_state,
      private.alert_title(r, g.to_state, g.settled, g.subject_kind, private.names_text(g.names, g.subjects), g.subjects,
        case when j.id is not null and g.subject_kind = 'organization' then format('Run %s', j.number) when j.id is not null then format('Run %s %s', j.number, case j.status when 'partial' then 'was partial' else 'failed' end) end),
      g.detail, g.list, g.subjects, j.id, j.number, coalesce(r.muted_until > p_now, false), p_now
    from grouped g
    join public.alert_rules r on r.organization_id = g.organization_id and r.id = g.rule_id
    left join public.sync_jobs j on j.organization_id = g.organization_id and j.id = g.job_id
    returning id, organization_id, rule_id, muted
  ), noted as (
    insert into private.alert_transitions (organization_id, rule_id, subject_kind, subject_id, change, event_id)
    select c.organization_id, c.rule_id, c.subject_kind, c.subject_id, c.change, g.event_id
    from changed c join grouped g on g.organization_id = c.organization_id and g.rule_id = c.rule_id and g.to_state = c.to_state
  ), queued as (
    insert into public.alert_messages (organization_id, event_id, channel, recipient, member_id)
    select m.organization_id, m.event_id, m.channel, m.recipient, m.member_id
    from (
      select e.organization_id, e.id as event_id, r.channel, r.recipient, r.member_id,
        row_number() over (partition by e.organization_id, r.channel order by r.recipient, e.id) as n
      from event e cross join lateral private.alert_recipients(e.organization_id, e.rule_id) r
      where not e.muted) m
    left join (select o.organization_id, private.mails_left(o.organization_id) as mails from (select distinct e.organization_id from event e) o) l
      on l.organization_id = m.organization_id
    where m.channel <> 'email' or m.n <= l.mails
  )
  select count(*) into v_events from event;
  return v_events;
end $$;

create function private.alert_recipients(p_organization uuid, p_rule uuid) returns table (channel text, recipient text, member_id uuid)
language sql stable set search_path = '' as $$
  select distinct on (x.channel, x.recipient) x.channel, x.recipient, x.member_id
  from (
    select 'email' as channel, lower(p.email) as recipient, m.user_id as member_id
    from public.alert_rules r
    join public.memberships m on m.organization_id = r.organization_id and m.user_id = any (r.member_ids)
    join public.profiles p on p.id = m.user_id
    where r.organization_id = p_organization and r.id = p_rule and p.email <> ''
    union all
    select 'email', lower(e), null from public.alert_rules r, unnest(r.emails) e where r.organization_id = p_organization and r.id = p_rule
    union all
    select 'webhook', r.webhook_url, null from public.alert_rules r where r.organization_id = p_organization and r.id = p_rule and r.webhook_url is not null
  ) x
  order by x.channel, x.recipient, x.member_id nulls last
$$;
comment on function private.alert_recipients(uuid, uuid) is 'Whom a rule tells, each address once. Members who have left are none any more.';

create function private.trim_alerts(p_rows integer default 5000) returns integer
language plpgsql set search_path = '' as $$
declare
  v_removed integer;
begin
  delete from public.alert_events e where e.id in (
    select x.id from public.alert_events x join public.organizations o on o.id = x.organization_id
    where x.at < now() - make_interval(days => o.retention_days)
      -- What still fires keeps the entry that said so.
      and not exists (select from private.alert_transitions t
        join public.alert_states a on a.organization_id = t.organization_id and a.rule_id = t.rule_id and a.subject_kind = t.subject_kind and a.subject_id = t.subject_id and a.change = t.change
        where t.organization_id = x.organization_id and t.event_id = x.id and a.state = 'firing')
    order by x.at limit p_rows);
  get diagnostics v_removed = row_count;
  -- What is well and was long ago is as good as never seen.
  delete from public.alert_states a where a.state = 'ok' and not a.condition and a.since < now() - interval '30 days' and a.condition_since < now() - interval '30 days';
  return v_removed;
end $$;
comment on function private.trim_alerts(integer) is 'Removes entries of the inbox, with their messages, that are older than their organization keeps.';

-- For all organizations at once where none is named.
create function private.look_at_alerts(p_organization uuid, p_now timestamptz) returns integer
language plpgsql set search_path = '' as $$
begin
  perform private.take_ended_runs(p_organization, p_now);
  perform private.watch_conditions(p_organization, p_now);
  return private.announce_alerts(p_organization, p_now);
end $$;

create function public.evaluate_alerts() returns integer
language plpgsql set search_path = '' as $$
declare
  v_now timestamptz;
  v_events integer;
  v_organization uuid;
begin
  -- One at a time: what two of them see as changed, both would tell.
  perform pg_advisory_xact_lock(hashtext('datasync.evaluate_alerts'));
  v_now := clock_timestamp();
  begin
    v_events := private.look_at_alerts(null, v_now);
  exception when others then
    -- Something of somebody cannot be looked at. Each by itself, so that it is theirs alone; what they have queued waits for the next look.
    v_events := 0;
    for v_organization in select distinct r.organization_id from public.alert_rules r order by 1 loop
      begin
        v_events := v_events + private.look_at_alerts(v_organization, v_now);
      exception when others then
        raise warning 'The alerts of the organization % could not be looked at: % (%)', v_organization, sqlerrm, sqlstate;
      end;
    end loop;
  end;
  update private.engine_state e set alerts_trimmed_at = v_now where e.id and (e.alerts_trimmed_at is null or e.alerts_trimmed_at < v_now - interval '10 minutes');
  if found then
    begin
      perform private.trim_alerts();
    exception when others then
      raise warning 'What inboxes no longer keep could not be removed: % (%)', sqlerrm, sqlstate;
    end;
  end if;
  return v_events;
end $$;
comment on function public.evaluate_alerts() is 'Looks at everything that rules watch, and announces what has changed. Returns how many entries of inboxes it wrote.';

-- The outbox, for the functions.
create function public.claim_alert_messages(p_limit integer, p_event uuid default null) returns setof jsonb
language plpgsql set search_path = '' as $$
declare
  c_lease constant interval := '90 seconds';
  v_taken uuid[];
begin
  select array_agg(x.id) into v_taken from (
    select m.id from public.alert_messages m
    join (
      -- A dozen of each organization at a time: one with fifty addresses that hang must not keep the others waiting.
      select q.id, row_number() over (partition by q.organization_id order by coalesce(q.next_attempt_at, q.lease_expires_at), q.id) as n
      from public.alert_messages q
      join public.organizations o on o.id = q.organization_id and o.deleted_at is null
      where (q.next_attempt_at <= clock_timestamp() or (q.status = 'sending' and q.lease_expires_at <= clock_timestamp()))
        and (p_event is null or q.event_id = p_event)) due on due.id = m.id and (due.n <= 12 or p_event is not null)
    where (m.next_attempt_at <= clock_timestamp() or (m.status = 'sending' and m.lease_expires_at <= clock_timestamp()))
    order by coalesce(m.next_attempt_at, m.lease_expires_at) limit p_limit for update of m skip locked) x;
  -- Whoever was taken out of the rule, or changed its webhook, meant also what had not been sent by then.
  update public.alert_messages m set status = 'failed', error = 'the rule no longer names this address', next_attempt_at = null, lease_token = null,
    lease_expires_at = null, finished_at = clock_timestamp()
  from public.alert_events e
  where m.id = any (v_taken) and e.organization_id = m.organization_id and e.id = m.event_id
    and not exists (select from private.alert_recipients(e.organization_id, e.rule_id) r where r.channel = m.channel and r.recipient = m.recipient);
  update public.alert_messages m set status = 'sending', attempts = m.attempts + 1, next_attempt_at = null,
    lease_token = nextval('private.lease_tokens'), lease_expires_at = clock_timestamp() + c_lease
  where m.id = any (v_taken) and m.status <> 'failed';
  return query
    select jsonb_build_object('id', m.id, 'lease_token', m.lease_token, 'channel', m.channel, 'recipient', m.recipient, 'attempt', m.attempts,
      'organization', jsonb_build_object('name', o.name, 'slug', o.slug),
      'event', jsonb_build_object('id', e.id, 'rule_id', e.rule_id, 'rule_name', e.rule_name, 'kind', e.kind, 'state', e.state, 'title', e.title, 'detail', e.detail,
        'subjects', e.subjects, 'subject_count', e.subject_count, 'job_id', e.job_id, 'job_number', e.job_number, 'at', e.at),
      'secrets', case when m.channel = 'webhook' then (
        select coalesce(jsonb_agg(jsonb_build_object('version', s.version, 'key_version', s.key_version, 'nonce', encode(s.nonce, 'base64'),
          'ciphertext', replace(encode(s.ciphertext, 'base64'), e'\n', '')) order by s.version desc), '[]')
        from private.alert_secrets s where s.organization_id = e.organization_id and s.rule_id = e.rule_id and (s.retired_at is null or s.retired_at > now())) else '[]' end)
    from public.alert_messages m
    join public.alert_events e on e.organization_id = m.organization_id and e.id = m.event_id
    join public.organizations o on o.id = m.organization_id
    where m.id = any (v_taken) and m.status = 'sending' order by m.created_at, m.id;
end $$;
comment on function public.claim_alert_messages(integer, uuid) is
  'Leases messages that are due (of one entry, or of all) for 90 s: [{id, lease_token, channel, recipient, attempt, organization, event, secrets}].';

create function public.record_alert_message(p_message uuid, p_lease bigint, p_outcome text, p_retry_in_ms integer, p_status_code integer, p_error text) returns boolean
language plpgsql set search_path = '' as $$
begin
  update public.alert_messages m set status = case p_outcome when 'success' then 'sent' when 'failed' then 'failed' else 'queued' end,
    next_attempt_at = case when p_outcome in ('retry', 'release') then clock_timestamp() + make_interval(secs => coalesce(p_retry_in_ms, 0) / 1000.0) end,
    finished_at = case when p_outcome in ('success', 'failed') then clock_timestamp() end, attempts = m.attempts - (p_outcome = 'release')::integer,
    lease_token = null, lease_expires_at = null, status_code = p_status_code, error = case when p_outcome <> 'success' then left(p_error, 500) end
  where m.id = p_message and m.status = 'sending' and m.lease_token = p_lease;
  return found;
end $$;
comment on function public.record_alert_message(uuid, bigint, text, integer, integer, text) is 'What came of a message (success, retry, failed; release: it was not tried). False when its lease is somebody else''s by now.';

create function public.store_alert_secret(p_rule uuid, p_version integer, p_key_version integer, p_nonce bytea, p_ciphertext bytea, p_overlap interval) returns boolean
language plpgsql set search_path = '' as $$
declare
  v_rule public.alert_rules;
begin
  select * into v_rule from public.alert_rules r where r.id = p_rule for update;
  -- Of two who make one at once, one has.
  if v_rule.id is null or p_version <> coalesce(v_rule.secret_version, 0) + 1 then return false; end if;
  insert into private.alert_secrets (rule_id, organization_id, version, ciphertext, nonce, key_version)
  values (p_rule, v_rule.organization_id, p_version, p_ciphertext, p_nonce, p_key_version);
  update private.alert_secrets s set retired_at = clock_timestamp() + p_overlap
  where s.rule_id = p_rule and s.version < p_version and (s.retired_at is null or s.retired_at > clock_timestamp() + p_overlap);
  update public.alert_rules r set secret_version = p_version, secret_set_at = clock_timestamp() where r.id = p_rule;
  return true;
end $$;
comment on function public.store_alert_secret(uuid, integer, integer, bytea, bytea, interval) is 'The next signing secret of a rule''s webhook; the one before signs beside it for the overlap. False when somebody else was first.';

create function private.reseal_alert_secrets(p_rows jsonb) returns integer
language plpgsql set search_path = '' as $$
declare
  v_changed integer;
begin
  update private.alert_secrets s set key_version = (r ->> 'key_version')::integer, nonce = decode(r ->> 'nonce', 'hex'), ciphertext = decode(r ->> 'ciphertext', 'hex')
  from jsonb_array_elements(p_rows) r
  where s.rule_id = (r ->> 'rule_id')::uuid and s.version = (r ->> 'version')::integer and s.key_version = (r ->> 'from_key_version')::integer;
  get diagnostics v_changed = row_count;
  return v_changed;
end $$;
comment on function private.reseal_alert_secrets(jsonb) is 'As reseal_site_secrets, for the secrets of rules.';

create function public.queue_alert_test(p_rule uuid, p_by text) returns uuid
language plpgsql set search_path = '' as $$
declare
  v_event uuid;
begin
  if (select count(*) from public.alert_events e join public.alert_rules r on r.organization_id = e.organization_id
      where r.id = p_rule and e.state = 'test' and e.at > now() - interval '10 minutes') >= 10 then
    raise exception using errcode = 'PT429', message = 'Ten test messages were sent in the last ten minutes.', hint = 'Try again in a while.';
  end if;
  insert into public.alert_events (organization_id, rule_id, rule_name, kind, state, title, detail)
  select r.organization_id, r.id, r.name, r.kind, 'test', 'Test message of "' || r.name || '"', 'Sent by ' || left(p_by, 254) || ' to see that messages arrive.'
  from public.alert_rules r join public.organizations o on o.id = r.organization_id and o.deleted_at is null
  where r.id = p_rule
  returning id into v_event;
  insert into public.alert_messages (organization_id, event_id, channel, recipient, member_id)
  select e.organization_id, e.id, m.channel, m.recipient, m.member_id
  from public.alert_events e cross join lateral (
    select r.*, row_number() over (partition by r.channel order by r.recipient) as n from private.alert_recipients(e.organization_id, e.rule_id) r) m
  where e.id = v_event and (m.channel <> 'email' or m.n <= private.mails_left(e.organization_id));
  return v_event;
end $$;
comment on function public.queue_alert_test(uuid, text) is 'A test message to everybody whom the rule tells, muted or not. Returns the entry in the inbox.';

grant execute on function public.evaluate_alerts(), public.claim_alert_messages(integer, uuid), public.record_alert_message(uuid, bigint, text, integer, integer, text),
  public.store_alert_secret(uuid, integer, integer, bytea, bytea, interval), public.queue_alert_test(uuid, text) to service_role;

-- Rules, for admins.
create function private.bad_alert_rule(p_message text, p_hint text) returns void
language plpgsql set search_path = '' as $$
begin
  raise exception using errcode = 'DS105', message = p_message, hint = p_hint;
end $$;

create function private.alert_rule_kept(p_organization uuid, p_rule uuid) returns public.alert_rules
language plpgsql set search_path = '' as $$
declare
  v_rule public.alert_rules;
begin
  select * into v_rule from public.alert_rules r where r.organization_id = p_organization and r.id = p_rule for update;
  if v_rule.id is null then
    raise exception using errcode = 'DS106', message = 'There is no such alert rule in this organization.', hint = 'It may have been deleted; reload the list.';
  end if;
  return v_rule;
end $$;

create function private.save_alert_rule(p_rule jsonb) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('admin', 'change alert rules');
  v_id uuid := (p_rule ->> 'id')::uuid;
  v_rule public.alert_rules;
  v_bad text;
  v_least integer;
begin
  if v_id is not null then
    v_rule := private.alert_rule_kept(v_organization, v_id);
  else
    if (select count(*) from public.alert_rules r where r.organization_id = v_organization) >= 50 then
      raise exception using errcode = 'DS107', message = 'There are 50 alert rules already.', hint = 'Delete those that nobody needs any more.';
    end if;
    v_rule.kind := p_rule ->> 'kind';
    v_rule.threshold_minutes := case v_rule.kind when 'site' then 10 when 'silence' then 1440 when 'schedule' then 5 else 0 end;
    v_rule.partial := true;
    v_rule.enabled := true;
    v_rule.member_ids := '{}';
    v_rule.emails := '{}';
    if v_rule.kind is null or v_rule.kind not in ('run', 'site', 'silence', 'schedule') then
      perform private.bad_alert_rule(format('"%s" is not something that a rule can watch.', left(p_rule ->> 'kind', 40)), 'Choose run, site, silence or schedule.');
    end if;
  end if;
  if p_rule ? 'name' or v_id is null then v_rule.name := btrim(coalesce(p_rule ->> 'name', '')); end if;
  if p_rule ? 'threshold_minutes' then v_rule.threshold_minutes := (p_rule ->> 'threshold_minutes')::integer; end if;
  if p_rule ? 'partial' then v_rule.partial := coalesce((p_rule ->> 'partial')::boolean, true); end if;
  if p_rule ? 'muted_until' then v_rule.muted_until := (p_rule ->> 'muted_until')::timestamptz; end if;
  if p_rule ? 'member_ids' then
    v_rule.member_ids := array(select distinct e::uuid from jsonb_array_elements_text(case jsonb_typeof(p_rule -> 'member_ids') when 'array' then p_rule -> 'member_ids' else '[]' end) e order by 1);
  end if;
  if p_rule ? 'emails' then
    v_rule.emails := array(select distinct lower(btrim(e)) from jsonb_array_elements_text(case jsonb_typeof(p_rule -> 'emails') when 'array' then p_rule -> 'emails' else '[]' end) e order by 1);
  end if;
  if p_rule ? 'webhook_url' then v_rule.webhook_url := nullif(btrim(p_rule ->> 'webhook_url'), ''); end if;

  if length(v_rule.name) not between 1 and 120 then perform private.bad_alert_rule('The rule needs a name of 1 to 120 characters.', 'Say what it watches.'); end if;
  v_least := case v_rule.kind when 'site' then 1 when 'silence' then 60 when 'schedule' then 1 else 0 end;
  if v_rule.threshold_minutes is null or v_rule.threshold_minutes not between v_least and 43200 then
    perform private.bad_alert_rule(format('The rule waits for %s to 30 days.', private.span_text(v_least)), 'Choose a time in between.');
  end if;
  select e into v_bad from unnest(v_rule.emails) e where length(e) > 254 or e !~ '^[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+$' limit 1;
  if found then perform private.bad_alert_rule(format('"%s" is not an e-mail address.', left(v_bad, 100)), 'Type one such as ada@example.com.'); end if;
  if cardinality(v_rule.emails) > 20 then perform private.bad_alert_rule('A rule tells at most 20 addresses.', 'Use a mailing list.'); end if;
  -- Somebody who has left since may stand in a list that is sent back as it was.
  v_rule.member_ids := array(select m.user_id from public.memberships m where m.organization_id = v_organization and m.user_id = any (v_rule.member_ids) order by 1);
  if cardinality(v_rule.member_ids) > 50 then perform private.bad_alert_rule('A rule tells at most 50 members.', 'Use a mailing list.'); end if;
  if v_rule.webhook_url is not null and (v_rule.webhook_url !~ '^https?://[^\s]+$' or length(v_rule.webhook_url) > 2048) then
    perform private.bad_alert_rule('The webhook''s address must begin with https://.', 'Copy it from whatever is to receive the messages.');
  end if;

  if v_id is null then
    insert into public.alert_rules (organization_id, kind, name, threshold_minutes, partial, enabled, muted_until, member_ids, emails, webhook_url, created_by)
    values (v_organization, v_rule.kind, v_rule.name, v_rule.threshold_minutes, v_rule.partial, coalesce((p_rule ->> 'enabled')::boolean, true), v_rule.muted_until,
      v_rule.member_ids, v_rule.emails, v_rule.webhook_url, auth.uid())
    returning id into v_id;
  else
    update public.alert_rules r set name = v_rule.name, threshold_minutes = v_rule.threshold_minutes, partial = v_rule.partial, muted_until = v_rule.muted_until,
      member_ids = v_rule.member_ids, emails = v_rule.emails, webhook_url = v_rule.webhook_url,
      enabled = coalesce((p_rule ->> 'enabled')::boolean, r.enabled),
      -- What happened while it was paused is not held against anybody.
      watching_since = case when not r.enabled and coalesce((p_rule ->> 'enabled')::boolean, false) then now() else r.watching_since end
    where r.id = v_id;
  end if;
  return v_id;
end $$;
create function public.save_alert_rule(rule jsonb) returns uuid
language sql set search_path = '' as $$ select private.take_turn('save_alert_rule'); select private.save_alert_rule(rule) $$;
comment on function public.save_alert_rule(jsonb) is
  'Creates or changes a rule; what is not named stays: {id?, kind, name, threshold_minutes, partial, enabled, muted_until, member_ids, emails, webhook_url}. Returns its id.';

create function private.delete_alert_rule(p_rule uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('admin', 'delete alert rules');
  v_rule public.alert_rules := private.alert_rule_kept(v_organization, p_rule);
begin
  -- What it said it will never take back, so the inbox does; whoever deletes it knows.
  insert into public.alert_events (organization_id, rule_name, kind, state, title, detail, subjects, subject_count)
  select v_organization, v_rule.name, v_rule.kind, 'recovered', 'No longer watched: "' || v_rule.name || '"', 'the rule was deleted',
    jsonb_path_query_array(jsonb_agg(jsonb_build_object('kind', a.subject_kind, 'id', a.subject_id, 'name', a.subject_name, 'detail', '') order by a.subject_name, a.subject_id), '$[0 to 19]'), count(*)
  from public.alert_states a where a.organization_id = v_organization and a.rule_id = p_rule and a.state = 'firing'
  having count(*) > 0;
  update public.alert_messages m set status = 'failed', error = 'the rule was deleted', next_attempt_at = null, lease_token = null, lease_expires_at = null, finished_at = clock_timestamp()
  from public.alert_events e
  where e.organization_id = v_organization and e.rule_id = p_rule and m.organization_id = e.organization_id and m.event_id = e.id and m.status in ('queued', 'sending');
  delete from public.alert_rules r where r.id = p_rule;
end $$;
create function public.delete_alert_rule(rule_id uuid) returns void
language sql set search_path = '' as $$ select private.take_turn('delete_alert_rule'); select private.delete_alert_rule(rule_id) $$;
comment on function public.delete_alert_rule(uuid) is 'Deletes a rule. What it had to say and has not yet is not said; the inbox keeps what it said.';

-- The inbox, for members.
create function private.alert_summary() returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('viewer', 'see alerts');
begin
  return jsonb_build_object(
    -- What was there before somebody joined is no news to them.
    'unread', (select count(*) from public.alert_events e
      join public.memberships m on m.organization_id = e.organization_id and m.user_id = auth.uid() and e.at >= m.created_at
      where e.organization_id = v_organization
        and not exists (select from private.alert_reads x where x.organization_id = e.organization_id and x.user_id = auth.uid() and x.event_id = e.id)),
    'firing', (select coalesce(jsonb_agg(jsonb_build_object('rule_id', f.rule_id, 'rule_name', f.name, 'kind', f.kind, 'since', f.since, 'muted', f.muted, 'count', f.count, 'subjects', f.subjects)
        order by f.since desc, f.name), '[]')
      from (
        select r.id as rule_id, r.name, r.kind, min(a.since) as since, coalesce(r.muted_until > now(), false) as muted, count(*) as count,
          jsonb_path_query_array(jsonb_agg(jsonb_build_object('kind', a.subject_kind, 'id', a.subject_id, 'name', a.subject_name, 'detail', a.detail, 'job_id', a.job_id) order by a.subject_name, a.subject_id), '$[0 to 4]') as subjects
        from public.alert_states a join public.alert_rules r on r.organization_id = a.organization_id and r.id = a.rule_id
        where a.organization_id = v_organization and a.state = 'firing' group by r.id) f),
    -- What waits for somebody else to decide, and what was decided for whoever asked.
    'approvals', (select coalesce(jsonb_agg(jsonb_build_object('id', w.id, 'title', w.title, 'note', w.note, 'state', w.state, 'at', w.at, 'by', w.by) order by w.at desc), '[]')
      from (
        select p.id, p.title, p.note, p.state, p.requested_at as at, coalesce(b.full_name, b.email) as by
        from public.plan_approvals p left join public.profiles b on b.id = p.requested_by
        where p.organization_id = v_organization and p.state = 'pending' and p.requested_by is distinct from auth.uid() and private.has_role('admin')
        union all
        select p.id, p.title, p.comment, p.state, p.decided_at, coalesce(b.full_name, b.email)
        from public.plan_approvals p left join public.profiles b on b.id = p.decided_by
        where p.organization_id = v_organization and p.state in ('approved', 'rejected') and p.requested_by = auth.uid() and p.decided_at > now() - interval '7 days'
        order by at desc limit 20) w));
end $$;
create function public.alert_summary() returns jsonb
language sql stable set search_path = '' as $$ select private.alert_summary() $$;
comment on function public.alert_summary() is 'What the bell shows: {unread, firing: [{rule_id, rule_name, kind, since, muted, count, subjects (the first five)}], approvals: [{id, title, note, state, at, by}] that wait for the caller, or that the caller asked for}.';

create function private.alert_inbox(p_filter jsonb) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('viewer', 'see alerts');
  v_admin boolean := private.has_role('admin');
  v_limit integer := least(greatest(coalesce((p_filter ->> 'limit')::integer, 50), 1), 500);
  v_state text := p_filter ->> 'state';
  v_unread boolean := coalesce((p_filter ->> 'unread')::boolean, false);
  v_before bigint := (p_filter ->> 'before')::bigint;
begin
  return (
    with page as (
      select e.*, e.at < m.created_at or x.event_id is not null as read
      from public.alert_events e
      join public.memberships m on m.organization_id = e.organization_id and m.user_id = auth.uid()
      left join private.alert_reads x on x.organization_id = e.organization_id and x.user_id = auth.uid() and x.event_id = e.id
      where e.organization_id = v_organization and (v_before is null or e.seq < v_before) and (v_state is null or e.state = v_state)
        and not (v_unread and (e.at < m.created_at or x.event_id is not null))
      order by e.seq desc limit v_limit + 1
    ), shown as (select * from page order by seq desc limit v_limit)
    select jsonb_build_object('more', (select count(*) from page) > v_limit, 'events', coalesce(jsonb_agg(
      jsonb_build_object('id', s.id, 'seq', s.seq, 'rule_id', s.rule_id, 'rule_name', s.rule_name, 'kind', s.kind, 'state', s.state, 'title', s.title, 'detail', s.detail,
        'subjects', s.subjects, 'subject_count', s.subject_count, 'job_id', s.job_id, 'job_number', s.job_number, 'muted', s.muted, 'at', s.at, 'read', s.read,
        'open', s.state = 'firing' and exists (select from private.alert_transitions t
          join public.alert_states a on a.organization_id = t.organization_id and a.rule_id = t.rule_id and a.subject_kind = t.subject_kind and a.subject_id = t.subject_id and a.change = t.change
          where t.organization_id = s.organization_id and t.event_id = s.id and a.state = 'firing'),
        'messages', case when v_admin then (
          select jsonb_build_object('waiting', count(*) filter (where g.status in ('queued', 'sending')), 'sent', count(*) filter (where g.status = 'sent'),
            'failed', coalesce(jsonb_agg(jsonb_build_object('channel', g.channel, 'recipient', g.recipient, 'error', g.error) order by g.channel, g.recipient) filter (where g.status = 'failed'), '[]'))
          from public.alert_messages g where g.organization_id = s.organization_id and g.event_id = s.id) end)
      order by s.seq desc), '[]'))
    from shown s);
end $$;
create function public.alert_inbox(filter jsonb default '{}') returns jsonb
language sql stable set search_path = '' as $$ select private.alert_inbox(filter) $$;
comment on function public.alert_inbox(jsonb) is
  'The inbox, newest first, a page at a time: {state (firing, recovered, test), unread, before (a seq), limit (at most 500)} -> {more, events}. open: it still fires. messages: for admins, what became of mails and webhooks.';

create function private.mark_alerts(p_events uuid[], p_read boolean) returns uuid[]
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('viewer', 'see alerts');
  v_changed uuid[];
begin
  if cardinality(p_events) > 5000 then
    raise exception using errcode = 'DS108', message = 'More than 5,000 entries at once.', hint = 'Mark them in parts, or all of them.';
  end if;
  if p_read then
    with marked as (
      insert into private.alert_reads (organization_id, user_id, event_id)
      select e.organization_id, m.user_id, e.id from public.alert_events e
      join public.memberships m on m.organization_id = e.organization_id and m.user_id = auth.uid() and e.at >= m.created_at
      where e.organization_id = v_organization and (p_events is null or e.id = any (p_events))
      on conflict do nothing returning event_id
    ) select array_agg(x.event_id) into v_changed from marked x;
  else
    with marked as (
      delete from private.alert_reads x where x.organization_id = v_organization and x.user_id = auth.uid() and x.event_id = any (p_events) returning x.event_id
    ) select array_agg(x.event_id) into v_changed from marked x;
  end if;
  return coalesce(v_changed, '{}');
end $$;
create function public.mark_alerts(event_ids uuid[], read boolean default true) returns uuid[]
language sql set search_path = '' as $$ select private.mark_alerts(event_ids, read) $$;
comment on function public.mark_alerts(uuid[], boolean) is 'Marks entries as read, all of them for null, or as unread. Returns those that it changed, so that it can be undone.';

insert into private.verb_limits (verb, requests) values ('delete_alert_rule', 60), ('save_alert_rule', 120);
grant execute on function private.save_alert_rule(jsonb), private.delete_alert_rule(uuid), private.alert_summary(), private.alert_inbox(jsonb), private.mark_alerts(uuid[], boolean),
  public.save_alert_rule(jsonb), public.delete_alert_rule(uuid), public.alert_summary(), public.alert_inbox(jsonb), public.mark_alerts(uuid[], boolean) to authenticated;

-- The first steps of an organization: most show in its data; that somebody has looked at a plan or a page is noted here.
create table private.first_steps (
  organization_id uuid not null,
  user_id uuid not null,
  dismissed_at timestamptz,
  reviewed_at timestamptz,
  landing_at timestamptz,
  primary key (organization_id, user_id),
  foreign key (organization_id, user_id) references public.memberships (organization_id, user_id) on delete cascade
);
comment on table private.first_steps is 'What a person has seen of the first steps, and whether they have put the list away.';
alter table private.first_steps enable row level security;
grant all on private.first_steps to service_role;

create function private.note_first_step(p_step text) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('viewer', 'see the first steps');
begin
  if p_step is null or p_step not in ('review', 'landing', 'dismiss', 'resume') then
    raise exception using errcode = 'DS109', message = format('"%s" is not one of the first steps.', left(p_step, 40)), hint = 'review, landing, dismiss or resume.';
  end if;
  insert into private.first_steps as f (organization_id, user_id, dismissed_at, reviewed_at, landing_at)
  values (v_organization, auth.uid(), case p_step when 'dismiss' then now() end, case p_step when 'review' then now() end, case p_step when 'landing' then now() end)
  on conflict (organization_id, user_id) do update set
    dismissed_at = case p_step when 'dismiss' then now() when 'resume' then null else f.dismissed_at end,
    reviewed_at = coalesce(f.reviewed_at, excluded.reviewed_at), landing_at = coalesce(f.landing_at, excluded.landing_at)
  -- Pages say it every time; once is enough.
  where p_step in ('dismiss', 'resume') or (p_step = 'review' and f.reviewed_at is null) or (p_step = 'landing' and f.landing_at is null);
end $$;
create function public.note_first_step(step text) returns void
language sql set search_path = '' as $$ select private.note_first_step(step) $$;
comment on function public.note_first_step(text) is 'Notes that the caller has seen a review or a landing page, or puts the list of first steps away (dismiss) or back (resume).';
grant execute on function private.note_first_step(text), public.note_first_step(text) to authenticated;

create or replace function private.dashboard() returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('viewer', 'see the dashboard');
begin
  return (
    with site as (
      select s.id, s.name, s.slug, s.destination_url, s.enabled, s.enabled and st.accepted_hash is not distinct from p.hash as up_to_date, st.accepted_at,
        private.site_trouble(s, st) as trouble, st.last_attempt_at, st.on_hold
      from public.sites s
      join public.site_states st on st.organization_id = s.organization_id and st.site_id = s.id
      left join private.effective_payloads(v_organization) p on p.site_id = s.id
      where s.organization_id = v_organization and (s.enabled or st.disabled_reason is not null)
    ), item as (
      select count(*) filter (where i.status = 'published') as published, count(*) filter (where i.status = 'draft') as drafts
      from public.content_items i where i.organization_id = v_organization
    ), run as (
      -- Runs that sent nothing or were cancelled say nothing about whether sites answer.
      select j.*, round(extract(epoch from j.finished_at - j.created_at) * 1000)::integer as duration_ms
      from public.sync_jobs j
      where j.organization_id = v_organization and j.finished_at > now() - interval '30 days'
        and j.status in ('success', 'partial', 'failed') and j.succeeded + j.failed > 0
    ), coming as (
      (select 'schedule' as kind, c.id, c.name, c.next_run_at as at, c.kind as what, case when c.all_sites then null else (
          select count(*) from public.schedule_sites x where x.organization_id = c.organization_id and x.schedule_id = c.id) end as sites
        from public.schedules c where c.organization_id = v_organization and c.enabled and c.problem is null
        order by c.next_run_at limit 5)
      union all
      (select 'window', i.id, i.title, i.publish_at, 'opens', null from public.content_items i
        where i.organization_id = v_organization and i.status = 'published' and i.publish_at > now() order by i.publish_at limit 5)
      union all
      (select 'window', i.id, i.title, i.unpublish_at, 'closes', null from public.content_items i
        where i.organization_id = v_organization and i.status = 'published' and i.unpublish_at > now() order by i.unpublish_at limit 5)
    )
    select jsonb_build_object(
      'sites', (select count(*) from site where enabled),
      'sites_up_to_date', (select count(*) from site where up_to_date),
      'sites_behind', (select coalesce(jsonb_agg(jsonb_build_object('id', b.id, 'name', b.name) order by b.name), '[]')
        from (select * from site where enabled and not up_to_date order by name limit 5) b),
      'sites_unhealthy', (select count(*) from site where trouble is not null),
      -- Unhealthy ones first, then what has been behind the longest.
      'attention', (select coalesce(jsonb_agg(jsonb_build_object('id', b.id, 'name', b.name, 'trouble', b.trouble, 'behind', b.enabled and not b.up_to_date,
          'enabled', b.enabled, 'on_hold', b.on_hold, 'accepted_at', b.accepted_at, 'last_attempt_at', b.last_attempt_at) order by b.trouble is null, b.accepted_at nulls first, b.name, b.id), '[]')
        from (select * from site where trouble is not null or not up_to_date order by trouble is null, accepted_at nulls first, name, id limit 6) b),
      'attention_count', (select count(*) from site where trouble is not null or not up_to_date),
      'published', item.published, 'drafts', item.drafts,
      'last_job', (select to_jsonb(j) - 'organization_id' from public.sync_jobs j where j.organization_id = v_organization order by j.created_at desc limit 1),
      'success_rate', (select avg((r.status = 'success')::integer) from run r),
      'jobs_counted', (select count(*) from run), 'jobs_not_whole', (select count(*) from run r where r.status <> 'success'),
      'median_ms', (select percentile_cont(0.5) within group (order by r.duration_ms) from run r),
      'durations', (select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'number', d.number, 'status', d.status, 'ms', d.duration_ms) order by d.created_at), '[]')
        from (select r.id, r.number, r.status, r.duration_ms, r.created_at from run r order by r.created_at desc limit 30) d),
      'next_runs', (select coalesce(jsonb_agg(jsonb_build_object('kind', n.kind, 'id', n.id, 'name', n.name, 'at', n.at, 'what', n.what, 'sites', n.sites) order by n.at, n.name), '[]')
        -- Without a time: just saved, and planned by the tick within seconds.
        from (select * from coming order by at, name limit 4) n),
      'firing', private.alert_summary() -> 'firing',
      'steps', (select jsonb_build_object(
          'dismissed', f.dismissed_at is not null,
          'type', exists (select from public.content_types t where t.organization_id = v_organization),
          'item', item.published > 0, 'site', exists (select from public.sites s where s.organization_id = v_organization),
          'mapping', exists (select from public.site_item_mappings m where m.organization_id = v_organization and m.mode <> 'block'),
          'review', f.reviewed_at is not null or ran.was, 'run', ran.was, 'landing', f.landing_at is not null,
          'organization_slug', (select o.slug from public.organizations o where o.id = v_organization),
          'site_slug', (select s.slug from site s where s.destination_url is null and s.enabled order by s.accepted_at desc nulls last, s.name limit 1))
        from (select exists (select from public.sync_jobs j where j.organization_id = v_organization and j.succeeded > 0) as was) ran
        left join private.first_steps f on f.organization_id = v_organization and f.user_id = auth.uid()))
    from item);
end $$;
comment on function public.dashboard() is
  'Sites (enabled, up to date, behind, unhealthy), items, the last run, success rate and durations of the runs of the last 30 days, what runs next, which alerts fire, and the first steps.';
