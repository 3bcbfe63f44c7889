-- Before a run: what it would change (plan). Its start: what was planned is frozen, and is what is sent.

create function private.payload_items(p_body text)
returns table (item_id uuid, type text, title text, data jsonb, place bigint)
language sql immutable set search_path = '' as $$
  select (x.item ->> 'id')::uuid, x.item ->> 'type', x.item ->> 'title', x.item -> 'data', x.place
  from jsonb_array_elements(p_body::jsonb -> 'items') with ordinality x(item, place)
$$;

create function private.field_changes(p_before jsonb, p_after jsonb) returns jsonb
language sql immutable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('field', coalesce(a.key, b.key), 'before', b.value, 'after', a.value)
    order by coalesce(a.key, b.key)), '[]')
  from jsonb_each(p_before) b full join jsonb_each(p_after) a on a.key = b.key
  where a.value is distinct from b.value
$$;

-- A type may well have a field called "title"; what belongs to the item itself is marked as its own.
create function private.item_changes(
  p_title_before text, p_type_before text, p_before jsonb, p_title_after text, p_type_after text, p_after jsonb
) returns jsonb
language sql immutable set search_path = '' as $$
  select coalesce(jsonb_agg(c.change order by c.change ->> 'field', c.change ? 'own' desc), '[]')
  from (
    select e || '{"own": true}' as change
    from jsonb_array_elements(private.field_changes(
      jsonb_build_object('title', p_title_before, 'type', p_type_before),
      jsonb_build_object('title', p_title_after, 'type', p_type_after))) e
    union all
    select e from jsonb_array_elements(private.field_changes(p_before, p_after)) e
  ) c
$$;

create function private.payload_changes(p_before text, p_after text) returns jsonb
language sql immutable set search_path = '' as $$
  with pair as (
    select coalesce(a.item_id, b.item_id) as item_id, coalesce(a.type, b.type) as type, coalesce(a.title, b.title) as title,
      a.item_id is not null as stays, b.item_id is not null as was, a.place as place_after, b.place as place_before,
      -- Places among the items that both have: an insertion or a removal moves nobody.
      rank() over (partition by a.item_id is not null and b.item_id is not null order by a.place) as rank_after,
      rank() over (partition by a.item_id is not null and b.item_id is not null order by b.place) as rank_before,
      case when a.item_id is not null and b.item_id is not null
        then private.item_changes(b.title, b.type, b.data, a.title, a.type, a.data) else '[]'::jsonb end as fields
    from private.payload_items(p_after) a
    full join private.payload_items(coalesce(p_before, '{"items":[]}')) b on b.item_id = a.item_id
  ), change as (
    select case when not was then 'added' when not stays then 'removed'
                when fields <> '[]' then 'changed' when rank_after <> rank_before then 'moved' end as kind, pair.*
    from pair
  )
  select coalesce((
      select jsonb_build_array(jsonb_build_object('kind', 'site', 'fields', f))
      from private.field_changes(p_before::jsonb -> 'site', p_after::jsonb -> 'site') f
      where p_before is not null and f <> '[]'), '[]')
    || coalesce((
      select jsonb_agg(jsonb_build_object('kind', c.kind, 'item_id', c.item_id, 'type', c.type, 'title', c.title,
          'fields', c.fields, 'from', c.place_before, 'to', c.place_after)
        order by coalesce(c.place_after, 1000000 + c.place_before))
      from change c where c.kind is not null), '[]')
$$;
comment on function private.payload_changes(text, text) is
  'The difference between two bodies (before may be null): site fields, then items added, changed (field by field), moved, removed.';

create function private.plan_hash(p_organization uuid, p_payloads private.site_payload[]) returns text
language sql stable set search_path = '' as $$
  select encode(sha256(convert_to(coalesce(string_agg(
    p.site_id || ':' || p.hash || ':' || coalesce(st.accepted_hash, '-'), ',' order by p.site_id), ''), 'UTF8')), 'hex')
  from unnest(p_payloads) p
  join public.site_states st on st.organization_id = p_organization and st.site_id = p.site_id
$$;

create function private.chosen_sites(p_organization uuid, p_site_ids uuid[]) returns uuid[]
language plpgsql stable set search_path = '' as $$
declare
  v_ids uuid[];
begin
  if p_site_ids is null then
    select array_agg(s.id) into v_ids from public.sites s where s.organization_id = p_organization and s.enabled;
  else
    select array_agg(s.id) into v_ids from public.sites s where s.organization_id = p_organization and s.id = any (p_site_ids);
    if coalesce(cardinality(v_ids), 0) < (select count(distinct x) from unnest(p_site_ids) x) then
      raise exception using errcode = 'DS032', message = 'One of the chosen sites is not in this organization.',
        hint = 'It may have been deleted; reload the list of sites and choose again.';
    end if;
    if exists (select 1 from public.sites s where s.organization_id = p_organization and s.id = any (v_ids) and not s.enabled) then
      raise exception using errcode = 'DS033',
        message = (select format('"%s" is disabled.', s.name) from public.sites s
          where s.organization_id = p_organization and s.id = any (v_ids) and not s.enabled order by s.name limit 1),
        hint = 'Enable the site or leave it out of the run.';
    end if;
  end if;
  if coalesce(cardinality(v_ids), 0) = 0 then
    raise exception using errcode = 'DS010', message = 'There is no site to sync.',
      hint = 'Add a site (or enable one), map content to it, then run the sync.';
  end if;
  return v_ids;
end $$;

create function private.plan_sync(p_site_ids uuid[]) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('viewer', 'plan a sync');
  v_ids uuid[] := private.chosen_sites(v_organization, p_site_ids);
  v_payloads private.site_payload[];
begin
  select array_agg(e order by e.name) into v_payloads from private.effective_payloads(v_organization, v_ids) e;
  return jsonb_build_object(
    'hash', private.plan_hash(v_organization, v_payloads),
    'drafts', (select count(*) from public.content_items i where i.organization_id = v_organization and i.status = 'draft'),
    'sites', (
      select jsonb_agg(jsonb_build_object(
        'site_id', p.site_id, 'name', p.name, 'slug', p.slug, 'destination', coalesce(s.destination_url, 'built-in'),
        'enabled', s.enabled, 'item_count', p.item_count, 'bytes', p.bytes, 'hash', p.hash,
        'accepted_hash', st.accepted_hash, 'accepted_at', st.accepted_at, 'accepted_item_count', st.accepted_item_count,
        'unchanged', st.accepted_hash is not distinct from p.hash, 'on_hold', st.on_hold,
        'warnings', private.plan_warnings(p, st, s),
        'changes', case when st.accepted_hash is not distinct from p.hash then '[]'::jsonb else private.payload_changes(d.body, p.body) end,
        'payload', p.body::jsonb) order by p.name)
      from unnest(v_payloads) p
      join public.sites s on s.organization_id = v_organization and s.id = p.site_id
      join public.site_states st on st.organization_id = v_organization and st.site_id = p.site_id
      left join public.sync_deliveries d on d.organization_id = v_organization and d.id = st.accepted_delivery_id));
end $$;

create function private.plan_warnings(p private.site_payload, st public.site_states, s public.sites) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('code', w.code, 'message', w.message)), '[]')
  from (values
    ('becomes_empty', 'The site would become empty: it shows '
      || private.count_text(st.accepted_item_count, 'item') || ' now.', p.item_count = 0 and st.accepted_item_count > 0),
    ('too_large', 'The payload is ' || private.bytes_text(p.bytes) || '; a delivery carries at most 1 MB.', p.bytes > 1000000),
    ('on_hold', 'The site is on hold after a rollback; this run lifts the hold.', st.on_hold)
  ) w(code, message, holds)
  where w.holds
$$;

create function public.plan_sync(site_ids uuid[] default null) returns jsonb
language sql stable set search_path = '' as $$ select private.plan_sync(site_ids) $$;
comment on function public.plan_sync(uuid[]) is
  'The difference between each site''s effective payload and its accepted delivery, before anything is sent; null means every enabled site.';

create function private.start_run(
  p_organization uuid, p_user uuid, p_trigger text, p_site_ids uuid[], p_options jsonb
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_ids uuid[] := private.chosen_sites(p_organization, p_site_ids);
  v_force boolean := coalesce((p_options ->> 'force')::boolean, false);
  v_expected text := p_options ->> 'expected_plan_hash';
  v_payloads private.site_payload[];
  v_hash text;
  v_job public.sync_jobs;
  v_large text;
  v_superseded record;
  v_lines private.log_line[];
begin
  -- Sites first, then what hangs on them, as their deletion does. One that has gone meanwhile is no longer chosen.
  perform 1 from public.sites s where s.organization_id = p_organization and s.id = any (v_ids) order by s.id for key share;
  v_ids := private.chosen_sites(p_organization, coalesce(p_site_ids, array(
    select s.id from public.sites s where s.organization_id = p_organization and s.id = any (v_ids) and s.enabled)));
  -- Starts of the same site queue up here; everything below sees one consistent past.
  perform 1 from public.site_states st
  where st.organization_id = p_organization and st.site_id = any (v_ids) order by st.site_id for update;

  select array_agg(e order by e.name, e.site_id) into v_payloads from private.effective_payloads(p_organization, v_ids) e;
  v_hash := private.plan_hash(p_organization, v_payloads);
  if v_expected is not null and v_expected <> v_hash then
    raise exception using errcode = 'DS012', message = 'The content has changed since the plan that you approved.',
      hint = 'Look at the new plan and confirm again. Nothing was sent.';
  end if;
  if not exists (select 1 from unnest(v_payloads) p where p.item_count > 0)
     and not exists (select 1 from public.site_states st
       where st.organization_id = p_organization and st.site_id = any (v_ids) and st.accepted_hash is not null) then
    raise exception using errcode = 'DS011', message = 'There is nothing to send: no published item is mapped to a site.',
      hint = 'Publish an item and map it to a site, then run the sync.';
  end if;
  select format('%s (%s)', p.name, private.bytes_text(p.bytes)) into v_large from unnest(v_payloads) p where p.bytes > 1000000 limit 1;
  if v_large is not null then
    raise exception using errcode = 'DS013', message = format('The payload of %s is larger than 1 MB.', v_large),
      hint = 'Map fewer items to the site or shorten the longest ones. Nothing was sent.';
  end if;

  insert into private.organization_counters as c (organization_id, job_number) values (p_organization, 1)
  on conflict (organization_id) do update set job_number = c.job_number + 1
  returning c.job_number into v_job.number;
  insert into public.sync_jobs (organization_id, number, trigger, created_by, plan_hash, options, total)
  values (p_organization, v_job.number, p_trigger, p_user, v_hash, p_options - 'expected_plan_hash', cardinality(v_payloads))
  returning * into v_job;

  -- Older waiting deliveries of the same sites give way to this full state.
  with old as (
    update public.sync_deliveries d set status = 'superseded', reason = format('superseded by run %s', v_job.number),
      finished_at = clock_timestamp(), next_attempt_at = null
    where d.organization_id = p_organization and d.target_kind = 'site' and d.target_id = any (v_ids) and d.status in ('queued', 'retrying')
    returning d.id, d.job_id, d.target_id
  )
  select array_agg(o.id) as ids, array_agg(distinct o.job_id) as jobs, array_agg(distinct o.target_id) as targets,
    array_agg(row(o.job_id, 'warn', format('Superseded by run %s', v_job.number), o.target_id, null, o.id, null)::private.log_line) as lines
  into v_superseded from old o;

  with chosen as (
    select p.*, gen_random_uuid() as id,
      not v_force and st.accepted_hash is not distinct from p.hash
        and not p.site_id = any (coalesce(v_superseded.targets, '{}'))
        and not exists (select 1 from public.sync_deliveries o
          where o.target_kind = 'site' and o.target_id = p.site_id and o.status = 'sending') as skip
    from unnest(v_payloads) p
    join public.site_states st on st.organization_id = p_organization and st.site_id = p.site_id
  ), numbered as (
    update public.site_states st set last_sequence = st.last_sequence + 1, on_hold = false
    from chosen c where st.organization_id = p_organization and st.site_id = c.site_id and not c.skip
    returning st.site_id, st.last_sequence
  ), made as (
    insert into public.sync_deliveries (id, organization_id, job_id, target_id, target_name, target_slug, site_id, sequence, webhook_id,
      body, body_hash, body_bytes, item_count, status, reason, next_attempt_at, finished_at)
    select c.id, p_organization, v_job.id, c.site_id, c.name, c.slug, c.site_id, n.last_sequence, 'msg_' || replace(c.id::text, '-', ''),
      c.body, c.hash, c.bytes, c.item_count,
      case when c.skip then 'skipped' else 'queued' end, case when c.skip then 'unchanged since the last accepted delivery' else '' end,
      case when not c.skip then clock_timestamp() end, case when c.skip then clock_timestamp() end
    from chosen c left join numbered n on n.site_id = c.site_id
    returning id, target_id, target_name, status, item_count, body, body_bytes, body_hash
  )
  select array_agg(row(v_job.id, 'info',
      case when m.status = 'skipped' then format('Skipped: unchanged since the last accepted delivery (%s)', private.count_text(m.item_count, 'item'))
           else format('Payload frozen: %s, %s, hash %s…', private.count_text(m.item_count, 'item'), private.bytes_text(m.body_bytes), left(m.body_hash, 8)) end,
      m.target_id, null, m.id,
      case when m.status <> 'skipped' and m.body_bytes <= 16000 then m.body::jsonb end)::private.log_line order by m.target_name, m.id)
  into v_lines from made m;

  update public.sync_deliveries d set superseded_by = n.id
  from public.sync_deliveries n
  where d.id = any (v_superseded.ids) and n.job_id = v_job.id and n.target_id = d.target_id;

  perform private.write_logs(array[row(v_job.id, 'info', private.opening_line(p_organization, v_job.number, v_payloads),
    null, null, null, null)::private.log_line] || private.blocked_lines(p_organization, v_job.id, v_ids) || v_lines
    || coalesce(v_superseded.lines, '{}'));
  perform private.finish_jobs(array[v_job.id] || coalesce(v_superseded.jobs, '{}'));

  select * into v_job from public.sync_jobs j where j.id = v_job.id;
  return jsonb_build_object('job_id', v_job.id, 'number', v_job.number, 'status', v_job.status, 'total', v_job.total,
    'skipped', (select count(*) from public.sync_deliveries d where d.job_id = v_job.id and d.status = 'skipped'));
end $$;

create function private.opening_line(p_organization uuid, p_number integer, p_payloads private.site_payload[]) returns text
language sql stable set search_path = '' as $$
  select format('Run %s started: %s, %s%s', p_number, private.count_text(cardinality(p_payloads), 'site'),
    private.count_text((select coalesce(sum(p.item_count), 0) from unnest(p_payloads) p), 'item'),
    case when d.n > 0 then ', ' || private.count_text(d.n, 'draft') || ' left out' else '' end)
  from (select count(*) as n from public.content_items i where i.organization_id = p_organization and i.status = 'draft') d
$$;

create function private.blocked_lines(p_organization uuid, p_job uuid, p_sites uuid[]) returns private.log_line[]
language sql stable set search_path = '' as $$
  select coalesce(array_agg(row(p_job, 'info', format('"%s" is %s', i.title,
      case m.mode when 'block' then 'blocked for this site'
        else 'overridden: ' || (select string_agg(k, ', ' order by k) from jsonb_object_keys(m.overrides) k) end),
    m.site_id, m.item_id, null, null)::private.log_line order by s.name, m.position, m.item_id), '{}')
  from (
    select * from public.site_item_mappings m
    where m.organization_id = p_organization and m.site_id = any (p_sites)
      and (m.mode = 'block' or m.mode = 'override' and m.overrides <> '{}')
    -- A log is for reading; beyond this the plan and the payload tell the same.
    limit 200
  ) m
  join public.sites s on s.organization_id = p_organization and s.id = m.site_id
  join public.content_items i on i.organization_id = p_organization and i.id = m.item_id and i.status = 'published'
$$;

create function private.start_sync(p_site_ids uuid[], p_options jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'run a sync');
  v_unknown text;
begin
  if jsonb_typeof(p_options) is distinct from 'object' then
    raise exception using errcode = 'DS014', message = 'The options of a run are an object.', hint = 'Send {} for none.';
  end if;
  select k into v_unknown from jsonb_object_keys(p_options) k where k not in ('force', 'expected_plan_hash') limit 1;
  if v_unknown is not null then
    raise exception using errcode = 'DS014', message = format('"%s" is not an option of a run.', v_unknown),
      hint = 'Known options: force (boolean), expected_plan_hash (text).';
  end if;
  if coalesce(jsonb_typeof(p_options -> 'force'), 'boolean') <> 'boolean' then
    raise exception using errcode = 'DS014', message = 'The option "force" is true or false.', hint = 'Leave it out, or send {"force": true}.';
  end if;
  return private.start_run(v_organization, auth.uid(), 'manual', p_site_ids, p_options);
end $$;

create function public.start_sync(site_ids uuid[] default null, options jsonb default '{}') returns jsonb
language sql set search_path = '' as $$ select private.start_sync(site_ids, options) $$;
comment on function public.start_sync(uuid[], jsonb) is
  'Makes the job and one delivery per site with its body frozen, in one transaction. Options: force, expected_plan_hash. Returns {job_id, number, status, total, skipped}.';

create function private.cancel_sync(p_job uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'cancel a run');
  v_status text;
  v_lines private.log_line[];
begin
  -- As whoever records a result does: otherwise a retry that is being recorded and this miss each other.
  perform 1 from public.sites s
  where s.organization_id = v_organization and s.id in (select d.site_id from public.sync_deliveries d where d.job_id = p_job)
  order by s.id for key share;
  perform 1 from public.site_states st
  where st.organization_id = v_organization and st.site_id in (select d.site_id from public.sync_deliveries d where d.job_id = p_job)
  order by st.site_id for update;
  select j.status into v_status from public.sync_jobs j where j.organization_id = v_organization and j.id = p_job;
  if not found then
    raise exception using errcode = 'DS034', message = 'There is no such run in this organization.', hint = 'Open it from the list of jobs.';
  end if;
  if v_status not in ('queued', 'running') then
    raise exception using errcode = 'DS035', message = format('The run has already ended (%s).', v_status), hint = 'There is nothing left to cancel.';
  end if;
  -- Deliveries before jobs: the engine takes its locks in this order too.
  with stopped as (
    update public.sync_deliveries d set status = 'cancelled', reason = 'cancelled by hand', finished_at = clock_timestamp(), next_attempt_at = null
    where d.organization_id = v_organization and d.job_id = p_job and d.status in ('queued', 'retrying')
    returning d.id, d.target_id
  )
  select array_agg(row(p_job, 'warn', 'Cancelled before it was sent', s.target_id, null, s.id, null)::private.log_line) into v_lines from stopped s;
  update public.sync_jobs j set cancel_requested_at = clock_timestamp() where j.id = p_job;
  perform private.write_logs(coalesce(v_lines, '{}'));
  perform private.finish_jobs(array[p_job]);
  return (select jsonb_build_object('status', j.status) from public.sync_jobs j where j.id = p_job);
end $$;

create function public.cancel_sync(job_id uuid) returns jsonb
language sql set search_path = '' as $$ select private.cancel_sync(job_id) $$;
comment on function public.cancel_sync(uuid) is 'What is in flight ends, what waits does not start. Returns {status}.';

grant execute on function private.plan_sync(uuid[]), private.start_sync(uuid[], jsonb), private.cancel_sync(uuid),
  public.plan_sync(uuid[]), public.start_sync(uuid[], jsonb), public.cancel_sync(uuid) to authenticated;
