-- Content types that change under their items: renaming a field and changing a type are verbs, each one transaction over the schema, the
-- items, the overrides and the templates; items refer to items; types are kept as templates.
--
-- Who renames or saves a type holds its row; who makes an item or writes overrides asks for that row first (for key share), so that neither
-- can miss the other. Items that are being edited are waited for row by row.

-- References: a field of the widget "reference" holds another item's id.

create or replace function private.format_rules()
returns table (format text, pattern text, message text)
language sql immutable set search_path = '' as $rules$
  values
    ('uri', '^(https?://[^ \t\n\r<>"\\/?#]+([/?#][^ \t\n\r<>"\\]*)?|/([^ \t\n\r<>"\\/][^ \t\n\r<>"\\]*)?)$', 'must be a web address (https://…)'),
    ('email', '^[A-Za-z0-9.!#$%&''*+/=?^_{|}~-]+@[A-Za-z0-9-]+([.][A-Za-z0-9-]+)+$', 'must be an e-mail address'),
    ('date', '^(?!0000)([0-9]{4}-(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|[0-9]{4}-(0[469]|11)-(0[1-9]|[12][0-9]|30)|[0-9]{4}-02-(0[1-9]|1[0-9]|2[0-8])|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$', 'must be a date (YYYY-MM-DD)'),
    ('date-time', '^(?!0000)([0-9]{4}-(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|[0-9]{4}-(0[469]|11)-(0[1-9]|[12][0-9]|30)|[0-9]{4}-02-(0[1-9]|1[0-9]|2[0-8])|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?$', 'must be a date and time (ISO 8601)'),
    ('color', '^#[0-9a-fA-F]{6}$', 'must be a colour (#rrggbb)'),
    ('uuid', '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$', 'must be an item (its id)')
$rules$;

create function private.as_uuid(p_text text) returns uuid
language sql immutable set search_path = '' as $$
  select case when p_text ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then p_text::uuid end
$$;
comment on function private.as_uuid(text) is 'An id as the validator takes it, or null.';

create function private.reference_fields(p_organization uuid) returns table (type_id uuid, field text)
language sql stable set search_path = '' as $$
  select t.id, f.key from public.content_types t, jsonb_each(t.schema -> 'properties') f
  where t.organization_id = p_organization and f.value ->> 'x-widget' = 'reference'
$$;

create function private.reference_problems(p_organization uuid, p_schema jsonb, p_data jsonb) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('path', f.key, 'message',
      case when i.id is null then 'refers to an item that does not exist'
        else format('must be an item of the type "%s"', coalesce(w.title, f.value ->> 'x-reference-type')) end) order by f.key collate "C"), '[]')
  from jsonb_each(p_schema -> 'properties') f
  left join public.content_items i on i.organization_id = p_organization and i.id = private.as_uuid(p_data ->> f.key)
  left join public.content_types w on w.organization_id = p_organization and (w.name = f.value ->> 'x-reference-type' or w.id = private.as_uuid(f.value ->> 'x-reference-type'))
  where f.value ->> 'x-widget' = 'reference' and private.as_uuid(p_data ->> f.key) is not null
    and (i.id is null or coalesce(f.value ->> 'x-reference-type', '') <> '' and i.type_id is distinct from w.id)
$$;
comment on function private.reference_problems(uuid, jsonb, jsonb) is
  'What validate_data cannot see: [{path, message}] for references to items that are not there, or are of another type than x-reference-type (a type''s name or id) allows.';

-- Without back references a pattern is matched in a time that grows with the text; with them one value can hold a connection for minutes.
create function private.refers_back(p_pattern text) returns boolean
language sql immutable set search_path = '' as $$ select coalesce(p_pattern ~ '(^|[^\\])(\\\\)*\\[1-9]', false) $$;

create or replace function private.matches(p_text text, p_pattern text) returns boolean
language plpgsql immutable set search_path = '' as $$
begin
  -- Nor does one that refers back, which types of earlier versions may have.
  return private.refers_back(p_pattern) or p_text ~ p_pattern;
exception when invalid_regular_expression then
  -- A pattern that does not compile checks nothing, here as in the browser.
  return true;
end $$;

-- What may take a minute takes one of three places, and an organization one of them: the others' pages go on meanwhile.
create function private.take_slot() returns void
language plpgsql security definer set search_path = '' as $$
begin
  -- Whoever may not make one takes nobody's place; the verb tells them.
  if not private.has_role('editor') then return; end if;
  if pg_try_advisory_xact_lock(hashtextextended('long change of ' || coalesce(private.organization_id()::text, ''), 0))
    and (pg_try_advisory_xact_lock(hashtextextended('long change 1', 0)) or pg_try_advisory_xact_lock(hashtextextended('long change 2', 0))
      or pg_try_advisory_xact_lock(hashtextextended('long change 3', 0))) then
    return;
  end if;
  raise exception using errcode = 'PT429', message = 'Another large change is under way.', hint = 'Try again when it is done; nothing was changed.';
end $$;
comment on function private.take_slot() is 'Until the transaction ends: one of the places for changes that are given longer than a statement usually is. HTTP 429 when there is none.';
grant execute on function private.take_slot() to authenticated;

create function private.check_type_schema(p_name text, p_schema jsonb) returns void
language plpgsql immutable set search_path = '' as $$
declare
  v_bad text;
begin
  if coalesce(jsonb_typeof(p_schema -> 'properties'), '') <> 'object' or p_schema ->> 'type' is distinct from 'object' then
    raise exception using errcode = 'DS021', message = 'The schema of a content type is an object with properties.',
      hint = 'Use {"type": "object", "properties": {…}}.';
  end if;
  select p.key into v_bad from jsonb_each(p_schema -> 'properties') p
  where p.key !~ '^[a-z][a-z0-9_]{0,62}$' or jsonb_typeof(p.value) <> 'object'
     or coalesce(p.value ->> 'type', '') not in ('string', 'number', 'integer', 'boolean', 'array')
     or coalesce(p.value ->> 'x-field-id', '') = ''
  limit 1;
  if v_bad is not null then
    raise exception using errcode = 'DS022', message = format('The field "%s" of "%s" is not one that DataSync understands.', v_bad, p_name),
      hint = 'A field has a name of lower-case letters, digits and underscores, a type (string, number, integer, boolean, array) and an x-field-id.';
  end if;
  select p.key into v_bad from jsonb_each(p_schema -> 'properties') p
  where private.refers_back(p.value ->> 'pattern') or private.refers_back(p.value #>> '{items,pattern}') limit 1;
  if v_bad is not null then
    raise exception using errcode = 'DS022', message = format('The pattern of the field "%s" of "%s" refers back to a part of itself.', v_bad, p_name),
      hint = 'Write it without back references (\1): a pattern with them may take minutes for a single value.';
  end if;
  select p.key into v_bad from jsonb_each(p_schema -> 'properties') p
  where p.value ->> 'x-widget' = 'reference' and (p.value ->> 'type' <> 'string' or p.value ->> 'format' is distinct from 'uuid') limit 1;
  if v_bad is not null then
    raise exception using errcode = 'DS022', message = format('The field "%s" of "%s" refers to an item, and is not written as one that does.', v_bad, p_name),
      hint = 'A reference is {"type": "string", "format": "uuid", "x-widget": "reference"}.';
  end if;
end $$;

create or replace function private.before_type_write() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform private.check_type_schema(new.name, new.schema);
  if tg_op = 'INSERT' then
    new.revision := 1;
  else
    new.updated_at := now();
    new.revision := old.revision + (new.schema is distinct from old.schema)::int;
  end if;
  return new;
end $$;

-- Items of a type that are rewritten together.
create unlogged table private.item_rewrites (transaction xid8 primary key);
comment on table private.item_rewrites is
  'Transactions that rewrite the items of a type: what was published stays so, valid or not, for nobody has edited it. Empty between transactions.';
alter table private.item_rewrites enable row level security;

create or replace function private.before_item_write() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_schema jsonb;
  v_errors jsonb;
begin
  if tg_op = 'INSERT' then
    new.revision := 1;
    -- Waits for a change of the type that is under way: the schema read below is the one that the item will live under.
    perform 1 from public.content_types t where t.organization_id = new.organization_id and t.id = new.type_id for key share;
  elsif (new.title, new.data, new.status, new.type_id, new.publish_at, new.unpublish_at)
      is not distinct from (old.title, old.data, old.status, old.type_id, old.publish_at, old.unpublish_at) then
    -- jsonb calls 1 and 1.0 equal, their bytes differ: what is no revision must not change the payload.
    new.data := old.data;
    return new;
  else
    new.revision := old.revision + 1;
    new.updated_at := now();
    new.updated_by := coalesce(auth.uid(), new.updated_by);
    if exists (select from private.item_rewrites r where r.transaction = pg_current_xact_id()) then return new; end if;
  end if;

  if new.status = 'published' then
    select t.schema into v_schema from public.content_types t
    where t.organization_id = new.organization_id and t.id = new.type_id;
    v_errors := private.validate_data(v_schema, new.data);
    if v_schema @? '$.properties.* ? (@."x-widget" == "reference")' then
      v_errors := v_errors || private.reference_problems(new.organization_id, v_schema, new.data);
    end if;
    if jsonb_array_length(v_errors) > 0 then
      raise exception using errcode = 'DS020',
        message = format('"%s" cannot be published: %s %s%s.', new.title, v_errors -> 0 ->> 'path', v_errors -> 0 ->> 'message',
          case when jsonb_array_length(v_errors) > 1 then format(' (and %s more)', jsonb_array_length(v_errors) - 1) else '' end),
        detail = v_errors::text,
        hint = 'Correct the fields that are named, or keep it as a draft.';
    end if;
    if tg_op = 'INSERT' or old.status <> 'published' then new.published_at := now(); end if;
  end if;
  return new;
end $$;

-- One insert for all rows of a statement: ten thousand items may be rewritten at once.
create or replace function private.keep_item_revision() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    insert into public.content_item_revisions (organization_id, item_id, revision, type_id, type_revision, title, data, status, publish_at, unpublish_at, created_by)
    select i.organization_id, i.id, i.revision, i.type_id, t.revision, i.title, i.data, i.status, i.publish_at, i.unpublish_at, i.updated_by
    from changed i join public.content_types t on t.id = i.type_id;
  else
    insert into public.content_item_revisions (organization_id, item_id, revision, type_id, type_revision, title, data, status, publish_at, unpublish_at, created_by)
    select i.organization_id, i.id, i.revision, i.type_id, t.revision, i.title, i.data, i.status, i.publish_at, i.unpublish_at, i.updated_by
    from changed i join before o on o.id = i.id join public.content_types t on t.id = i.type_id
    where i.revision <> o.revision;
  end if;
  return null;
end $$;
drop trigger content_items_keep on public.content_items;
create trigger content_items_keep_insert after insert on public.content_items
  referencing new table as changed for each statement execute function private.keep_item_revision();
create trigger content_items_keep_update after update on public.content_items
  referencing old table as before new table as changed for each statement execute function private.keep_item_revision();

-- The effective payload, with what its items refer to.

create or replace function private.effective_payloads(p_organization uuid, p_sites uuid[] default null)
returns setof private.site_payload
language sql stable set search_path = '' as $$
  with reference_field as materialized (
    select f.type_id, f.field from private.reference_fields(p_organization) f
  ), piece as materialized (
    -- Each item is written once, however many sites show it. jsonb prints its keys in one canonical order: equal content is equal bytes.
    select i.id, i.type_id, i.data, t.name as type, i.title,
      '{"id":"' || i.id || '","type":' || to_json(t.name)::text || ',"title":' || to_json(i.title)::text || ',"data":' as head,
      i.data::text as body
    from public.content_items i
    join public.content_types t on t.organization_id = i.organization_id and t.id = i.type_id
    where i.organization_id = p_organization and i.status = 'published'
      and (i.publish_at is null or i.publish_at <= now()) and (i.unpublish_at is null or i.unpublish_at > now())
  ), wanted as materialized (
    select m.site_id, m.item_id, f.field, private.as_uuid(case when m.mode = 'override' then p.data || m.overrides else p.data end ->> f.field) as target
    from reference_field f
    join piece p on p.type_id = f.type_id
    join public.site_item_mappings m on m.item_id = p.id
    where m.organization_id = p_organization and m.mode <> 'block' and (p_sites is null or m.site_id = any (p_sites))
  ), found as materialized (
    -- As the site would be sent it: overridden where it is, and not at all where it is blocked. One level deep.
    select w.site_id, w.item_id, ',"references":' || jsonb_object_agg(w.field, jsonb_build_object('id', o.id, 'type', o.type, 'title', o.title,
      'data', case when om.mode = 'override' then o.data || om.overrides else o.data end))::text as text
    from wanted w
    join piece o on o.id = w.target
    left join public.site_item_mappings om on om.organization_id = p_organization and om.site_id = w.site_id and om.item_id = w.target
    where om.mode is distinct from 'block'
    group by w.site_id, w.item_id
  ), list as (
    select m.site_id, count(*)::integer as item_count,
      string_agg(p.head || case when m.mode = 'override' then (p.data || m.overrides)::text else p.body end || coalesce(r.text, '') || '}',
        ',' order by m.position, m.item_id) as items
    from public.site_item_mappings m
    join piece p on p.id = m.item_id
    left join found r on r.site_id = m.site_id and r.item_id = m.item_id
    where m.organization_id = p_organization and m.mode <> 'block' and (p_sites is null or m.site_id = any (p_sites))
    group by m.site_id
  )
  select b.id, b.name, b.slug, b.body, encode(sha256(convert_to(b.body, 'UTF8')), 'hex'), b.item_count, octet_length(b.body)
  from (
    select s.id, s.name, s.slug, coalesce(l.item_count, 0) as item_count,
      '{"version":1,"site":{"slug":' || to_json(s.slug)::text || ',"name":' || to_json(s.name)::text
        || '},"items":[' || coalesce(l.items, '') || ']}' as body
    from public.sites s
    left join list l on l.site_id = s.id
    where s.organization_id = p_organization and (p_sites is null or s.id = any (p_sites))
  ) b
$$;
comment on function private.effective_payloads(uuid, uuid[]) is
  'Body (exact text), sha-256 hex of its UTF-8 bytes, item count and size in bytes, for the sites given or for all of the organization, at the time of the transaction. An item that refers to published ones has them in "references": {field: {id, type, title, data}}.';

create function private.payload_parts(p_body text)
returns table (item_id uuid, type text, title text, data jsonb, refs jsonb, place bigint)
language sql immutable set search_path = '' as $$
  select (x.item ->> 'id')::uuid, x.item ->> 'type', x.item ->> 'title', x.item -> 'data',
    case when jsonb_typeof(x.item -> 'references') = 'object' then x.item -> 'references' end, x.place
  from jsonb_array_elements(p_body::jsonb -> 'items') with ordinality x(item, place)
$$;

create function private.reference_changes(p_before jsonb, p_after jsonb) returns jsonb
language sql immutable set search_path = '' as $$
  select coalesce(jsonb_agg(c.change || jsonb_build_object('field', x.key || '.' || (c.change ->> 'field'), 'reference', x.key)
    order by x.key, c.change ->> 'field', c.change ? 'own' desc), '[]')
  from (
    select coalesce(b.key, a.key) as key, b.value as before, a.value as after
    from jsonb_each(coalesce(p_before, '{}')) b full join jsonb_each(coalesce(p_after, '{}')) a on a.key = b.key
    where a.value is distinct from b.value
  ) x
  cross join lateral jsonb_array_elements(
    case when x.before ->> 'id' = x.after ->> 'id' then
      private.item_changes(x.before ->> 'title', x.before ->> 'type', x.before -> 'data', x.after ->> 'title', x.after ->> 'type', x.after -> 'data')
    -- Another item, or none any more: its name says enough.
    else jsonb_build_array(jsonb_build_object('field', 'title', 'before', x.before -> 'title', 'after', x.after -> 'title', 'own', true)) end) c(change)
$$;
comment on function private.reference_changes(jsonb, jsonb) is
  'What changed in the items that an item refers to, as field changes named field.name and marked {reference: field}.';

create or replace function private.payload_changes(p_before text, p_after text) returns jsonb
language sql immutable set search_path = '' as $$
  with pair as (
    select coalesce(a.item_id, b.item_id) as item_id, coalesce(a.type, b.type) as type, coalesce(a.title, b.title) as title,
      a.item_id is not null as stays, b.item_id is not null as was, a.place as place_after, b.place as place_before,
      -- Places among the items that both have: an insertion or a removal moves nobody.
      rank() over (partition by a.item_id is not null and b.item_id is not null order by a.place) as rank_after,
      rank() over (partition by a.item_id is not null and b.item_id is not null order by b.place) as rank_before,
      case when (a.title, a.type, a.data, a.refs) is distinct from (b.title, b.type, b.data, b.refs) and a.item_id is not null and b.item_id is not null
        then private.item_changes(b.title, b.type, b.data, a.title, a.type, a.data) || private.reference_changes(b.refs, a.refs) else '[]'::jsonb end as fields
    from private.payload_parts(p_after) a
    full join private.payload_parts(coalesce(p_before, '{"items":[]}')) b on b.item_id = a.item_id
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

-- Publishing has checked an item under the schema of that day; only what the schema or an override has changed since is checked again.
create or replace function private.invalid_items(p_organization uuid, p_sites uuid[]) returns table (site_id uuid, message text)
language sql stable set search_path = '' as $$
  with reference_field as materialized (
    select f.type_id, f.field from private.reference_fields(p_organization) f
  ), item as materialized (
    select i.id, i.type_id, i.title, i.data, t.schema, r.type_revision <> t.revision as outdated
    from public.content_items i
    join public.content_types t on t.organization_id = i.organization_id and t.id = i.type_id
    join public.content_item_revisions r on r.item_id = i.id and r.revision = i.revision
    where i.organization_id = p_organization and i.status = 'published'
      and (i.publish_at is null or i.publish_at <= now()) and (i.unpublish_at is null or i.unpublish_at > now())
  ), referring as materialized (
    select i.id, i.type_id, i.data from item i where i.type_id in (select f.type_id from reference_field f)
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
    union all
    -- A site is not sent what an item refers to while that is no published item, or is blocked there: it should be known before.
    select m.site_id, m.item_id, jsonb_build_array(jsonb_build_object('path', f.field, 'message',
      case when o.id is null then 'refers to an item that does not exist'
           when om.mode = 'block' then format('refers to "%s", which is blocked for this site', o.title)
           else format('refers to "%s", which is not published now', o.title) end))
    from public.site_item_mappings m
    join referring i on i.id = m.item_id
    join reference_field f on f.type_id = i.type_id
    cross join lateral (select private.as_uuid(case when m.mode = 'override' then i.data || m.overrides else i.data end ->> f.field) as target) r
    left join public.content_items o on o.organization_id = p_organization and o.id = r.target
    left join public.site_item_mappings om on om.organization_id = p_organization and om.site_id = m.site_id and om.item_id = o.id
    left join item shown on shown.id = o.id
    where m.organization_id = p_organization and m.site_id = any (p_sites) and m.mode <> 'block' and r.target is not null
      and (shown.id is null or om.mode = 'block')
  ) x join item i on i.id = x.item_id
  where jsonb_array_length(x.problems) > 0
$$;

-- Items that show one of these through a reference, by their data or by an override.
create function private.referring_items(p_organization uuid, p_items uuid[]) returns setof uuid
language sql stable set search_path = '' as $$
  select i.id from private.reference_fields(p_organization) f
  join public.content_items i on i.organization_id = p_organization and i.type_id = f.type_id
  where private.as_uuid(i.data ->> f.field) = any (p_items)
  union
  select i.id from private.reference_fields(p_organization) f
  join public.content_items i on i.organization_id = p_organization and i.type_id = f.type_id
  join public.site_item_mappings m on m.organization_id = p_organization and m.item_id = i.id and m.mode = 'override'
  where private.as_uuid(m.overrides ->> f.field) = any (p_items)
$$;

create function private.turned_items(p_from timestamptz, p_to timestamptz) returns table (organization_id uuid, id uuid)
language sql stable set search_path = '' as $$
  with turned as (
    select a.organization_id, a.id from public.content_items a where a.status = 'published' and a.publish_at > p_from and a.publish_at <= p_to
    union
    select b.organization_id, b.id from public.content_items b where b.status = 'published' and b.unpublish_at > p_from and b.unpublish_at <= p_to
  )
  select t.organization_id, t.id from turned t
  union
  select o.organization_id, r from (select t.organization_id, array_agg(t.id) as ids from turned t group by t.organization_id) o
  cross join lateral private.referring_items(o.organization_id, o.ids) r
$$;
comment on function private.turned_items(timestamptz, timestamptz) is 'Items whose publish window opened or closed after the first moment and until the second, and items that refer to one of them.';

-- Templates: types that were kept to begin others with.

create table public.content_type_templates (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null default private.organization_id() references public.organizations (id) on delete cascade,
  name text not null check (name ~ '^[a-z][a-z0-9_]{0,62}$'),
  title text not null check (length(btrim(title)) between 1 and 120),
  description text not null default '' check (length(description) <= 2000),
  schema jsonb not null check (jsonb_typeof(schema) = 'object' and octet_length(schema::text) <= 100000),
  example jsonb not null default '{}' check (jsonb_typeof(example) = 'object' and octet_length(example::text) <= 100000),
  source_type_id uuid,
  created_by uuid default auth.uid() references public.profiles (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (organization_id, id),
  foreign key (organization_id, source_type_id) references public.content_types (organization_id, id) on delete set null (source_type_id)
);
comment on table public.content_type_templates is 'A type that was kept as a pattern for others. It lives on its own: changes of the type do not reach it, but for the names of fields.';
comment on column public.content_type_templates.name is 'What a type that is made from it is called at first.';
comment on column public.content_type_templates.source_type_id is 'The type it was made of: a rename of a field there renames it here.';
create unique index content_type_templates_title_key on public.content_type_templates (organization_id, lower(title));
create index content_type_templates_source_idx on public.content_type_templates (organization_id, source_type_id);
create index content_type_templates_created_by_idx on public.content_type_templates (created_by);

create function private.before_template_write() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform private.check_type_schema(new.name, new.schema);
  if tg_op = 'UPDATE' then new.updated_at := now(); end if;
  return new;
end $$;
create trigger content_type_templates_before before insert or update on public.content_type_templates
  for each row execute function private.before_template_write();

create function private.limit_templates() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- Rows of the same statement, and of others at the same time, are counted one after the other.
  perform pg_advisory_xact_lock(hashtextextended('templates of ' || new.organization_id::text, 0));
  if (select count(*) from public.content_type_templates t where t.organization_id = new.organization_id) >= 200 then
    raise exception using errcode = 'DS078', message = 'There are 200 templates already.', hint = 'Delete those that nobody begins a type with any more.';
  end if;
  return new;
end $$;
create trigger content_type_templates_limit before insert on public.content_type_templates
  for each row execute function private.limit_templates();
create trigger content_type_templates_nudge_insert after insert on public.content_type_templates
  referencing new table as changed for each statement execute function private.nudge();
create trigger content_type_templates_nudge_update after update on public.content_type_templates
  referencing new table as changed for each statement execute function private.nudge();
create trigger content_type_templates_nudge_delete after delete on public.content_type_templates
  referencing old table as changed for each statement execute function private.nudge();
select private.audit_table('content_type_templates', 'id');

alter table public.content_type_templates enable row level security;
create policy "members read templates" on public.content_type_templates
  for select to authenticated using (organization_id = (select private.organization_id()));
create policy "editors create templates" on public.content_type_templates
  for insert to authenticated
  with check (organization_id = (select private.organization_id()) and (select private.has_role('editor')));
create policy "editors change templates" on public.content_type_templates
  for update to authenticated
  using (organization_id = (select private.organization_id()) and (select private.has_role('editor')))
  with check (organization_id = (select private.organization_id()));
create policy "editors delete templates" on public.content_type_templates
  for delete to authenticated
  using (organization_id = (select private.organization_id()) and (select private.has_role('editor')));
grant select, delete on public.content_type_templates to authenticated;
grant insert (name, title, description, schema, example, source_type_id), update (title, description) on public.content_type_templates to authenticated;

-- Types are changed by verbs. Their names, titles and descriptions stay a matter of one column.
revoke update (schema) on public.content_types from authenticated;

-- References name a type: a new name is theirs, too.
create function private.rename_reference_type(p_schema jsonb, p_from text, p_to text) returns jsonb
language sql immutable set search_path = '' as $$
  select jsonb_set(p_schema, '{properties}', jsonb_object_agg(f.key,
    case when f.value ->> 'x-reference-type' = p_from then f.value || jsonb_build_object('x-reference-type', p_to) else f.value end))
  from jsonb_each(p_schema -> 'properties') f
$$;

create function private.follow_type_name() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.content_types t set schema = private.rename_reference_type(t.schema, old.name, new.name)
  where t.organization_id = new.organization_id
    and exists (select from jsonb_each(t.schema -> 'properties') f where f.value ->> 'x-reference-type' = old.name);
  update public.content_type_templates t set schema = private.rename_reference_type(t.schema, old.name, new.name)
  where t.organization_id = new.organization_id
    and exists (select from jsonb_each(t.schema -> 'properties') f where f.value ->> 'x-reference-type' = old.name);
  return null;
end $$;
create trigger content_types_follow_name after update of name on public.content_types
  for each row when (new.name <> old.name) execute function private.follow_type_name();

create function private.before_type_delete() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_items bigint;
  v_field record;
begin
  -- With its organization everything goes.
  if not exists (select from public.organizations o where o.id = old.organization_id and o.deleted_at is null) then return old; end if;
  select count(*) into v_items from public.content_items i where i.organization_id = old.organization_id and i.type_id = old.id;
  if v_items > 0 then
    raise exception using errcode = 'DS075',
      message = format('"%s" cannot be deleted: %s written in it.', old.title, case v_items when 1 then '1 item is' else v_items || ' items are' end),
      hint = 'Delete them first (archived ones too); a type goes only when nothing is written in it.';
  end if;
  select t.title, coalesce(nullif(btrim(f.value ->> 'title'), ''), f.key) as field into v_field
  from public.content_types t, jsonb_each(t.schema -> 'properties') f
  where t.organization_id = old.organization_id and t.id <> old.id and f.value ->> 'x-reference-type' in (old.name, old.id::text)
  order by t.title, f.key limit 1;
  if found then
    raise exception using errcode = 'DS075',
      message = format('"%s" cannot be deleted: the field "%s" of "%s" refers to items of it.', old.title, v_field.field, v_field.title),
      hint = 'Let that field refer to another type first, or remove it.';
  end if;
  return old;
end $$;
create trigger content_types_before_delete before delete on public.content_types
  for each row execute function private.before_type_delete();

-- Changing a type.

create function private.reshape(p_data jsonb, p_renames jsonb, p_removed text[]) returns jsonb
language sql immutable set search_path = '' as $$
  select coalesce(jsonb_object_agg(coalesce(p_renames ->> d.key, d.key), d.value), '{}')
  from jsonb_each(p_data) d where d.key <> all (p_removed)
$$;
comment on function private.reshape(jsonb, jsonb, text[]) is
  'Data under other names, {old: new}, all at once, so that two fields may swap theirs; what was removed is left out.';

create function private.reshape_schema(p_schema jsonb, p_renames jsonb) returns jsonb
language sql immutable set search_path = '' as $$
  select p_schema || jsonb_build_object('properties', private.reshape(p_schema -> 'properties', p_renames, '{}'))
    || case when jsonb_typeof(p_schema -> 'x-order') = 'array' then jsonb_build_object('x-order', (
      select coalesce(jsonb_agg(coalesce(p_renames ->> o.name, o.name) order by o.place), '[]')
      from jsonb_array_elements_text(p_schema -> 'x-order') with ordinality o(name, place))) else '{}' end
    || case when jsonb_typeof(p_schema -> 'required') = 'array' then jsonb_build_object('required', (
      select coalesce(jsonb_agg(coalesce(p_renames ->> o.name, o.name) order by o.place), '[]')
      from jsonb_array_elements_text(p_schema -> 'required') with ordinality o(name, place))) else '{}' end
$$;

-- The same field under another name is the one with the same x-field-id.
create function private.renamed_fields(p_before jsonb, p_after jsonb) returns jsonb
language sql immutable set search_path = '' as $$
  select coalesce(jsonb_object_agg(b.key, a.key), '{}')
  from jsonb_each(p_before -> 'properties') b
  join jsonb_each(p_after -> 'properties') a on a.value ->> 'x-field-id' = b.value ->> 'x-field-id'
  where a.key <> b.key
$$;

-- Names that a rename would write over.
create function private.check_renames(p_type public.content_types, p_renames jsonb, p_removed text[]) returns void
language plpgsql stable set search_path = '' as $$
declare
  v_targets text[] := array(select r.value from jsonb_each_text(p_renames) r
    where not p_renames ? r.value and r.value <> all (p_removed));
  v_bad record;
begin
  if p_renames = '{}' then return; end if;
  select t.name into v_bad from unnest(v_targets) t(name) where (p_type).schema -> 'properties' ? t.name limit 1;
  if found then
    raise exception using errcode = 'DS072', message = format('"%s" has a field "%s" already.', (p_type).title, v_bad.name), hint = 'Choose another name. Nothing was changed.';
  end if;
  select i.title, d.key into v_bad from public.content_items i, jsonb_each(i.data) d
  where i.organization_id = (p_type).organization_id and i.type_id = (p_type).id and i.data ?| v_targets and d.key = any (v_targets) and not private.is_missing(d.value)
  order by i.title limit 1;
  if found then
    raise exception using errcode = 'DS072', message = format('"%s" still holds something under "%s", which no field has: a rename would write over it.', v_bad.title, v_bad.key),
      hint = 'Take it out on the item''s page, or choose another name. Nothing was changed.';
  end if;
  select i.title, s.name as site, d.key into v_bad
  from public.content_items i
  join public.site_item_mappings m on m.organization_id = i.organization_id and m.item_id = i.id
  join public.sites s on s.organization_id = m.organization_id and s.id = m.site_id
  cross join lateral jsonb_each(m.overrides) d
  where i.organization_id = (p_type).organization_id and i.type_id = (p_type).id and m.overrides ?| v_targets and d.key = any (v_targets) and not private.is_missing(d.value)
  order by i.title, s.name limit 1;
  if found then
    raise exception using errcode = 'DS072', message = format('The override of "%s" on "%s" still holds something under "%s", which no field has: a rename would write over it.', v_bad.title, v_bad.site, v_bad.key),
      hint = 'Clear it in the mappings, or choose another name. Nothing was changed.';
  end if;
  select t.title, r.value as key into v_bad
  from public.content_type_templates t, jsonb_each_text(p_renames) r
  where t.organization_id = (p_type).organization_id and t.source_type_id = (p_type).id
    and t.schema #>> array['properties', r.key, 'x-field-id'] = (p_type).schema #>> array['properties', r.key, 'x-field-id']
    and t.schema -> 'properties' ? r.value
    and not exists (select from jsonb_each_text(p_renames) o where o.key = r.value
      and t.schema #>> array['properties', o.key, 'x-field-id'] = (p_type).schema #>> array['properties', o.key, 'x-field-id'])
  order by t.title limit 1;
  if found then
    raise exception using errcode = 'DS072', message = format('The template "%s" has a field "%s" already.', v_bad.title, v_bad.key),
      hint = 'Choose another name, or delete the template. Nothing was changed.';
  end if;
end $$;

-- The caller holds the type's row.
create function private.apply_type_change(
  p_type public.content_types, p_schema jsonb, p_renames jsonb, p_removed text[], p_name text, p_title text, p_description text
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_keys text[] := array(select jsonb_object_keys(p_renames)) || p_removed;
  v_revision integer;
  v_items integer := 0;
  v_overrides integer := 0;
  v_templates integer := 0;
begin
  -- Items that are being edited are waited for, so that what is written below is over their last word.
  if cardinality(v_keys) > 0 then
    perform 1 from public.content_items i
    where i.organization_id = (p_type).organization_id and i.type_id = (p_type).id order by i.id for no key update;
    perform private.check_renames(p_type, p_renames, p_removed);
  end if;

  update public.content_types t set schema = p_schema, name = p_name, title = p_title, description = p_description
  where t.id = (p_type).id returning t.revision into v_revision;

  if cardinality(v_keys) > 0 then
    insert into private.item_rewrites (transaction) values (pg_current_xact_id()) on conflict do nothing;
    -- One revision for each: the next person who restores one of before sees what became of it.
    update public.content_items i set data = private.reshape(i.data, p_renames, p_removed)
    where i.organization_id = (p_type).organization_id and i.type_id = (p_type).id and i.data ?| v_keys;
    get diagnostics v_items = row_count;
    delete from private.item_rewrites r where r.transaction = pg_current_xact_id();
    v_overrides := private.rewrite_overrides((p_type).organization_id, (p_type).id, p_renames, p_removed);
  end if;

  if p_renames <> '{}' then
    -- What somebody has begun and not saved yet goes along, over the revision that has just been written.
    update public.item_working_copies c set data = private.reshape(c.data, p_renames, '{}'), seq = c.seq + 1,
      base_revision = case when w.rewritten and c.base_revision = w.revision - 1 then w.revision else c.base_revision end
    from (
      select x.id, i.revision, coalesce(i.updated_at = now(), false) as rewritten
      from public.item_working_copies x
      left join public.content_items i on i.organization_id = x.organization_id and i.id = x.item_id
      where x.organization_id = (p_type).organization_id and x.type_id = (p_type).id) w
    where c.id = w.id;
    update public.content_type_templates t set schema = private.reshape_schema(t.schema, n.renames), example = private.reshape(t.example, n.renames, '{}')
    from public.content_type_templates o
    cross join lateral (
      select coalesce(jsonb_object_agg(r.key, r.value), '{}') as renames from jsonb_each_text(p_renames) r
      where o.schema #>> array['properties', r.key, 'x-field-id'] = (p_type).schema #>> array['properties', r.key, 'x-field-id']) n
    where o.organization_id = (p_type).organization_id and o.source_type_id = (p_type).id and n.renames <> '{}' and t.id = o.id;
    get diagnostics v_templates = row_count;
    perform private.write_audit((p_type).organization_id, 'field_renamed', 'content_types', (p_type).id::text, p_title, (
      select jsonb_agg(jsonb_build_object('field', 'name', 'before', r.key, 'after', r.value) order by r.key) from jsonb_each_text(p_renames) r));
  end if;
  return jsonb_build_object('revision', v_revision, 'items', v_items, 'overrides', v_overrides, 'templates', v_templates);
end $$;

create function private.type_for_change(p_type uuid, p_act text) returns public.content_types
language plpgsql set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', p_act);
  v_type public.content_types;
begin
  -- Against items that are being made: their reference asks for this row.
  select * into v_type from public.content_types t where t.organization_id = v_organization and t.id = p_type for update;
  if not found then
    raise exception using errcode = 'DS070', message = 'There is no such content type in this organization.', hint = 'It may have been deleted; reload the list of types.';
  end if;
  return v_type;
end $$;

create function private.rename_field(p_type uuid, p_from text, p_to text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_type public.content_types := private.type_for_change(p_type, 'rename fields');
  v_renames jsonb := jsonb_build_object(coalesce(p_from, ''), p_to);
begin
  if not coalesce(v_type.schema -> 'properties' ? p_from, false) then
    raise exception using errcode = 'DS077', message = format('"%s" has no field "%s".', v_type.title, coalesce(p_from, '')), hint = 'It may have been renamed or removed; reload the type.';
  end if;
  if coalesce(p_to, '') !~ '^[a-z][a-z0-9_]{0,62}$' then
    raise exception using errcode = 'DS077', message = format('"%s" cannot be the name of a field.', left(coalesce(p_to, ''), 100)), hint = 'Use lower-case letters, digits and underscores, a letter first.';
  end if;
  if p_from = p_to then return jsonb_build_object('revision', v_type.revision, 'items', 0, 'overrides', 0, 'templates', 0); end if;
  return private.apply_type_change(v_type, private.reshape_schema(v_type.schema, v_renames), v_renames, '{}', v_type.name, v_type.title, v_type.description);
end $$;
-- Tens of thousands of items take longer than the Data API's usual time; PostgREST takes the longer one from here.
create function public.rename_field(type_id uuid, from_name text, to_name text) returns jsonb
language sql set search_path = '' set statement_timeout = '2min' as $$ select private.take_turn('rename_field'); select private.take_slot(); select private.rename_field(type_id, from_name, to_name) $$;
comment on function public.rename_field(uuid, text, text) is
  'A field under another name, in one transaction: schema (x-field-id stays), data of every item (one revision each), overrides of every mapping, templates made of the type. {revision, items, overrides, templates}. DS072 names what has that name already.';

-- What is in the way of a change: p_sample items and overrides by name, all of them counted.
create function private.type_impact(p_type public.content_types, p_schema jsonb, p_sample integer) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  c_words constant text[] := array['title', 'description', 'default', 'x-field-id', 'x-placeholder'];
  v_renames jsonb := private.renamed_fields((p_type).schema, p_schema);
  v_old jsonb := (p_type).schema -> 'properties';
  v_new jsonb := p_schema -> 'properties';
  v_required jsonb := case when jsonb_typeof(p_schema -> 'required') = 'array' then p_schema -> 'required' else '[]' end;
  v_required_before jsonb := case when jsonb_typeof((p_type).schema -> 'required') = 'array' then (p_type).schema -> 'required' else '[]' end;
  v_removed text[];
  v_checked text[];
  v_after jsonb;
  v_before jsonb;
  v_result jsonb;
begin
  v_removed := array(select o from jsonb_object_keys(v_old) o where not v_renames ? o
    and (not v_new ? o or exists (select from jsonb_each_text(v_renames) r where r.value = o)) order by o);
  -- Names of the new schema whose rules have changed since, or that are needed from now on.
  v_checked := array(
    select n.key from jsonb_each(v_new) n
    left join lateral (select coalesce((select r.key from jsonb_each_text(v_renames) r where r.value = n.key), case when v_old ? n.key and not v_renames ? n.key then n.key end) as name) o on true
    where (n.value - c_words) is distinct from (v_old -> o.name) - c_words or v_required ? n.key and not coalesce(v_required_before ? o.name, false)
    order by n.key);
  v_after := jsonb_build_object('type', 'object',
    'properties', (select coalesce(jsonb_object_agg(c, v_new -> c), '{}') from unnest(v_checked) c),
    'required', (select coalesce(jsonb_agg(c), '[]') from unnest(v_checked) c where v_required ? c));
  -- The same names as they were: who was wrong before does not become so.
  v_before := (select jsonb_build_object('type', 'object', 'properties', coalesce(jsonb_object_agg(c.name, v_old -> c.old), '{}'),
      'required', coalesce(jsonb_agg(c.name) filter (where v_required_before ? c.old), '[]'))
    from (select n as name, coalesce((select r.key from jsonb_each_text(v_renames) r where r.value = n), case when not v_renames ? n then n end) as old from unnest(v_checked) n) c
    where v_old ? c.old);

  with part as (
    select i.id, i.title, i.status, i.revision, i.data,
      (select coalesce(jsonb_agg(k order by k), '[]') from unnest(v_removed) k where not private.is_missing(i.data -> k)) as lost,
      (select coalesce(jsonb_object_agg(coalesce(v_renames ->> d.key, d.key), d.value), '{}') from jsonb_each(i.data) d
        where coalesce(v_renames ->> d.key, d.key) = any (v_checked) and d.key <> all (v_removed)) as data_checked
    from public.content_items i where i.organization_id = (p_type).organization_id and i.type_id = (p_type).id
  ), item as materialized (
    select p.id, p.title, p.status, p.revision, p.lost, case when cardinality(v_checked) = 0 then '[]'::jsonb else private.new_problems((p_type).organization_id, v_before, v_after, p.data_checked, p.status <> 'published') end as problems
    from part p
  ), hit as materialized (
    select * from item i where i.lost <> '[]' or i.problems <> '[]'
  ), override_part as (
    select m.site_id, m.item_id, i.title, i.status, s.name as site,
      (select coalesce(jsonb_agg(k order by k), '[]') from unnest(v_removed) k where m.overrides ? k) as lost,
      (select coalesce(jsonb_object_agg(coalesce(v_renames ->> d.key, d.key), d.value), '{}') from jsonb_each(m.overrides) d
        where coalesce(v_renames ->> d.key, d.key) = any (v_checked) and d.key <> all (v_removed)) as data_checked
    from public.content_items i
    join public.site_item_mappings m on m.organization_id = i.organization_id and m.item_id = i.id and m.overrides <> '{}'
    join public.sites s on s.organization_id = m.organization_id and s.id = m.site_id
    where i.organization_id = (p_type).organization_id and i.type_id = (p_type).id
  ), override_hit as materialized (
    select * from (
      select p.site_id, p.item_id, p.title, p.site, p.lost,
        case when p.data_checked = '{}' then '[]'::jsonb else private.new_problems((p_type).organization_id, v_before, v_after, p.data_checked, true) end as problems
      from override_part p) x
    where x.lost <> '[]' or x.problems <> '[]'
  )
  select jsonb_build_object(
    'revision', (p_type).revision,
    'renamed', (select coalesce(jsonb_agg(jsonb_build_object('from', r.key, 'to', r.value) order by r.key), '[]') from jsonb_each_text(v_renames) r),
    'added', (select coalesce(jsonb_agg(n order by n), '[]') from jsonb_object_keys(v_new) n
      where (not v_old ? n or n = any (v_removed)) and not exists (select from jsonb_each_text(v_renames) r where r.value = n)),
    'removed', (select coalesce(jsonb_agg(jsonb_build_object('name', k, 'title', v_old -> k -> 'title',
        'items', (select count(*) from hit h where h.lost ? k), 'overrides', (select count(*) from override_hit h where h.lost ? k)) order by k), '[]') from unnest(v_removed) k),
    'changed', (select coalesce(jsonb_agg(jsonb_build_object('name', k, 'title', v_new -> k -> 'title',
        'items', (select count(*) from hit h where exists (select from jsonb_array_elements(h.problems) p where split_part(p ->> 'path', '.', 1) = k)),
        'overrides', (select count(*) from override_hit h where exists (select from jsonb_array_elements(h.problems) p where split_part(p ->> 'path', '.', 1) = k))) order by k), '[]')
      from unnest(v_checked) k),
    'lost', jsonb_build_object('items', (select count(*) from hit where lost <> '[]'), 'overrides', (select count(*) from override_hit where lost <> '[]')),
    'invalid', jsonb_build_object('items', (select count(*) from hit where problems <> '[]'), 'published', (select count(*) from hit where problems <> '[]' and status = 'published'),
      'overrides', (select count(*) from override_hit where problems <> '[]')),
    'items', (select coalesce(jsonb_agg(jsonb_build_object('id', h.id, 'title', h.title, 'status', h.status, 'lost', h.lost, 'problems', h.problems)
        order by h.status <> 'published', h.title, h.id), '[]')
      from (select * from hit order by status <> 'published', title, id limit p_sample) h),
    'overrides', (select coalesce(jsonb_agg(jsonb_build_object('site_id', h.site_id, 'site', h.site, 'item_id', h.item_id, 'item', h.title, 'lost', h.lost, 'problems', h.problems)
        order by h.title, h.site, h.item_id, h.site_id), '[]')
      from (select * from override_hit order by title, site, item_id, site_id limit p_sample) h),
    'plan', md5(coalesce((select string_agg(h.id || h.lost::text || h.problems::text, ',' order by h.id) from hit h), '')
      || coalesce((select string_agg(h.site_id::text || h.item_id || h.lost::text || h.problems::text, ',' order by h.site_id, h.item_id) from override_hit h), '')))
  into v_result;
  return v_result || jsonb_build_object('removed_names', to_jsonb(v_removed), 'renames', v_renames);
end $$;

create function private.new_problems(p_organization uuid, p_before jsonb, p_after jsonb, p_data jsonb, p_partial boolean) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce((
    select jsonb_agg(p.problem order by p.place)
    from jsonb_array_elements(private.validate_data(p_after, p_data, p_partial) || private.reference_problems(p_organization, p_after, p_data)) with ordinality p(problem, place)
    where not exists (
      select from jsonb_array_elements(private.validate_data(p_before, p_data, p_partial) || private.reference_problems(p_organization, p_before, p_data)) b
      where b ->> 'path' = p.problem ->> 'path' and b ->> 'message' <> 'is not a field of this type')), '[]')
$$;
comment on function private.new_problems(uuid, jsonb, jsonb, jsonb, boolean) is 'Problems that data has under the schema after, and had not under the one before.';

create function private.check_new_schema(p_type public.content_types, p_schema jsonb) returns void
language plpgsql immutable set search_path = '' as $$
declare
  v_twice text;
begin
  perform private.check_type_schema((p_type).name, p_schema);
  if octet_length(p_schema::text) > 100000 then
    raise exception using errcode = 'DS073', message = format('The fields of "%s" are more than fit into one type (100 kB).', (p_type).title), hint = 'Shorten help texts, or make two types of it.';
  end if;
  select string_agg(format('"%s"', f.key), ' and ' order by f.key) into v_twice from jsonb_each(p_schema -> 'properties') f
  group by f.value ->> 'x-field-id' having count(*) > 1 limit 1;
  if v_twice is not null then
    raise exception using errcode = 'DS073', message = format('The fields %s have the same x-field-id.', v_twice), hint = 'Each field has an x-field-id of its own, which it keeps under every name.';
  end if;
end $$;

create function private.plan_type_change(p_type uuid, p_schema jsonb) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'change content types');
  v_type public.content_types;
begin
  select * into v_type from public.content_types t where t.organization_id = v_organization and t.id = p_type;
  if not found then
    raise exception using errcode = 'DS070', message = 'There is no such content type in this organization.', hint = 'It may have been deleted; reload the list of types.';
  end if;
  perform private.check_new_schema(v_type, p_schema);
  return private.type_impact(v_type, p_schema, 50) - 'removed_names' - 'renames';
end $$;
create function public.plan_type_change(type_id uuid, schema jsonb) returns jsonb
language sql set search_path = '' as $$ select private.take_turn('plan_type_change'); select private.plan_type_change(type_id, schema) $$;
comment on function public.plan_type_change(uuid, jsonb) is
  'What save_type would do: {revision, renamed, added, removed [{name, title, items, overrides}], changed, lost {items, overrides}, invalid {items, published, overrides}, items (first 50: {id, title, status, lost, problems}), overrides (first 50), plan}.';

create function private.save_type(p_type uuid, p_schema jsonb, p_revision integer, p_options jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_type public.content_types := private.type_for_change(p_type, 'change content types');
  v_impact jsonb;
  v_unknown text;
begin
  if jsonb_typeof(p_options) is distinct from 'object' then
    raise exception using errcode = 'DS073', message = 'The options of a change are an object.', hint = 'Send {} for none.';
  end if;
  select o.key into v_unknown from jsonb_each(p_options) o
  where o.key not in ('remove_data', 'accept_invalid', 'plan', 'name', 'title', 'description')
    or jsonb_typeof(o.value) <> case when o.key in ('remove_data', 'accept_invalid') then 'boolean' else 'string' end limit 1;
  if v_unknown is not null then
    raise exception using errcode = 'DS073', message = format('"%s" is not an option of a change, or not of that kind.', v_unknown),
      hint = 'Known options: remove_data (boolean), accept_invalid (boolean), plan, name, title, description (text).';
  end if;
  perform private.check_new_schema(v_type, p_schema);
  if v_type.revision is distinct from p_revision then
    raise exception using errcode = 'DS071', message = format('The fields of "%s" were changed by somebody else.', v_type.title),
      hint = 'Open the type as it is now and repeat your change. Nothing was saved.';
  end if;
  -- Before looking: what is typed into an item at this moment counts, too.
  perform 1 from public.content_items i where i.organization_id = v_type.organization_id and i.type_id = v_type.id order by i.id for no key update;
  v_impact := private.type_impact(v_type, p_schema, 50);
  if p_options ? 'plan' and p_options ->> 'plan' <> v_impact ->> 'plan' then
    raise exception using errcode = 'DS076', message = 'Items have changed since you looked at what this change touches.',
      detail = (v_impact - 'removed_names' - 'renames')::text, hint = 'Look again, then confirm. Nothing was saved.';
  end if;
  if v_impact -> 'lost' <> '{"items": 0, "overrides": 0}' and not coalesce((p_options ->> 'remove_data')::boolean, false) then
    raise exception using errcode = 'DS074',
      message = format('Removing %s would lose what %s and %s hold in it.', (select string_agg(format('"%s"', f ->> 'name'), ', ') from jsonb_array_elements(v_impact -> 'removed') f
          where f -> 'items' <> '0' or f -> 'overrides' <> '0'),
        private.count_text((v_impact #>> '{lost,items}')::bigint, 'item'), private.count_text((v_impact #>> '{lost,overrides}')::bigint, 'override')),
      detail = (v_impact - 'removed_names' - 'renames')::text, hint = 'Keep the field, or say that its data may go. Nothing was saved.';
  end if;
  if v_impact -> 'invalid' <> '{"items": 0, "overrides": 0, "published": 0}' and not coalesce((p_options ->> 'accept_invalid')::boolean, false) then
    raise exception using errcode = 'DS074',
      message = format('%s and %s would not be valid any more.', private.count_text((v_impact #>> '{invalid,items}')::bigint, 'item'), private.count_text((v_impact #>> '{invalid,overrides}')::bigint, 'override')),
      detail = (v_impact - 'removed_names' - 'renames')::text, hint = 'Correct them first, or say that they may stay as they are. Nothing was saved.';
  end if;
  return private.apply_type_change(v_type, p_schema, v_impact -> 'renames', array(select jsonb_array_elements_text(v_impact -> 'removed_names')),
    coalesce(p_options ->> 'name', v_type.name), coalesce(p_options ->> 'title', v_type.title), coalesce(p_options ->> 'description', v_type.description));
end $$;
create function public.save_type(type_id uuid, schema jsonb, expected_revision integer, options jsonb default '{}') returns jsonb
language sql set search_path = '' set statement_timeout = '2min' as $$ select private.take_turn('save_type'); select private.take_slot(); select private.save_type(type_id, schema, expected_revision, options) $$;
comment on function public.save_type(uuid, jsonb, integer, jsonb) is
  'A type''s new fields over the revision that was read, in one transaction. A field with the x-field-id of before under another name is renamed everywhere; what a removed field holds goes only with remove_data, what becomes invalid stays only with accept_invalid (DS074 otherwise, with plan_type_change''s answer as its detail). Options: remove_data, accept_invalid, plan (what plan_type_change answered; DS076 when items have changed since), name, title, description. {revision, items, overrides, templates}.';

insert into private.verb_limits (verb, requests) values ('plan_type_change', 240), ('rename_field', 120), ('save_type', 120);

grant execute on function private.rename_field(uuid, text, text), private.plan_type_change(uuid, jsonb), private.save_type(uuid, jsonb, integer, jsonb),
  public.rename_field(uuid, text, text), public.plan_type_change(uuid, jsonb), public.save_type(uuid, jsonb, integer, jsonb) to authenticated;

-- Pictures, where the project has Storage (the embedded backend has none): a public bucket, a folder for each organization.
do $$
begin
  if to_regclass('storage.buckets') is null or to_regclass('storage.objects') is null then return; end if;
  execute $s$insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
    values ('media', 'media', true, 10485760, array['image/png', 'image/jpeg', 'image/webp', 'image/avif', 'image/gif']) on conflict (id) do nothing$s$;
  execute $s$create policy "editors upload media" on storage.objects for insert to authenticated
    with check (bucket_id = 'media' and (storage.foldername(name))[1] = (select private.organization_id())::text and (select private.has_role('editor')))$s$;
  execute $s$create policy "members read their media" on storage.objects for select to authenticated
    using (bucket_id = 'media' and (storage.foldername(name))[1] = (select private.organization_id())::text)$s$;
end $$;
