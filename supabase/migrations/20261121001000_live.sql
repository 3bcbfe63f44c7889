-- Rows first, then word of them: statement-level triggers hand new rows to realtime.send once per statement.
-- Limits: https://supabase.com/docs/guides/realtime/limits (256 kB a message on the smallest plan).

create function private.may_read_topic(p_topic text) returns boolean
language sql stable security definer set search_path = '' as $$
  select case split_part(p_topic, ':', 1)
    when 'org' then split_part(p_topic, ':', 2) = private.organization_id()::text
    when 'job' then exists (
      select 1 from public.sync_jobs j
      where j.organization_id = private.organization_id() and j.id::text = split_part(p_topic, ':', 2))
    when 'landing' then true
    else false end
$$;
comment on function private.may_read_topic(text) is 'job:<id> and org:<id> for members; landing:<organization>/<site> for everybody (it carries a sequence, never content).';
grant execute on function private.may_read_topic(text) to authenticated;

create policy "members read their topics" on realtime.messages
  for select to authenticated
  using (extension = 'broadcast' and (select private.may_read_topic((select realtime.topic()))));
create policy "visitors read landing topics" on realtime.messages
  for select to anon
  using (extension = 'broadcast' and (select realtime.topic()) like 'landing:%');

create function private.announce_log_lines() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_batch record;
begin
  for v_batch in
    select l.job_id, min(l.seq) as from_seq, max(l.seq) as to_seq,
      jsonb_agg(to_jsonb(l) - 'organization_id' order by l.seq) as lines
    from added l group by l.job_id
  loop
    perform realtime.send(
      case when octet_length(v_batch.lines::text) > 200000
        then jsonb_build_object('from_seq', v_batch.from_seq, 'to_seq', v_batch.to_seq)
        else jsonb_build_object('lines', v_batch.lines) end,
      'log_lines', 'job:' || v_batch.job_id, true);
  end loop;
  return null;
end $$;
create trigger job_logs_announce after insert on public.job_logs
  referencing new table as added for each statement execute function private.announce_log_lines();

create function private.announce_deliveries() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_batch record;
begin
  for v_batch in
    -- In chunks of 200, which stays far below the size limit of a message.
    select x.job_id, jsonb_agg(x.delivery) as deliveries
    from (
      select c.job_id, (row_number() over (partition by c.job_id order by c.target_slug) - 1) / 200 as chunk,
        -- What a page shows of a delivery, and no more: every change of thousands passes here.
        jsonb_build_object('id', c.id, 'site_id', c.site_id, 'target_id', c.target_id, 'target_name', c.target_name,
          'target_slug', c.target_slug, 'status', c.status, 'reason', left(c.reason, 300), 'attempts', c.attempts, 'max_attempts', c.max_attempts,
          'next_attempt_at', c.next_attempt_at, 'status_code', c.status_code, 'duration_ms', c.duration_ms, 'item_count', c.item_count,
          'body_bytes', c.body_bytes, 'finished_at', c.finished_at) as delivery
      from changed c
    ) x group by x.job_id, x.chunk
  loop
    perform realtime.send(jsonb_build_object('deliveries', v_batch.deliveries), 'job_state', 'job:' || v_batch.job_id, true);
  end loop;
  return null;
end $$;
create trigger sync_deliveries_announce_insert after insert on public.sync_deliveries
  referencing new table as changed for each statement execute function private.announce_deliveries();
create trigger sync_deliveries_announce_update after update on public.sync_deliveries
  referencing new table as changed for each statement execute function private.announce_deliveries();

create function private.announce_jobs() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- Log lines bump log_seq on this row all the time; only what a person would see is news.
  perform realtime.send(jsonb_build_object('job', to_jsonb(n)), 'job_state', 'job:' || n.id, true)
  from changed n join before o on o.id = n.id
  where (n.status, n.message, n.total, n.cancel_requested_at) is distinct from (o.status, o.message, o.total, o.cancel_requested_at);
  perform realtime.send(jsonb_build_object('table', 'sync_jobs', 'ids', jsonb_agg(n.id)), 'changed', 'org:' || n.organization_id, true)
  from changed n join before o on o.id = n.id
  where n.status is distinct from o.status
  group by n.organization_id;
  return null;
end $$;
create trigger sync_jobs_announce_update after update on public.sync_jobs
  referencing old table as before new table as changed for each statement execute function private.announce_jobs();

create function private.nudge() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform realtime.send(jsonb_build_object('table', tg_table_name), 'changed', 'org:' || c.organization_id, true)
  from (select distinct x.organization_id from changed x) c;
  return null;
end $$;
comment on function private.nudge() is 'Tells the members'' open pages that a table has news; they ask again through RLS.';

do $$
declare
  v_table text;
begin
  foreach v_table in array array['content_types', 'content_items', 'sites', 'site_states', 'site_item_mappings', 'destination_snapshots', 'memberships'] loop
    execute format('create trigger %I after insert on public.%I referencing new table as changed for each statement execute function private.nudge()', v_table || '_nudge_insert', v_table);
    execute format('create trigger %I after update on public.%I referencing new table as changed for each statement execute function private.nudge()', v_table || '_nudge_update', v_table);
    execute format('create trigger %I after delete on public.%I referencing old table as changed for each statement execute function private.nudge()', v_table || '_nudge_delete', v_table);
  end loop;
end $$;
create function private.nudge_organization() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform realtime.send(jsonb_build_object('table', tg_table_name), 'changed', 'org:' || c.id, true) from changed c;
  return null;
end $$;
create trigger organizations_nudge_update after update on public.organizations
  referencing new table as changed for each statement execute function private.nudge_organization();

create trigger sync_jobs_nudge_insert after insert on public.sync_jobs
  referencing new table as changed for each statement execute function private.nudge();

create function private.announce_snapshots() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform realtime.send(jsonb_build_object('sequence', c.sequence), 'snapshot', 'landing:' || o.slug || '/' || s.slug, true)
  from changed c
  join public.sites s on s.organization_id = c.organization_id and s.id = c.site_id
  join public.organizations o on o.id = c.organization_id;
  return null;
end $$;
create trigger destination_snapshots_announce_insert after insert on public.destination_snapshots
  referencing new table as changed for each statement execute function private.announce_snapshots();
create trigger destination_snapshots_announce_update after update on public.destination_snapshots
  referencing new table as changed for each statement execute function private.announce_snapshots();
