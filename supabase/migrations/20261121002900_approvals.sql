-- A second person: where an organization wants it, a run by an editor needs an admin's approval of exactly what it sends. And what
-- the pages of runs ask: which runs match a filter, and how two deliveries differ.

alter table public.organizations add column approval_required boolean not null default false;
comment on column public.organizations.approval_required is
  'A run that an editor starts needs the approval of an admin, and so does one that a publishing time would start. What schedules and API keys start needs none: admins make these, and they send whatever editors have published. Only a site that never accepted anything is passed by, by schedules.';

create table public.plan_approvals (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  title text not null,
  plan_hash text not null check (length(plan_hash) = 64),
  site_ids uuid[] not null check (cardinality(site_ids) >= 1),
  site_hashes text[] not null,
  force boolean not null default false,
  note text not null default '' check (length(note) <= 2000),
  state text not null default 'pending' check (state in ('pending', 'approved', 'rejected', 'used', 'withdrawn', 'outdated')),
  requested_by uuid references public.profiles (id) on delete set null,
  requested_at timestamptz not null default clock_timestamp(),
  decided_by uuid references public.profiles (id) on delete set null,
  decided_at timestamptz,
  comment text not null default '' check (length(comment) <= 2000),
  job_id uuid,
  unique (organization_id, id),
  constraint plan_approvals_one_hash_per_site check (cardinality(site_hashes) = cardinality(site_ids)),
  constraint plan_approvals_by_somebody_else check (decided_by is null or state not in ('approved', 'used') or decided_by is distinct from requested_by),
  foreign key (organization_id, job_id) references public.sync_jobs (organization_id, id) on delete set null (job_id)
);
comment on table public.plan_approvals is 'Somebody asked that a plan be approved, and what became of that. It holds for this plan''s hash and these sites, for one run.';
comment on column public.plan_approvals.site_ids is 'The sites of the plan, in order of their ids. The hash covers them too.';
comment on column public.plan_approvals.site_hashes is 'For each site the first 16 characters of its payload''s hash when it was asked: which sites have changed since.';
comment on column public.plan_approvals.force is 'Also what has not changed is sent.';
comment on column public.plan_approvals.requested_by is 'Null: a publishing time of content has come, or whoever asked has left.';
create index plan_approvals_recent_idx on public.plan_approvals (organization_id, requested_at desc);
create index plan_approvals_open_idx on public.plan_approvals (organization_id, plan_hash) where state in ('pending', 'approved');
create index plan_approvals_requested_by_idx on public.plan_approvals (requested_by);
create index plan_approvals_decided_by_idx on public.plan_approvals (decided_by);
create index plan_approvals_job_idx on public.plan_approvals (organization_id, job_id) where job_id is not null;
create index plan_approvals_closed_idx on public.plan_approvals (organization_id, requested_at) where state in ('used', 'rejected', 'outdated', 'withdrawn') and job_id is null;

alter table public.plan_approvals enable row level security;
create policy "members read approvals" on public.plan_approvals
  for select to authenticated using (organization_id = (select private.organization_id()));
grant select on public.plan_approvals to authenticated;
select private.audit_table('plan_approvals', 'id');
-- Nobody deletes one; that it is no longer kept is nobody's act.
drop trigger plan_approvals_audit_delete on public.plan_approvals;
create trigger plan_approvals_nudge_insert after insert on public.plan_approvals
  referencing new table as changed for each statement execute function private.nudge();
create trigger plan_approvals_nudge_update after update on public.plan_approvals
  referencing new table as changed for each statement execute function private.nudge();

-- The rule.
create function private.set_approval_rule(p_required boolean) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('admin', 'change who approves runs');
begin
  if p_required is null then
    raise exception using errcode = 'DS103', message = 'The rule is on or off.', hint = 'Send true or false.';
  end if;
  update public.organizations o set approval_required = p_required where o.id = v_organization and o.approval_required <> p_required;
end $$;
create function public.set_approval_rule(required boolean) returns void
language sql set search_path = '' as $$ select private.set_approval_rule(required) $$;
comment on function public.set_approval_rule(boolean) is 'Whether a run by an editor needs the approval of an admin.';

-- What somebody may no longer do, they have not done in advance: an approval by somebody who is no admin any more waits for another's.
create function private.approvals_follow_membership() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.plan_approvals a set state = 'pending', decided_by = null, decided_at = null, comment = ''
  where a.organization_id = old.organization_id and a.decided_by = old.user_id and a.state = 'approved';
  if tg_op = 'DELETE' or new.role = 'viewer' then
    update public.plan_approvals a set state = 'withdrawn'
    where a.organization_id = old.organization_id and a.requested_by = old.user_id and a.state in ('pending', 'approved');
  end if;
  return null;
end $$;
create trigger memberships_change_approvals after update of role on public.memberships
  for each row when (old.role <> new.role) execute function private.approvals_follow_membership();
create trigger memberships_end_approvals after delete on public.memberships
  for each row execute function private.approvals_follow_membership();

create function private.new_approval(
  p_organization uuid, p_user uuid, p_payloads private.site_payload[], p_hash text, p_note text, p_force boolean
) returns uuid
language plpgsql set search_path = '' as $$
declare
  v_id uuid;
  v_sites uuid[];
  v_hashes text[];
begin
  select array_agg(p.site_id order by p.site_id), array_agg(left(p.hash, 16) order by p.site_id) into v_sites, v_hashes from unnest(p_payloads) p;
  -- Whoever asks for newer content of the same sites does not mean the older any more.
  update public.plan_approvals a set state = 'outdated'
  where a.organization_id = p_organization and a.requested_by is not distinct from p_user and a.state in ('pending', 'approved')
    and a.site_ids = v_sites and (a.plan_hash <> p_hash or a.force <> p_force);
  insert into public.plan_approvals (organization_id, title, plan_hash, site_ids, site_hashes, force, note, requested_by)
  values (p_organization, format('Plan %s… for %s', left(p_hash, 8), private.count_text(cardinality(v_sites), 'site')), p_hash, v_sites, v_hashes, p_force, p_note, p_user)
  returning id into v_id;
  return v_id;
end $$;

create function private.request_approval(p_site_ids uuid[], p_hash text, p_note text, p_force boolean) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'ask for an approval');
  v_note text := btrim(coalesce(p_note, ''));
  v_ids uuid[] := private.chosen_sites(v_organization, p_site_ids);
  v_payloads private.site_payload[];
  v_hash text;
  v_id uuid;
begin
  if not (select o.approval_required from public.organizations o where o.id = v_organization) then
    raise exception using errcode = 'DS103', message = 'Runs of this organization need no approval.', hint = 'Start the run yourself.';
  end if;
  if length(v_note) > 2000 then
    raise exception using errcode = 'DS103', message = 'The note is longer than 2,000 characters.', hint = 'Shorten it.';
  end if;
  select array_agg(e order by e.name) into v_payloads from private.effective_payloads(v_organization, v_ids) e;
  v_hash := private.plan_hash(v_organization, v_payloads);
  if p_hash is distinct from v_hash then
    raise exception using errcode = 'DS012', message = 'The content has changed since the plan that you looked at.',
      hint = 'Look at the new plan and ask again. Nobody was asked.';
  end if;
  -- Asking twice is asking once.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(v_organization::text || auth.uid()::text, 2900));
  select a.id into v_id from public.plan_approvals a
  where a.organization_id = v_organization and a.requested_by = auth.uid() and a.state in ('pending', 'approved') and a.plan_hash = v_hash and a.force = coalesce(p_force, false);
  if v_id is null then
    if (select count(*) from public.plan_approvals a where a.organization_id = v_organization and a.requested_by = auth.uid() and a.state = 'pending') >= 20 then
      raise exception using errcode = 'DS103', message = '20 of your plans wait for an approval already.', hint = 'Withdraw those that you no longer need.';
    end if;
    v_id := private.new_approval(v_organization, auth.uid(), v_payloads, v_hash, v_note, coalesce(p_force, false));
  end if;
  return (select jsonb_build_object('id', a.id, 'state', a.state) from public.plan_approvals a where a.id = v_id);
end $$;
create function public.request_approval(site_ids uuid[] default null, plan_hash text default null, note text default '', force boolean default false) returns jsonb
language sql set search_path = '' as $$ select private.take_turn('request_approval'); select private.request_approval(site_ids, plan_hash, note, force) $$;
comment on function public.request_approval(uuid[], text, text, boolean) is
  'Asks the admins to approve the plan of these sites (null: every enabled one) as it is now, which must be the one of that hash. {id, state}; asking again is answered the same.';

create function private.approval_to_change(p_organization uuid, p_approval uuid, p_states text[]) returns public.plan_approvals
language plpgsql set search_path = '' as $$
declare
  v_approval public.plan_approvals;
begin
  select * into v_approval from public.plan_approvals a where a.organization_id = p_organization and a.id = p_approval for update;
  if v_approval.id is null then
    raise exception using errcode = 'DS100', message = 'There is no such request for approval in this organization.', hint = 'Open it from the list of approvals.';
  end if;
  if not v_approval.state = any (p_states) then
    raise exception using errcode = 'DS101', message = format('The request is no longer open: %s.', case v_approval.state
        when 'used' then 'the run was started' when 'outdated' then 'its content has changed' else 'it was ' || v_approval.state end),
      hint = 'Look at the list of approvals for what is open.';
  end if;
  return v_approval;
end $$;

create function private.decide_approval(p_approval uuid, p_approve boolean, p_comment text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('admin', 'approve runs');
  v_comment text := btrim(coalesce(p_comment, ''));
  v_approval public.plan_approvals;
  v_payloads private.site_payload[];
  v_hash text;
begin
  if p_approve is null or length(v_comment) > 2000 then
    raise exception using errcode = 'DS103', message = case when p_approve is null then 'A request is approved or rejected.' else 'The comment is longer than 2,000 characters.' end,
      hint = case when p_approve is null then 'Send true or false.' else 'Shorten it.' end;
  end if;
  -- What was approved and is not yet used can still be taken back.
  v_approval := private.approval_to_change(v_organization, p_approval, case when p_approve then array['pending'] else array['pending', 'approved'] end);
  -- Whoever waited for the lock may have been demoted meanwhile.
  perform private.require_role('admin', 'approve runs');
  if v_approval.requested_by = auth.uid() then
    raise exception using errcode = 'DS099', message = 'You asked for this approval yourself.', hint = 'Another admin decides on it.';
  end if;
  if p_approve then
    begin
      select array_agg(e) into v_payloads from private.effective_payloads(v_organization, private.chosen_sites(v_organization, v_approval.site_ids)) e;
      v_hash := private.plan_hash(v_organization, v_payloads);
    exception when sqlstate 'DS032' or sqlstate 'DS033' then
      -- A site is gone or all are disabled: that is another plan, too.
      v_hash := null;
    end;
  end if;
  update public.plan_approvals a set
    state = case when not p_approve then 'rejected' when v_hash is distinct from a.plan_hash then 'outdated' else 'approved' end,
    decided_by = auth.uid(), decided_at = clock_timestamp(), comment = v_comment
  where a.id = v_approval.id returning a.* into v_approval;
  return jsonb_build_object('id', v_approval.id, 'state', v_approval.state);
end $$;
create function public.decide_approval(approval_id uuid, approve boolean, comment text default '') returns jsonb
language sql set search_path = '' as $$ select private.take_turn('decide_approval'); select private.decide_approval(approval_id, approve, comment) $$;
comment on function public.decide_approval(uuid, boolean, text) is
  'Approves a plan that somebody else has asked for, or rejects it. {id, state}: approved, rejected, or outdated where the content has changed since it was asked (nothing is approved then).';

create function private.withdraw_approval(p_approval uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'withdraw a request');
  v_approval public.plan_approvals := private.approval_to_change(v_organization, p_approval, array['pending', 'approved']);
begin
  if v_approval.requested_by is distinct from auth.uid() then
    raise exception using errcode = 'DS099', message = 'Somebody else asked for this approval.', hint = 'They can withdraw it; an admin can reject it.';
  end if;
  update public.plan_approvals a set state = 'withdrawn' where a.id = v_approval.id;
end $$;
create function public.withdraw_approval(approval_id uuid) returns void
language sql set search_path = '' as $$ select private.withdraw_approval(approval_id) $$;
comment on function public.withdraw_approval(uuid) is 'Takes back what the caller has asked for, while no run has used it.';

insert into private.verb_limits (verb, requests) values ('request_approval', 60), ('decide_approval', 120), ('find_jobs', 600), ('compare_deliveries', 600);

-- Is this run of these sites allowed, and by which approval? The caller holds the sites' locks, so that what is compared is what is sent.
create function private.approval_for(p_organization uuid, p_user uuid, p_sites uuid[], p_hash text, p_force boolean) returns uuid
language plpgsql set search_path = '' as $$
declare
  v_sites uuid[] := array(select distinct x from unnest(p_sites) x order by x);
  v_is_admin boolean := exists (select from public.memberships m where m.organization_id = p_organization and m.user_id = p_user and m.role = 'admin');
  v_id uuid;
  v_waits boolean;
begin
  select a.id into v_id from public.plan_approvals a
  where a.organization_id = p_organization and a.plan_hash = p_hash and a.site_ids = v_sites and (a.force or not p_force)
    and (a.state = 'approved' and exists (
        select from public.memberships m where m.organization_id = p_organization and m.user_id = a.decided_by and m.role = 'admin')
      -- An admin who starts what somebody else waits for has approved it with that.
      or a.state = 'pending' and v_is_admin and a.requested_by is distinct from p_user)
  order by a.state = 'approved' desc, a.requested_by = p_user desc nulls last, a.requested_at
  limit 1 for update;
  if v_id is not null or v_is_admin or not (select o.approval_required from public.organizations o where o.id = p_organization) then return v_id; end if;

  select exists (select from public.plan_approvals a
    where a.organization_id = p_organization and a.plan_hash = p_hash and a.site_ids = v_sites and a.state = 'pending') into v_waits;
  if not v_waits and exists (select from public.plan_approvals a
    where a.organization_id = p_organization and a.site_ids = v_sites and a.plan_hash <> p_hash and a.state = 'approved') then
    raise exception using errcode = 'DS102', message = 'The content has changed since this plan was approved.',
      hint = 'Look at the new plan and ask for its approval. Nothing was sent.';
  end if;
  raise exception using errcode = 'DS098',
    message = case when v_waits then 'This run still waits for the approval of an admin.' else 'In this organization a run needs the approval of an admin.' end,
    hint = case when v_waits then 'An admin other than you decides on it. Nothing was sent.' else 'Ask for it in the review. Nothing was sent.' end;
end $$;
comment on function private.approval_for(uuid, uuid, uuid[], text, boolean) is
  'The approval that a run by hand uses, null where it needs none; DS098 without one, DS102 where what was approved is no longer what would be sent.';

create or replace function private.start_run(
  p_organization uuid, p_user uuid, p_trigger text, p_site_ids uuid[], p_options jsonb
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_ids uuid[] := private.chosen_sites(p_organization, p_site_ids);
  v_force boolean := coalesce((p_options ->> 'force')::boolean, false);
  v_expected text := p_options ->> 'expected_plan_hash';
  v_by_hand boolean := p_trigger in ('manual', 'api');
  v_payloads private.site_payload[];
  v_outgoing private.outgoing[];
  v_hash text;
  v_approval uuid;
  v_approved private.log_line[] := '{}';
  v_job public.sync_jobs;
begin
  perform private.lock_sites(p_organization, v_ids);
  -- One that has gone or was disabled meanwhile is no longer chosen.
  v_ids := private.chosen_sites(p_organization, coalesce(p_site_ids, array(
    select s.id from public.sites s where s.organization_id = p_organization and s.id = any (v_ids) and s.enabled)));

  select array_agg(e order by e.name, e.site_id) into v_payloads from private.effective_payloads(p_organization, v_ids) e;
  v_hash := private.plan_hash(p_organization, v_payloads);
  if v_expected is not null and v_expected <> v_hash then
    raise exception using errcode = 'DS012', message = 'The content has changed since the plan that you approved.',
      hint = 'Look at the new plan and confirm again. Nothing was sent.';
  end if;
  -- A schedule or a key was made by an admin; a person shows that one agrees with exactly this.
  if p_trigger = 'manual' then v_approval := private.approval_for(p_organization, p_user, v_ids, v_hash, v_force); end if;
  if v_by_hand and not exists (select 1 from unnest(v_payloads) p where p.item_count > 0)
     and not exists (select 1 from public.site_states st
       where st.organization_id = p_organization and st.site_id = any (v_ids) and st.accepted_hash is not null) then
    raise exception using errcode = 'DS011', message = 'There is nothing to send: no published item is mapped to a site.',
      hint = 'Publish an item and map it to a site, then run the sync.';
  end if;

  select array_agg(row(p.site_id, p.name, p.slug, p.body, p.hash, p.item_count, p.bytes, null,
      case when not s.enabled then private.disabled_text()
           when not v_by_hand and st.on_hold then 'on hold after a rollback'
           -- A schedule goes on with what was begun; where a new site's content goes, somebody has looked at first.
           when p_trigger = 'schedule' and st.accepted_hash is null and (select o.approval_required from public.organizations o where o.id = p_organization)
             then 'nobody has approved its first run'
           -- A site that never had anything needs no empty page from a schedule.
           when not v_by_hand and st.accepted_hash is null and p.item_count = 0 then 'nothing is mapped to it'
           -- What waits or is on its way counts: the accepted delivery is not the last word then.
           when not v_force and st.accepted_hash is not distinct from p.hash and not exists (
             select 1 from public.sync_deliveries o
             where o.target_kind = 'site' and o.target_id = p.site_id and o.status in ('queued', 'retrying'))
             and not exists (select 1 from public.sync_deliveries o
             where o.target_kind = 'site' and o.target_id = p.site_id and o.status = 'sending')
             then 'unchanged since the last accepted delivery' end)::private.outgoing order by p.name, p.site_id)
  into v_outgoing
  from unnest(v_payloads) p
  join public.sites s on s.organization_id = p_organization and s.id = p.site_id
  join public.site_states st on st.organization_id = p_organization and st.site_id = p.site_id;
  if not v_by_hand and exists (select 1 from unnest(v_outgoing) o where o.skip_reason is null and o.bytes <= private.largest_body()) then
    -- One site that nobody looks at must not hold back the others.
    select array_agg(row(o.site_id, o.name, o.slug, o.body, o.hash, o.item_count, o.bytes, o.retry_of,
        case when o.skip_reason is null and o.bytes > private.largest_body() then private.too_large_text() else o.skip_reason end)::private.outgoing
      order by o.name, o.site_id)
    into v_outgoing from unnest(v_outgoing) o;
  end if;
  perform private.check_sizes(v_outgoing);
  -- Nobody asked for this run by hand; if it has nothing to do, it leaves nothing behind.
  if not v_by_hand and not exists (select 1 from unnest(v_outgoing) o where o.skip_reason is null) then return null; end if;

  v_job := private.new_job(p_organization, p_user, p_trigger, p_options - 'expected_plan_hash', v_hash, cardinality(v_outgoing));
  if v_approval is not null then
    update public.plan_approvals a set state = 'used', job_id = v_job.id,
      decided_by = coalesce(a.decided_by, p_user), decided_at = coalesce(a.decided_at, clock_timestamp())
    where a.id = v_approval;
    select array[row(v_job.id, 'info', format('Plan approved by %s', coalesce(d.full_name, d.email))
        || case when r.id is null then '' else format(', asked for by %s', coalesce(r.full_name, r.email)) end, null, null, null, null)::private.log_line]
    into v_approved
    from public.plan_approvals a join public.profiles d on d.id = a.decided_by left join public.profiles r on r.id = a.requested_by
    where a.id = v_approval;
  end if;
  if v_by_hand and exists (select from public.site_states st
    where st.organization_id = p_organization and st.site_id = any (v_ids) and st.on_hold) then
    update public.site_states st set on_hold = false, on_hold_since = null, hold_reason = null
    where st.organization_id = p_organization and st.on_hold
      and st.site_id in (select o.site_id from unnest(v_outgoing) o where o.skip_reason is distinct from private.disabled_text());
  end if;
  return private.queue_deliveries(v_job, v_outgoing,
    array[row(v_job.id, 'info', private.opening_line(p_organization, v_job.number, v_payloads), null, null, null, null)::private.log_line]
      || v_approved || private.blocked_lines(p_organization, v_job.id, v_ids));
end $$;
comment on function private.start_run(uuid, uuid, text, uuid[], jsonb) is
  'Makes a job and its deliveries. By hand (manual, api) it always makes one; otherwise null when there is nothing to send, and sites on hold are passed by. A manual one shows its approval where the organization wants one.';

-- What is sent again (a replay, a retry, a rollback) may be long out of date and has no plan to approve: under the rule it is for admins.
create or replace function private.send_again(p_organization uuid, p_deliveries uuid[], p_content text, p_trigger text, p_what text, p_extra private.log_line[] default '{}')
returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_sites uuid[];
  v_outgoing private.outgoing[];
  v_payloads private.site_payload[];
  v_job public.sync_jobs;
  v_lines private.log_line[];
begin
  perform private.check_content(p_content);
  if (select o.approval_required from public.organizations o where o.id = p_organization) and not exists (
    select from public.memberships m where m.organization_id = p_organization and m.user_id = auth.uid() and m.role = 'admin') then
    raise exception using errcode = 'DS104', message = 'In this organization only admins send again what was sent before.',
      hint = 'Ask an admin to do it, or ask for an approval of the current content in the review. Nothing was sent.';
  end if;
  v_sites := array(select d.site_id from public.sync_deliveries d
    where d.organization_id = p_organization and d.id = any (p_deliveries) and d.site_id is not null);
  perform private.lock_sites(p_organization, v_sites);
  v_outgoing := private.outgoing_again(p_organization, p_deliveries);
  if v_outgoing is null then
    raise exception using errcode = 'DS036', message = 'There is nothing to send again: the sites of these deliveries are gone.',
      hint = 'A deleted site cannot receive anything; choose other deliveries.';
  end if;
  if p_content = 'current' then
    select array_agg(e) into v_payloads from private.effective_payloads(p_organization, v_sites) e;
    select array_agg(row(p.site_id, p.name, p.slug, p.body, p.hash, p.item_count, p.bytes, o.retry_of,
      case when o.skip_reason = private.disabled_text() then o.skip_reason end)::private.outgoing order by p.name, p.site_id)
    into v_outgoing from unnest(v_outgoing) o join unnest(v_payloads) p on p.site_id = o.site_id;
  end if;
  if not exists (select 1 from unnest(v_outgoing) o where o.skip_reason is null) then
    raise exception using errcode = 'DS036',
      message = (select format('Nothing can be sent again: "%s": %s.', o.name, o.skip_reason) from unnest(v_outgoing) o order by o.name limit 1),
      hint = 'Enable the site, or send current content instead of the original.';
  end if;
  perform private.check_sizes(v_outgoing);
  v_job := private.new_job(p_organization, auth.uid(), p_trigger, jsonb_build_object('content', p_content), null, cardinality(v_outgoing));
  select array_agg(row(v_job.id, l.level, l.message, l.site_id, l.item_id, l.delivery_id, l.payload)::private.log_line)
  into v_lines from unnest(p_extra) l;
  return private.queue_deliveries(v_job, v_outgoing,
    array[row(v_job.id, 'info', format('Run %s started: %s, %s', v_job.number, p_what, case p_content when 'original' then 'with the original content' else 'with current content' end),
      null, null, null, null)::private.log_line] || coalesce(v_lines, '{}'));
end $$;

-- What was approved for one address must not go out to another: deliveries that wait go along when a site moves.
create function private.guard_destination() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if auth.uid() is not null and (select o.approval_required from public.organizations o where o.id = new.organization_id) and not private.has_role('admin') then
    raise exception using errcode = 'DS113', message = format('Where "%s" is sent is for admins to change while runs need an approval.', old.name),
      hint = 'Ask an admin of the organization. Nothing was saved.';
  end if;
  return new;
end $$;
create trigger sites_guard_destination before update of destination_url on public.sites
  for each row when (new.destination_url is distinct from old.destination_url) execute function private.guard_destination();

-- As in 2000; a hold that an admin's rollback has left is an admin's to lift while runs need an approval.
create or replace function private.lift_hold(p_site uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'lift a hold');
  v_was boolean;
begin
  if (select o.approval_required from public.organizations o where o.id = v_organization) and not private.has_role('admin') then
    raise exception using errcode = 'DS104', message = 'In this organization holds are lifted by admins: runs need an approval.', hint = 'Ask an admin. The site stays on hold.';
  end if;
  select st.on_hold into v_was from public.site_states st where st.organization_id = v_organization and st.site_id = p_site for update;
  if not found then
    raise exception using errcode = 'DS032', message = 'There is no such site in this organization.', hint = 'It may have been deleted; reload the list of sites.';
  end if;
  update public.site_states st set on_hold = false, on_hold_since = null, hold_reason = null where st.site_id = p_site;
  if v_was then
    perform private.write_audit(v_organization, 'hold_lifted', 'sites', p_site::text, (select s.name from public.sites s where s.id = p_site), '[]');
  end if;
end $$;

-- Editors set publishing times, so under the rule a time that comes asks instead of running.
create function private.ask_for_window(p_organization uuid, p_sites uuid[]) returns void
language plpgsql set search_path = '' as $$
declare
  v_payloads private.site_payload[];
  v_hash text;
begin
  select array_agg(e order by e.name) into v_payloads
  from private.effective_payloads(p_organization, array(
    select s.id from public.sites s join public.site_states st on st.organization_id = s.organization_id and st.site_id = s.id
    where s.organization_id = p_organization and s.id = any (p_sites) and s.enabled and not st.on_hold)) e
  join public.site_states st on st.organization_id = p_organization and st.site_id = e.site_id
  where st.accepted_hash is distinct from e.hash and (st.accepted_hash is not null or e.item_count > 0);
  if v_payloads is null then return; end if;
  v_hash := private.plan_hash(p_organization, v_payloads);
  if exists (select from public.plan_approvals a where a.organization_id = p_organization and a.plan_hash = v_hash and a.state in ('pending', 'approved')) then return; end if;
  perform private.new_approval(p_organization, null, v_payloads, v_hash, 'The publishing time of content has come.', false);
end $$;
comment on function private.ask_for_window(uuid, uuid[]) is 'A request for approval by nobody, for those of the sites that would change.';

-- As in 1500, and: windows of items that others refer to count too, and under the rule it asks instead of running.
create or replace function private.start_window_runs() returns uuid[]
language plpgsql set search_path = '' as $$
declare
  v_from timestamptz;
  v_now timestamptz := now();
  v_org record;
  v_run record;
  v_jobs uuid[] := '{}';
begin
  select e.windows_checked_at into v_from from private.engine_state e where e.id for update skip locked;
  if v_from is null or v_from >= v_now then return '{}'; end if;
  for v_org in
    select i.organization_id, o.approval_required, array_agg(distinct m.site_id order by m.site_id) as sites
    from private.turned_items(v_from, v_now) i
    join public.organizations o on o.id = i.organization_id
    join public.site_item_mappings m on m.organization_id = i.organization_id and m.item_id = i.id and m.mode <> 'block'
    join public.sites s on s.organization_id = m.organization_id and s.id = m.site_id and s.enabled
    group by i.organization_id, o.approval_required
  loop
    if v_org.approval_required then
      perform private.ask_for_window(v_org.organization_id, v_org.sites);
    else
      select * into v_run from private.start_unasked(v_org.organization_id, null, v_org.sites);
      if v_run.outcome = 'started' then v_jobs := v_jobs || v_run.job_id; end if;
    end if;
  end loop;
  update private.engine_state set windows_checked_at = v_now where id;
  return v_jobs;
end $$;

-- Runs by filter. An index for each filter, in the order in which runs are listed; those that only served a reference grow to serve both.
create index sync_jobs_status_idx on public.sync_jobs (organization_id, status, number desc);
create index sync_jobs_trigger_idx on public.sync_jobs (organization_id, trigger, number desc);
drop index public.sync_jobs_created_by_idx;
create index sync_jobs_created_by_idx on public.sync_jobs (created_by, organization_id, number desc);
drop index public.sync_jobs_schedule_idx;
create index sync_jobs_schedule_idx on public.sync_jobs (organization_id, schedule_id, number desc) where schedule_id is not null;
drop index public.sync_jobs_api_key_idx;
create index sync_jobs_api_key_idx on public.sync_jobs (organization_id, api_key_id, number desc) where api_key_id is not null;
-- What is read in a list of why a run did not end well is found by any part of it.
create extension if not exists pg_trgm with schema extensions;
create index sync_jobs_message_idx on public.sync_jobs using gin (message extensions.gin_trgm_ops) where status in ('failed', 'partial', 'cancelled');
create index sync_deliveries_reason_idx on public.sync_deliveries using gin (reason extensions.gin_trgm_ops) where status = 'failed';

create function private.find_jobs(p_filter jsonb, p_before integer, p_count integer) returns integer[]
language plpgsql stable security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('viewer', 'see runs');
  v_count integer := least(greatest(coalesce(p_count, 50), 1), 200);
  v_status text := p_filter ->> 'status';
  v_trigger text := p_filter ->> 'trigger';
  v_site uuid;
  v_text text := left(btrim(coalesce(p_filter ->> 'text', '')), 200);
  v_pattern text;
  v_unknown text;
  v_low integer := 0;
  v_high integer := coalesce(p_before - 1, 2147483647);
  v_number integer;
  v_since timestamptz := '-infinity';
  v_until timestamptz := 'infinity';
  v_where text := 'j.organization_id = $1 and j.number between $2 and $3';
  v_query text;
  v_found integer[];
begin
  if jsonb_typeof(p_filter) is distinct from 'object' then
    raise exception using errcode = 'DS103', message = 'The filter of runs is an object.', hint = 'Known keys: status, trigger, site_id, from, to, text.';
  end if;
  select k into v_unknown from jsonb_object_keys(p_filter) k where k not in ('status', 'trigger', 'site_id', 'from', 'to', 'text') limit 1;
  if v_unknown is not null then
    raise exception using errcode = 'DS103', message = format('"%s" is not a filter of runs.', left(v_unknown, 100)), hint = 'Known keys: status, trigger, site_id, from, to, text.';
  end if;
  begin
    v_site := (p_filter ->> 'site_id')::uuid;
    v_since := coalesce((p_filter ->> 'from')::timestamptz, v_since);
    v_until := coalesce((p_filter ->> 'to')::timestamptz, v_until);
  exception when data_exception then
    raise exception using errcode = 'DS103', message = 'A filter of runs has a value that cannot be read.', hint = 'site_id is a UUID; from and to are times (ISO 8601).';
  end;

  -- Runs are numbered in the order in which they are made, so a stretch of time is a stretch of numbers.
  if v_since > '-infinity' then
    select j.number into v_low from public.sync_jobs j where j.organization_id = v_organization and j.created_at >= v_since order by j.created_at limit 1;
    if v_low is null then return '{}'; end if;
  end if;
  if v_until < 'infinity' then
    select j.number into v_number from public.sync_jobs j where j.organization_id = v_organization and j.created_at < v_until order by j.created_at desc limit 1;
    if v_number is null then return '{}'; end if;
    v_high := least(v_high, v_number);
  end if;
  if v_text ~ '^#?[0-9]{1,9}$' then
    v_low := greatest(v_low, ltrim(v_text, '#')::integer);
    v_high := least(v_high, ltrim(v_text, '#')::integer);
    v_text := '';
  end if;
  if v_low > v_high then return '{}'; end if;
  if v_status is not null then v_where := v_where || ' and j.status = $5'; end if;
  if v_trigger is not null then v_where := v_where || ' and j.trigger = $6'; end if;

  if v_text <> '' then
    v_pattern := '%' || replace(replace(replace(v_text, '\', '\\'), '%', '\%'), '_', '\_') || '%';
    if v_site is not null then
      v_where := v_where || ' and exists (select from public.sync_deliveries x where x.organization_id = j.organization_id and x.job_id = j.id and x.site_id = $7)';
    end if;
    -- Who or what started it, each by its own index; and what a list says of a run that did not end well.
    v_query := format($q$
      select f.number from (
        select x.number from (select p.id from public.profiles p join public.memberships m on m.user_id = p.id
            where m.organization_id = $1 and (p.full_name ilike $8 or p.email ilike $8) limit 50) who
          cross join lateral (select j.number from public.sync_jobs j where j.created_by = who.id and %1$s order by j.number desc limit $4) x
        union
        select x.number from (select s.id from public.schedules s where s.organization_id = $1 and s.name ilike $8 limit 50) which
          cross join lateral (select j.number from public.sync_jobs j where j.schedule_id = which.id and %1$s order by j.number desc limit $4) x
        union
        select x.number from (select k.id from public.api_keys k where k.organization_id = $1 and k.name ilike $8 limit 100) which
          cross join lateral (select j.number from public.sync_jobs j where j.api_key_id = which.id and %1$s order by j.number desc limit $4) x
        %2$s
      ) f order by f.number desc limit $4$q$, v_where, case when length(v_text) < 3 then '' else format($q$
        union
        (select j.number from public.sync_jobs j where j.status in ('failed', 'partial', 'cancelled') and j.message ilike $8 and %1$s order by j.number desc limit $4)
        union
        (select j.number from public.sync_deliveries d join public.sync_jobs j on j.id = d.job_id
          where d.organization_id = $1 and d.status = 'failed' and d.reason ilike $8 and %1$s order by j.number desc limit $4)$q$, v_where) end);
  elsif v_site is null then
    v_query := format('select j.number from public.sync_jobs j where %s order by j.number desc limit $4', v_where);
  elsif (v_status is null or v_status = 'success') and (v_trigger is null or v_trigger not in ('replay', 'rollback')) then
    -- Deliveries are made with their run, so by time they come in the order of its number.
    select coalesce(min(j.created_at), '-infinity') into v_since from (
      select j.created_at from public.sync_jobs j where j.organization_id = v_organization and j.number >= v_low order by j.number limit 1) j;
    if v_high < 2147483647 then
      select coalesce(min(j.created_at), 'infinity') into v_until from (
        select j.created_at from public.sync_jobs j where j.organization_id = v_organization and j.number > v_high order by j.number limit 1) j;
    else
      v_until := 'infinity';
    end if;
    -- One join in the order of the index, so that it ends with the page.
    v_query := format($q$select x.number from public.sync_deliveries d
      cross join lateral (select j.number from public.sync_jobs j where j.id = d.job_id and %s offset 0) x
      where d.organization_id = $1 and d.site_id = $7 and d.created_at >= $9 and d.created_at < $10
      order by d.created_at desc limit $4$q$, v_where);
  else
    -- Runs that did not go well, or send again, are few: each is asked whether the site was among its own.
    v_query := format($q$select j.number from public.sync_jobs j
      where %s and exists (select from public.sync_deliveries d where d.organization_id = j.organization_id and d.job_id = j.id and d.site_id = $7)
      order by j.number desc limit $4$q$, v_where);
  end if;
  execute format('select array_agg(n.number order by n.number desc) from (%s) n', v_query)
  into v_found using v_organization, v_low, v_high, v_count, v_status, v_trigger, v_site, v_pattern, v_since, v_until;
  return coalesce(v_found, '{}');
end $$;
create function public.find_jobs(filter jsonb, before integer default null, count integer default 50) returns integer[]
language sql set search_path = '' as $$ select private.take_turn('find_jobs'); select private.find_jobs(filter, before, count) $$;
comment on function public.find_jobs(jsonb, integer, integer) is
  'The numbers of the newest runs (below `before`, at most 200) that match {status?, trigger?, site_id?, from?, to?, text?}; a text is a run''s number, who or what started it, or a part of why it failed.';

-- How what one run sent to a site differs from what another did.
create function private.delivered_body(p_organization uuid, p_delivery public.sync_deliveries) returns text
language sql stable set search_path = '' as $$
  -- What was skipped as unchanged is the body that the site had accepted before.
  select coalesce(p_delivery.body, (
    select o.body from public.sync_deliveries o
    where o.organization_id = p_organization and o.site_id = p_delivery.site_id and o.created_at <= p_delivery.created_at
      and o.body_hash = p_delivery.body_hash and o.body is not null
    order by o.created_at desc limit 1))
$$;

create function private.compare_deliveries(p_before uuid, p_after uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('viewer', 'compare runs');
  v_before public.sync_deliveries;
  v_after public.sync_deliveries;
  v_old text;
  v_new text;
begin
  select * into v_before from public.sync_deliveries d where d.organization_id = v_organization and d.id = p_before;
  select * into v_after from public.sync_deliveries d where d.organization_id = v_organization and d.id = p_after;
  if v_before.id is null or v_after.id is null then
    raise exception using errcode = 'DS037', message = 'There is no such delivery in this organization.', hint = 'Open it from its run.';
  end if;
  v_old := private.delivered_body(v_organization, v_before);
  v_new := private.delivered_body(v_organization, v_after);
  return jsonb_build_object('before_kept', v_old is not null, 'after_kept', v_new is not null,
    'changes', case when v_old is not null and v_new is not null then private.payload_changes(v_old, v_new) end);
end $$;
create function public.compare_deliveries(before_id uuid, after_id uuid) returns jsonb
language sql set search_path = '' as $$ select private.take_turn('compare_deliveries'); select private.compare_deliveries(before_id, after_id) $$;
comment on function public.compare_deliveries(uuid, uuid) is
  '{before_kept, after_kept, changes}: the difference of two bodies as in a plan; null where one of them is no longer kept.';

grant execute on function private.set_approval_rule(boolean), private.request_approval(uuid[], text, text, boolean), private.decide_approval(uuid, boolean, text),
  private.withdraw_approval(uuid), private.find_jobs(jsonb, integer, integer), private.compare_deliveries(uuid, uuid),
  public.set_approval_rule(boolean), public.request_approval(uuid[], text, text, boolean), public.decide_approval(uuid, boolean, text),
  public.withdraw_approval(uuid), public.find_jobs(jsonb, integer, integer), public.compare_deliveries(uuid, uuid) to authenticated;
