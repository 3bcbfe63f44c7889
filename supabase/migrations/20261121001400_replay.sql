-- Sending again what was sent before: replay, retry, rollback. Each is a new delivery with a new id and sequence and the old body.

-- The newest of the given deliveries for each site, as it was sent; sites that have gone are left out.
create function private.outgoing_again(p_organization uuid, p_deliveries uuid[]) returns private.outgoing[]
language sql stable set search_path = '' as $$
  select array_agg(row(s.id, s.name, s.slug, d.body, d.body_hash, d.item_count, d.body_bytes, d.id,
    case when not s.enabled then private.disabled_text() when d.body is null then 'its body is no longer kept' end)::private.outgoing
    order by s.name, s.id)
  from (
    select distinct on (x.target_id) x.* from public.sync_deliveries x
    where x.organization_id = p_organization and x.id = any (p_deliveries) and x.site_id is not null
    order by x.target_id, x.created_at desc, x.id
  ) d
  join public.sites s on s.organization_id = p_organization and s.id = d.site_id
$$;

create function private.check_content(p_content text) returns void
language plpgsql immutable set search_path = '' as $$
begin
  if p_content is null or p_content not in ('original', 'current') then
    raise exception using errcode = 'DS014', message = format('"%s" is not a kind of content to send again.', coalesce(p_content, 'null')),
      hint = 'Use "original" for the body as it was sent, "current" for what the site should show now.';
  end if;
end $$;

-- `original` sends the bodies of the deliveries, `current` what their sites should show now, changed or not.
create function private.send_again(p_organization uuid, p_deliveries uuid[], p_content text, p_trigger text, p_what text, p_extra private.log_line[] default '{}')
returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_sites uuid[];
  v_outgoing private.outgoing[];
  v_payloads private.site_payload[];
  v_job public.sync_jobs;
  v_lines private.log_line[];
begin
  perform private.check_content(p_content);
  v_sites := array(select d.site_id from public.sync_deliveries d
    where d.organization_id = p_organization and d.id = any (p_deliveries) and d.site_id is not null);
  perform private.lock_sites(p_organization, v_sites);
  v_outgoing := private.outgoing_again(p_organization, p_deliveries);
  if v_outgoing is null then
    raise exception using errcode = 'DS036', message = 'There is nothing to send again: the sites of these deliveries are gone.',
      hint = 'A deleted site cannot receive anything; choose other deliveries.';
  end if;
  if p_content = 'current' then
    select array_agg(e) into v_payloads from private.effective_payloads(p_organization, v_sites) e;
    select array_agg(row(p.site_id, p.name, p.slug, p.body, p.hash, p.item_count, p.bytes, o.retry_of,
      case when o.skip_reason = private.disabled_text() then o.skip_reason end)::private.outgoing order by p.name, p.site_id)
    into v_outgoing from unnest(v_outgoing) o join unnest(v_payloads) p on p.site_id = o.site_id;
  end if;
  if not exists (select 1 from unnest(v_outgoing) o where o.skip_reason is null) then
    raise exception using errcode = 'DS036',
      message = (select format('Nothing can be sent again: "%s": %s.', o.name, o.skip_reason) from unnest(v_outgoing) o order by o.name limit 1),
      hint = 'Enable the site, or send current content instead of the original.';
  end if;
  perform private.check_sizes(v_outgoing);
  v_job := private.new_job(p_organization, auth.uid(), p_trigger, jsonb_build_object('content', p_content), null, cardinality(v_outgoing));
  select array_agg(row(v_job.id, l.level, l.message, l.site_id, l.item_id, l.delivery_id, l.payload)::private.log_line)
  into v_lines from unnest(p_extra) l;
  return private.queue_deliveries(v_job, v_outgoing,
    array[row(v_job.id, 'info', format('Run %s started: %s, %s', v_job.number, p_what, case p_content when 'original' then 'with the original content' else 'with current content' end),
      null, null, null, null)::private.log_line] || coalesce(v_lines, '{}'));
end $$;

create function private.replay_delivery(p_delivery uuid, p_content text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'replay a delivery');
  v_delivery record;
begin
  select d.target_name, d.body is null as gone, d.status, j.number into v_delivery
  from public.sync_deliveries d join public.sync_jobs j on j.id = d.job_id
  where d.organization_id = v_organization and d.id = p_delivery;
  if not found then
    raise exception using errcode = 'DS037', message = 'There is no such delivery in this organization.', hint = 'Open it from its run.';
  end if;
  if p_content = 'original' and v_delivery.gone then
    raise exception using errcode = 'DS038', message = case v_delivery.status when 'skipped' then 'A skipped delivery has no body of its own.'
        else 'The body of this delivery is no longer kept.' end,
      hint = 'Send the site its current content instead.';
  end if;
  return private.send_again(v_organization, array[p_delivery], p_content, 'replay',
    format('replay of run %s for %s', v_delivery.number, v_delivery.target_name));
end $$;

create function private.retry_failed(p_job uuid, p_content text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'retry what failed');
  v_job public.sync_jobs;
  v_ids uuid[];
  v_left private.log_line[];
begin
  select * into v_job from public.sync_jobs j where j.organization_id = v_organization and j.id = p_job;
  if v_job.id is null then
    raise exception using errcode = 'DS034', message = 'There is no such run in this organization.', hint = 'Open it from the list of jobs.';
  end if;
  -- A site that has accepted something newer since would go back in time; what is just being recorded counts.
  perform private.lock_sites(v_organization, array(
    select d.site_id from public.sync_deliveries d where d.organization_id = v_organization and d.job_id = p_job and d.status = 'failed'));
  select array_agg(d.id) filter (where not x.passed),
    array_agg(row(null, 'warn', format('Left out %s: it has accepted something newer since', d.target_name), d.site_id, null, null, null)::private.log_line
      order by d.target_name) filter (where x.passed)
  into v_ids, v_left
  from public.sync_deliveries d
  join public.site_states st on st.organization_id = v_organization and st.site_id = d.site_id
  cross join lateral (select p_content = 'original' and st.accepted_sequence > d.sequence as passed) p
  cross join lateral (select coalesce(p.passed, false) as passed) x
  where d.organization_id = v_organization and d.job_id = p_job and d.status = 'failed';
  if v_ids is null then
    raise exception using errcode = 'DS039',
      message = case when v_left is null then format('Nothing of run %s has failed.', v_job.number)
        else format('What failed in run %s is out of date: its sites have accepted something newer since.', v_job.number) end,
      hint = case when v_left is null then 'There is nothing to retry.' else 'Run a sync, or retry with current content.' end;
  end if;
  return private.send_again(v_organization, v_ids, p_content, 'replay',
    format('retry of %s of run %s', case cardinality(v_ids) when 1 then '1 failed delivery' else cardinality(v_ids) || ' failed deliveries' end, v_job.number), coalesce(v_left, '{}'));
end $$;

create function private.chosen_deliveries(p_organization uuid, p_filter jsonb) returns setof public.sync_deliveries
language plpgsql stable set search_path = '' as $$
declare
  v_unknown text;
begin
  if jsonb_typeof(p_filter) is distinct from 'object' then
    raise exception using errcode = 'DS014', message = 'The filter of a replay is an object.', hint = 'Known keys: site_ids, statuses, from, to.';
  end if;
  select k into v_unknown from jsonb_object_keys(p_filter) k where k not in ('site_ids', 'statuses', 'from', 'to') limit 1;
  if v_unknown is not null then
    raise exception using errcode = 'DS014', message = format('"%s" is not a filter of deliveries.', v_unknown), hint = 'Known keys: site_ids, statuses, from, to.';
  end if;
  return query
    select distinct on (d.target_id) d.* from public.sync_deliveries d
    where d.organization_id = p_organization and d.site_id is not null
      and d.status in ('success', 'failed', 'superseded', 'cancelled')
      and (p_filter -> 'site_ids' is null or p_filter -> 'site_ids' = 'null'
        or d.site_id in (select e::uuid from jsonb_array_elements_text(p_filter -> 'site_ids') e))
      and (p_filter -> 'statuses' is null or p_filter -> 'statuses' = 'null'
        or d.status in (select e from jsonb_array_elements_text(p_filter -> 'statuses') e))
      and (p_filter ->> 'from' is null or d.created_at >= (p_filter ->> 'from')::timestamptz)
      and (p_filter ->> 'to' is null or d.created_at < (p_filter ->> 'to')::timestamptz)
    order by d.target_id, d.created_at desc, d.id;
end $$;
comment on function private.chosen_deliveries(uuid, jsonb) is 'The newest ended delivery of each site that a filter {site_ids, statuses, from, to} matches: a site can take up one full state only.';

create function private.plan_replay(p_filter jsonb) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('viewer', 'plan a replay');
begin
  return (
    select jsonb_build_object('count', count(*), 'deliveries', coalesce(jsonb_agg(jsonb_build_object(
      'delivery_id', d.id, 'site_id', d.site_id, 'site_name', s.name, 'job_number', j.number, 'status', d.status, 'created_at', d.created_at,
      'item_count', d.item_count, 'body_bytes', d.body_bytes, 'sequence', d.sequence, 'has_body', d.body is not null, 'enabled', s.enabled,
      'is_accepted', st.accepted_delivery_id is not distinct from d.id) order by s.name, s.id), '[]'))
    from private.chosen_deliveries(v_organization, p_filter) d
    join public.sync_jobs j on j.id = d.job_id
    join public.sites s on s.organization_id = v_organization and s.id = d.site_id
    join public.site_states st on st.site_id = s.id);
end $$;

create function private.replay_deliveries(p_filter jsonb, p_content text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'replay deliveries');
  v_ids uuid[];
begin
  select array_agg(d.id) into v_ids from private.chosen_deliveries(v_organization, p_filter) d;
  if v_ids is null then
    raise exception using errcode = 'DS036', message = 'No delivery matches: there is nothing to send again.', hint = 'Choose other sites, statuses or times.';
  end if;
  return private.send_again(v_organization, v_ids, p_content, 'replay', 'replay of ' || case cardinality(v_ids) when 1 then '1 delivery' else cardinality(v_ids) || ' deliveries' end);
end $$;

create function private.site_rollbacks(p_site uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('viewer', 'see what a site accepted');
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object('delivery_id', d.id, 'job_id', d.job_id, 'job_number', j.number, 'sequence', d.sequence,
      'accepted_at', d.finished_at, 'item_count', d.item_count, 'body_bytes', d.body_bytes,
      'is_current', st.accepted_delivery_id is not distinct from d.id) order by d.sequence desc), '[]')
    from (
      select * from public.sync_deliveries x
      where x.organization_id = v_organization and x.site_id = p_site and x.status = 'success' and x.body is not null
      order by x.created_at desc limit 50
    ) d
    join public.sync_jobs j on j.id = d.job_id
    join public.site_states st on st.site_id = d.site_id);
end $$;

create function private.rollback_site(p_site uuid, p_delivery uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'roll a site back');
  v_delivery record;
  v_answer jsonb;
begin
  select d.status, d.body is null as gone, s.name, s.enabled, j.number into v_delivery
  from public.sync_deliveries d
  join public.sync_jobs j on j.id = d.job_id
  join public.sites s on s.organization_id = v_organization and s.id = d.site_id
  where d.organization_id = v_organization and d.id = p_delivery and d.site_id = p_site;
  if not found then
    raise exception using errcode = 'DS037', message = 'This site has no such delivery.', hint = 'Choose one from the site''s accepted deliveries.';
  end if;
  if v_delivery.status <> 'success' or v_delivery.gone then
    raise exception using errcode = 'DS038',
      message = case when v_delivery.gone then 'The body of this delivery is no longer kept.' else 'The site never accepted this delivery.' end,
      hint = 'Choose one from the site''s accepted deliveries.';
  end if;
  v_answer := private.send_again(v_organization, array[p_delivery], 'original', 'rollback', format('rollback of %s to run %s', v_delivery.name, v_delivery.number));
  update public.site_states st set on_hold = true, on_hold_since = clock_timestamp(), hold_reason = format('Rolled back to run %s by run %s.', v_delivery.number, v_answer ->> 'number')
  where st.organization_id = v_organization and st.site_id = p_site;
  return v_answer;
end $$;

create function private.lift_hold(p_site uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'lift a hold');
begin
  update public.site_states st set on_hold = false, on_hold_since = null, hold_reason = null where st.organization_id = v_organization and st.site_id = p_site;
  if not found then
    raise exception using errcode = 'DS032', message = 'There is no such site in this organization.', hint = 'It may have been deleted; reload the list of sites.';
  end if;
end $$;

create function public.replay_delivery(delivery_id uuid, content text default 'original') returns jsonb
language sql set search_path = '' as $$ select private.replay_delivery(delivery_id, content) $$;
comment on function public.replay_delivery(uuid, text) is
  'Sends a delivery''s body again (original), or what its site should show now (current), under a new id and sequence. {job_id, number, status, total, skipped}.';
create function public.retry_failed(job_id uuid, content text default 'original') returns jsonb
language sql set search_path = '' as $$ select private.retry_failed(job_id, content) $$;
comment on function public.retry_failed(uuid, text) is
  'Sends again what failed of a run. Sites that have accepted something newer since are left out (original) and named in the log.';
create function public.plan_replay(filter jsonb) returns jsonb
language sql stable set search_path = '' as $$ select private.plan_replay(filter) $$;
comment on function public.plan_replay(jsonb) is 'What replay_deliveries would send for {site_ids?, statuses?, from?, to?}: the newest matching delivery of each site.';
create function public.replay_deliveries(filter jsonb, content text default 'original') returns jsonb
language sql set search_path = '' as $$ select private.replay_deliveries(filter, content) $$;
comment on function public.replay_deliveries(jsonb, text) is 'Sends again what plan_replay names, as one run.';
create function public.site_rollbacks(site_id uuid) returns jsonb
language sql stable set search_path = '' as $$ select private.site_rollbacks(site_id) $$;
comment on function public.site_rollbacks(uuid) is 'The last 50 deliveries that a site accepted and whose body is kept, newest first.';
create function public.rollback_site(site_id uuid, delivery_id uuid) returns jsonb
language sql set search_path = '' as $$ select private.rollback_site(site_id, delivery_id) $$;
comment on function public.rollback_site(uuid, uuid) is
  'Sends a site again what it once accepted, as a new delivery, and puts it on hold for schedules until a manual run or lift_hold.';
create function public.lift_hold(site_id uuid) returns void
language sql set search_path = '' as $$ select private.lift_hold(site_id) $$;
comment on function public.lift_hold(uuid) is 'Scheduled runs take the site up again.';

grant execute on function private.replay_delivery(uuid, text), private.retry_failed(uuid, text), private.plan_replay(jsonb),
  private.replay_deliveries(jsonb, text), private.site_rollbacks(uuid), private.rollback_site(uuid, uuid), private.lift_hold(uuid),
  public.replay_delivery(uuid, text), public.retry_failed(uuid, text), public.plan_replay(jsonb), public.replay_deliveries(jsonb, text),
  public.site_rollbacks(uuid), public.rollback_site(uuid, uuid), public.lift_hold(uuid) to authenticated;
