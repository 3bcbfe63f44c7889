-- The matrix as a workplace: what an override was made over, blocks of cells written quickly, a site's items put in order, and news by column.

-- What an item said when somebody overrode it: without it nobody can tell that the two have parted since.
alter table public.site_item_mappings add column override_bases jsonb
  check (jsonb_typeof(override_bases) = 'object' and octet_length(override_bases::text) <= 500000);
comment on column public.site_item_mappings.override_bases is
  'By field: what the item said when the override was made, null where it said nothing. A field that is missing here, or null as a whole: not known.';

create function private.next_bases(p_overrides jsonb, p_data jsonb, p_known_overrides jsonb, p_known_bases jsonb, p_given jsonb) returns jsonb
language sql immutable set search_path = '' as $$
  select coalesce(jsonb_object_agg(o.key, b.base) filter (where b.base is not null), '{}')
  from jsonb_each(p_overrides) o
  cross join lateral (select case
    when p_given is not null then p_given -> o.key
    -- The same value again is no new decision.
    when p_known_overrides -> o.key = o.value then p_known_bases -> o.key
    else coalesce(p_data -> o.key, 'null') end as base) b
$$;
comment on function private.next_bases(jsonb, jsonb, jsonb, jsonb, jsonb) is
  'The bases of overrides that are about to be written over an item''s data, given what was overridden before; p_given is what the writer knows better (an undo, somebody who has looked).';

-- Whoever else writes overrides (the demo, a later verb, a console) need not think of it.
create function private.keep_override_bases() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- write_mappings has worked them out for the whole block.
  if current_setting('datasync.override_bases', true) = 'given' then return new; end if;
  if new.overrides = '{}' then
    new.override_bases := null;
  elsif tg_op = 'INSERT' then
    if new.override_bases is null then
      new.override_bases := private.next_bases(new.overrides,
        (select i.data from public.content_items i where i.organization_id = new.organization_id and i.id = new.item_id), null, null, null);
    end if;
  elsif new.override_bases is not distinct from old.override_bases then
    new.override_bases := private.next_bases(new.overrides,
      (select i.data from public.content_items i where i.organization_id = new.organization_id and i.id = new.item_id),
      old.overrides, old.override_bases, null);
  end if;
  return new;
end $$;
create trigger site_item_mappings_bases_insert before insert on public.site_item_mappings
  for each row when (new.overrides <> '{}') execute function private.keep_override_bases();
create trigger site_item_mappings_bases_update before update of overrides on public.site_item_mappings
  for each row when (new.overrides is distinct from old.overrides) execute function private.keep_override_bases();

-- As in 2300, and: whoever writes overrides and whoever renames a field wait for each other; `bases` of a cell (what its overrides were made
-- over, where the writer knows); rows locked in one order so that two blocks over the same cells wait for each other instead of ending in a
-- deadlock; and nothing looked at that the block does not touch.
create or replace function private.write_mappings(p_organization uuid, p_cells jsonb) returns integer
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

  -- A field that is being renamed is one of this type under its new name alone: whoever writes overrides waits for that, and
  -- whoever renames waits for those who write.
  perform 1 from public.content_types t
  where t.organization_id = p_organization and t.id in (
    select i.type_id from public.content_items i where i.organization_id = p_organization and i.id in (
      select (c ->> 'item_id')::uuid from jsonb_array_elements(p_cells) c where c ->> 'mode' = 'override'))
  order by t.id for key share;

  select format('cell %s: %s', x.o,
    case when s.id is null then 'there is no such site'
         when i.id is null then 'there is no such item'
         when x.c ->> 'mode' not in ('full', 'override', 'block') then format('"%s" is not a mode', x.c ->> 'mode')
         when v.overrides is null then 'overrides must be an object'
         when v.bases is null then 'bases must be an object'
         else format('overrides: %s %s', e.problems -> 0 ->> 'path', e.problems -> 0 ->> 'message') end)
  into v_bad
  from jsonb_array_elements(p_cells) with ordinality x(c, o)
  left join public.sites s on s.organization_id = p_organization and s.id = (x.c ->> 'site_id')::uuid
  left join public.content_items i on i.organization_id = p_organization and i.id = (x.c ->> 'item_id')::uuid
  left join public.content_types t on t.organization_id = p_organization and t.id = i.type_id
  left join lateral (
    -- null counts as no overrides; any other kind of value is refused.
    select case when x.c ->> 'mode' is distinct from 'override' then '{}'
                when coalesce(jsonb_typeof(x.c -> 'overrides'), 'null') = 'null' then '{}'
                when jsonb_typeof(x.c -> 'overrides') = 'object' then x.c -> 'overrides' end as overrides,
           case when coalesce(jsonb_typeof(x.c -> 'bases'), 'null') = 'null' then '{}'
                when jsonb_typeof(x.c -> 'bases') = 'object' then x.c -> 'bases' end as bases
  ) v on true
  -- Nothing is wrong with no overrides: a block of a thousand cells without any asks nothing.
  left join lateral (select private.validate_data(t.schema, v.overrides, true) as problems where v.overrides <> '{}') e on true
  where s.id is null or i.id is null or x.c ->> 'mode' not in ('full', 'override', 'block') or v.overrides is null or v.bases is null
    or jsonb_array_length(e.problems) > 0
  order by x.o limit 1;
  if v_bad is not null then
    raise exception using errcode = 'DS031', message = format('Nothing was changed: %s.', v_bad),
      hint = 'Correct that cell and write the block again.';
  end if;

  perform from (
    select from public.site_item_mappings m
    join (select distinct (c ->> 'site_id')::uuid as site_id, (c ->> 'item_id')::uuid as item_id from jsonb_array_elements(p_cells) c) x
      on x.site_id = m.site_id and x.item_id = m.item_id
    where m.organization_id = p_organization
    order by m.site_id, m.item_id for update of m) locked;

  -- A cell named twice means its last mention, as in a spreadsheet.
  delete from public.site_item_mappings m
  using (select distinct on ((c ->> 'site_id')::uuid, (c ->> 'item_id')::uuid) c
         from jsonb_array_elements(p_cells) with ordinality x(c, o)
         order by (c ->> 'site_id')::uuid, (c ->> 'item_id')::uuid, o desc) x
  where m.organization_id = p_organization and x.c ->> 'mode' is null
    and m.site_id = (x.c ->> 'site_id')::uuid and m.item_id = (x.c ->> 'item_id')::uuid;
  get diagnostics v_removed = row_count;

  perform set_config('datasync.override_bases', 'given', true);
  with cell as materialized (
    select distinct on ((c ->> 'site_id')::uuid, (c ->> 'item_id')::uuid)
      (c ->> 'site_id')::uuid as site_id, (c ->> 'item_id')::uuid as item_id, c ->> 'mode' as mode,
      case when c ->> 'mode' = 'override' then coalesce(nullif(c -> 'overrides', 'null'), '{}') else '{}' end as overrides,
      nullif(c -> 'bases', 'null') as bases, (c ->> 'position')::integer as position, o
    from jsonb_array_elements(p_cells) with ordinality y(c, o)
    order by (c ->> 'site_id')::uuid, (c ->> 'item_id')::uuid, o desc
  ), placed as (
    select c.*, known.position as known_position, known.overrides as known_overrides, known.override_bases as known_bases, last.position as last_position,
      row_number() over (partition by c.site_id, known.item_id is null order by c.o) as n
    from cell c
    left join public.site_item_mappings known on known.site_id = c.site_id and known.item_id = c.item_id
    left join (
      select p.site_id, max(p.position) as position from public.site_item_mappings p
      where p.organization_id = p_organization and p.site_id in (select named.site_id from cell named)
      group by p.site_id) last on last.site_id = c.site_id
    where c.mode is not null
  )
  insert into public.site_item_mappings as m (organization_id, site_id, item_id, mode, overrides, override_bases, position)
  select p_organization, p.site_id, p.item_id, p.mode, p.overrides,
    case when p.overrides <> '{}' then private.next_bases(p.overrides,
      (select i.data from public.content_items i where i.organization_id = p_organization and i.id = p.item_id),
      p.known_overrides, p.known_bases, p.bases) end,
    -- What is new goes to the end, in the order in which it was named.
    coalesce(p.position, p.known_position, coalesce(p.last_position + 1, 0) + p.n::integer - 1)
  from placed p
  order by p.site_id, p.item_id
  on conflict (site_id, item_id) do update
    set mode = excluded.mode,
        position = excluded.position,
        overrides = excluded.overrides,
        override_bases = excluded.override_bases
    where (m.mode, m.overrides, m.position, m.override_bases) is distinct from (excluded.mode, excluded.overrides, excluded.position, excluded.override_bases);
  get diagnostics v_written = row_count;
  perform set_config('datasync.override_bases', '', true);
  return v_removed + v_written;
end $$;
comment on function public.set_mappings(jsonb) is
  'Writes cells [{site_id, item_id, mode | null, overrides?, bases?, position?}] in one transaction, all or none; mode null removes. bases: what the overrides were made over, by field, where the caller knows it. Returns how many changed.';

-- Called by 2400's verbs that rename and remove fields: what overrides were made over is renamed with them.
create function private.rewrite_overrides(p_organization uuid, p_type uuid, p_renames jsonb, p_removed text[]) returns integer
language plpgsql set search_path = '' as $$
declare
  v_rewritten integer;
begin
  perform set_config('datasync.override_bases', 'given', true);
  update public.site_item_mappings m set overrides = private.reshape(m.overrides, p_renames, p_removed),
    override_bases = case when m.override_bases is not null then private.reshape(m.override_bases, p_renames, p_removed) end
  from public.content_items i
  where i.organization_id = p_organization and i.type_id = p_type and m.organization_id = p_organization and m.item_id = i.id
    and m.overrides ?| (array(select jsonb_object_keys(p_renames)) || p_removed);
  get diagnostics v_rewritten = row_count;
  perform set_config('datasync.override_bases', '', true);
  return v_rewritten;
end $$;
comment on function private.rewrite_overrides(uuid, uuid, jsonb, text[]) is 'The overrides of all mappings of a type''s items, under the new names {old: new} and without the removed fields.';

create function private.changed_bases() returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('viewer', 'read mappings');
begin
  return (
    select coalesce(jsonb_object_agg(s.site_id, s.items), '{}') from (
      select c.site_id, jsonb_object_agg(c.item_id, c.fields) as items from (
        select m.site_id, m.item_id, jsonb_agg(b.key order by b.key) as fields
        from public.site_item_mappings m
        join public.content_items i on i.organization_id = m.organization_id and i.id = m.item_id and i.status <> 'archived'
        cross join lateral jsonb_each(m.override_bases) b
        where m.organization_id = v_organization and m.override_bases is not null and m.overrides ? b.key
          and coalesce(i.data -> b.key, 'null') <> b.value
        group by m.site_id, m.item_id) c
      group by c.site_id) s);
end $$;
create function public.changed_bases() returns jsonb
language sql stable set search_path = '' as $$ select private.changed_bases() $$;
comment on function public.changed_bases() is
  'Overrides to look at, {site_id: {item_id: [field]}}: the item says something else by now than when they were made. Archived items are left out.';

-- The items named take the places that they hold among themselves, in the order named: all of a site's, or those that a page shows.
create function private.order_site_items(p_site uuid, p_items uuid[]) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'order a site''s items');
  v_named integer := coalesce(cardinality(p_items), 0);
  v_mapped integer;
  v_written integer;
begin
  -- One order at a time; whoever comes second sees what the first one has left.
  perform from public.sites s where s.organization_id = v_organization and s.id = p_site for no key update;
  if not found then
    raise exception using errcode = 'DS032', message = 'There is no such site in this organization.',
      hint = 'It may have been deleted; reload the list of sites.';
  end if;
  if v_named > 20000 or (select count(distinct i) from unnest(p_items) i) <> v_named then
    raise exception using errcode = 'DS095', message = 'An order names each item once, and at most 20,000 of them.', hint = 'Reload the page and order them again.';
  end if;
  perform from public.site_item_mappings m where m.organization_id = v_organization and m.site_id = p_site order by m.item_id for update;
  select count(*) into v_mapped from public.site_item_mappings m
  where m.organization_id = v_organization and m.site_id = p_site and m.item_id = any (p_items);
  if v_mapped <> v_named then
    raise exception using errcode = 'DS096', message = format('The order was not changed: %s no longer mapped to this site.',
        case when v_named - v_mapped = 1 then '1 of its items is' else (v_named - v_mapped) || ' of its items are' end),
      hint = 'Somebody else has changed the mappings. Look at the list as it is now and order it again.';
  end if;

  with place as (
    select m.item_id, m.position, row_number() over (order by m.position, m.item_id) - 1 as at, w.rank
    from public.site_item_mappings m
    left join unnest(p_items) with ordinality w(item_id, rank) on w.item_id = m.item_id
    where m.organization_id = v_organization and m.site_id = p_site
  ), held as (
    select p.at, row_number() over (order by p.at) as rank from place p where p.rank is not null
  )
  update public.site_item_mappings m set position = coalesce(h.at, p.at)
  from place p left join held h on h.rank = p.rank
  where m.organization_id = v_organization and m.site_id = p_site and m.item_id = p.item_id and m.position <> coalesce(h.at, p.at);
  get diagnostics v_written = row_count;
  return v_written;
end $$;
create function public.order_site_items(site_id uuid, item_ids uuid[]) returns integer
language sql set search_path = '' as $$ select private.take_turn('order_site_items'); select private.order_site_items(site_id, item_ids) $$;
comment on function public.order_site_items(uuid, uuid[]) is
  'Puts a site''s items in order: those named take the places that they hold among themselves, in the order named; the others stay. All or none. Returns how many rows changed.';

insert into private.verb_limits (verb, requests) values ('order_site_items', 240);

grant execute on function private.changed_bases(), public.changed_bases(),
  private.order_site_items(uuid, uuid[]), public.order_site_items(uuid, uuid[]) to authenticated;

-- A matrix of a hundred columns asks again for those that have changed, not for all.
create function private.nudge_mappings() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform realtime.send(jsonb_build_object('table', tg_table_name) || case when count(*) <= 500 then jsonb_build_object('site_ids', jsonb_agg(c.site_id)) else '{}' end,
    'changed', 'org:' || c.organization_id, true)
  from (select distinct x.organization_id, x.site_id from changed x) c
  group by c.organization_id;
  return null;
end $$;
comment on function private.nudge_mappings() is 'As nudge(), with the sites whose mappings have changed where they are not too many to name.';
drop trigger site_item_mappings_nudge_insert on public.site_item_mappings;
drop trigger site_item_mappings_nudge_update on public.site_item_mappings;
drop trigger site_item_mappings_nudge_delete on public.site_item_mappings;
create trigger site_item_mappings_nudge_insert after insert on public.site_item_mappings
  referencing new table as changed for each statement execute function private.nudge_mappings();
create trigger site_item_mappings_nudge_update after update on public.site_item_mappings
  referencing new table as changed for each statement execute function private.nudge_mappings();
create trigger site_item_mappings_nudge_delete after delete on public.site_item_mappings
  referencing old table as changed for each statement execute function private.nudge_mappings();
