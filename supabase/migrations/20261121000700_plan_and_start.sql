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
      case when (a.title, a.type, a.data) is distinct from (b.title, b.type, b.data) and a.item_id is not null and b.item_id is not null
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

create function private.payload_counts(p_before text, p_after text) returns jsonb
language sql immutable set search_path = '' as $$
  with pair as (
    select a.item is not null as stays, b.item is not null as was, a.item is not distinct from b.item as same,
      rank() over (partition by a.item is not null and b.item is not null order by a.place) as rank_after,
      rank() over (partition by a.item is not null and b.item is not null order by b.place) as rank_before
    from jsonb_array_elements(p_after::jsonb -> 'items') with ordinality a(item, place)
    full join jsonb_array_elements(p_before::jsonb -> 'items') with ordinality b(item, place) on b.item ->> 'id' = a.item ->> 'id'
  )
  select jsonb_build_object(
    'added', count(*) filter (where not was), 'removed', count(*) filter (where not stays),
    'changed', count(*) filter (where was and stays and not same),
    'reordered', count(*) filter (where was and stays and same and rank_after <> rank_before),
    'unchanged', count(*) filter (where was and stays and same and rank_after = rank_before))
  from pair
$$;
comment on function private.payload_counts(text, text) is 'How many items two bodies differ by, {added, changed, removed, reordered, unchanged}, without saying how.';

create function private.items_text(p_body text) returns text
language sql immutable set search_path = '' as $$ select substr(p_body, strpos(p_body, '"},"items":[')) $$;
comment on function private.items_text(text) is 'The part of a body that says nothing of its site. A quote inside a name is escaped, so the first match is the right one.';

create function private.largest_body() returns integer
language sql immutable set search_path = '' as $$ select 1000000 $$;
comment on function private.largest_body() is 'Bytes that a delivery carries at most.';

create function private.too_large_text() returns text
language sql immutable set search_path = '' as $$ select 'its payload is larger than 1 MB' $$;

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
    if cardinality(v_ids) > 0 and not exists (
      select 1 from public.sites s where s.organization_id = p_organization and s.id = any (v_ids) and s.enabled) then
      raise exception using errcode = 'DS033',
        message = case when cardinality(v_ids) = 1
          then (select format('"%s" is disabled.', s.name) from public.sites s where s.organization_id = p_organization and s.id = v_ids[1])
          else 'All the chosen sites are disabled.' end,
        hint = 'Enable a site or choose others.';
    end if;
  end if;
  if coalesce(cardinality(v_ids), 0) = 0 then
    raise exception using errcode = 'DS010', message = 'There is no site to sync.',
      hint = 'Add a site (or enable one), map content to it, then run the sync.';
  end if;
  return v_ids;
end $$;

-- Publishing has checked an item under the schema of that day; only what the schema or an override has changed since is checked again.
create function private.invalid_items(p_organization uuid, p_sites uuid[]) returns table (site_id uuid, message text)
language sql stable set search_path = '' as $$
  with item as materialized (
    select i.id, i.title, i.data, t.schema, r.type_revision <> t.revision as outdated
    from public.content_items i
    join public.content_types t on t.organization_id = i.organization_id and t.id = i.type_id
    join public.content_item_revisions r on r.item_id = i.id and r.revision = i.revision
    where i.organization_id = p_organization and i.status = 'published'
      and (i.publish_at is null or i.publish_at <= now()) and (i.unpublish_at is null or i.unpublish_at > now())
  ), outdated as materialized (
    select i.id, private.validate_data(i.schema, i.data) as problems from item i where i.outdated
  ), overridden as materialized (
    -- A site's own plan checks all of its overrides; over many sites the first ones have to do.
    select m.site_id, m.item_id, private.validate_data(i.schema, i.data || m.overrides) as problems
    from public.site_item_mappings m join item i on i.id = m.item_id
    where m.organization_id = p_organization and m.site_id = any (p_sites) and m.mode = 'override' and m.overrides <> '{}'
    order by m.site_id, m.item_id limit 2000
  )
  select x.site_id, format('"%s" is not valid: %s %s.', i.title, x.problems -> 0 ->> 'path', x.problems -> 0 ->> 'message')
  from (
    select m.site_id, m.item_id, o.problems
    from public.site_item_mappings m join outdated o on o.id = m.item_id
    where m.organization_id = p_organization and m.site_id = any (p_sites) and (m.mode = 'full' or m.mode = 'override' and m.overrides = '{}')
    union all
    select o.site_id, o.item_id, o.problems from overridden o
  ) x join item i on i.id = x.item_id
  where jsonb_array_length(x.problems) > 0
$$;

create function private.plan_warnings(
  p_item_count integer, p_bytes integer, st public.site_states, s public.sites, p_counts jsonb, p_invalid text[]
) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('code', w.code, 'message', w.message)), '[]')
  from (
    select * from (values
      ('becomes_empty', 'The site would become empty: it shows '
        || private.count_text(st.accepted_item_count, 'item') || ' now.', p_item_count = 0 and st.accepted_item_count > 0),
      ('loses_many', format('%s of %s that the site shows would go.', p_counts ->> 'removed', private.count_text(st.accepted_item_count, 'item')),
        p_item_count > 0 and (p_counts ->> 'removed')::integer > 0.3 * st.accepted_item_count),
      ('too_large', 'The payload is ' || private.bytes_text(p_bytes) || '; a delivery carries at most 1 MB.', p_bytes > private.largest_body()),
      ('site_disabled', 'The site is disabled: a run skips it.' || coalesce(' ' || st.disabled_reason, ''), not s.enabled),
      ('secret_missing', 'The site has no signing secret yet; it gets one with its first delivery, which its destination cannot verify before it knows it.',
        st.secret_set_at is null and s.destination_url is not null),
      ('circuit_open', 'The site is paused after failures; the delivery waits for the next probe.', st.circuit <> 'closed'),
      ('on_hold', 'The site is on hold after a rollback; this run lifts the hold.', st.on_hold)
    ) w(code, message, holds) where w.holds
    union all
    select 'invalid_item', i, true from unnest(p_invalid) i
  ) w
$$;

create function private.plan_sync(p_site_ids uuid[], p_detail boolean) returns jsonb
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
    'scheduled_items', (select count(*) from public.content_items i
      where i.organization_id = v_organization and i.status = 'published' and i.publish_at > now()),
    'sites', (
      with invalid as materialized (
        select x.site_id, array_agg(x.message order by x.message) as messages from private.invalid_items(v_organization, v_ids) x group by x.site_id
      ), pair as materialized (
        -- Many sites show the same items and have shown the same before: each such pair is compared once, below. Bodies are
        -- looked at and left where they are; what goes on from here is small.
        select p.site_id, md5(private.items_text(d.body)) as before, md5(private.items_text(p.body)) as after
        from unnest(v_payloads) p
        join public.site_states st on st.organization_id = v_organization and st.site_id = p.site_id and st.accepted_hash <> p.hash
        join public.sync_deliveries d on d.organization_id = v_organization and d.id = st.accepted_delivery_id and d.body is not null
      ), compared as materialized (
        select x.before, x.after, private.payload_counts(d.body, p.body) as counts
        from (select distinct on (y.before, y.after) y.* from pair y) x
        join unnest(v_payloads) p on p.site_id = x.site_id
        join public.site_states st on st.organization_id = v_organization and st.site_id = x.site_id
        join public.sync_deliveries d on d.organization_id = v_organization and d.id = st.accepted_delivery_id
      ), planned as materialized (
        select st as state, s as site, p.item_count, p.bytes, p.hash, st.accepted_hash is not distinct from p.hash as unchanged,
          case when st.accepted_hash is not distinct from p.hash
                 then jsonb_build_object('added', 0, 'changed', 0, 'removed', 0, 'reordered', 0, 'unchanged', p.item_count)
               else coalesce(c.counts, jsonb_build_object('added', p.item_count, 'changed', 0, 'removed', 0, 'reordered', 0, 'unchanged', 0))
            end as counts,
          case when not p_detail then null when st.accepted_hash is not distinct from p.hash then '[]'::jsonb
            else private.payload_changes((
              select d.body from public.sync_deliveries d where d.organization_id = v_organization and d.id = st.accepted_delivery_id), p.body)
            end as changes
        from unnest(v_payloads) p
        join public.sites s on s.organization_id = v_organization and s.id = p.site_id
        join public.site_states st on st.organization_id = v_organization and st.site_id = p.site_id
        left join pair y on y.site_id = p.site_id
        left join compared c on c.before = y.before and c.after = y.after
      )
      select jsonb_agg(jsonb_build_object(
        'site_id', (x.site).id, 'name', (x.site).name, 'slug', (x.site).slug, 'destination', coalesce((x.site).destination_url, 'built-in'),
        'enabled', (x.site).enabled, 'item_count', x.item_count, 'bytes', x.bytes, 'hash', x.hash,
        'accepted_hash', (x.state).accepted_hash, 'accepted_at', (x.state).accepted_at, 'accepted_item_count', (x.state).accepted_item_count,
        'unchanged', x.unchanged, 'on_hold', (x.state).on_hold, 'counts', x.counts,
        'warnings', private.plan_warnings(x.item_count, x.bytes, x.state, x.site, x.counts, i.messages),
        'changes', x.changes) order by (x.site).name, (x.site).id)
      from planned x left join invalid i on i.site_id = (x.site).id));
end $$;

create function public.plan_sync(site_ids uuid[] default null, detail boolean default true) returns jsonb
language sql stable set search_path = '' as $$ select private.plan_sync(site_ids, detail) $$;
comment on function public.plan_sync(uuid[], boolean) is
  'The difference between each site''s effective payload and its accepted delivery, before anything is sent; null means every enabled site. Without detail the counts of changes are there and the changes are not.';

-- What is to go out to a site, or why nothing does (skip_reason).
create type private.outgoing as (
  site_id uuid, name text, slug text, body text, hash text, item_count integer, bytes integer, retry_of uuid, skip_reason text
);

-- Sites first, then what hangs on them, as their deletion does; starts of the same site queue up here.
create function private.lock_sites(p_organization uuid, p_sites uuid[]) returns void
language plpgsql set search_path = '' as $$
begin
  perform 1 from public.sites s where s.organization_id = p_organization and s.id = any (p_sites) order by s.id for key share;
  perform 1 from public.site_states st
  where st.organization_id = p_organization and st.site_id = any (p_sites) order by st.site_id for update;
end $$;

create function private.new_job(p_organization uuid, p_user uuid, p_trigger text, p_options jsonb, p_plan_hash text, p_total integer)
returns public.sync_jobs
language plpgsql set search_path = '' as $$
declare
  v_job public.sync_jobs;
begin
  insert into private.organization_counters as c (organization_id, job_number) values (p_organization, 1)
  on conflict (organization_id) do update set job_number = c.job_number + 1
  returning c.job_number into v_job.number;
  insert into public.sync_jobs (organization_id, number, trigger, created_by, plan_hash, options, total)
  values (p_organization, v_job.number, p_trigger, p_user, p_plan_hash, p_options, p_total)
  returning * into v_job;
  return v_job;
end $$;

create function private.job_answer(p_job uuid) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('job_id', j.id, 'number', j.number, 'status', j.status, 'total', j.total,
    'skipped', (select count(*) from public.sync_deliveries d
      where d.organization_id = j.organization_id and d.job_id = j.id and d.status = 'skipped'))
  from public.sync_jobs j where j.id = p_job
$$;

-- One delivery for each of them, numbered, frozen and logged; older ones that wait give way. The caller holds the sites' locks.
create function private.queue_deliveries(p_job public.sync_jobs, p_outgoing private.outgoing[], p_opening private.log_line[])
returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_superseded record;
  v_lines private.log_line[];
begin
  with old as (
    update public.sync_deliveries d set status = 'superseded', reason = format('superseded by run %s', p_job.number),
      finished_at = clock_timestamp(), next_attempt_at = null
    from unnest(p_outgoing) o
    where d.organization_id = p_job.organization_id and d.target_kind = 'site' and d.target_id = o.site_id and o.skip_reason is null
      and d.status in ('queued', 'retrying')
    returning d.id, d.job_id, d.target_id
  )
  select array_agg(o.id) as ids, array_agg(distinct o.job_id) as jobs,
    array_agg(row(o.job_id, 'warn', format('Superseded by run %s', p_job.number), o.target_id, null, o.id, null)::private.log_line) as lines
  into v_superseded from old o;

  with chosen as (
    select o.*, gen_random_uuid() as id, s.max_attempts, private.origin_of(s.destination_url) as origin, s.requests_per_minute
    from unnest(p_outgoing) o
    join public.sites s on s.organization_id = p_job.organization_id and s.id = o.site_id
  ), numbered as (
    update public.site_states st set last_sequence = st.last_sequence + 1
    from chosen c where st.organization_id = p_job.organization_id and st.site_id = c.site_id and c.skip_reason is null
    -- A limit that was lifted since holds nothing back.
    returning st.site_id, st.last_sequence, st.circuit,
      case when st.circuit <> 'closed' or c.requests_per_minute is not null then st.not_before end as not_before
  ), made as (
    insert into public.sync_deliveries (id, organization_id, job_id, target_id, target_name, target_slug, site_id, destination_origin, sequence,
      retry_of, body, body_hash, body_bytes, item_count, max_attempts, status, reason, next_attempt_at, finished_at)
    select c.id, p_job.organization_id, p_job.id, c.site_id, c.name, c.slug, c.site_id, c.origin, n.last_sequence,
      c.retry_of, case when c.skip_reason is null then c.body end, c.hash, c.bytes, c.item_count, c.max_attempts,
      case when c.skip_reason is null then 'queued' else 'skipped' end, coalesce(c.skip_reason, ''),
      case when c.skip_reason is null then greatest(clock_timestamp(), n.not_before) end,
      case when c.skip_reason is not null then clock_timestamp() end
    from chosen c left join numbered n on n.site_id = c.site_id
    returning id, target_id, target_name, status, reason, item_count, body, body_bytes, body_hash, retry_of, next_attempt_at
  )
  select array_agg(l.line order by l.target_name, l.id, l.n) into v_lines
  from (
    select m.target_name, m.id, 1 as n, row(p_job.id, case m.reason when private.too_large_text() then 'error' else 'info' end,
      case when m.status = 'skipped' then format('Skipped: %s (%s)', m.reason, private.count_text(m.item_count, 'item'))
           else format('%s: %s, %s, hash %s…', case when m.retry_of is null then 'Payload frozen' else 'Payload taken from run ' || r.number end,
             private.count_text(m.item_count, 'item'), private.bytes_text(m.body_bytes), left(m.body_hash, 8)) end,
      m.target_id, null, m.id, case when m.body_bytes <= 16000 then m.body::jsonb end)::private.log_line as line
    from made m
    left join public.sync_deliveries o on o.id = m.retry_of
    left join public.sync_jobs r on r.id = o.job_id
    union all
    select m.target_name, m.id, 2, row(p_job.id, 'warn',
      format('Waits %s: %s', private.duration_text(extract(epoch from m.next_attempt_at - clock_timestamp()) * 1000),
        case when n.circuit = 'closed' then format('at most %s a minute', private.count_text(c.requests_per_minute, 'request'))
             else 'circuit open, then one probe' end), m.target_id, null, m.id, null)::private.log_line
    from made m join numbered n on n.site_id = m.target_id join chosen c on c.site_id = m.target_id
    where m.next_attempt_at > clock_timestamp() + interval '100 milliseconds'
  ) l;

  update public.sync_deliveries d set superseded_by = n.id
  from public.sync_deliveries n
  where d.id = any (v_superseded.ids) and n.organization_id = p_job.organization_id and n.job_id = p_job.id and n.target_id = d.target_id;

  perform private.write_logs(p_opening || v_lines || coalesce(v_superseded.lines, '{}'));
  perform private.finish_jobs(array[p_job.id] || coalesce(v_superseded.jobs, '{}'));
  return private.job_answer(p_job.id);
end $$;

create function private.check_sizes(p_outgoing private.outgoing[]) returns void
language plpgsql stable set search_path = '' as $$
declare
  v_large private.outgoing;
begin
  select o.* into v_large from unnest(p_outgoing) o where o.skip_reason is null and o.bytes > private.largest_body() order by o.bytes desc, o.name limit 1;
  if v_large.site_id is null then return; end if;
  raise exception using errcode = 'DS013',
    message = format('The payload of "%s" is %s; a delivery carries at most 1 MB. Its largest items: %s.', v_large.name, private.bytes_text(v_large.bytes), (
      select string_agg(format('"%s" (%s)', x.title, private.bytes_text(x.bytes)), ', ' order by x.bytes desc, x.title)
      from (select i ->> 'title' as title, octet_length(i::text) as bytes from jsonb_array_elements(v_large.body::jsonb -> 'items') i
        order by 2 desc, 1 limit 3) x)),
    hint = 'Shorten these items or map fewer items to the site. Nothing was sent.';
end $$;

create function private.start_run(
  p_organization uuid, p_user uuid, p_trigger text, p_site_ids uuid[], p_options jsonb
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_ids uuid[] := private.chosen_sites(p_organization, p_site_ids);
  v_force boolean := coalesce((p_options ->> 'force')::boolean, false);
  v_expected text := p_options ->> 'expected_plan_hash';
  v_by_hand boolean := p_trigger in ('manual', 'api');
  v_payloads private.site_payload[];
  v_outgoing private.outgoing[];
  v_hash text;
  v_job public.sync_jobs;
begin
  perform private.lock_sites(p_organization, v_ids);
  -- One that has gone or was disabled meanwhile is no longer chosen.
  v_ids := private.chosen_sites(p_organization, coalesce(p_site_ids, array(
    select s.id from public.sites s where s.organization_id = p_organization and s.id = any (v_ids) and s.enabled)));

  select array_agg(e order by e.name, e.site_id) into v_payloads from private.effective_payloads(p_organization, v_ids) e;
  v_hash := private.plan_hash(p_organization, v_payloads);
  if v_expected is not null and v_expected <> v_hash then
    raise exception using errcode = 'DS012', message = 'The content has changed since the plan that you approved.',
      hint = 'Look at the new plan and confirm again. Nothing was sent.';
  end if;
  if v_by_hand and not exists (select 1 from unnest(v_payloads) p where p.item_count > 0)
     and not exists (select 1 from public.site_states st
       where st.organization_id = p_organization and st.site_id = any (v_ids) and st.accepted_hash is not null) then
    raise exception using errcode = 'DS011', message = 'There is nothing to send: no published item is mapped to a site.',
      hint = 'Publish an item and map it to a site, then run the sync.';
  end if;

  select array_agg(row(p.site_id, p.name, p.slug, p.body, p.hash, p.item_count, p.bytes, null,
      case when not s.enabled then private.disabled_text()
           when not v_by_hand and st.on_hold then 'on hold after a rollback'
           -- A site that never had anything needs no empty page from a schedule.
           when not v_by_hand and st.accepted_hash is null and p.item_count = 0 then 'nothing is mapped to it'
           -- What waits or is on its way counts: the accepted delivery is not the last word then.
           when not v_force and st.accepted_hash is not distinct from p.hash and not exists (
             select 1 from public.sync_deliveries o
             where o.target_kind = 'site' and o.target_id = p.site_id and o.status in ('queued', 'retrying'))
             and not exists (select 1 from public.sync_deliveries o
             where o.target_kind = 'site' and o.target_id = p.site_id and o.status = 'sending')
             then 'unchanged since the last accepted delivery' end)::private.outgoing order by p.name, p.site_id)
  into v_outgoing
  from unnest(v_payloads) p
  join public.sites s on s.organization_id = p_organization and s.id = p.site_id
  join public.site_states st on st.organization_id = p_organization and st.site_id = p.site_id;
  if not v_by_hand and exists (select 1 from unnest(v_outgoing) o where o.skip_reason is null and o.bytes <= private.largest_body()) then
    -- One site that nobody looks at must not hold back the others.
    select array_agg(row(o.site_id, o.name, o.slug, o.body, o.hash, o.item_count, o.bytes, o.retry_of,
        case when o.skip_reason is null and o.bytes > private.largest_body() then private.too_large_text() else o.skip_reason end)::private.outgoing
      order by o.name, o.site_id)
    into v_outgoing from unnest(v_outgoing) o;
  end if;
  perform private.check_sizes(v_outgoing);
  -- Nobody asked for this run by hand; if it has nothing to do, it leaves nothing behind.
  if not v_by_hand and not exists (select 1 from unnest(v_outgoing) o where o.skip_reason is null) then return null; end if;

  v_job := private.new_job(p_organization, p_user, p_trigger, p_options - 'expected_plan_hash', v_hash, cardinality(v_outgoing));
  if v_by_hand and exists (select from public.site_states st
    where st.organization_id = p_organization and st.site_id = any (v_ids) and st.on_hold) then
    update public.site_states st set on_hold = false, on_hold_since = null, hold_reason = null
    where st.organization_id = p_organization and st.on_hold
      and st.site_id in (select o.site_id from unnest(v_outgoing) o where o.skip_reason is distinct from private.disabled_text());
  end if;
  return private.queue_deliveries(v_job, v_outgoing,
    array[row(v_job.id, 'info', private.opening_line(p_organization, v_job.number, v_payloads), null, null, null, null)::private.log_line]
      || private.blocked_lines(p_organization, v_job.id, v_ids));
end $$;
comment on function private.start_run(uuid, uuid, text, uuid[], jsonb) is
  'Makes a job and its deliveries. By hand (manual, api) it always makes one; otherwise null when there is nothing to send, and sites on hold are passed by.';

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
  where s.organization_id = v_organization and s.id in (
    select d.site_id from public.sync_deliveries d where d.organization_id = v_organization and d.job_id = p_job)
  order by s.id for key share;
  perform 1 from public.site_states st
  where st.organization_id = v_organization and st.site_id in (
    select d.site_id from public.sync_deliveries d where d.organization_id = v_organization and d.job_id = p_job)
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

grant execute on function private.plan_sync(uuid[], boolean), private.start_sync(uuid[], jsonb), private.cancel_sync(uuid),
  public.plan_sync(uuid[], boolean), public.start_sync(uuid[], jsonb), public.cancel_sync(uuid) to authenticated;
