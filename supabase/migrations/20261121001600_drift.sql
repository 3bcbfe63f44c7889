-- Drift: what a site says it shows against what we hold as accepted. Seen only when somebody, or a schedule, asks.

-- Of the items alone: the name and slug of a site are not what it shows.
create function private.item_changes_of(p_before text, p_after text) returns jsonb
language sql immutable set search_path = '' as $$
  select private.payload_changes((p_before::jsonb - 'site')::text, (p_after::jsonb - 'site')::text)
$$;

create function private.note_drift(p_site uuid, p_shown text, p_message text) returns text
language plpgsql set search_path = '' as $$
declare
  v_accepted text;
  v_drift text;
  v_changes jsonb;
begin
  select d.body into v_accepted
  from public.site_states st join public.sync_deliveries d on d.organization_id = st.organization_id and d.id = st.accepted_delivery_id
  where st.site_id = p_site;
  if p_message is not null then
    v_drift := 'unreachable';
  elsif exists (select from public.sync_deliveries d where d.target_kind = 'site' and d.target_id = p_site and d.status = 'sending') then
    v_drift := 'unknown';
    p_message := 'A delivery was on its way; check again now that it has ended.';
  elsif v_accepted is null and p_shown is null then
    v_drift := 'unknown';
  elsif v_accepted is null then
    v_drift := 'drifted';
    p_message := 'The site shows something, and has not accepted anything from here.';
  elsif p_shown is null then
    v_drift := 'drifted';
    p_message := 'The site shows nothing.';
    v_changes := private.item_changes_of('{"items":[]}', v_accepted);
  elsif p_shown::jsonb -> 'items' = v_accepted::jsonb -> 'items' then
    v_drift := 'in_sync';
  else
    v_drift := 'drifted';
    v_changes := private.item_changes_of(p_shown, v_accepted);
    p_message := private.count_text(jsonb_array_length(v_changes), 'difference') || ' from what the site accepted.';
  end if;
  update public.site_states st set drift = v_drift, drift_message = p_message, drift_changes = v_changes, drift_checked_at = clock_timestamp()
  where st.site_id = p_site;
  return v_drift;
end $$;
comment on function private.note_drift(uuid, text, text) is 'Compares what a site shows (a body, null for nothing) with its accepted delivery and keeps the difference; a message means that it could not be asked.';

create function public.record_drift(p_site uuid, p_shown text, p_error text) returns text
language plpgsql set search_path = '' as $$
begin
  if p_error is null and p_shown is not null and not private.is_payload(p_shown) then
    p_error := 'The site answered, but not with a payload: {"version": 1, "site": {…}, "items": [{"id", "type", "title", "data"}]}.';
  end if;
  return private.note_drift(p_site, case when p_error is null then p_shown end, p_error);
end $$;
comment on function public.record_drift(uuid, text, text) is 'Keeps what a site answered when it was asked what it shows, or why it could not be asked. Returns the site''s drift state.';

create function private.is_payload(p_text text) returns boolean
language plpgsql immutable set search_path = '' as $$
begin
  if jsonb_typeof(p_text::jsonb -> 'items') is distinct from 'array' then return false; end if;
  return not exists (
    select from jsonb_array_elements(p_text::jsonb -> 'items') i
    where jsonb_typeof(i) <> 'object' or jsonb_typeof(i -> 'data') is distinct from 'object'
      or coalesce(i ->> 'id', '') !~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$');
-- No JSON at all, or some that jsonb cannot hold: \u0000, a number beyond all bounds, nesting without end.
exception when data_exception or program_limit_exceeded then
  return false;
end $$;

-- Built-in sites at once; those that say themselves what they show are marked, and asked over HTTP by the functions.
create function private.check_drift(p_organization uuid, p_sites uuid[], out checked integer, out drifted integer, out asked integer)
language plpgsql set search_path = '' as $$
begin
  perform 1 from public.site_states st
  where st.organization_id = p_organization and (p_sites is null or st.site_id = any (p_sites)) order by st.site_id for update;
  select count(*), count(*) filter (where x.drift = 'drifted') into checked, drifted
  from (
    select private.note_drift(s.id, d.body, null) as drift
    from public.sites s
    left join public.destination_snapshots d on d.organization_id = s.organization_id and d.site_id = s.id
    where s.organization_id = p_organization and (p_sites is null or s.id = any (p_sites)) and s.destination_url is null and s.state_url is null
    order by s.id
  ) x;
  with asking as (
    insert into private.drift_questions (site_id, organization_id)
    select s.id, s.organization_id from public.sites s
    where s.organization_id = p_organization and (p_sites is null or s.id = any (p_sites)) and s.state_url is not null
    order by s.id
    -- Asked before and not taken up yet: still a question.
    on conflict (site_id) do update set asked_at = excluded.asked_at
    returning 1
  )
  select count(*) into asked from asking;
end $$;

create table private.drift_questions (
  site_id uuid primary key,
  organization_id uuid not null,
  asked_at timestamptz not null default now(),
  foreign key (organization_id, site_id) references public.sites (organization_id, id) on delete cascade
);
comment on table private.drift_questions is 'Sites that are to be asked what they show, until the functions have taken the question up.';
create index drift_questions_site_idx on private.drift_questions (organization_id, site_id);
alter table private.drift_questions enable row level security;

create function public.sites_to_ask(p_sites uuid[]) returns table (site_id uuid, state_url text)
language sql set search_path = '' as $$
  with taken as (delete from private.drift_questions q where q.site_id = any (p_sites))
  select s.id, s.state_url from public.sites s where s.id = any (p_sites) and s.state_url is not null order by s.id
$$;
comment on function public.sites_to_ask(uuid[]) is 'Where these sites say what they show; takes their questions up.';

create function private.check_drift_by_hand(p_sites uuid[]) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'check sites for drift');
begin
  return (select jsonb_build_object('checked', x.checked, 'drifted', x.drifted, 'asked', x.asked) from private.check_drift(v_organization, p_sites) x);
end $$;
create function public.check_drift(site_ids uuid[] default null) returns jsonb
language sql set search_path = '' as $$ select private.check_drift_by_hand(site_ids) $$;
comment on function public.check_drift(uuid[]) is
  'Compares what built-in sites show with what they accepted. {checked, drifted, asked}: those asked have an address of their own and are asked by the function drift.';

grant execute on function private.check_drift_by_hand(uuid[]), public.check_drift(uuid[]) to authenticated;
grant execute on function public.record_drift(uuid, text, text), public.sites_to_ask(uuid[]) to service_role;
grant all on private.drift_questions to service_role;
