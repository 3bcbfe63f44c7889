-- An organization's content as one JSON document, out and in. History (runs, logs, revisions, audit), people, keys and secrets stay behind:
-- a backup keeps those.

create function private.export_organization() returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('admin', 'export the organization');
  v_document jsonb;
begin
  select jsonb_build_object(
    'format', 'datasync.organization', 'version', 1, 'exported_at', now(),
    'organization', jsonb_build_object('name', o.name, 'slug', o.slug, 'retention_days', o.retention_days, 'audit_retention_days', o.audit_retention_days),
    'content_types', (select coalesce(jsonb_agg(jsonb_build_object('name', t.name, 'title', t.title, 'description', t.description, 'schema', t.schema) order by t.name), '[]')
      from public.content_types t where t.organization_id = o.id),
    'content_items', (select coalesce(jsonb_agg(jsonb_build_object('ref', i.id, 'type', t.name, 'title', i.title, 'data', i.data, 'status', i.status,
        'publish_at', i.publish_at, 'unpublish_at', i.unpublish_at) order by i.created_at, i.id), '[]')
      from public.content_items i join public.content_types t on t.organization_id = i.organization_id and t.id = i.type_id where i.organization_id = o.id),
    'sites', (select coalesce(jsonb_agg(jsonb_build_object('slug', s.slug, 'name', s.name, 'region', s.region, 'destination_url', s.destination_url, 'enabled', s.enabled,
        'max_attempts', s.max_attempts, 'first_retry_ms', s.first_retry_ms, 'timeout_seconds', s.timeout_seconds, 'requests_per_minute', s.requests_per_minute,
        'state_url', s.state_url, 'failure_rate', s.failure_rate, 'fail_next', s.fail_next) order by s.slug), '[]')
      from public.sites s where s.organization_id = o.id),
    'mappings', (select coalesce(jsonb_agg(jsonb_build_object('site', s.slug, 'item', m.item_id, 'mode', m.mode, 'overrides', m.overrides, 'position', m.position)
        order by s.slug, m.position, i.created_at, m.item_id), '[]')
      from public.site_item_mappings m
      join public.sites s on s.organization_id = m.organization_id and s.id = m.site_id
      join public.content_items i on i.organization_id = m.organization_id and i.id = m.item_id
      where m.organization_id = o.id),
    'schedules', (select coalesce(jsonb_agg(jsonb_build_object('kind', c.kind, 'name', c.name, 'cron', c.cron, 'time_zone', c.time_zone, 'all_sites', c.all_sites, 'enabled', c.enabled,
        'sites', (select coalesce(jsonb_agg(s.slug order by s.slug), '[]') from public.schedule_sites x
          join public.sites s on s.organization_id = x.organization_id and s.id = x.site_id where x.organization_id = c.organization_id and x.schedule_id = c.id))
        order by c.name, c.created_at, c.id), '[]')
      from public.schedules c where c.organization_id = o.id))
  into v_document from public.organizations o where o.id = v_organization;
  perform private.write_audit(v_organization, 'exported', 'organizations', v_organization::text, v_document #>> '{organization,name}', '[]');
  return v_document;
end $$;
create function public.export_organization() returns jsonb
language sql set search_path = '' as $$ select private.take_turn('export_organization'); select private.export_organization() $$;
comment on function public.export_organization() is
  'The organization''s content as a document: {format, version, exported_at, organization, content_types, content_items, sites, mappings, schedules}. References are by name, slug and ref.';

create function private.bad_document(p_place text, p_problem text) returns void
language plpgsql set search_path = '' as $$
begin
  raise exception using errcode = 'DS058', message = format('%s: %s.', p_place, p_problem), hint = 'Nothing was imported. Correct the document, or export it again.';
end $$;

create function private.check_document(p_document jsonb) returns void
language plpgsql set search_path = '' as $$
declare
  v_limits constant jsonb := '{"content_types": 1000, "content_items": 20000, "sites": 5000, "mappings": 200000, "schedules": 1000}';
  v_bad record;
begin
  if jsonb_typeof(p_document) is distinct from 'object' or p_document ->> 'format' is distinct from 'datasync.organization' then
    perform private.bad_document('The document', 'it is not an export of a DataSync organization');
  end if;
  if p_document -> 'version' is distinct from '1' then
    perform private.bad_document('version', format('%s is not a version that this DataSync reads (1)', coalesce(p_document ->> 'version', 'none')));
  end if;
  for v_bad in select l.key, l.value::integer as most from jsonb_each_text(v_limits) l loop
    if jsonb_typeof(p_document -> v_bad.key) is distinct from 'array' then perform private.bad_document(v_bad.key, 'it must be a list'); end if;
    if jsonb_array_length(p_document -> v_bad.key) > v_bad.most then perform private.bad_document(v_bad.key, format('more than %s entries', v_bad.most)); end if;
  end loop;
  select k.key, (e.place - 1)::text as place into v_bad
  from jsonb_each_text(v_limits) k, jsonb_array_elements(p_document -> k.key) with ordinality e(entry, place)
  where jsonb_typeof(e.entry) <> 'object' limit 1;
  if found then perform private.bad_document(format('%s[%s]', v_bad.key, v_bad.place), 'it must be an object'); end if;

  select x.place, x.problem into v_bad from (
    select format('content_items[%s].type', e.place - 1) as place, format('there is no content type "%s" in the document', left(e.entry ->> 'type', 100)) as problem
    from jsonb_array_elements(p_document -> 'content_items') with ordinality e(entry, place)
    where not exists (select from jsonb_array_elements(p_document -> 'content_types') t where t ->> 'name' = e.entry ->> 'type')
    union all
    select format('content_items[%s].ref', e.place - 1), 'it is missing, or another item has it too'
    from (select x.entry, x.place, count(*) over (partition by x.entry ->> 'ref') as n
      from jsonb_array_elements(p_document -> 'content_items') with ordinality x(entry, place)) e
    where e.n > 1 or e.entry ->> 'ref' is null
    union all
    select format('mappings[%s].site', e.place - 1), format('there is no site "%s" in the document', left(e.entry ->> 'site', 100))
    from jsonb_array_elements(p_document -> 'mappings') with ordinality e(entry, place)
    left join (select distinct s ->> 'slug' as slug from jsonb_array_elements(p_document -> 'sites') s) s on s.slug = e.entry ->> 'site'
    where s.slug is null
    union all
    select format('mappings[%s].item', e.place - 1), format('there is no item "%s" in the document', left(e.entry ->> 'item', 100))
    from jsonb_array_elements(p_document -> 'mappings') with ordinality e(entry, place)
    left join (select distinct i ->> 'ref' as ref from jsonb_array_elements(p_document -> 'content_items') i) i on i.ref = e.entry ->> 'item'
    where i.ref is null
    union all
    select format('schedules[%s].sites', e.place - 1), format('there is no site "%s" in the document', left(n #>> '{}', 100))
    from jsonb_array_elements(p_document -> 'schedules') with ordinality e(entry, place),
      jsonb_array_elements(case when jsonb_typeof(e.entry -> 'sites') = 'array' then e.entry -> 'sites' else '[]' end) n
    where not exists (select from jsonb_array_elements(p_document -> 'sites') s where s ->> 'slug' = n #>> '{}')
  ) x limit 1;
  if found then perform private.bad_document(v_bad.place, v_bad.problem); end if;
end $$;

-- What set_mappings does, for an organization that the caller has made sure of: an import is not in its organization yet.
create function private.write_mappings(p_organization uuid, p_cells jsonb) returns integer
language plpgsql set search_path = '' as $$
declare
  v_bad text;
  v_removed integer;
  v_written integer;
begin
  if jsonb_typeof(p_cells) is distinct from 'array' then
    raise exception using errcode = 'DS030', message = 'Mappings are written as a list of cells.',
      hint = 'Send [{"site_id": …, "item_id": …, "mode": "full" | "override" | "block" | null}].';
  end if;
  if jsonb_array_length(p_cells) > 100000 then
    raise exception using errcode = 'DS030', message = 'More than 100,000 cells in one write.', hint = 'Write them in parts.';
  end if;

  select format('cell %s: %s', x.o,
    case when s.id is null then 'there is no such site'
         when i.id is null then 'there is no such item'
         when x.c ->> 'mode' not in ('full', 'override', 'block') then format('"%s" is not a mode', x.c ->> 'mode')
         when v.overrides is null then 'overrides must be an object'
         else format('overrides: %s %s', e -> 0 ->> 'path', e -> 0 ->> 'message') end)
  into v_bad
  from jsonb_array_elements(p_cells) with ordinality x(c, o)
  left join public.sites s on s.organization_id = p_organization and s.id = (x.c ->> 'site_id')::uuid
  left join public.content_items i on i.organization_id = p_organization and i.id = (x.c ->> 'item_id')::uuid
  left join public.content_types t on t.organization_id = p_organization and t.id = i.type_id
  left join lateral (
    -- null counts as no overrides; any other kind of value is refused.
    select case when x.c ->> 'mode' is distinct from 'override' then '{}'
                when coalesce(jsonb_typeof(x.c -> 'overrides'), 'null') = 'null' then '{}'
                when jsonb_typeof(x.c -> 'overrides') = 'object' then x.c -> 'overrides' end as overrides
  ) v on true
  left join lateral private.validate_data(t.schema, coalesce(v.overrides, '{}'), true) e on true
  where s.id is null or i.id is null or x.c ->> 'mode' not in ('full', 'override', 'block') or v.overrides is null or jsonb_array_length(e) > 0
  order by x.o limit 1;
  if v_bad is not null then
    raise exception using errcode = 'DS031', message = format('Nothing was changed: %s.', v_bad),
      hint = 'Correct that cell and write the block again.';
  end if;

  -- A cell named twice means its last mention, as in a spreadsheet.
  delete from public.site_item_mappings m
  using (select distinct on ((c ->> 'site_id')::uuid, (c ->> 'item_id')::uuid) c
         from jsonb_array_elements(p_cells) with ordinality x(c, o)
         order by (c ->> 'site_id')::uuid, (c ->> 'item_id')::uuid, o desc) x
  where m.organization_id = p_organization and x.c ->> 'mode' is null
    and m.site_id = (x.c ->> 'site_id')::uuid and m.item_id = (x.c ->> 'item_id')::uuid;
  get diagnostics v_removed = row_count;

  with cell as (
    select distinct on ((c ->> 'site_id')::uuid, (c ->> 'item_id')::uuid)
      (c ->> 'site_id')::uuid as site_id, (c ->> 'item_id')::uuid as item_id, c ->> 'mode' as mode, c -> 'overrides' as overrides,
      (c ->> 'position')::integer as position, o
    from jsonb_array_elements(p_cells) with ordinality y(c, o)
    order by (c ->> 'site_id')::uuid, (c ->> 'item_id')::uuid, o desc
  ), placed as (
    select c.*, known.position as known_position, last.position as last_position,
      row_number() over (partition by c.site_id, known.item_id is null order by c.o) as n
    from cell c
    left join public.site_item_mappings known on known.site_id = c.site_id and known.item_id = c.item_id
    left join (
      select p.site_id, max(p.position) as position from public.site_item_mappings p
      where p.organization_id = p_organization group by p.site_id) last on last.site_id = c.site_id
    where c.mode is not null
  )
  insert into public.site_item_mappings as m (organization_id, site_id, item_id, mode, overrides, position)
  select p_organization, p.site_id, p.item_id, p.mode,
    case when p.mode = 'override' then coalesce(nullif(p.overrides, 'null'), '{}') else '{}' end,
    -- What is new goes to the end, in the order in which it was named.
    coalesce(p.position, p.known_position, coalesce(p.last_position + 1, 0) + p.n::integer - 1)
  from placed p
  on conflict (site_id, item_id) do update
    set mode = excluded.mode,
        position = excluded.position,
        overrides = excluded.overrides
    where (m.mode, m.overrides, m.position) is distinct from (excluded.mode, excluded.overrides, excluded.position);
  get diagnostics v_written = row_count;
  return v_removed + v_written;
end $$;

create or replace function private.set_mappings(p_cells jsonb) returns integer
language sql security definer set search_path = '' as $$
  select private.write_mappings(private.require_role('editor', 'change mappings'), p_cells)
$$;

create function private.import_organization(p_document jsonb, p_name text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_user uuid := private.require_user();
  v_made jsonb;
  v_organization uuid;
  v_place text;
  v_entry record;
  v_sites uuid[];
  v_schedule uuid;
  v_items jsonb;
begin
  perform private.check_document(p_document);
  v_made := private.create_organization(coalesce(nullif(btrim(p_name), ''), p_document #>> '{organization,name}'));
  v_organization := (v_made ->> 'id')::uuid;
  begin
    v_place := 'organization';
    update public.organizations o set retention_days = coalesce((p_document #>> '{organization,retention_days}')::integer, o.retention_days),
      audit_retention_days = (p_document #>> '{organization,audit_retention_days}')::integer where o.id = v_organization;

    for v_entry in select e, n - 1 as n from jsonb_array_elements(p_document -> 'content_types') with ordinality x(e, n) loop
      v_place := format('content_types[%s] ("%s")', v_entry.n, left(v_entry.e ->> 'name', 100));
      insert into public.content_types (organization_id, name, title, description, schema, created_by)
      values (v_organization, v_entry.e ->> 'name', v_entry.e ->> 'title', coalesce(v_entry.e ->> 'description', ''), v_entry.e -> 'schema', v_user);
    end loop;

    v_items := '{}';
    select coalesce(jsonb_object_agg(e ->> 'ref', gen_random_uuid()), '{}') into v_items from jsonb_array_elements(p_document -> 'content_items') e;
    for v_entry in select e, n - 1 as n from jsonb_array_elements(p_document -> 'content_items') with ordinality x(e, n) loop
      v_place := format('content_items[%s] ("%s")', v_entry.n, left(v_entry.e ->> 'title', 100));
      insert into public.content_items (id, organization_id, type_id, title, data, status, publish_at, unpublish_at, created_by, updated_by, created_at)
      select (v_items ->> (v_entry.e ->> 'ref'))::uuid, v_organization, t.id, v_entry.e ->> 'title', v_entry.e -> 'data', v_entry.e ->> 'status',
        (v_entry.e ->> 'publish_at')::timestamptz, (v_entry.e ->> 'unpublish_at')::timestamptz, v_user, v_user, now() + make_interval(secs => v_entry.n * 0.000001)
      from public.content_types t where t.organization_id = v_organization and t.name = v_entry.e ->> 'type';
    end loop;

    for v_entry in select e, n - 1 as n from jsonb_array_elements(p_document -> 'sites') with ordinality x(e, n) loop
      v_place := format('sites[%s] ("%s")', v_entry.n, left(v_entry.e ->> 'slug', 100));
      -- Nothing goes out from a copy by itself, at a publish window for one: whoever imports it decides when.
      insert into public.sites (organization_id, slug, name, region, destination_url, enabled, max_attempts, first_retry_ms, timeout_seconds, requests_per_minute, state_url, failure_rate, fail_next)
      values (v_organization, v_entry.e ->> 'slug', v_entry.e ->> 'name', v_entry.e ->> 'region', v_entry.e ->> 'destination_url', false,
        coalesce((v_entry.e ->> 'max_attempts')::smallint, 4::smallint), coalesce((v_entry.e ->> 'first_retry_ms')::integer, 500), coalesce((v_entry.e ->> 'timeout_seconds')::smallint, 10::smallint),
        (v_entry.e ->> 'requests_per_minute')::smallint, v_entry.e ->> 'state_url',
        coalesce((v_entry.e ->> 'failure_rate')::smallint, 0::smallint), coalesce((v_entry.e ->> 'fail_next')::smallint, 0::smallint));
    end loop;

    v_place := 'mappings';
    perform private.write_mappings(v_organization, coalesce((
      select jsonb_agg(jsonb_build_object('site_id', s.id, 'item_id', v_items ->> (e ->> 'item'), 'mode', e ->> 'mode', 'overrides', e -> 'overrides', 'position', e -> 'position') order by n)
      from jsonb_array_elements(p_document -> 'mappings') with ordinality x(e, n)
      join public.sites s on s.organization_id = v_organization and s.slug = e ->> 'site'), '[]'));

    for v_entry in select e, n - 1 as n from jsonb_array_elements(p_document -> 'schedules') with ordinality x(e, n) loop
      v_place := format('schedules[%s] ("%s")', v_entry.n, left(v_entry.e ->> 'name', 100));
      insert into public.schedules (organization_id, kind, name, cron, time_zone, all_sites, enabled, created_by)
      values (v_organization, v_entry.e ->> 'kind', v_entry.e ->> 'name', v_entry.e ->> 'cron', v_entry.e ->> 'time_zone', coalesce((v_entry.e ->> 'all_sites')::boolean, true), false, v_user)
      returning id into v_schedule;
      insert into public.schedule_sites (organization_id, schedule_id, site_id)
      select v_organization, v_schedule, s.id from public.sites s
      where s.organization_id = v_organization and s.slug in (select n #>> '{}' from jsonb_array_elements(v_entry.e -> 'sites') n);
    end loop;
  exception when others then
    -- Of the database's own refusals it is told where; those in our words say it themselves.
    if sqlstate like '22%' or sqlstate like '23%' then perform private.bad_document(v_place, sqlerrm); end if;
    if sqlstate like 'DS%' and sqlstate <> 'DS058' then perform private.bad_document(v_place, rtrim(sqlerrm, '.')); end if;
    raise;
  end;
  perform private.write_audit(v_organization, 'imported', 'organizations', v_organization::text, v_made ->> 'name', '[]');
  return v_made || jsonb_build_object('counts', (select jsonb_object_agg(k, jsonb_array_length(p_document -> k))
    from unnest(array['content_types', 'content_items', 'sites', 'mappings', 'schedules']) k));
end $$;
create function public.import_organization(document jsonb, name text) returns jsonb
language sql set search_path = '' as $$ select private.take_turn('import_organization'); select private.import_organization(document, name) $$;
comment on function public.import_organization(jsonb, text) is
  'A new organization from an exported document, with the caller as its owner and the active one; schedules come in paused, sites disabled and without secrets. {id, slug, name, counts}. DS058 names the place that is wrong.';

grant execute on function private.export_organization(), private.import_organization(jsonb, text),
  public.export_organization(), public.import_organization(jsonb, text) to authenticated;
