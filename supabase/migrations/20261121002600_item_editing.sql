-- Editing items: unsaved work kept per person, a save that says who was faster, revisions restored across renames, who is editing now,
-- and an item as a site would show it.

create table public.item_working_copies (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null,
  user_id uuid not null,
  item_id uuid,
  type_id uuid not null,
  base_revision integer check (base_revision > 0),
  title text not null default '' check (length(title) <= 1000),
  data jsonb not null check (jsonb_typeof(data) = 'object' and octet_length(data::text) <= 500000),
  publish_at timestamptz,
  unpublish_at timestamptz,
  seq integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((item_id is null) = (base_revision is null)),
  foreign key (organization_id, item_id) references public.content_items (organization_id, id) on delete cascade,
  foreign key (organization_id, type_id) references public.content_types (organization_id, id) on delete cascade,
  -- Whoever leaves the organization leaves nothing unsaved behind.
  foreign key (organization_id, user_id) references public.memberships (organization_id, user_id) on delete cascade
);
comment on table public.item_working_copies is
  'What somebody has typed and not saved: one per person and item, and one per person and type for an item that does not exist yet. Nobody else sees it, and no revision is made of it.';
comment on column public.item_working_copies.item_id is 'null: of an item that has not been saved for the first time; then this row''s id becomes the item''s.';
comment on column public.item_working_copies.base_revision is 'The revision that the work began from.';
comment on column public.item_working_copies.seq is 'Counts its writes: a second window of the same person does not write over what it has not seen.';
create unique index item_working_copies_one_idx on public.item_working_copies (user_id, coalesce(item_id, type_id));
create index item_working_copies_item_idx on public.item_working_copies (organization_id, item_id);
create index item_working_copies_type_idx on public.item_working_copies (organization_id, type_id);
create index item_working_copies_user_idx on public.item_working_copies (organization_id, user_id);

alter table public.item_working_copies enable row level security;
-- No nudge announces them: they change every second, and only their owner could see that.
create policy "people read their own working copies" on public.item_working_copies
  for select to authenticated
  using (organization_id = (select private.organization_id()) and user_id = (select private.user_id()));
grant select on public.item_working_copies to authenticated;

create function private.follow_fields(p_data jsonb, p_from jsonb, p_to jsonb, p_strangers boolean) returns jsonb
language sql immutable set search_path = '' as $$
  select coalesce(jsonb_object_agg(coalesce(f.today, d.key), d.value) filter (where f.today is not null
    or (p_strangers and not coalesce(p_to -> 'properties', '{}') ? d.key)), '{}')
  from jsonb_each(p_data) d
  left join lateral (
    select t.key as today from jsonb_each(coalesce(p_to -> 'properties', '{}')) t
    where t.value ->> 'x-field-id' = p_from -> 'properties' -> d.key ->> 'x-field-id'
    limit 1) f on true
$$;
comment on function private.follow_fields(jsonb, jsonb, jsonb, boolean) is
  'Data written under one schema of a type, under the names of another: fields are the same where their x-field-id is. What has no field there is left out, or kept under its name.';

create function private.follow_working_copies() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.item_working_copies c
  set data = private.follow_fields(c.data, old.schema, new.schema, true)
  where c.organization_id = new.organization_id and c.type_id = new.id
    and private.follow_fields(c.data, old.schema, new.schema, true) <> c.data;
  return null;
end $$;
comment on function private.follow_working_copies() is 'A renamed field is renamed in what people have not saved yet, too.';
create trigger content_types_working_copies after update of schema on public.content_types
  for each row when (new.schema is distinct from old.schema) execute function private.follow_working_copies();

-- What a page holds may be keyed by the names of an older schema than today's.
create function private.todays_data(p_organization uuid, p_type uuid, p_type_revision integer, p_data jsonb) returns jsonb
language sql stable set search_path = '' as $$
  select case when p_type_revision is null or p_type_revision >= t.revision or r.schema is null then p_data
    else private.follow_fields(p_data, r.schema, t.schema, true) end
  from public.content_types t
  left join public.content_type_revisions r on r.organization_id = t.organization_id and r.type_id = t.id and r.revision = p_type_revision
  where t.organization_id = p_organization and t.id = p_type
$$;

create function private.refuse_missing_item() returns void
language plpgsql set search_path = '' as $$
begin
  raise exception using errcode = 'DS085', message = 'There is no such item in this organization.', hint = 'It may have been deleted; go back to the list of items.';
end $$;

create function private.keep_working_copy(
  p_item uuid, p_type uuid, p_base_revision integer, p_known_seq integer, p_title text, p_data jsonb,
  p_publish_at timestamptz, p_unpublish_at timestamptz, p_type_revision integer
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'edit content');
  v_user uuid := auth.uid();
  v_type uuid := p_type;
  v_data jsonb;
  v_copy public.item_working_copies;
begin
  if p_item is not null then
    select i.type_id into v_type from public.content_items i where i.organization_id = v_organization and i.id = p_item;
    if not found then perform private.refuse_missing_item(); end if;
  elsif not exists (select from public.content_types t where t.organization_id = v_organization and t.id = p_type) then
    raise exception using errcode = 'DS088', message = 'There is no such content type in this organization.', hint = 'It may have been deleted; choose another type.';
  end if;
  v_data := private.todays_data(v_organization, v_type, p_type_revision, coalesce(p_data, '{}'));
  insert into public.item_working_copies as c (organization_id, user_id, item_id, type_id, base_revision, title, data, publish_at, unpublish_at, seq)
  values (v_organization, v_user, p_item, v_type, case when p_item is not null then coalesce(p_base_revision, 1) end, coalesce(p_title, ''), v_data, p_publish_at, p_unpublish_at,
    coalesce(p_known_seq, 0) + 1)
  on conflict (user_id, coalesce(item_id, type_id)) do update
    set title = excluded.title, data = excluded.data, publish_at = excluded.publish_at, unpublish_at = excluded.unpublish_at,
      base_revision = excluded.base_revision, type_id = excluded.type_id, seq = c.seq + 1, updated_at = now()
    where c.seq = p_known_seq
  returning c.* into v_copy;
  if v_copy.id is not null then return jsonb_build_object('kept', true, 'copy', to_jsonb(v_copy)); end if;
  return jsonb_build_object('kept', false, 'copy',
    (select to_jsonb(c) from public.item_working_copies c where c.user_id = v_user and coalesce(c.item_id, c.type_id) = coalesce(p_item, v_type)));
end $$;
create function public.keep_working_copy(
  title text, data jsonb, item_id uuid default null, type_id uuid default null, base_revision integer default null, known_seq integer default null,
  publish_at timestamptz default null, unpublish_at timestamptz default null, type_revision integer default null
) returns jsonb
language sql set search_path = '' as $$
  select private.take_turn('keep_working_copy');
  select private.keep_working_copy(item_id, type_id, base_revision, known_seq, title, data, publish_at, unpublish_at, type_revision)
$$;
comment on function public.keep_working_copy(text, jsonb, uuid, uuid, integer, integer, timestamptz, timestamptz, integer) is
  'Keeps the caller''s unsaved work on an item, or (item_id null) on a new one of a type: {kept, copy}. Not kept where another window of the caller has written since known_seq: then copy is that window''s.';

create function private.discard_working_copy(p_copy uuid) returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('viewer', 'discard a draft');
begin
  delete from public.item_working_copies c where c.organization_id = v_organization and c.user_id = auth.uid() and c.id = p_copy;
  return found;
end $$;
create function public.discard_working_copy(copy_id uuid) returns boolean
language sql set search_path = '' as $$ select private.discard_working_copy(copy_id) $$;
comment on function public.discard_working_copy(uuid) is 'Removes the caller''s own working copy; false where there is none.';

create function private.save_item(
  p_item uuid, p_known_revision integer, p_title text, p_data jsonb, p_status text,
  p_publish_at timestamptz, p_unpublish_at timestamptz, p_type_revision integer
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'change content');
  v_item public.content_items;
  v_copy public.item_working_copies;
  v_data jsonb;
begin
  select i.* into v_item from public.content_items i where i.organization_id = v_organization and i.id = p_item for update;
  if not found then
    -- The lock comes first: two windows that save a new item at once make one.
    select c.* into v_copy from public.item_working_copies c
    where c.organization_id = v_organization and c.user_id = auth.uid() and c.id = p_item and c.item_id is null for update;
    if not found then
      select i.* into v_item from public.content_items i where i.organization_id = v_organization and i.id = p_item for update;
      if not found then return jsonb_build_object('outcome', 'gone'); end if;
    end if;
  end if;

  v_data := private.todays_data(v_organization, coalesce(v_item.type_id, v_copy.type_id), p_type_revision, coalesce(p_data, '{}'));
  if v_item.id is null then
    insert into public.content_items (id, organization_id, type_id, title, data, status, publish_at, unpublish_at, created_by, updated_by)
    values (v_copy.id, v_organization, v_copy.type_id, p_title, v_data, p_status, p_publish_at, p_unpublish_at, auth.uid(), auth.uid())
    returning * into v_item;
  elsif v_item.revision is distinct from p_known_revision
    -- An answer that got lost is asked for again: what is there already is no conflict.
    and (v_item.title, v_item.data, v_item.status, v_item.publish_at, v_item.unpublish_at) is distinct from (p_title, v_data, p_status, p_publish_at, p_unpublish_at) then
    return jsonb_build_object('outcome', 'conflict', 'item', to_jsonb(v_item));
  else
    update public.content_items i
    set title = p_title, data = v_data, status = p_status, publish_at = p_publish_at, unpublish_at = p_unpublish_at
    where i.id = v_item.id returning i.* into v_item;
  end if;
  delete from public.item_working_copies c
  where c.organization_id = v_organization and c.user_id = auth.uid() and (c.item_id = v_item.id or c.id = p_item);
  return jsonb_build_object('outcome', 'saved', 'item', to_jsonb(v_item));
end $$;
create function public.save_item(
  item_id uuid, title text, data jsonb, status text, known_revision integer default null,
  publish_at timestamptz default null, unpublish_at timestamptz default null, type_revision integer default null
) returns jsonb
language sql set search_path = '' as $$
  select private.take_turn('save_item');
  select private.save_item(item_id, known_revision, title, data, status, publish_at, unpublish_at, type_revision)
$$;
comment on function public.save_item(uuid, text, jsonb, text, integer, timestamptz, timestamptz, integer) is
  'One revision of the caller''s work, which ends the working copy: {outcome: saved | conflict | gone, item}. Written only over known_revision; the id of a new item''s working copy makes that item.';

create function private.restore_revision(p_item uuid, p_revision integer, p_known_revision integer) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'restore revisions');
  v_item public.content_items;
  v_old public.content_item_revisions;
  v_then jsonb;
  v_today jsonb;
  v_before integer;
begin
  select i.* into v_item from public.content_items i where i.organization_id = v_organization and i.id = p_item for update;
  if not found then perform private.refuse_missing_item(); end if;
  select r.* into v_old from public.content_item_revisions r where r.organization_id = v_organization and r.item_id = p_item and r.revision = p_revision;
  if not found then
    raise exception using errcode = 'DS086', message = format('"%s" has no revision %s.', v_item.title, coalesce(p_revision::text, 'like that')),
      hint = format('It has %s; choose one of them.', v_item.revision);
  end if;
  if p_known_revision is distinct from v_item.revision and p_known_revision is not null then
    raise exception using errcode = 'DS087', message = format('"%s" was saved meanwhile: revision %s is now the latest.', v_item.title, v_item.revision),
      hint = 'Nothing was restored. Look at what changed, then restore again.';
  end if;
  select r.schema into v_then from public.content_type_revisions r
  where r.organization_id = v_organization and r.type_id = v_old.type_id and r.revision = v_old.type_revision;
  select t.schema into v_today from public.content_types t where t.organization_id = v_organization and t.id = v_item.type_id;

  v_before := v_item.revision;
  -- The status and the publish window stay: to bring back words is not to send or to withdraw them.
  update public.content_items i set title = v_old.title, data = private.follow_fields(v_old.data, v_then, v_today, false)
  where i.id = p_item returning i.* into v_item;
  return jsonb_build_object('item', to_jsonb(v_item), 'previous', v_before, 'changed', v_item.revision <> v_before,
    'left_out', (select coalesce(jsonb_agg(jsonb_build_object('name', d.key, 'title', coalesce(v_then -> 'properties' -> d.key ->> 'title', d.key)) order by d.key), '[]')
      from jsonb_each(v_old.data) d
      where not private.is_missing(d.value) and not exists (
        select from jsonb_each(coalesce(v_today -> 'properties', '{}')) t where t.value ->> 'x-field-id' = v_then -> 'properties' -> d.key ->> 'x-field-id')));
end $$;
create function public.restore_revision(item_id uuid, revision integer, known_revision integer default null) returns jsonb
language sql set search_path = '' as $$
  select private.take_turn('restore_revision');
  select private.restore_revision(item_id, revision, known_revision)
$$;
comment on function public.restore_revision(uuid, integer, integer) is
  'A new revision with an old one''s title and data, under today''s names of the fields: {item, previous, changed, left_out: [{name, title}]}. Fields that are gone are left out; status and window stay.';

create function private.preview_item(p_site uuid, p_item uuid, p_type uuid, p_title text, p_data jsonb) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('viewer', 'preview content');
  v_site public.sites;
  v_item public.content_items;
  v_mapping public.site_item_mappings;
  v_type public.content_types;
  v_data jsonb;
  v_references jsonb;
  v_shown jsonb;
begin
  select s.* into v_site from public.sites s where s.organization_id = v_organization and s.id = p_site;
  if not found then
    raise exception using errcode = 'DS032', message = 'There is no such site in this organization.', hint = 'It may have been deleted; reload the list of sites.';
  end if;
  if p_item is not null then
    select i.* into v_item from public.content_items i where i.organization_id = v_organization and i.id = p_item;
    if not found then perform private.refuse_missing_item(); end if;
  end if;
  select t.* into v_type from public.content_types t where t.organization_id = v_organization and t.id = coalesce(v_item.type_id, p_type);
  if not found then
    raise exception using errcode = 'DS088', message = 'There is no such content type in this organization.', hint = 'It may have been deleted; choose another type.';
  end if;
  select m.* into v_mapping from public.site_item_mappings m where m.organization_id = v_organization and m.site_id = p_site and m.item_id = p_item;
  v_data := coalesce(p_data, v_item.data, '{}') || case when v_mapping.mode = 'override' then v_mapping.overrides else '{}' end;
  v_shown := jsonb_build_object('id', coalesce(p_item, '00000000-0000-4000-8000-000000000000'), 'type', v_type.name, 'title', coalesce(p_title, v_item.title, ''), 'data', v_data);
  -- What it refers to, as the site would be sent it.
  select jsonb_object_agg(f.field, jsonb_build_object('id', o.id, 'type', t.name, 'title', o.title,
    'data', case when m.mode = 'override' then o.data || m.overrides else o.data end)) into v_references
  from private.reference_fields(v_organization) f
  join public.content_items o on o.organization_id = v_organization and o.id = private.as_uuid(v_data ->> f.field)
    and o.status = 'published' and (o.publish_at is null or o.publish_at <= now()) and (o.unpublish_at is null or o.unpublish_at > now())
  join public.content_types t on t.organization_id = o.organization_id and t.id = o.type_id
  left join public.site_item_mappings m on m.organization_id = v_organization and m.site_id = p_site and m.item_id = o.id
  where f.type_id = v_type.id and m.mode is distinct from 'block';
  if v_references is not null then v_shown := v_shown || jsonb_build_object('references', v_references); end if;

  return jsonb_build_object(
    'organization', (select jsonb_build_object('name', o.name, 'slug', o.slug) from public.organizations o where o.id = v_organization),
    'site', jsonb_build_object('name', v_site.name, 'slug', v_site.slug),
    'mode', v_mapping.mode,
    'overridden', case when v_mapping.mode = 'override' then (select coalesce(jsonb_agg(k order by k), '[]') from jsonb_object_keys(v_mapping.overrides) k) else '[]' end,
    'item', v_shown,
    'items', (
      select coalesce(jsonb_agg(x.shown order by x.position, x.id), '[]') from (
        select m.position, m.item_id as id, e.shown
        from private.effective_payloads(v_organization, array[p_site]) p
        cross join jsonb_array_elements(p.body::jsonb -> 'items') e(shown)
        join public.site_item_mappings m on m.organization_id = v_organization and m.site_id = p_site and m.item_id = (e.shown ->> 'id')::uuid
        where m.item_id is distinct from p_item
        union all
        -- Without a place of its own yet it comes last.
        select coalesce(v_mapping.position, 2147483647), coalesce(p_item, '00000000-0000-4000-8000-000000000000'), v_shown
        where v_mapping.mode is distinct from 'block') x));
end $$;
create function public.preview_item(site_id uuid, item_id uuid default null, type_id uuid default null, title text default null, data jsonb default null) returns jsonb
language sql set search_path = '' as $$
  select private.take_turn('preview_item');
  select private.preview_item(site_id, item_id, type_id, title, data)
$$;
comment on function public.preview_item(uuid, uuid, uuid, text, jsonb) is
  'What a site would show if this item were out, with the title and data given in place of the stored ones: {organization, site, mode, overridden, item, items}. The merge is that of the effective payload.';

insert into private.verb_limits (verb, requests) values
  ('keep_working_copy', 300), ('preview_item', 600), ('restore_revision', 60), ('save_item', 300);

-- Who is editing now: Realtime presence on item:<id>. Members see it, editors show themselves; nothing is broadcast there.
create or replace function private.may_read_topic(p_topic text) returns boolean
language sql stable security definer set search_path = '' as $$
  select case split_part(p_topic, ':', 1)
    when 'org' then split_part(p_topic, ':', 2) = private.organization_id()::text
    when 'job' then exists (
      select 1 from public.sync_jobs j
      where j.organization_id = private.organization_id() and j.id::text = split_part(p_topic, ':', 2))
    when 'item' then exists (
      select 1 from public.content_items i
      where i.organization_id = private.organization_id() and i.id::text = split_part(p_topic, ':', 2))
    when 'landing' then true
    else false end
$$;
comment on function private.may_read_topic(text) is
  'job:<id>, item:<id> and org:<id> for members; landing:<organization>/<site> for everybody (it carries a sequence, never content).';

create policy "members see who is editing" on realtime.messages
  for select to authenticated
  using (extension = 'presence' and (select realtime.topic()) like 'item:%' and (select private.may_read_topic((select realtime.topic()))));
create policy "editors show that they are editing" on realtime.messages
  for insert to authenticated
  with check (extension = 'presence' and (select realtime.topic()) like 'item:%' and (select private.has_role('editor'))
    and (select private.may_read_topic((select realtime.topic()))));

grant execute on function
  private.keep_working_copy(uuid, uuid, integer, integer, text, jsonb, timestamptz, timestamptz, integer), private.discard_working_copy(uuid),
  private.save_item(uuid, integer, text, jsonb, text, timestamptz, timestamptz, integer), private.restore_revision(uuid, integer, integer),
  private.preview_item(uuid, uuid, uuid, text, jsonb),
  public.keep_working_copy(text, jsonb, uuid, uuid, integer, integer, timestamptz, timestamptz, integer), public.discard_working_copy(uuid),
  public.save_item(uuid, text, jsonb, text, integer, timestamptz, timestamptz, integer), public.restore_revision(uuid, integer, integer),
  public.preview_item(uuid, uuid, uuid, text, jsonb)
to authenticated;
