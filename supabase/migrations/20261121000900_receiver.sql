-- The built-in receiver's own record, and the one thing that anonymous visitors may read.

create table public.destination_snapshots (
  site_id uuid primary key,
  organization_id uuid not null,
  webhook_id text not null,
  sequence bigint not null,
  body text not null,
  payload jsonb not null,
  item_count integer not null,
  received_at timestamptz not null default clock_timestamp(),
  foreign key (organization_id, site_id) references public.sites (organization_id, id) on delete cascade
);
comment on table public.destination_snapshots is 'What the built-in receiver last received for a site.';
create index destination_snapshots_site_idx on public.destination_snapshots (organization_id, site_id);

create table public.destination_snapshot_history (
  site_id uuid not null,
  organization_id uuid not null,
  sequence bigint not null,
  webhook_id text not null,
  body text not null,
  item_count integer not null,
  received_at timestamptz not null,
  primary key (site_id, sequence),
  foreign key (organization_id, site_id) references public.sites (organization_id, id) on delete cascade
);
comment on table public.destination_snapshot_history is 'Every payload that the built-in receiver applied.';
create index destination_snapshot_history_site_idx on public.destination_snapshot_history (organization_id, site_id);

create table private.destination_receipts (
  site_id uuid not null,
  organization_id uuid not null,
  webhook_id text not null,
  applied boolean not null,
  item_count integer not null,
  received_at timestamptz not null,
  duplicates integer not null default 0,
  primary key (site_id, webhook_id),
  foreign key (organization_id, site_id) references public.sites (organization_id, id) on delete cascade
);
comment on table private.destination_receipts is 'Ids the receiver has seen: a repeated one is answered as the first was, and applied once.';
create index destination_receipts_site_idx on private.destination_receipts (organization_id, site_id);

alter table public.destination_snapshots enable row level security;
alter table public.destination_snapshot_history enable row level security;
alter table private.destination_receipts enable row level security;
create policy "members read snapshots" on public.destination_snapshots
  for select to authenticated using (organization_id = (select private.organization_id()));
create policy "members read snapshot history" on public.destination_snapshot_history
  for select to authenticated using (organization_id = (select private.organization_id()));
grant select on public.destination_snapshots, public.destination_snapshot_history to authenticated;

create function public.receive_delivery(p_site uuid, p_webhook_id text, p_sequence bigint, p_body text) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_organization uuid;
  v_receipt private.destination_receipts;
  v_payload jsonb := p_body::jsonb;
  v_count integer := jsonb_array_length(v_payload -> 'items');
  v_now timestamptz := clock_timestamp();
begin
  -- One delivery per site at a time, so that "newer than the snapshot" stays true until commit.
  select s.organization_id into v_organization from public.sites s where s.id = p_site for no key update;
  if not found then
    raise exception using errcode = 'DS032', message = 'There is no such site.';
  end if;

  update private.destination_receipts r set duplicates = r.duplicates + 1
  where r.site_id = p_site and r.webhook_id = p_webhook_id returning * into v_receipt;
  if found then
    return jsonb_build_object('applied', v_receipt.applied, 'duplicate', true,
      'receivedAt', v_receipt.received_at, 'itemCount', v_receipt.item_count);
  end if;

  insert into public.destination_snapshots as d (site_id, organization_id, webhook_id, sequence, body, payload, item_count, received_at)
  values (p_site, v_organization, p_webhook_id, p_sequence, p_body, v_payload, v_count, v_now)
  on conflict (site_id) do update set webhook_id = excluded.webhook_id, sequence = excluded.sequence, body = excluded.body,
    payload = excluded.payload, item_count = excluded.item_count, received_at = excluded.received_at
  where excluded.sequence > d.sequence;
  v_receipt.applied := found;
  if v_receipt.applied then
    insert into public.destination_snapshot_history (site_id, organization_id, sequence, webhook_id, body, item_count, received_at)
    values (p_site, v_organization, p_sequence, p_webhook_id, p_body, v_count, v_now);
  end if;
  insert into private.destination_receipts (site_id, organization_id, webhook_id, applied, item_count, received_at)
  values (p_site, v_organization, p_webhook_id, v_receipt.applied, v_count, v_now);
  return jsonb_build_object('applied', v_receipt.applied, 'duplicate', false, 'receivedAt', v_now, 'itemCount', v_count);
end $$;
comment on function public.receive_delivery(uuid, text, bigint, text) is
  'Applies a verified delivery to the site''s snapshot unless its id was seen or its sequence is not newer. {applied, duplicate, receivedAt, itemCount}.';

create function public.take_simulated_failure(p_site uuid) returns boolean
language plpgsql set search_path = '' as $$
declare
  v_rate integer;
begin
  update public.sites s set fail_next = s.fail_next - 1 where s.id = p_site and s.fail_next > 0;
  if found then return true; end if;
  select s.failure_rate into v_rate from public.sites s where s.id = p_site;
  return coalesce(random() * 100 < v_rate, false);
end $$;
comment on function public.take_simulated_failure(uuid) is 'Should the built-in receiver fail this attempt on purpose? Uses up one of fail_next, else rolls failure_rate.';

grant execute on function public.receive_delivery(uuid, text, bigint, text), public.take_simulated_failure(uuid) to service_role;
grant all on all tables in schema private to service_role;

-- What a landing page shows.
create function private.landing_page(p_organization text, p_site text) returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'organization', jsonb_build_object('name', o.name, 'slug', o.slug),
    'site', jsonb_build_object('name', s.name, 'slug', s.slug, 'region', s.region),
    'sequence', d.sequence, 'received_at', d.received_at, 'item_count', coalesce(d.item_count, 0), 'payload', d.payload)
  from public.organizations o
  join public.sites s on s.organization_id = o.id
  left join public.destination_snapshots d on d.organization_id = s.organization_id and d.site_id = s.id
  where o.slug = p_organization and s.slug = p_site
$$;

create function public.landing_page(org_slug text, site_slug text) returns jsonb
language sql stable set search_path = '' as $$ select private.landing_page(org_slug, site_slug) $$;
comment on function public.landing_page(text, text) is
  'What a public landing page shows: the snapshot of a site, null for an unknown page, payload null before the first delivery.';
grant execute on function private.landing_page(text, text), public.landing_page(text, text) to anon, authenticated;
