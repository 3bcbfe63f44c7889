-- Where content goes: sites, what the engine knows of each, their secrets, and which item goes where.

-- Who shares a destination's capacity: scheme, host and port, written in one way. Empty for the built-in receiver.
create function private.origin_of(p_url text) returns text
language sql immutable set search_path = '' as $$
  select coalesce((
    select lower(m[1]) || '://' || lower(m[2]) || ':' || coalesce(m[3], case lower(m[1]) when 'https' then '443' else '80' end)
    from regexp_match(p_url, '^(https?)://(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]+)(?::([0-9]+))?', 'i') m), '')
$$;
comment on function private.origin_of(text) is 'scheme://host:port in lower case; '''' for null, the built-in receiver.';

create table public.sites (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null default private.organization_id() references public.organizations (id) on delete cascade,
  name text not null check (length(btrim(name)) between 1 and 120),
  slug text not null check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 63),
  region text check (length(region) <= 60),
  destination_url text check (destination_url ~ '^https?://[^\s]+$' and length(destination_url) <= 2048),
  enabled boolean not null default true,
  failure_rate smallint not null default 0 check (failure_rate between 0 and 100),
  fail_next smallint not null default 0 check (fail_next between 0 and 100),
  max_attempts smallint not null default 4 check (max_attempts between 1 and 10),
  first_retry_ms integer not null default 500 check (first_retry_ms between 100 and 60000),
  timeout_seconds smallint not null default 10 check (timeout_seconds between 1 and 30),
  requests_per_minute smallint check (requests_per_minute between 1 and 6000),
  state_url text check (state_url ~ '^https?://[^\s]+$' and length(state_url) <= 2048),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (organization_id, id),
  unique (organization_id, slug)
);
comment on table public.sites is 'A publishing target.';
comment on column public.sites.destination_url is
  'Where deliveries are posted; null is the built-in receiver, whose address follows the deployment instead of being stored.';
comment on column public.sites.failure_rate is 'Built-in receiver only: percent of attempts that it fails on purpose.';
comment on column public.sites.fail_next is 'Built-in receiver only: this many of the next attempts fail on purpose.';
comment on column public.sites.first_retry_ms is 'Milliseconds before the second attempt; doubles from there, up to 5 minutes, each 20 % more or less.';
comment on column public.sites.requests_per_minute is 'Requests are at least a minute divided by this apart; null: no limit.';
comment on column public.sites.state_url is 'Where the site says by GET what it shows, in the form of a payload; null: it does not say.';

create table public.site_states (
  site_id uuid primary key,
  organization_id uuid not null,
  secret_set_at timestamptz,
  last_sequence bigint not null default 0,
  accepted_delivery_id uuid,
  accepted_sequence bigint,
  accepted_hash text,
  accepted_at timestamptz,
  accepted_item_count integer,
  on_hold boolean not null default false,
  on_hold_since timestamptz,
  hold_reason text,
  disabled_reason text,
  circuit text not null default 'closed' check (circuit in ('closed', 'open', 'half_open')),
  circuit_changed_at timestamptz,
  not_before timestamptz,
  secret_version integer,
  secret_overlap_until timestamptz,
  drift text not null default 'unknown' check (drift in ('unknown', 'in_sync', 'drifted', 'unreachable')),
  drift_checked_at timestamptz,
  drift_message text,
  drift_changes jsonb,
  last_status text,
  last_error text,
  last_attempt_at timestamptz,
  foreign key (organization_id, site_id) references public.sites (organization_id, id) on delete cascade
);
comment on table public.site_states is 'What the engine knows of a site: its sequence, its accepted delivery and how the last attempt went. Written by the engine only.';
comment on column public.site_states.on_hold is 'After a rollback: scheduled runs pass the site by until somebody runs it by hand or lifts the hold.';
comment on column public.site_states.circuit is 'open: paused after failures; half_open: one probe is under way; closed: nothing is held back.';
comment on column public.site_states.not_before is 'The next request goes out no earlier: rate limit or open circuit.';
comment on column public.site_states.drift_changes is 'What the site shows (before) against what it accepted (after), in the form of a plan''s changes.';
create index site_states_site_idx on public.site_states (organization_id, site_id);

create table private.site_secrets (
  site_id uuid not null,
  organization_id uuid not null,
  version integer not null,
  ciphertext bytea not null,
  nonce bytea not null check (length(nonce) = 12),
  key_version integer not null,
  created_at timestamptz not null default now(),
  retired_at timestamptz,
  primary key (site_id, version),
  foreign key (organization_id, site_id) references public.sites (organization_id, id) on delete cascade
);
comment on table private.site_secrets is 'Signing secrets, AES-256-GCM under a key that only the functions hold. SQL never sees the plain text.';
create index site_secrets_site_idx on private.site_secrets (organization_id, site_id);

create table public.site_item_mappings (
  organization_id uuid not null default private.organization_id() references public.organizations (id) on delete cascade,
  site_id uuid not null,
  item_id uuid not null,
  mode text not null check (mode in ('full', 'override', 'block')),
  overrides jsonb not null default '{}' check (jsonb_typeof(overrides) = 'object'),
  position integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (site_id, item_id),
  foreign key (organization_id, site_id) references public.sites (organization_id, id) on delete cascade,
  foreign key (organization_id, item_id) references public.content_items (organization_id, id) on delete cascade
);
comment on table public.site_item_mappings is 'Item x site with a mode. No row: not sent.';
create index site_item_mappings_site_idx on public.site_item_mappings (organization_id, site_id);
create index site_item_mappings_item_idx on public.site_item_mappings (organization_id, item_id);

create trigger sites_touch before update on public.sites
  for each row execute function private.touch_updated_at();
create trigger site_item_mappings_touch before update on public.site_item_mappings
  for each row execute function private.touch_updated_at();

create function private.make_site_state() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.site_states (site_id, organization_id) values (new.id, new.organization_id);
  return null;
end $$;
create trigger sites_state after insert on public.sites
  for each row execute function private.make_site_state();

-- Whoever enables a site again has dealt with the reason.
create function private.clear_disabled_reason() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.site_states st set disabled_reason = null where st.site_id = new.id and st.disabled_reason is not null;
  return null;
end $$;
create trigger sites_enabled after update of enabled on public.sites
  for each row when (new.enabled and not old.enabled) execute function private.clear_disabled_reason();

alter table public.sites enable row level security;
alter table public.site_states enable row level security;
alter table private.site_secrets enable row level security;
alter table public.site_item_mappings enable row level security;

create policy "members read sites" on public.sites
  for select to authenticated using (organization_id = (select private.organization_id()));
create policy "editors create sites" on public.sites
  for insert to authenticated
  with check (organization_id = (select private.organization_id()) and (select private.has_role('editor')));
create policy "editors change sites" on public.sites
  for update to authenticated
  using (organization_id = (select private.organization_id()) and (select private.has_role('editor')))
  with check (organization_id = (select private.organization_id()));
create policy "editors delete sites" on public.sites
  for delete to authenticated
  using (organization_id = (select private.organization_id()) and (select private.has_role('editor')));
create policy "members read site states" on public.site_states
  for select to authenticated using (organization_id = (select private.organization_id()));
create policy "members read mappings" on public.site_item_mappings
  for select to authenticated using (organization_id = (select private.organization_id()));

grant select, delete on public.sites to authenticated;
grant insert (id, name, slug, region, destination_url, enabled, failure_rate, fail_next,
    max_attempts, first_retry_ms, timeout_seconds, requests_per_minute, state_url),
  update (name, slug, region, destination_url, enabled, failure_rate, fail_next,
    max_attempts, first_retry_ms, timeout_seconds, requests_per_minute, state_url) on public.sites to authenticated;
grant select on public.site_states, public.site_item_mappings to authenticated;

-- Mappings are written by one verb: a cell, a row, a column or a pasted block in one transaction.
create function private.set_mappings(p_cells jsonb) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'change mappings');
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
  left join public.sites s on s.organization_id = v_organization and s.id = (x.c ->> 'site_id')::uuid
  left join public.content_items i on i.organization_id = v_organization and i.id = (x.c ->> 'item_id')::uuid
  left join public.content_types t on t.organization_id = v_organization and t.id = i.type_id
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
  where m.organization_id = v_organization and x.c ->> 'mode' is null
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
      where p.organization_id = v_organization group by p.site_id) last on last.site_id = c.site_id
    where c.mode is not null
  )
  insert into public.site_item_mappings as m (organization_id, site_id, item_id, mode, overrides, position)
  select v_organization, p.site_id, p.item_id, p.mode,
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

create function public.set_mappings(cells jsonb) returns integer
language sql set search_path = '' as $$ select private.set_mappings(cells) $$;
comment on function public.set_mappings(jsonb) is
  'Writes cells [{site_id, item_id, mode | null, overrides?, position?}] in one transaction, all or none; mode null removes. Returns how many changed.';
grant execute on function private.set_mappings(jsonb), public.set_mappings(jsonb) to authenticated;
