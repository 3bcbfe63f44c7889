-- The figures of the home page in one round trip.

create function private.dashboard() returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('viewer', 'see the dashboard');
begin
  return (
    with site as (
      select s.id, s.name, st.accepted_hash is not distinct from p.hash as up_to_date
      from public.sites s
      join public.site_states st on st.organization_id = s.organization_id and st.site_id = s.id
      join private.effective_payloads(v_organization) p on p.site_id = s.id
      where s.organization_id = v_organization and s.enabled
    ), item as (
      select count(*) filter (where i.status = 'published') as published, count(*) filter (where i.status = 'draft') as drafts
      from public.content_items i where i.organization_id = v_organization
    ), run as (
      -- Runs that sent nothing or were cancelled say nothing about whether sites answer.
      select j.*, round(extract(epoch from j.finished_at - j.created_at) * 1000)::integer as duration_ms
      from public.sync_jobs j
      where j.organization_id = v_organization and j.finished_at > now() - interval '30 days'
        and j.status in ('success', 'partial', 'failed') and j.succeeded + j.failed > 0
    )
    select jsonb_build_object(
      'sites', (select count(*) from site),
      'sites_up_to_date', (select count(*) from site where up_to_date),
      'sites_behind', (select coalesce(jsonb_agg(jsonb_build_object('id', b.id, 'name', b.name) order by b.name), '[]')
        from (select * from site where not up_to_date order by name limit 5) b),
      'published', item.published, 'drafts', item.drafts,
      'last_job', (select to_jsonb(j) - 'organization_id' from public.sync_jobs j where j.organization_id = v_organization order by j.created_at desc limit 1),
      'success_rate', (select avg((r.status = 'success')::integer) from run r),
      'jobs_counted', (select count(*) from run), 'jobs_not_whole', (select count(*) from run r where r.status <> 'success'),
      'median_ms', (select percentile_cont(0.5) within group (order by r.duration_ms) from run r),
      'durations_ms', (select coalesce(jsonb_agg(d.duration_ms order by d.created_at), '[]')
        from (select r.duration_ms, r.created_at from run r order by r.created_at desc limit 20) d))
    from item);
end $$;

create function public.dashboard() returns jsonb
language sql stable set search_path = '' as $$ select private.dashboard() $$;
comment on function public.dashboard() is
  'Sites (all enabled, up to date, the first five behind), items, the last run, success rate and durations of the runs of the last 30 days.';
grant execute on function private.dashboard(), public.dashboard() to authenticated;
