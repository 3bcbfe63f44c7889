-- Items by the hundred: a list that filters, counts and sorts in one question, verbs over a selection, an import that can be read before it
-- happens, an undo for what was deleted, and the views that people keep of a list.

-- Views of a list. What a view shows is decided by the tables' own policies, whoever opens it.
create table public.saved_views (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null default private.organization_id() references public.organizations (id) on delete cascade,
  owner_id uuid default auth.uid() references public.profiles (id) on delete set null,
  page text not null check (page in ('content', 'sites', 'jobs')),
  name text not null check (length(btrim(name)) between 1 and 80),
  query text not null check (length(query) <= 2000),
  shared boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (organization_id, id)
);
comment on table public.saved_views is 'A filtered and sorted list that somebody has named: the query of its address. Personal, or shared with the organization.';
comment on column public.saved_views.owner_id is 'Who made it; null: somebody whose account is gone, which only a shared view outlives.';
create unique index saved_views_shared_name_idx on public.saved_views (organization_id, page, lower(name)) where shared;
create unique index saved_views_personal_name_idx on public.saved_views (organization_id, page, owner_id, lower(name)) where not shared;
create index saved_views_owner_idx on public.saved_views (owner_id);
create trigger saved_views_touch before update on public.saved_views
  for each row execute function private.touch_updated_at();

create function private.drop_ownerless_view() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from public.saved_views v where v.id = new.id and v.owner_id is null and not v.shared;
  return null;
end $$;
create trigger saved_views_ownerless after update on public.saved_views
  for each row when (new.owner_id is null and not new.shared) execute function private.drop_ownerless_view();

create function private.limit_saved_views() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- Rows of the same statement, and of others at the same time, are counted one after the other.
  perform pg_advisory_xact_lock(hashtextextended('saved views of ' || new.organization_id::text, 0));
  if (select count(*) from public.saved_views v where v.organization_id = new.organization_id and v.page = new.page and v.id <> new.id
      and (case when new.shared then v.shared else not v.shared and v.owner_id = new.owner_id end)) >= 100 then
    raise exception using errcode = 'DS080', message = 'There are 100 saved views of this page already.', hint = 'Delete those that nobody opens any more.';
  end if;
  return new;
end $$;
create trigger saved_views_limit before insert on public.saved_views
  for each row execute function private.limit_saved_views();
create trigger saved_views_limit_shared before update of shared on public.saved_views
  for each row when (new.shared and not old.shared) execute function private.limit_saved_views();

alter table public.saved_views enable row level security;
create policy "members read their own and shared views" on public.saved_views
  for select to authenticated
  using (organization_id = (select private.organization_id()) and (shared or owner_id = (select auth.uid())));
create policy "members save views, editors share them" on public.saved_views
  for insert to authenticated
  with check (organization_id = (select private.organization_id()) and owner_id = (select auth.uid()) and (not shared or (select private.has_role('editor'))));
create policy "members change their own views, editors shared ones" on public.saved_views
  for update to authenticated
  using (organization_id = (select private.organization_id()) and case when shared then (select private.has_role('editor')) else owner_id = (select auth.uid()) end)
  with check (organization_id = (select private.organization_id()) and case when shared then (select private.has_role('editor')) else owner_id = (select auth.uid()) end);
create policy "members delete their own views, editors shared ones" on public.saved_views
  for delete to authenticated
  using (organization_id = (select private.organization_id()) and case when shared then (select private.has_role('editor')) else owner_id = (select auth.uid()) end);
select private.audit_table('saved_views', 'id');

-- As in 2000; of saved views the log knows the shared ones, from when they are shared until they are not: what somebody keeps for
-- themselves is nobody else's business, an admin's neither.
create or replace function private.audit_statement() returns trigger
language plpgsql security definer set search_path = '' set enable_nestloop = off as $$
declare
  -- A trigger's arguments are counted from 0.
  v_keys text[] := array(select unnest(tg_argv));
  v_rows private.audit_row[];
begin
  if tg_op = 'INSERT' then
    select array_agg(row(null, to_jsonb(x))::private.audit_row) into v_rows from after x;
  elsif tg_op = 'DELETE' then
    select array_agg(row(to_jsonb(x), null)::private.audit_row) into v_rows from before x;
  else
    with b as materialized (
      select x.data, concat_ws('/', x.data ->> v_keys[1], x.data ->> v_keys[2]) as key from (select to_jsonb(o) as data from before o) x
    ), a as materialized (
      select x.data, concat_ws('/', x.data ->> v_keys[1], x.data ->> v_keys[2]) as key from (select to_jsonb(o) as data from after o) x
    )
    select array_agg(row(b.data, a.data)::private.audit_row) into v_rows from b join a on a.key = b.key where a.data - private.audit_ignores() <> b.data - private.audit_ignores();
  end if;
  if tg_table_name = 'saved_views' then
    select array_agg(row(case when r.before -> 'shared' = 'true' then r.before end, case when r.after -> 'shared' = 'true' then r.after end)::private.audit_row) into v_rows
    from unnest(v_rows) r where r.before -> 'shared' = 'true' or r.after -> 'shared' = 'true';
  end if;
  if v_rows is not null then perform private.queue_audit_entries(tg_table_name, v_keys, v_rows); end if;
  return null;
end $$;

grant select, delete, insert (page, name, query, shared), update (name, query, shared) on public.saved_views to authenticated;

create trigger saved_views_nudge_insert after insert on public.saved_views
  referencing new table as changed for each statement execute function private.nudge();
create trigger saved_views_nudge_update after update on public.saved_views
  referencing new table as changed for each statement execute function private.nudge();
create trigger saved_views_nudge_delete after delete on public.saved_views
  referencing old table as changed for each statement execute function private.nudge();

-- The list. What a policy does not show is neither listed nor counted: it reads with the rights of whoever asks.
create index content_items_updated_idx on public.content_items (organization_id, updated_at desc, id);

create function public.list_items(
  filter jsonb default '{}', sort text default 'updated', descending boolean default true, skip integer default 0, most integer default 100, only_ids boolean default false
) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  c_condition constant text :=
    $c$case when i.status <> 'published' then i.status when i.unpublish_at <= now() then 'ended' when i.publish_at > now() then 'scheduled' else 'published' end$c$;
  -- What is blocked somewhere is not linked to it.
  c_sites constant text :=
    'select from public.site_item_mappings m where m.organization_id = i.organization_id and m.item_id = i.id and m.mode <> ''block''';
  c_known constant text[] := array['conditions', 'types', 'sites', 'linked', 'text', 'from', 'before'];
  v_key text := case sort
    when 'title' then 'lower(i.title)'
    when 'status' then format('array_position(array[''draft'', ''scheduled'', ''published'', ''ended'', ''archived''], %s)', c_condition)
    when 'type' then 'lower(t.title)'
    when 'updated' then 'i.updated_at'
    when 'sites' then format('(%s)', replace(c_sites, 'select from', 'select count(*) from')) end;
  v_order text := case when descending then 'desc' else 'asc' end;
  v_where text[] := '{}';
  v_unknown text;
  v_answer jsonb;
begin
  perform private.require_role('viewer', 'see content');
  select k into v_unknown from jsonb_object_keys(filter) k where k <> all (c_known) limit 1;
  if v_unknown is not null or v_key is null or skip < 0 or most not between 1 and (case when only_ids then 20000 else 1000 end) then
    raise exception using errcode = 'DS080', message = format('The list of items cannot be asked for that way%s.', coalesce(format(': there is no filter "%s"', left(v_unknown, 40)), '')),
      hint = 'Filters: conditions, types, sites, linked, text, from, before. Sorted by title, status, type, updated or sites. At most 1,000 a page, 20,000 ids.';
  end if;
  if filter ? 'conditions' then
    v_where := v_where || format('%s = any (array(select jsonb_array_elements_text(%L)))', c_condition, filter -> 'conditions');
  end if;
  if filter ? 'types' then
    v_where := v_where || format('i.type_id = any (array(select x::uuid from jsonb_array_elements_text(%L) x))', filter -> 'types');
  end if;
  if filter ? 'sites' then
    v_where := v_where || format('exists (%s and m.site_id = any (array(select x::uuid from jsonb_array_elements_text(%L) x)))', c_sites, filter -> 'sites');
  end if;
  if filter ? 'linked' then
    v_where := v_where || format('%s exists (%s)', case when (filter ->> 'linked')::boolean then '' else 'not' end, c_sites);
  end if;
  if coalesce(filter ->> 'text', '') <> '' then
    -- In the title, and in whatever is written in the fields: their values, not their names.
    v_where := v_where || format(
      '(position(lower(%1$L) in lower(i.title)) > 0 or position(lower(%1$L) in lower(i.data::text)) > 0 and exists (
          select from jsonb_path_query(i.data, ''strict $.** ? (@.type() == "string")'') v where position(lower(%1$L) in lower(v #>> ''{}'')) > 0)
        or position(lower(%2$L) in lower(i.data::text)) > 0 and %2$L <> %1$L and exists (
          select from jsonb_path_query(i.data, ''strict $.** ? (@.type() == "string")'') v where position(lower(%1$L) in lower(v #>> ''{}'')) > 0))',
      filter ->> 'text', btrim(to_jsonb(filter ->> 'text')::text, '"'));
  end if;
  if filter ? 'from' then v_where := v_where || format('i.updated_at >= %L::timestamptz', filter ->> 'from'); end if;
  if filter ? 'before' then v_where := v_where || format('i.updated_at < %L::timestamptz', filter ->> 'before'); end if;

  execute format($query$
    with found as materialized (
      select i.id, i.updated_at, %1$s as key
      from public.content_items i join public.content_types t on t.organization_id = i.organization_id and t.id = i.type_id
      where %2$s
    ), page as (
      select f.id, row_number() over (order by f.key %3$s, f.updated_at desc, f.id) as place
      from found f order by f.key %3$s, f.updated_at desc, f.id offset %4$s limit %5$s
    )
    select jsonb_build_object('total', (select count(*) from found), %6$s)
    $query$, v_key, coalesce(nullif(array_to_string(v_where, ' and '), ''), 'true'), v_order, skip, most,
    case when only_ids then '''ids'', (select coalesce(jsonb_agg(p.id order by p.place), ''[]'') from page p)' else format($items$
      'items', (select coalesce(jsonb_agg(jsonb_build_object(
          'id', i.id, 'title', i.title, 'status', i.status, 'publish_at', i.publish_at, 'unpublish_at', i.unpublish_at, 'revision', i.revision,
          'updated_at', i.updated_at, 'type_id', i.type_id, 'type_title', t.title, 'site_count', (%s), 'updated_by', coalesce(e.full_name, e.email)) order by p.place), '[]')
        from page p
        join public.content_items i on i.id = p.id
        join public.content_types t on t.organization_id = i.organization_id and t.id = i.type_id
        left join public.profiles e on e.id = i.updated_by)
      $items$, replace(c_sites, 'select from', 'select count(*) from')) end)
  into v_answer;
  return v_answer;
end $$;
comment on function public.list_items(jsonb, text, boolean, integer, integer, boolean) is
  'A page of the items that match: {total, items}, or {total, ids}. Filters: conditions (draft, scheduled, published, ended, archived), types, sites, linked (to any site), text, from and before (last change).';

create function public.item_documents(ids uuid[]) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  perform private.require_role('viewer', 'see content');
  if cardinality(ids) > 1000 then
    raise exception using errcode = 'DS080', message = 'More than 1,000 items in one question.', hint = 'Ask in parts.';
  end if;
  return (
    select coalesce(jsonb_agg(jsonb_build_object('id', i.id, 'type', t.name, 'title', i.title, 'status', i.status,
      'publish_at', i.publish_at, 'unpublish_at', i.unpublish_at, 'data', i.data) order by x.place), '[]')
    from unnest(ids) with ordinality x(id, place)
    join public.content_items i on i.id = x.id
    join public.content_types t on t.organization_id = i.organization_id and t.id = i.type_id);
end $$;
comment on function public.item_documents(uuid[]) is 'Items as an export writes them, in the order in which they are named: [{id, type, title, status, publish_at, unpublish_at, data}].';

-- The validator, quick where there is nothing to say: ten thousand rows of a file are judged within one statement. What it says is said by
-- the same query as before, whose twin is functions/_shared/core/content-schema.ts.
create function private.data_problems(p_schema jsonb, p_data jsonb, p_partial boolean) returns jsonb
language sql immutable set search_path = '' as $$
  with field as (
    select f.key, f.value, (select min(o.place) from jsonb_array_elements_text(coalesce(p_schema -> 'x-order', '[]')) with ordinality o(name, place)
      where o.name = f.key) as place
    from jsonb_each(coalesce(p_schema -> 'properties', '{}')) f
  ), problem as (
    select 0 as strange, f.place, f.key, p.path, p.message, p.ordinality as n
    from field f, private.field_problems(f.value, p_data -> f.key, f.key, p_partial) with ordinality p
    where not private.is_missing(p_data -> f.key)
    union all
    select 0, f.place, f.key, f.key, 'is required', 0
    from field f
    where private.is_missing(p_data -> f.key) and not p_partial and coalesce(p_schema -> 'required', '[]') ? f.key
    union all
    select 1, null, d.key, d.key, 'is not a field of this type', 0
    from jsonb_each(p_data) d
    where d.value <> 'null' and not coalesce(p_schema -> 'properties', '{}') ? d.key
  )
  select coalesce(jsonb_agg(jsonb_build_object('path', p.path, 'message', p.message)
    order by p.strange, p.place nulls last, p.key collate "C", p.n), '[]')
  from problem p
$$;

create or replace function private.validate_data(p_schema jsonb, p_data jsonb, p_partial boolean default false) returns jsonb
language plpgsql immutable set search_path = '' as $$
declare
  v_fields jsonb := coalesce(p_schema -> 'properties', '{}');
  v_required jsonb := coalesce(p_schema -> 'required', '[]');
  v_name text;
  v_field jsonb;
  v_value jsonb;
begin
  for v_name, v_field in select f.key, f.value from jsonb_each(v_fields) f loop
    v_value := p_data -> v_name;
    if v_value is null or v_value in ('null', '""', '[]') then
      if not p_partial and v_required ? v_name then return private.data_problems(p_schema, p_data, p_partial); end if;
    elsif v_field ->> 'type' <> 'array' then
      if private.value_problem(v_field, v_value) is not null then return private.data_problems(p_schema, p_data, p_partial); end if;
    elsif exists (select from private.field_problems(v_field, v_value, v_name, p_partial)) then
      return private.data_problems(p_schema, p_data, p_partial);
    end if;
  end loop;
  for v_name in select d.key from jsonb_each(p_data) d where d.value <> 'null' loop
    if not v_fields ? v_name then return private.data_problems(p_schema, p_data, p_partial); end if;
  end loop;
  return '[]';
end $$;

create function private.format_pattern(p_format text) returns text
language sql immutable set search_path = '' as $$ select r.pattern from private.format_rules() r where r.format = p_format $$;

create or replace function private.value_problem(p_field jsonb, p_value jsonb) returns text
language plpgsql immutable set search_path = '' as $$
declare
  v_type text := p_field ->> 'type';
  v_kind text := jsonb_typeof(p_value);
  v_text text;
  v_number numeric;
begin
  if v_type = 'string' and v_kind <> 'string' then return 'must be text'; end if;
  if v_type = 'number' and v_kind <> 'number' then return 'must be a number'; end if;
  if v_type = 'integer' and (v_kind <> 'number' or (p_value #>> '{}')::numeric <> trunc((p_value #>> '{}')::numeric)) then return 'must be a whole number'; end if;
  if v_type = 'boolean' and v_kind <> 'boolean' then return 'must be true or false'; end if;

  if p_field ? 'enum' and not exists (select 1 from jsonb_array_elements(p_field -> 'enum') e where e = p_value) then
    return 'must be one of: ' || coalesce((select string_agg(coalesce(e #>> '{}', ''), ', ' order by o)
      from jsonb_array_elements(p_field -> 'enum') with ordinality x(e, o)), '');
  end if;

  if v_kind = 'number' then
    v_number := (p_value #>> '{}')::numeric;
    if v_number < (p_field ->> 'minimum')::numeric then return 'must be at least ' || trim_scale((p_field ->> 'minimum')::numeric); end if;
    if v_number > (p_field ->> 'maximum')::numeric then return 'must be at most ' || trim_scale((p_field ->> 'maximum')::numeric); end if;
  elsif v_kind = 'string' and p_field ?| array['minLength', 'maxLength', 'pattern', 'format'] then
    v_text := p_value #>> '{}';
    if char_length(v_text) < (p_field ->> 'minLength')::numeric then return format('must be at least %s characters', p_field ->> 'minLength'); end if;
    if char_length(v_text) > (p_field ->> 'maxLength')::numeric then return format('must be at most %s characters', p_field ->> 'maxLength'); end if;
    if p_field ? 'pattern' and not private.matches(v_text, p_field ->> 'pattern') then
      return format('must match the pattern %s', p_field ->> 'pattern');
    end if;
    -- Patterns of a constant name are looked up once, when this is planned.
    if p_field ? 'format' and not coalesce(case p_field ->> 'format'
        when 'uri' then v_text ~ private.format_pattern('uri') when 'date' then v_text ~ private.format_pattern('date')
        when 'date-time' then v_text ~ private.format_pattern('date-time') when 'email' then v_text ~ private.format_pattern('email')
        when 'color' then v_text ~ private.format_pattern('color') end, false) then
      return (select r.message from private.format_rules() r where r.format = p_field ->> 'format' and v_text !~ r.pattern);
    end if;
  end if;
  return null;
end $$;

create function private.has_references(p_schema jsonb) returns boolean
language sql immutable set search_path = '' as $$ select p_schema @? '$.properties.* ? (@."x-widget" == "reference")' $$;

-- Verbs over a selection.
create function private.check_selection(p_count integer) returns void
language plpgsql set search_path = '' as $$
begin
  if p_count is null or p_count > 20000 then
    raise exception using errcode = 'DS080', message = case when p_count is null then 'A selection is a list.' else 'More than 20,000 items in one act.' end,
      hint = 'Nothing was changed. Select fewer, by another filter for example, and repeat it.';
  end if;
end $$;

create function private.set_item_statuses(p_changes jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'change content');
  v_ids uuid[];
  v_statuses text[];
  v_from text[];
  v_missing integer;
  v_unchanged integer;
  v_refused jsonb;
  v_changed jsonb;
begin
  perform private.check_selection(case when jsonb_typeof(p_changes) = 'array' then jsonb_array_length(p_changes) end);
  if exists (select from jsonb_array_elements(p_changes) c where c ->> 'status' is null or c ->> 'status' not in ('draft', 'published', 'archived')) then
    raise exception using errcode = 'DS080', message = 'An item is a draft, published or archived.', hint = 'Nothing was changed. Name one of the three for each item.';
  end if;
  -- Types before items, as a change of a type takes them, and always in the same order: two selections that overlap wait for each other,
  -- and never for ever.
  perform 1 from public.content_types t
  where t.organization_id = v_organization and t.id in (
    select i.type_id from public.content_items i where i.organization_id = v_organization and i.id in (select (c ->> 'id')::uuid from jsonb_array_elements(p_changes) c))
  order by t.id for key share;
  perform 1 from public.content_items i
  where i.organization_id = v_organization and i.id in (select (c ->> 'id')::uuid from jsonb_array_elements(p_changes) c)
  order by i.id for no key update;

  with wish as materialized (
    -- An item named twice means its last mention.
    select distinct on (id) (c ->> 'id')::uuid as id, c ->> 'status' as status, (c ->> 'revision')::integer as revision
    from jsonb_array_elements(p_changes) with ordinality x(c, place) order by id, place desc
  ), judged as materialized (
    select w.id, w.status, i.id is null as missing, i.status as was, i.title, i.type_id,
      case when i.revision <> w.revision then '[{"path": "", "message": "was changed by somebody since"}]'
           when w.status = 'published' and i.status <> 'published' then
             private.validate_data(t.schema, i.data) || case when t.refers then private.reference_problems(v_organization, t.schema, i.data) else '[]' end
           else '[]' end as problems
    from wish w
    left join public.content_items i on i.organization_id = v_organization and i.id = w.id
    left join (select c.*, private.has_references(c.schema) as refers from public.content_types c where c.organization_id = v_organization) t on t.id = i.type_id
  )
  select count(*) filter (where j.missing), count(*) filter (where j.was = j.status and j.problems = '[]'),
    array_agg(j.id) filter (where j.was <> j.status and j.problems = '[]'), array_agg(j.status) filter (where j.was <> j.status and j.problems = '[]'),
    array_agg(j.was) filter (where j.was <> j.status and j.problems = '[]'),
    coalesce(jsonb_agg(jsonb_build_object('id', j.id, 'title', j.title, 'type_id', j.type_id, 'problems', j.problems) order by j.title, j.id) filter (where j.problems <> '[]'), '[]')
  into v_missing, v_unchanged, v_ids, v_statuses, v_from, v_refused
  from judged j;

  -- They are judged above, under these locks; once is enough.
  insert into private.item_rewrites (transaction) values (pg_current_xact_id()) on conflict do nothing;
  with written as (
    update public.content_items i set status = w.status, published_at = case when w.status = 'published' then now() else i.published_at end
    from unnest(v_ids, v_statuses, v_from) w(id, status, was)
    where i.organization_id = v_organization and i.id = w.id
    returning i.id, w.was, i.status, i.revision
  )
  select coalesce(jsonb_agg(jsonb_build_object('id', w.id, 'from', w.was, 'to', w.status, 'revision', w.revision)), '[]') into v_changed from written w;
  delete from private.item_rewrites r where r.transaction = pg_current_xact_id();
  return jsonb_build_object('changed', v_changed, 'unchanged', v_unchanged, 'refused', v_refused, 'missing', v_missing);
end $$;
create function public.set_item_statuses(changes jsonb) returns jsonb
language sql set search_path = '' as $$ select private.take_turn('set_item_statuses'); select private.set_item_statuses(changes) $$;
comment on function public.set_item_statuses(jsonb) is
  '[{id, status, revision?}]: those that may be are changed, those that cannot be published yet (or have another revision by now) stay and are named. {changed: [{id, from, to, revision}], unchanged, refused: [{id, title, type_id, problems}], missing}.';

create function private.duplicate_items(p_ids uuid[]) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'write content');
  v_made jsonb;
begin
  perform private.check_selection(coalesce(cardinality(p_ids), 0));
  with source as (
    select i.*, x.place, left(regexp_replace(i.title, ' \(copy( \d+)?\)$', ''), 185) as base
    from (select u.id, min(u.place) as place from unnest(p_ids) with ordinality u(id, place) group by u.id) x
    join public.content_items i on i.organization_id = v_organization and i.id = x.id
  ), taken as (
    select s.base, max(coalesce(substring(i.title from ' \(copy (\d{1,6})\)$')::integer, 1)) as last
    from (select distinct base from source) s
    join public.content_items i on i.organization_id = v_organization and i.title ~ ' \(copy( \d{1,6})?\)$'
      and regexp_replace(i.title, ' \(copy( \d{1,6})?\)$', '') = s.base
    group by s.base
  ), numbered as (
    select s.*, coalesce(k.last, 0) + row_number() over (partition by s.base order by s.place) as number
    from source s left join taken k on k.base = s.base
  ), written as (
    insert into public.content_items (organization_id, type_id, title, data, status, publish_at, unpublish_at, created_by, updated_by, created_at, updated_at)
    select v_organization, n.type_id, n.base || case when n.number = 1 then ' (copy)' else format(' (copy %s)', n.number) end, n.data, 'draft', n.publish_at, n.unpublish_at,
      auth.uid(), auth.uid(), now() + make_interval(secs => n.place * 0.000001), now()
    from numbered n order by n.place
    returning id, title, created_at
  )
  select coalesce(jsonb_agg(jsonb_build_object('id', w.id, 'title', w.title) order by w.created_at), '[]') into v_made from written w;
  return jsonb_build_object('created', v_made);
end $$;
create function public.duplicate_items(ids uuid[]) returns jsonb
language sql set search_path = '' as $$ select private.take_turn('duplicate_items'); select private.duplicate_items(ids) $$;
comment on function public.duplicate_items(uuid[]) is 'Copies as drafts, with data and publish window, on no site: {created: [{id, title}]}.';

-- What was deleted, for as long as somebody may want it back. Not in a backup, and gone with a crash: deleted is deleted.
create unlogged table private.deleted_items (
  organization_id uuid not null references public.organizations (id) on delete cascade,
  batch uuid not null,
  item jsonb not null,
  revisions jsonb not null,
  mappings jsonb not null,
  copies jsonb not null,
  type_revision integer not null,
  deleted_at timestamptz not null default now()
);
comment on table private.deleted_items is 'Items that were deleted within the hour, with their revisions, mappings and what people had not saved yet: what restore_items puts back.';
create index deleted_items_batch_idx on private.deleted_items (organization_id, batch);
create index deleted_items_age_idx on private.deleted_items (deleted_at);
alter table private.deleted_items enable row level security;

create function private.delete_items(p_ids uuid[], p_dry_run boolean, p_untouched boolean) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'delete content');
  v_batch uuid := gen_random_uuid();
  v_ids uuid[];
  v_facts jsonb;
begin
  perform private.check_selection(coalesce(cardinality(p_ids), 0));
  if p_dry_run then
    v_ids := array(select i.id from public.content_items i where i.organization_id = v_organization and i.id = any (p_ids) and (not p_untouched or i.revision = 1));
  else
    v_ids := array(select i.id from public.content_items i where i.organization_id = v_organization and i.id = any (p_ids) and (not p_untouched or i.revision = 1) order by i.id for update);
  end if;
  select jsonb_build_object(
    'items', cardinality(v_ids),
    'published', (select count(*) from public.content_items i where i.organization_id = v_organization and i.id = any (v_ids) and i.status = 'published'),
    'mappings', (select count(*) from public.site_item_mappings m where m.organization_id = v_organization and m.item_id = any (v_ids)),
    'sites', (select count(distinct m.site_id) from public.site_item_mappings m where m.organization_id = v_organization and m.item_id = any (v_ids)),
    'revisions', (select count(*) from public.content_item_revisions r where r.organization_id = v_organization and r.item_id = any (v_ids)),
    -- Items that stay, and refer to one that goes.
    'referring', (select count(*) from private.referring_items(v_organization, v_ids) x where x <> all (v_ids)))
  into v_facts;
  if p_dry_run or cardinality(v_ids) = 0 then return v_facts; end if;

  insert into private.deleted_items (organization_id, batch, item, revisions, mappings, copies, type_revision)
  select v_organization, v_batch, to_jsonb(i),
    coalesce((select jsonb_agg(to_jsonb(r) order by r.revision) from public.content_item_revisions r where r.organization_id = v_organization and r.item_id = i.id), '[]'),
    coalesce((select jsonb_agg(to_jsonb(m)) from public.site_item_mappings m where m.organization_id = v_organization and m.item_id = i.id), '[]'),
    coalesce((select jsonb_agg(to_jsonb(c)) from public.item_working_copies c where c.organization_id = v_organization and c.item_id = i.id), '[]'), t.revision
  from public.content_items i join public.content_types t on t.organization_id = i.organization_id and t.id = i.type_id
  where i.organization_id = v_organization and i.id = any (v_ids);
  delete from public.content_items i where i.organization_id = v_organization and i.id = any (v_ids);
  return v_facts || jsonb_build_object('batch', v_batch);
end $$;
create function public.delete_items(ids uuid[], dry_run boolean default false, untouched boolean default false) returns jsonb
language sql set search_path = '' as $$ select private.take_turn('delete_items'); select private.delete_items(ids, dry_run, untouched) $$;
comment on function public.delete_items(uuid[], boolean, boolean) is
  'Items with their mappings and revisions; untouched: only those that nobody has changed since they were made. {items, published, mappings, sites, revisions, referring, batch}; a dry run only counts, and where there is nothing there is no batch. restore_items(batch) takes it back within the hour.';

create function private.restore_items(p_batch uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'write content');
  v_rows private.deleted_items[];
  v_ids uuid[];
  v_taken integer;
  v_mappings integer;
begin
  -- One after the other: the second finds that they are back.
  perform 1 from private.deleted_items d where d.organization_id = v_organization and d.batch = p_batch for update;
  perform 1 from public.content_types t where t.organization_id = v_organization
    and t.id in (select (d.item ->> 'type_id')::uuid from private.deleted_items d where d.organization_id = v_organization and d.batch = p_batch)
  order by t.id for key share;
  with taken as (
    delete from private.deleted_items d where d.organization_id = v_organization and d.batch = p_batch and d.deleted_at > now() - interval '1 hour' returning d.*
  )
  -- A type that was changed since would not know their fields by these names.
  select count(*), array_agg(t order by t.item ->> 'created_at', t.item ->> 'id') filter (where exists (
    select from public.content_types c where c.organization_id = v_organization and c.id = (t.item ->> 'type_id')::uuid and c.revision = t.type_revision))
  into v_taken, v_rows from taken t;
  if v_rows is null then
    raise exception using errcode = 'DS083', message = 'These items cannot be brought back any more.',
      hint = 'What was deleted is kept for an hour, and for as long as its type stays as it was. An export or a backup may still have it.';
  end if;
  v_ids := array(select (r.item ->> 'id')::uuid from unnest(v_rows) r);

  -- To the database they are new. They get back what they had: the status (some refer to others of this batch, so it comes when all are
  -- there), the revisions, the times.
  insert into public.content_items
  select (jsonb_populate_record(null::public.content_items, r.item || '{"status": "draft"}')).* from unnest(v_rows) r;
  insert into private.item_rewrites (transaction) values (pg_current_xact_id()) on conflict do nothing;
  update public.content_items i set status = r.item ->> 'status' from unnest(v_rows) r
  where i.organization_id = v_organization and i.id = (r.item ->> 'id')::uuid and i.status <> r.item ->> 'status';
  delete from private.item_rewrites r where r.transaction = pg_current_xact_id();
  delete from public.content_item_revisions x where x.organization_id = v_organization and x.item_id = any (v_ids);
  update public.content_items i set revision = (r.item ->> 'revision')::integer, published_at = (r.item ->> 'published_at')::timestamptz,
    updated_at = (r.item ->> 'updated_at')::timestamptz, updated_by = (select p.id from public.profiles p where p.id = (r.item ->> 'updated_by')::uuid)
  from unnest(v_rows) r where i.organization_id = v_organization and i.id = (r.item ->> 'id')::uuid;
  delete from public.content_item_revisions x where x.organization_id = v_organization and x.item_id = any (v_ids);
  insert into public.content_item_revisions
  select (jsonb_populate_record(null::public.content_item_revisions, v || case when p.id is null then '{"created_by": null}' else '{}' end::jsonb)).*
  from unnest(v_rows) r cross join jsonb_array_elements(r.revisions) v left join public.profiles p on p.id = (v ->> 'created_by')::uuid;
  insert into public.site_item_mappings
  select (jsonb_populate_record(null::public.site_item_mappings, m)).* from unnest(v_rows) r, jsonb_array_elements(r.mappings) m
  where exists (select from public.sites s where s.organization_id = v_organization and s.id = (m ->> 'site_id')::uuid);
  get diagnostics v_mappings = row_count;
  insert into public.item_working_copies
  select (jsonb_populate_record(null::public.item_working_copies, c)).* from unnest(v_rows) r, jsonb_array_elements(r.copies) c
  where exists (select from public.memberships m where m.organization_id = v_organization and m.user_id = (c ->> 'user_id')::uuid)
  on conflict do nothing;
  return jsonb_build_object('restored', cardinality(v_ids), 'mappings', v_mappings, 'left', v_taken - cardinality(v_ids));
end $$;
create function public.restore_items(batch uuid) returns jsonb
language sql set search_path = '' as $$ select private.take_turn('restore_items'); select private.restore_items(batch) $$;
comment on function public.restore_items(uuid) is
  'Takes back what delete_items did, with ids, revisions, mappings and unsaved work: {restored, mappings, left}. Left: items whose type has changed or gone since.';

-- The import.
create function private.moment(p_value jsonb) returns timestamptz
language sql stable set search_path = '' as $$
  -- A cast that cannot fail: the pattern admits only days and hours that there are.
  select case when jsonb_typeof(p_value) = 'string' and p_value #>> '{}' ~ private.format_pattern('date-time')
    and p_value #>> '{}' ~ '(Z|[+-][0-9]{2}:[0-9]{2})$' then (p_value #>> '{}')::timestamptz end
$$;
comment on function private.moment(jsonb) is 'An ISO 8601 moment with its offset; null where it is none.';

create type private.import_row as (
  place integer, line integer, act text, id uuid, revision integer, title text, status text, data jsonb, publish_at timestamptz, unpublish_at timestamptz,
  fields jsonb, problems jsonb
);

create function private.plan_import(p_organization uuid, p_type public.content_types, p_key text, p_rows jsonb) returns setof private.import_row
language plpgsql stable set search_path = '' as $$
declare
  v_refers boolean := private.has_references(p_type.schema);
begin
  return query
  with read as materialized (
    select x.place::integer as place, x.r, coalesce(x.r -> 'data', '{}') as data,
      case when jsonb_typeof(x.r -> 'line') = 'number' then trunc((x.r ->> 'line')::numeric) else x.place end::integer as line,
      nullif(btrim(case p_key when 'id' then lower(x.r ->> 'id') when 'title' then x.r ->> 'title' else x.r -> 'data' ->> substr(p_key, 6) end), '') as key
    from jsonb_array_elements(p_rows) with ordinality x(r, place)
  ), known as materialized (
    select case p_key when 'id' then i.id::text when 'title' then btrim(i.title) else btrim(i.data ->> substr(p_key, 6)) end as key,
      count(*) as n, min(i.id::text)::uuid as id
    from public.content_items i
    where p_key is not null and i.organization_id = p_organization and i.type_id = p_type.id
    group by 1
  ), matched as materialized (
    select r.*, k.n, i.id, i.revision, i.title as old_title, i.status as old_status, i.data as old_data, i.publish_at as old_publish_at, i.unpublish_at as old_unpublish_at,
      first_value(r.line) over (partition by r.key order by r.place) as first_line,
      row_number() over (partition by r.key order by r.place) as nth
    from read r
    left join known k on k.key = r.key
    left join public.content_items i on k.n = 1 and i.organization_id = p_organization and i.id = k.id
  ), merged as materialized (
    select m.*,
      coalesce(btrim(m.r ->> 'title'), m.old_title) as title,
      coalesce(m.r ->> 'status', m.old_status, 'draft') as status,
      case when m.r ? 'publish_at' then private.moment(m.r -> 'publish_at') else m.old_publish_at end as publish_at,
      case when m.r ? 'unpublish_at' then private.moment(m.r -> 'unpublish_at') else m.old_unpublish_at end as unpublish_at,
      -- An empty value clears its field; where nothing was, nothing has changed.
      case when jsonb_typeof(m.data) = 'object' then
        (coalesce(m.old_data, '{}') || m.data)
          - array(select d.key from jsonb_each(m.data) d where private.is_missing(d.value))
          || coalesce((select jsonb_object_agg(d.key, m.old_data -> d.key) from jsonb_each(m.data) d
            where private.is_missing(d.value) and m.old_data ? d.key and private.is_missing(m.old_data -> d.key)), '{}') end as new_data
    from matched m
  ), judged as materialized (
    select m.*,
      case when jsonb_typeof(m.data) <> 'object' then '[{"field": "data", "message": "must be an object of fields"}]'::jsonb else
        coalesce((select jsonb_agg(p) from (
          select jsonb_build_object('field', 'id', 'message', 'is not the id of an item of this type') as p
            where p_key = 'id' and m.key is not null and m.n is null
          union all select jsonb_build_object('field', p_key, 'message', format('is what %s items have: none can be chosen', m.n)) where m.n > 1
          union all select jsonb_build_object('field', p_key, 'message', 'is what rows are matched by, and is empty') where p_key not in ('id', 'title') and m.key is null
          union all select jsonb_build_object('field', p_key, 'message', format('is the same as in line %s', m.first_line)) where p_key is not null and m.key is not null and m.nth > 1
          union all select jsonb_build_object('field', 'title', 'message', 'is required') where coalesce(m.title, '') = ''
          union all select jsonb_build_object('field', 'title', 'message', 'must be at most 200 characters') where length(m.title) > 200
          union all select jsonb_build_object('field', 'status', 'message', 'must be draft, published or archived') where m.status not in ('draft', 'published', 'archived')
          union all select jsonb_build_object('field', w.name, 'message', 'must be a date and time with its offset (ISO 8601)')
            from (values ('publish_at'), ('unpublish_at')) w(name) where not private.is_missing(m.r -> w.name) and private.moment(m.r -> w.name) is null
          union all select jsonb_build_object('field', 'unpublish_at', 'message', 'must be later than publish_at') where m.unpublish_at <= m.publish_at
          union all select jsonb_build_object('field', 'data', 'message', 'is longer than 500,000 bytes') where octet_length(m.new_data::text) > 500000
          union all select jsonb_build_object('field', 'data.' || (v ->> 'path'), 'message', v ->> 'message')
            from jsonb_array_elements(private.validate_data(p_type.schema, m.new_data, m.status <> 'published')
              || case when v_refers then private.reference_problems(p_organization, p_type.schema, m.new_data) else '[]' end) v
        ) problem), '[]') end as problems
    from merged m
  )
  select j.place, j.line,
    case when j.problems <> '[]' then 'refused' when j.id is null then 'create'
         when (j.title, j.status, j.new_data) is not distinct from (j.old_title, j.old_status, j.old_data)
           and (j.publish_at, j.unpublish_at) is not distinct from (j.old_publish_at, j.old_unpublish_at) then 'unchanged'
         else 'update' end,
    j.id, j.revision, j.title, j.status, j.new_data, j.publish_at, j.unpublish_at,
    case when j.id is null then '[]' else coalesce((select jsonb_agg(c.name) from (
      select 'title' as name where j.title is distinct from j.old_title
      union all select 'status' where j.status is distinct from j.old_status
      union all select 'publish_at' where j.publish_at is distinct from j.old_publish_at
      union all select 'unpublish_at' where j.unpublish_at is distinct from j.old_unpublish_at
      union all select 'data.' || d.key from jsonb_each(case when jsonb_typeof(j.data) = 'object' then j.data else '{}' end) d where j.new_data -> d.key is distinct from j.old_data -> d.key
    ) c), '[]') end,
    j.problems
  from judged j order by j.place;
end $$;

-- Between the report and the yes: what was read is what is written, and it is sent once. Not in a backup, and gone within the hour.
create unlogged table private.item_imports (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  created_by uuid not null references public.profiles (id) on delete cascade,
  type_id uuid not null,
  key text,
  rows jsonb not null,
  plan private.import_row[] not null,
  hash text not null,
  items_then text not null,
  created_at timestamptz not null default now(),
  foreign key (organization_id, type_id) references public.content_types (organization_id, id) on delete cascade
);
comment on table private.item_imports is 'Imports that were read and not written yet. Only whoever read one may write it.';
create index item_imports_type_idx on private.item_imports (organization_id, type_id);
create index item_imports_created_by_idx on private.item_imports (created_by, created_at);
alter table private.item_imports enable row level security;

create function private.import_hash(p_revision integer, p_plan private.import_row[]) returns text
language sql stable set search_path = '' as $$
  select encode(sha256(convert_to(p_revision || coalesce(string_agg(format('%s %s %s %s', p.line, p.act, p.id, p.revision), E'\n' order by p.place), ''), 'UTF8')), 'hex')
  from unnest(p_plan) p
$$;

-- As long as this is the same, so is the plan.
create function private.items_now(p_type public.content_types) returns text
language sql stable set search_path = '' as $$
  select format('%s %s %s %s', p_type.revision, count(*), sum(i.revision), max(i.updated_at))
  from public.content_items i where i.organization_id = p_type.organization_id and i.type_id = p_type.id
$$;

create function private.plan_item_import(p_document jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'import content');
  v_type public.content_types;
  v_key text := p_document ->> 'key';
  v_items text;
  v_plan private.import_row[];
  v_id uuid;
begin
  if jsonb_typeof(p_document) is distinct from 'object' or jsonb_typeof(p_document -> 'rows') is distinct from 'array'
     or exists (select from jsonb_array_elements(p_document -> 'rows') r where jsonb_typeof(r) <> 'object') then
    raise exception using errcode = 'DS081', message = 'An import is {type_id, key, rows: [{line, id, title, status, publish_at, unpublish_at, data}]}.', hint = 'Nothing was imported.';
  end if;
  if jsonb_array_length(p_document -> 'rows') > 10000 then
    raise exception using errcode = 'DS081', message = format('The file has %s rows, and an import takes 10,000.', jsonb_array_length(p_document -> 'rows')),
      hint = 'Nothing was imported. Divide the file, and import its parts one after the other.';
  end if;
  select * into v_type from public.content_types t where t.organization_id = v_organization and t.id = (p_document ->> 'type_id')::uuid;
  if not found then
    raise exception using errcode = 'DS081', message = 'There is no such content type.', hint = 'Nothing was imported. It may have been deleted; choose another one.';
  end if;
  if v_key is not null and v_key not in ('id', 'title') and not (left(v_key, 5) = 'data.' and v_type.schema -> 'properties' ? substr(v_key, 6)) then
    raise exception using errcode = 'DS081', message = format('Rows cannot be matched by "%s": it is not a field of "%s".', left(v_key, 100), v_type.title), hint = 'Nothing was imported. Choose the id, the title or another field.';
  end if;
  v_items := private.items_now(v_type);
  v_plan := array(select p from private.plan_import(v_organization, v_type, v_key, p_document -> 'rows') p);
  -- Of those that somebody looked at and left, the last few.
  delete from private.item_imports m where m.created_by = auth.uid() and m.id not in (
    select k.id from private.item_imports k where k.created_by = auth.uid() order by k.created_at desc limit 2);
  insert into private.item_imports (organization_id, created_by, type_id, key, rows, plan, hash, items_then)
  values (v_organization, auth.uid(), v_type.id, v_key, p_document -> 'rows', v_plan, private.import_hash(v_type.revision, v_plan), v_items)
  returning id into v_id;
  return jsonb_build_object('id', v_id) || (
    select jsonb_build_object(
      'created', count(*) filter (where p.act = 'create'), 'updated', count(*) filter (where p.act = 'update'),
      'unchanged', count(*) filter (where p.act = 'unchanged'), 'refused', count(*) filter (where p.act = 'refused'),
      'published', count(*) filter (where p.act in ('create', 'update') and p.status = 'published'),
      'rows', coalesce(jsonb_agg(jsonb_build_object('line', p.line, 'act', p.act, 'id', p.id, 'title', p.title, 'status', p.status, 'fields', p.fields, 'problems', p.problems)
        order by p.place) filter (where p.act <> 'unchanged'), '[]'))
    from unnest(v_plan) p);
end $$;
-- A thousand rows take a part of a second, ten thousand some seconds: longer than a person's statement is given everywhere else. PostgREST
-- takes a function's own limit for its transaction (db-hoisted-tx-settings).
create function public.plan_item_import(document jsonb) returns jsonb
language sql set search_path = '' set statement_timeout = '60s' as $$ select private.take_turn('plan_item_import'); select private.take_slot(); select private.plan_item_import(document) $$;
comment on function public.plan_item_import(jsonb) is
  'What would become of each row of {type_id, key (null, id, title, data.<field>), rows: [{line, id, title, status, publish_at, unpublish_at, data}]}; nothing is written. {id, created, updated, unchanged, refused, published, rows: [{line, act, id, title, status, fields, problems}]}. import_items(id) does it.';

create function private.import_items(p_import uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'import content');
  v_import private.item_imports;
  v_type public.content_types;
  v_created jsonb;
  v_written integer;
begin
  delete from private.item_imports m where m.organization_id = v_organization and m.id = p_import and m.created_by = auth.uid() and m.created_at > now() - interval '1 hour'
  returning * into v_import;
  if not found then
    raise exception using errcode = 'DS081', message = 'This import is not kept any more.', hint = 'Nothing was imported. Read the file again: a report is kept for an hour, and written once.';
  end if;
  -- Two imports of one type by turns: what the second makes of its rows depends on what the first has written.
  perform pg_advisory_xact_lock(hashtextextended('import ' || v_import.type_id::text, 0));
  select * into v_type from public.content_types t where t.organization_id = v_organization and t.id = v_import.type_id for key share;
  if private.items_now(v_type) <> v_import.items_then and v_import.hash <> private.import_hash(v_type.revision,
      array(select p from private.plan_import(v_organization, v_type, v_import.key, v_import.rows) p)) then
    raise exception using errcode = 'DS082', message = 'Nothing was imported: these items or their type have changed since the report was made.',
      hint = 'Read the file again, look at the new report and import it then.';
  end if;

  with written as (
    insert into public.content_items (organization_id, type_id, title, data, status, publish_at, unpublish_at, created_by, updated_by, created_at)
    select v_organization, v_type.id, p.title, p.data, p.status, p.publish_at, p.unpublish_at, auth.uid(), auth.uid(), now() + make_interval(secs => p.place * 0.000001)
    from unnest(v_import.plan) p where p.act = 'create' order by p.place
    returning id, created_at
  )
  select coalesce(jsonb_agg(w.id order by w.created_at), '[]') into v_created from written w;
  -- They were judged by the plan, against the type as it still is.
  insert into private.item_rewrites (transaction) values (pg_current_xact_id()) on conflict do nothing;
  update public.content_items i set title = p.title, data = p.data, status = p.status, publish_at = p.publish_at, unpublish_at = p.unpublish_at,
    published_at = case when p.status = 'published' and i.status <> 'published' then now() else i.published_at end
  from unnest(v_import.plan) p
  where p.act = 'update' and i.organization_id = v_organization and i.id = p.id and i.revision = p.revision;
  get diagnostics v_written = row_count;
  delete from private.item_rewrites r where r.transaction = pg_current_xact_id();
  -- Somebody saved one of them a moment ago.
  if v_written <> (select count(*) from unnest(v_import.plan) p where p.act = 'update') then
    raise exception using errcode = 'DS082', message = 'Nothing was imported: these items or their type have changed since the report was made.',
      hint = 'Read the file again, look at the new report and import it then.';
  end if;
  return (select jsonb_build_object('created', count(*) filter (where p.act = 'create'), 'updated', v_written, 'unchanged', count(*) filter (where p.act = 'unchanged'),
      'refused', count(*) filter (where p.act = 'refused'), 'created_ids', v_created)
    from unnest(v_import.plan) p);
end $$;
create function public.import_items(import_id uuid) returns jsonb
language sql set search_path = '' set statement_timeout = '60s' as $$ select private.take_turn('import_items'); select private.take_slot(); select private.import_items(import_id) $$;
comment on function public.import_items(uuid) is
  'Writes the rows of a planned import that are not refused, all or none: {created, updated, unchanged, refused, created_ids}. DS082 where what the plan was made from has changed since.';

insert into private.verb_limits (verb, requests) values
  ('delete_items', 120), ('duplicate_items', 60), ('import_items', 60), ('plan_item_import', 60), ('restore_items', 60), ('set_item_statuses', 240);

grant execute on function public.list_items(jsonb, text, boolean, integer, integer, boolean), public.item_documents(uuid[]),
  private.set_item_statuses(jsonb), private.duplicate_items(uuid[]), private.delete_items(uuid[], boolean, boolean), private.restore_items(uuid), private.plan_item_import(jsonb), private.import_items(uuid),
  public.set_item_statuses(jsonb), public.duplicate_items(uuid[]), public.delete_items(uuid[], boolean, boolean), public.restore_items(uuid), public.plan_item_import(jsonb), public.import_items(uuid) to authenticated;

-- As in 1700_retention, and what was deleted an hour ago, and requests for approval that are closed. The run that one was used for names
-- it as long as there is that run.
create or replace function private.remove_expired(p_rows integer default 5000) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_jobs uuid[];
  v_lines integer := 0;
  v_attempts integer := 0;
  v_bodies integer := 0;
begin
  select array_agg(x.id) into v_jobs from (
    select j.id from public.organizations o
    cross join lateral (
      select j.id, j.finished_at from public.sync_jobs j
      where j.organization_id = o.id and j.logs_removed_at is null and j.finished_at < now() - make_interval(days => o.retention_days)
      order by j.finished_at limit 20) j
    order by j.finished_at limit 20
  ) x;
  if v_jobs is not null then
    delete from public.job_logs l where (l.organization_id, l.job_id, l.seq) in (
      select x.organization_id, x.job_id, x.seq
      from public.sync_jobs j join public.job_logs x on x.organization_id = j.organization_id and x.job_id = j.id
      where j.id = any (v_jobs) limit p_rows);
    get diagnostics v_lines = row_count;
    delete from public.delivery_attempts a where (a.organization_id, a.delivery_id, a.number) in (
      select x.organization_id, x.delivery_id, x.number
      from public.sync_jobs j
      join public.sync_deliveries d on d.organization_id = j.organization_id and d.job_id = j.id
      join public.delivery_attempts x on x.organization_id = d.organization_id and x.delivery_id = d.id
      where d.job_id = any (v_jobs) limit p_rows);
    get diagnostics v_attempts = row_count;
    -- Nothing repeats what was never accepted once nobody can read why.
    with old as (
      select d.id from public.sync_deliveries d
      where d.job_id = any (v_jobs) and d.body is not null and d.status <> 'success' limit p_rows
    )
    update public.sync_deliveries d set body = null, response_body = null from old where d.id = old.id;
    get diagnostics v_bodies = row_count;
    update public.sync_jobs j set logs_removed_at = clock_timestamp()
    where j.id = any (v_jobs)
      and not exists (select from public.job_logs l where l.organization_id = j.organization_id and l.job_id = j.id)
      and not exists (select from public.sync_deliveries d join public.delivery_attempts a on a.organization_id = d.organization_id and a.delivery_id = d.id
        where d.organization_id = j.organization_id and d.job_id = j.id)
      and not exists (select from public.sync_deliveries d
        where d.organization_id = j.organization_id and d.job_id = j.id and d.body is not null and d.status <> 'success');
  end if;

  -- A delivery is repeated within hours at most, and an older sequence never wins: an id this old has done its work.
  delete from private.destination_receipts r where (r.site_id, r.webhook_id) in (
    select x.site_id, x.webhook_id from private.destination_receipts x where x.received_at < now() - interval '90 days' limit p_rows);
  delete from private.deleted_items d where d.deleted_at < now() - interval '1 hour';
  delete from private.item_imports m where m.created_at < now() - interval '1 hour';
  delete from public.plan_approvals a where a.id in (
    select x.id from public.plan_approvals x join public.organizations o on o.id = x.organization_id
    where x.state in ('used', 'rejected', 'outdated', 'withdrawn') and x.job_id is null
      and greatest(x.requested_at, x.decided_at) < now() - make_interval(days => o.retention_days)
    limit p_rows);
  return jsonb_build_object('lines', v_lines, 'attempts', v_attempts, 'bodies', v_bodies);
end $$;
