-- What a team defines once: content types, content items and their revisions.

create table public.content_types (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null default private.organization_id() references public.organizations (id) on delete cascade,
  name text not null check (name ~ '^[a-z][a-z0-9_]{0,62}$'),
  title text not null check (length(btrim(title)) between 1 and 120),
  description text not null default '' check (length(description) <= 2000),
  schema jsonb not null check (jsonb_typeof(schema) = 'object' and octet_length(schema::text) <= 100000),
  revision integer not null default 1,
  created_by uuid default auth.uid() references public.profiles (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (organization_id, id),
  unique (organization_id, name)
);
comment on table public.content_types is
  'A named JSON Schema (our subset) with field order (x-order), widgets (x-widget) and stable field ids (x-field-id).';
create index content_types_created_by_idx on public.content_types (created_by);

create table public.content_type_revisions (
  organization_id uuid not null,
  type_id uuid not null,
  revision integer not null,
  schema jsonb not null,
  created_at timestamptz not null default now(),
  primary key (organization_id, type_id, revision),
  foreign key (organization_id, type_id) references public.content_types (organization_id, id) on delete cascade
);
comment on table public.content_type_revisions is 'Every schema a type has had; item revisions point here, so that each keeps the schema it was written under.';

create table public.content_items (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null default private.organization_id() references public.organizations (id) on delete cascade,
  type_id uuid not null,
  title text not null check (length(btrim(title)) between 1 and 200),
  data jsonb not null default '{}' check (jsonb_typeof(data) = 'object' and octet_length(data::text) <= 500000),
  status text not null default 'draft' check (status in ('draft', 'published', 'archived')),
  revision integer not null default 1,
  published_at timestamptz,
  publish_at timestamptz,
  unpublish_at timestamptz,
  created_by uuid default auth.uid() references public.profiles (id) on delete set null,
  updated_by uuid default auth.uid() references public.profiles (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (organization_id, id),
  foreign key (organization_id, type_id) references public.content_types (organization_id, id),
  constraint content_items_window check (unpublish_at > publish_at)
);
comment on column public.content_items.publish_at is 'A published item is sent from here on; null: at once.';
comment on column public.content_items.unpublish_at is 'A published item is sent until here, this moment excluded; null: without end.';
comment on table public.content_items is 'One piece of content. A draft may be incomplete; publishing is refused while the data does not satisfy the type.';
create index content_items_type_idx on public.content_items (organization_id, type_id);
create index content_items_status_idx on public.content_items (organization_id, status, updated_at desc);
create index content_items_publish_at_idx on public.content_items (publish_at) where status = 'published' and publish_at is not null;
create index content_items_unpublish_at_idx on public.content_items (unpublish_at) where status = 'published' and unpublish_at is not null;
create index content_items_created_by_idx on public.content_items (created_by);
create index content_items_updated_by_idx on public.content_items (updated_by);

create table public.content_item_revisions (
  organization_id uuid not null,
  item_id uuid not null,
  revision integer not null,
  type_id uuid not null,
  type_revision integer not null,
  title text not null,
  data jsonb not null,
  status text not null,
  publish_at timestamptz,
  unpublish_at timestamptz,
  created_by uuid references public.profiles (id) on delete set null,
  created_at timestamptz not null default now(),
  primary key (item_id, revision),
  foreign key (organization_id, item_id) references public.content_items (organization_id, id) on delete cascade,
  foreign key (organization_id, type_id, type_revision) references public.content_type_revisions (organization_id, type_id, revision)
);
comment on table public.content_item_revisions is 'Every save of an item, with the schema it was written under.';
create index content_item_revisions_item_idx on public.content_item_revisions (organization_id, item_id);
create index content_item_revisions_type_idx on public.content_item_revisions (organization_id, type_id, type_revision);
create index content_item_revisions_created_by_idx on public.content_item_revisions (created_by);

-- The SQL half of the validator; its twin is functions/_shared/core/content-schema.ts. Both pass content-schema.vectors.json,
-- and the patterns below are those of content-formats.ts letter for letter.
create function private.format_rules()
returns table (format text, pattern text, message text)
language sql immutable set search_path = '' as $rules$
  values
    ('uri', '^(https?://[^ \t\n\r<>"\\/?#]+([/?#][^ \t\n\r<>"\\]*)?|/([^ \t\n\r<>"\\/][^ \t\n\r<>"\\]*)?)$', 'must be a web address (https://…)'),
    ('email', '^[A-Za-z0-9.!#$%&''*+/=?^_{|}~-]+@[A-Za-z0-9-]+([.][A-Za-z0-9-]+)+$', 'must be an e-mail address'),
    ('date', '^(?!0000)([0-9]{4}-(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|[0-9]{4}-(0[469]|11)-(0[1-9]|[12][0-9]|30)|[0-9]{4}-02-(0[1-9]|1[0-9]|2[0-8])|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$', 'must be a date (YYYY-MM-DD)'),
    ('date-time', '^(?!0000)([0-9]{4}-(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|[0-9]{4}-(0[469]|11)-(0[1-9]|[12][0-9]|30)|[0-9]{4}-02-(0[1-9]|1[0-9]|2[0-8])|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?$', 'must be a date and time (ISO 8601)'),
    ('color', '^#[0-9a-fA-F]{6}$', 'must be a colour (#rrggbb)')
$rules$;

create function private.matches(p_text text, p_pattern text) returns boolean
language plpgsql immutable set search_path = '' as $$
begin
  return p_text ~ p_pattern;
exception when invalid_regular_expression then
  -- A pattern that does not compile checks nothing, here as in the browser.
  return true;
end $$;

create function private.is_missing(p_value jsonb) returns boolean
language sql immutable set search_path = '' as $$
  select p_value is null or p_value in ('null', '""', '[]')
$$;

create function private.value_problem(p_field jsonb, p_value jsonb) returns text
language plpgsql immutable set search_path = '' as $$
declare
  v_type text := p_field ->> 'type';
  v_kind text := jsonb_typeof(p_value);
  v_text text := p_value #>> '{}';
  v_number numeric := case when jsonb_typeof(p_value) = 'number' then (p_value #>> '{}')::numeric end;
begin
  if v_type = 'string' and v_kind <> 'string' then return 'must be text'; end if;
  if v_type = 'number' and v_kind <> 'number' then return 'must be a number'; end if;
  if v_type = 'integer' and (v_kind <> 'number' or v_number <> trunc(v_number)) then return 'must be a whole number'; end if;
  if v_type = 'boolean' and v_kind <> 'boolean' then return 'must be true or false'; end if;

  if p_field ? 'enum' and not exists (select 1 from jsonb_array_elements(p_field -> 'enum') e where e = p_value) then
    return 'must be one of: ' || coalesce((select string_agg(coalesce(e #>> '{}', ''), ', ' order by o)
      from jsonb_array_elements(p_field -> 'enum') with ordinality x(e, o)), '');
  end if;

  if v_number is not null then
    if v_number < (p_field ->> 'minimum')::numeric then return 'must be at least ' || trim_scale((p_field ->> 'minimum')::numeric); end if;
    if v_number > (p_field ->> 'maximum')::numeric then return 'must be at most ' || trim_scale((p_field ->> 'maximum')::numeric); end if;
  elsif v_kind = 'string' then
    if char_length(v_text) < (p_field ->> 'minLength')::numeric then return format('must be at least %s characters', p_field ->> 'minLength'); end if;
    if char_length(v_text) > (p_field ->> 'maxLength')::numeric then return format('must be at most %s characters', p_field ->> 'maxLength'); end if;
    if p_field ? 'pattern' and not private.matches(v_text, p_field ->> 'pattern') then
      return format('must match the pattern %s', p_field ->> 'pattern');
    end if;
    return (select r.message from private.format_rules() r where r.format = p_field ->> 'format' and v_text !~ r.pattern);
  end if;
  return null;
end $$;

create function private.field_problems(p_field jsonb, p_value jsonb, p_path text, p_partial boolean)
returns table (path text, message text)
language plpgsql immutable set search_path = '' as $$
declare
  v_entry record;
begin
  if p_field ->> 'type' = 'array' then
    if jsonb_typeof(p_value) <> 'array' then
      return query values (p_path, 'must be a list');
    elsif p_field ? 'items' then
      for v_entry in select e.value, e.ordinality - 1 as place from jsonb_array_elements(p_value) with ordinality e loop
        if not private.is_missing(v_entry.value) then
          return query select * from private.field_problems(p_field -> 'items', v_entry.value, p_path || '.' || v_entry.place, p_partial);
        elsif not p_partial then
          return query values (p_path || '.' || v_entry.place, 'is required');
        end if;
      end loop;
    end if;
  else
    return query select p_path, p.message from private.value_problem(p_field, p_value) p(message) where p.message is not null;
  end if;
end $$;

create function private.validate_data(p_schema jsonb, p_data jsonb, p_partial boolean default false) returns jsonb
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
comment on function private.validate_data(jsonb, jsonb, boolean) is
  'Problems of data against our JSON Schema subset as [{path, message}], in the order of the fields. Partial: what is missing may be missing (drafts, overrides).';

create function private.keep_type_revision() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' or new.revision <> old.revision then
    insert into public.content_type_revisions (organization_id, type_id, revision, schema)
    values (new.organization_id, new.id, new.revision, new.schema);
  end if;
  return null;
end $$;

create function private.before_type_write() returns trigger
language plpgsql set search_path = '' as $$
declare
  v_bad text;
begin
  if coalesce(jsonb_typeof(new.schema -> 'properties'), '') <> 'object' or new.schema ->> 'type' is distinct from 'object' then
    raise exception using errcode = 'DS021', message = 'The schema of a content type is an object with properties.',
      hint = 'Use {"type": "object", "properties": {…}}.';
  end if;
  select p.key into v_bad from jsonb_each(new.schema -> 'properties') p
  where p.key !~ '^[a-z][a-z0-9_]{0,62}$' or jsonb_typeof(p.value) <> 'object'
     or coalesce(p.value ->> 'type', '') not in ('string', 'number', 'integer', 'boolean', 'array')
     or coalesce(p.value ->> 'x-field-id', '') = ''
  limit 1;
  if v_bad is not null then
    raise exception using errcode = 'DS022', message = format('The field "%s" of "%s" is not one that DataSync understands.', v_bad, new.name),
      hint = 'A field has a name of lower-case letters, digits and underscores, a type (string, number, integer, boolean, array) and an x-field-id.';
  end if;
  if tg_op = 'INSERT' then
    new.revision := 1;
  else
    new.updated_at := now();
    new.revision := old.revision + (new.schema is distinct from old.schema)::int;
  end if;
  return new;
end $$;
create trigger content_types_before before insert or update on public.content_types
  for each row execute function private.before_type_write();
create trigger content_types_keep after insert or update on public.content_types
  for each row execute function private.keep_type_revision();

create function private.before_item_write() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_schema jsonb;
  v_errors jsonb;
begin
  if tg_op = 'INSERT' then
    new.revision := 1;
  elsif (new.title, new.data, new.status, new.type_id, new.publish_at, new.unpublish_at)
      is not distinct from (old.title, old.data, old.status, old.type_id, old.publish_at, old.unpublish_at) then
    -- jsonb calls 1 and 1.0 equal, their bytes differ: what is no revision must not change the payload.
    new.data := old.data;
    return new;
  else
    new.revision := old.revision + 1;
    new.updated_at := now();
    new.updated_by := coalesce(auth.uid(), new.updated_by);
  end if;

  if new.status = 'published' then
    select t.schema into v_schema from public.content_types t
    where t.organization_id = new.organization_id and t.id = new.type_id;
    v_errors := private.validate_data(v_schema, new.data);
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

create function private.keep_item_revision() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' or new.revision <> old.revision then
    insert into public.content_item_revisions (organization_id, item_id, revision, type_id, type_revision, title, data, status, publish_at, unpublish_at, created_by)
    select new.organization_id, new.id, new.revision, new.type_id, t.revision, new.title, new.data, new.status, new.publish_at, new.unpublish_at, new.updated_by
    from public.content_types t where t.id = new.type_id;
  end if;
  return null;
end $$;
create trigger content_items_before before insert or update on public.content_items
  for each row execute function private.before_item_write();
create trigger content_items_keep after insert or update on public.content_items
  for each row execute function private.keep_item_revision();

alter table public.content_types enable row level security;
alter table public.content_type_revisions enable row level security;
alter table public.content_items enable row level security;
alter table public.content_item_revisions enable row level security;

create policy "members read types" on public.content_types
  for select to authenticated using (organization_id = (select private.organization_id()));
create policy "editors create types" on public.content_types
  for insert to authenticated
  with check (organization_id = (select private.organization_id()) and (select private.has_role('editor')));
create policy "editors change types" on public.content_types
  for update to authenticated
  using (organization_id = (select private.organization_id()) and (select private.has_role('editor')))
  with check (organization_id = (select private.organization_id()));
create policy "editors delete types" on public.content_types
  for delete to authenticated
  using (organization_id = (select private.organization_id()) and (select private.has_role('editor')));
create policy "members read type revisions" on public.content_type_revisions
  for select to authenticated using (organization_id = (select private.organization_id()));

create policy "members read items" on public.content_items
  for select to authenticated using (organization_id = (select private.organization_id()));
create policy "editors create items" on public.content_items
  for insert to authenticated
  with check (organization_id = (select private.organization_id()) and (select private.has_role('editor')));
create policy "editors change items" on public.content_items
  for update to authenticated
  using (organization_id = (select private.organization_id()) and (select private.has_role('editor')))
  with check (organization_id = (select private.organization_id()));
create policy "editors delete items" on public.content_items
  for delete to authenticated
  using (organization_id = (select private.organization_id()) and (select private.has_role('editor')));
create policy "members read item revisions" on public.content_item_revisions
  for select to authenticated using (organization_id = (select private.organization_id()));

grant select, delete on public.content_types, public.content_items to authenticated;
grant insert (id, name, title, description, schema), update (name, title, description, schema) on public.content_types to authenticated;
grant insert (id, type_id, title, data, status, publish_at, unpublish_at),
  update (type_id, title, data, status, publish_at, unpublish_at) on public.content_items to authenticated;
grant select on public.content_type_revisions, public.content_item_revisions to authenticated;
