-- How often somebody may ask for what costs, what nobody may find out by asking, and what the tick sees to since people, keys and the audit log came.

-- What verbs write of what somebody sent has an end, too.
alter table public.site_item_mappings add constraint site_item_mappings_overrides_size check (octet_length(overrides::text) <= 500000) not valid;
alter table public.destination_snapshots add constraint destination_snapshots_webhook_id_length check (length(webhook_id) <= 256) not valid;
alter table public.destination_snapshot_history add constraint destination_snapshot_history_webhook_id_length check (length(webhook_id) <= 256) not valid;
alter table private.destination_receipts add constraint destination_receipts_webhook_id_length check (length(webhook_id) <= 256) not valid;
alter table public.profiles add constraint profiles_email_length check (length(email) <= 320);
alter table public.sync_jobs add constraint sync_jobs_plan_hash_length check (length(plan_hash) <= 128);

create table private.verb_limits (
  verb text primary key,
  requests integer not null check (requests > 0)
);
comment on table private.verb_limits is 'Calls a person may make to a verb within a minute. An operator may change them; a verb without a row is not limited.';

create table private.verb_uses (
  user_id uuid not null references auth.users (id) on delete cascade,
  verb text not null,
  window_start timestamptz not null,
  used integer not null,
  primary key (user_id, verb)
);
comment on table private.verb_uses is 'Calls in the minute that began with window_start.';
create index verb_uses_age_idx on private.verb_uses (window_start);
alter table private.verb_limits enable row level security;
alter table private.verb_uses enable row level security;

insert into private.verb_limits (verb, requests) values
  ('accept_invitation', 20), ('check_drift', 60), ('create_api_key', 20), ('create_invitation', 30), ('create_organization', 10), ('delete_account', 10),
  ('delete_organization', 10), ('export_organization', 10), ('import_organization', 5), ('invitation', 60), ('load_demo_data', 10),
  ('plan_replay', 120), ('plan_sync', 240), ('preview_payload', 600), ('renew_invitation', 30), ('replay_deliveries', 60), ('replay_delivery', 60),
  ('retry_failed', 60), ('rollback_site', 60), ('set_mappings', 600), ('start_sync', 60), ('verify_audit_log', 120);

create function private.take_turn(p_verb text) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_limit integer;
  v_use private.verb_uses;
begin
  select l.requests into v_limit from private.verb_limits l where l.verb = p_verb;
  if v_limit is null or auth.uid() is null then return; end if;
  insert into private.verb_uses as u (user_id, verb, window_start, used) values (auth.uid(), p_verb, clock_timestamp(), 1)
  on conflict (user_id, verb) do update set
    window_start = case when u.window_start <= clock_timestamp() - interval '1 minute' then clock_timestamp() else u.window_start end,
    used = case when u.window_start <= clock_timestamp() - interval '1 minute' then 1 else u.used + 1 end
  returning u.* into v_use;
  if v_use.used > v_limit then
    -- https://docs.postgrest.org/en/stable/references/errors.html: PTxyz is the HTTP status.
    raise exception using errcode = 'PT429', message = 'Too many requests.',
      hint = format('%s is allowed %s times a minute. Try again in %s seconds.', p_verb, v_limit,
        greatest(1, ceil(extract(epoch from v_use.window_start + interval '1 minute' - clock_timestamp()))));
  end if;
end $$;
comment on function private.take_turn(text) is 'Counts a call of the verb by the caller; HTTP 429 beyond the limit.';
grant execute on function private.take_turn(text) to authenticated;

-- The limit stands in front of the verb. What the verb itself refuses is undone together with its count: those are counted where requests come in.
do $$
declare
  v_verb record;
  v_call text;
begin
  for v_verb in
    select p.oid, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid) as arguments, pg_catalog.pg_get_function_arguments(p.oid) as full_arguments,
      pg_catalog.pg_get_function_result(p.oid) as result, btrim(p.prosrc) as body
    from pg_catalog.pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proname in (select l.verb from private.verb_limits l)
  loop
    v_call := replace(v_verb.body, ';', '');
    if v_call !~ '^select private\.' then raise exception 'public.% is more than a call of its private half', v_verb.proname; end if;
    execute format('create or replace function public.%I(%s) returns %s language sql volatile set search_path = '''' as $f$ select private.take_turn(%L); %s $f$',
      v_verb.proname, v_verb.full_arguments, v_verb.result, v_verb.proname, v_call);
  end loop;
end $$;

create or replace function public.tick() returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_tick timestamptz := clock_timestamp();
  v_last timestamptz;
begin
  select e.last_tick_at into v_last from private.engine_state e;
  perform private.start_window_runs();
  update private.engine_state set last_tick_at = v_tick where id;
  perform private.erase_closed();
  -- What may wait for days is looked at once a minute, and what asks every site once an hour.
  if date_trunc('minute', v_last) is distinct from date_trunc('minute', v_tick) then
    perform private.remove_expired();
    perform private.trim_audit();
    delete from private.verb_uses u where u.window_start < now() - interval '1 hour';
    delete from private.idempotency_keys k where k.created_at < now() - interval '24 hours';
  end if;
  if date_trunc('hour', v_last) is distinct from date_trunc('hour', v_tick) then
    perform private.trim_histories();
  end if;
  return jsonb_build_object(
    'open_jobs', coalesce((
      select jsonb_agg(j.id) from public.sync_jobs j
      where j.status in ('queued', 'running') and (
        (select d.next_attempt_at from public.sync_deliveries d
          where d.job_id = j.id and d.next_attempt_at is not null order by d.next_attempt_at limit 1) <= clock_timestamp()
        or exists (select from public.sync_deliveries d
          where d.job_id = j.id and d.status = 'sending' and d.lease_expires_at <= clock_timestamp()))), '[]'),
    'drift_sites', coalesce((select jsonb_agg(q.site_id) from private.drift_questions q), '[]'));
end $$;
-- An id that somebody chooses tells them whether it exists already, whoever has it.
revoke insert (id) on public.content_types, public.content_items, public.sites from authenticated;
revoke insert (id) on public.schedules from authenticated;
