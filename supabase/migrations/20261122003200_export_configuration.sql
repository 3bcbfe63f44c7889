-- The organization's document, whole again: what content and configuration have got since 2300. Templates of types, the rule of approvals,
-- and what overrides were made over. What is not in it, and why, stands in the comment of export_organization; a test holds both to the tables.

-- The database takes a type's name or its id for what a field refers to. Only names mean anything elsewhere.
create function private.portable_schema(p_organization uuid, p_schema jsonb) returns jsonb
language sql stable set search_path = '' as $$
  select p_schema || jsonb_build_object('properties', p_schema -> 'properties'
    || coalesce(jsonb_object_agg(f.key, f.value || jsonb_build_object('x-reference-type', t.name)), '{}'))
  from jsonb_each(p_schema -> 'properties') f
  join public.content_types t on t.organization_id = p_organization and t.id = private.as_uuid(f.value ->> 'x-reference-type')
$$;

create or replace function private.export_organization() returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('admin', 'export the organization');
  v_document jsonb;
begin
  select jsonb_build_object(
    'format', 'datasync.organization', 'version', 1, 'exported_at', now(),
    'organization', jsonb_build_object('name', o.name, 'slug', o.slug, 'retention_days', o.retention_days, 'audit_retention_days', o.audit_retention_days,
      'approval_required', o.approval_required),
    'content_types', (select coalesce(jsonb_agg(jsonb_build_object('name', t.name, 'title', t.title, 'description', t.description,
        'schema', private.portable_schema(o.id, t.schema)) order by t.name), '[]')
      from public.content_types t where t.organization_id = o.id),
    'content_type_templates', (select coalesce(jsonb_agg(jsonb_build_object('name', t.name, 'title', t.title, 'description', t.description,
        'schema', private.portable_schema(o.id, t.schema), 'example', t.example, 'source', y.name) order by lower(t.title), t.id), '[]')
      from public.content_type_templates t
      left join public.content_types y on y.organization_id = t.organization_id and y.id = t.source_type_id where t.organization_id = o.id),
    'content_items', (select coalesce(jsonb_agg(jsonb_build_object('ref', i.id, 'type', t.name, 'title', i.title, 'data', i.data, 'status', i.status,
        'publish_at', i.publish_at, 'unpublish_at', i.unpublish_at) order by i.created_at, i.id), '[]')
      from public.content_items i join public.content_types t on t.organization_id = i.organization_id and t.id = i.type_id where i.organization_id = o.id),
    'sites', (select coalesce(jsonb_agg(jsonb_build_object('slug', s.slug, 'name', s.name, 'region', s.region, 'destination_url', s.destination_url, 'enabled', s.enabled,
        'max_attempts', s.max_attempts, 'first_retry_ms', s.first_retry_ms, 'timeout_seconds', s.timeout_seconds, 'requests_per_minute', s.requests_per_minute,
        'state_url', s.state_url, 'failure_rate', s.failure_rate, 'fail_next', s.fail_next) order by s.slug), '[]')
      from public.sites s where s.organization_id = o.id),
    'mappings', (select coalesce(jsonb_agg(jsonb_build_object('site', s.slug, 'item', m.item_id, 'mode', m.mode, 'overrides', m.overrides,
        -- Where nothing is known of what an override was made over, the copy knows nothing of it either.
        'override_bases', case when m.overrides <> '{}' then coalesce(m.override_bases, '{}') end, 'position', m.position)
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
comment on function public.export_organization() is
  'The organization''s content and configuration as a document: {format, version, exported_at, organization, content_types, content_type_templates, content_items, sites, mappings, schedules}. References are by name, slug and ref. Not in it: people and what is theirs (members, invitations, saved views, what is not saved yet, alert rules with their addresses), keys and secrets, and history (revisions, runs and their logs, approvals, runs of schedules, tests of sites, snapshots, states, alerts, the audit log).';

create or replace function private.check_document(p_document jsonb) returns void
language plpgsql set search_path = '' as $$
declare
  v_limits constant jsonb := '{"content_types": 1000, "content_type_templates": 200, "content_items": 20000, "sites": 5000, "mappings": 200000, "schedules": 1000}';
  -- Documents of before have no such list.
  c_later constant text[] := array['content_type_templates'];
  v_bad record;
begin
  if jsonb_typeof(p_document) is distinct from 'object' or p_document ->> 'format' is distinct from 'datasync.organization' then
    perform private.bad_document('The document', 'it is not an export of a DataSync organization');
  end if;
  if p_document -> 'version' is distinct from '1' then
    perform private.bad_document('version', format('%s is not a version that this DataSync reads (1)', coalesce(p_document ->> 'version', 'none')));
  end if;
  for v_bad in select l.key, l.value::integer as most from jsonb_each_text(v_limits) l where p_document ? l.key or l.key <> all (c_later) loop
    if jsonb_typeof(p_document -> v_bad.key) is distinct from 'array' then perform private.bad_document(v_bad.key, 'it must be a list'); end if;
    if jsonb_array_length(p_document -> v_bad.key) > v_bad.most then perform private.bad_document(v_bad.key, format('more than %s entries', v_bad.most)); end if;
  end loop;
  select k.key, (e.place - 1)::text as place into v_bad
  from jsonb_each_text(v_limits) k, jsonb_array_elements(p_document -> k.key) with ordinality e(entry, place)
  where jsonb_typeof(e.entry) <> 'object' limit 1;
  if found then perform private.bad_document(format('%s[%s]', v_bad.key, v_bad.place), 'it must be an object'); end if;

  select x.place, x.problem into v_bad from (
    select format('content_type_templates[%s].source', e.place - 1) as place, format('there is no content type "%s" in the document', left(e.entry ->> 'source', 100)) as problem
    from jsonb_array_elements(p_document -> 'content_type_templates') with ordinality e(entry, place)
    where e.entry ->> 'source' is not null
      and not exists (select from jsonb_array_elements(p_document -> 'content_types') t where t ->> 'name' = e.entry ->> 'source')
    union all
    select format('content_items[%s].type', e.place - 1), format('there is no content type "%s" in the document', left(e.entry ->> 'type', 100))
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

-- An import gives every item a new id.
create function private.with_references(p_fields jsonb, p_type text, p_data jsonb, p_ids jsonb) returns jsonb
language sql immutable set search_path = '' as $$
  select case when p_fields ? p_type and jsonb_typeof(p_data) = 'object' then
    p_data || coalesce((select jsonb_object_agg(f, p_ids -> (p_data ->> f)) from jsonb_array_elements_text(p_fields -> p_type) f
      where p_ids ? (p_data ->> f)), '{}') else p_data end
$$;

create or replace function private.import_organization(p_document jsonb, p_name text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_user uuid := private.require_user();
  v_made jsonb;
  v_organization uuid;
  v_place text;
  v_entry record;
  v_schedule uuid;
  v_items jsonb;
  v_references jsonb;
  v_later jsonb := '[]';
begin
  perform private.check_document(p_document);
  v_made := private.create_organization(coalesce(nullif(btrim(p_name), ''), p_document #>> '{organization,name}'));
  v_organization := (v_made ->> 'id')::uuid;
  begin
    v_place := 'organization';
    update public.organizations o set retention_days = coalesce((p_document #>> '{organization,retention_days}')::integer, o.retention_days),
      audit_retention_days = (p_document #>> '{organization,audit_retention_days}')::integer,
      approval_required = coalesce((p_document #>> '{organization,approval_required}')::boolean, o.approval_required) where o.id = v_organization;

    for v_entry in select e, n - 1 as n from jsonb_array_elements(p_document -> 'content_types') with ordinality x(e, n) loop
      v_place := format('content_types[%s] ("%s")', v_entry.n, left(v_entry.e ->> 'name', 100));
      insert into public.content_types (organization_id, name, title, description, schema, created_by)
      values (v_organization, v_entry.e ->> 'name', v_entry.e ->> 'title', coalesce(v_entry.e ->> 'description', ''), v_entry.e -> 'schema', v_user);
    end loop;

    -- By type, the fields whose value is another item's ref: it gets a new id here.
    select coalesce(jsonb_object_agg(f.name, f.fields), '{}') into v_references from (
      select t.name, jsonb_agg(r.field) as fields
      from public.content_types t join private.reference_fields(v_organization) r on r.type_id = t.id group by t.name) f;
    v_items := '{}';
    select coalesce(jsonb_object_agg(e ->> 'ref', gen_random_uuid()), '{}') into v_items from jsonb_array_elements(p_document -> 'content_items') e;
    for v_entry in select e, n - 1 as n from jsonb_array_elements(p_document -> 'content_items') with ordinality x(e, n) loop
      v_place := format('content_items[%s] ("%s")', v_entry.n, left(v_entry.e ->> 'title', 100));
      -- What refers to an item that comes later is published when all of them are there.
      v_later := v_later || case when v_entry.e ->> 'status' = 'published' and private.with_references(v_references, v_entry.e ->> 'type', v_entry.e -> 'data', v_items) <> v_entry.e -> 'data'
        then jsonb_build_array(jsonb_build_object('id', v_items ->> (v_entry.e ->> 'ref'), 'place', v_place)) else '[]' end;
      insert into public.content_items (id, organization_id, type_id, title, data, status, publish_at, unpublish_at, created_by, updated_by, created_at)
      select (v_items ->> (v_entry.e ->> 'ref'))::uuid, v_organization, t.id, v_entry.e ->> 'title',
        private.with_references(v_references, t.name, v_entry.e -> 'data', v_items),
        case when v_later @> jsonb_build_array(jsonb_build_object('id', v_items ->> (v_entry.e ->> 'ref'))) then 'draft' else v_entry.e ->> 'status' end,
        (v_entry.e ->> 'publish_at')::timestamptz, (v_entry.e ->> 'unpublish_at')::timestamptz, v_user, v_user, now() + make_interval(secs => v_entry.n * 0.000001)
      from public.content_types t where t.organization_id = v_organization and t.name = v_entry.e ->> 'type';
    end loop;
    for v_entry in select e from jsonb_array_elements(v_later) e loop
      v_place := v_entry.e ->> 'place';
      update public.content_items i set status = 'published' where i.organization_id = v_organization and i.id = (v_entry.e ->> 'id')::uuid;
    end loop;

    for v_entry in select e, n - 1 as n from jsonb_array_elements(p_document -> 'content_type_templates') with ordinality x(e, n) loop
      v_place := format('content_type_templates[%s] ("%s")', v_entry.n, left(v_entry.e ->> 'title', 100));
      insert into public.content_type_templates (organization_id, name, title, description, schema, example, source_type_id, created_by)
      values (v_organization, v_entry.e ->> 'name', v_entry.e ->> 'title', coalesce(v_entry.e ->> 'description', ''), v_entry.e -> 'schema',
        private.with_references(jsonb_build_object('', (select coalesce(jsonb_agg(f.key), '[]') from jsonb_each(case when jsonb_typeof(v_entry.e #> '{schema,properties}') = 'object' then v_entry.e #> '{schema,properties}' end) f
          where f.value ->> 'x-widget' = 'reference')), '', coalesce(v_entry.e -> 'example', '{}'), v_items),
        (select t.id from public.content_types t where t.organization_id = v_organization and t.name = v_entry.e ->> 'source'), v_user);
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
      select jsonb_agg(jsonb_build_object('site_id', s.id, 'item_id', v_items ->> (x.e ->> 'item'), 'mode', x.e ->> 'mode',
        'overrides', private.with_references(v_references, i.e ->> 'type', x.e -> 'overrides', v_items),
        -- Where a document does not know them, what an item says now stands for what it said.
        'bases', private.with_references(v_references, i.e ->> 'type', x.e -> 'override_bases', v_items), 'position', x.e -> 'position') order by n)
      from jsonb_array_elements(p_document -> 'mappings') with ordinality x(e, n)
      left join (select distinct on (y ->> 'ref') y as e from jsonb_array_elements(p_document -> 'content_items') y) i on i.e ->> 'ref' = x.e ->> 'item'
      join public.sites s on s.organization_id = v_organization and s.slug = x.e ->> 'site'), '[]'));

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
  return v_made || jsonb_build_object('counts', (select jsonb_object_agg(k, coalesce(jsonb_array_length(p_document -> k), 0))
    from unnest(array['content_types', 'content_type_templates', 'content_items', 'sites', 'mappings', 'schedules']) k));
end $$;
