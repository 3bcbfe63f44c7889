-- The effective payload: what a site should show now. Here alone, set-based; previews, plans and runs call it.

create type private.site_payload as (
  site_id uuid, name text, slug text, body text, hash text, item_count integer, bytes integer
);

create function private.effective_payloads(p_organization uuid, p_sites uuid[] default null)
returns setof private.site_payload
language sql stable set search_path = '' as $$
  with piece as materialized (
    -- Each item is written once, however many sites show it. jsonb prints its keys in one canonical order: equal content is equal bytes.
    select i.id, i.data,
      '{"id":"' || i.id || '","type":' || to_json(t.name)::text || ',"title":' || to_json(i.title)::text || ',"data":' as head,
      i.data::text as body
    from public.content_items i
    join public.content_types t on t.organization_id = i.organization_id and t.id = i.type_id
    where i.organization_id = p_organization and i.status = 'published'
      and (i.publish_at is null or i.publish_at <= now()) and (i.unpublish_at is null or i.unpublish_at > now())
  ), list as (
    select m.site_id, count(*)::integer as item_count,
      string_agg(p.head || case when m.mode = 'override' then (p.data || m.overrides)::text else p.body end || '}',
        ',' order by m.position, m.item_id) as items
    from public.site_item_mappings m
    join piece p on p.id = m.item_id
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
  'Body (exact text), sha-256 hex of its UTF-8 bytes, item count and size in bytes, for the sites given or for all of the organization, at the time of the transaction.';

create function private.preview_payload(p_site uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('viewer', 'preview payloads');
  v_result jsonb;
begin
  select jsonb_build_object('body', e.body, 'hash', e.hash, 'item_count', e.item_count, 'bytes', e.bytes, 'payload', e.body::jsonb)
  into v_result from private.effective_payloads(v_organization, array[p_site]) e;
  if v_result is null then
    raise exception using errcode = 'DS032', message = 'There is no such site in this organization.',
      hint = 'It may have been deleted; reload the list of sites.';
  end if;
  return v_result;
end $$;

create function public.preview_payload(site_id uuid) returns jsonb
language sql stable set search_path = '' as $$ select private.preview_payload(site_id) $$;
comment on function public.preview_payload(uuid) is 'What a run would send to this site now: {body, hash, item_count, bytes, payload}.';
grant execute on function private.preview_payload(uuid), public.preview_payload(uuid) to authenticated;
