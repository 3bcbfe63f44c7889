-- Keys for machines, and the verbs behind the public API (functions/api): a key's hash is all that is kept of it.

create table public.api_keys (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  name text not null check (length(btrim(name)) between 1 and 120),
  prefix text not null,
  scopes text[] not null check (cardinality(scopes) between 1 and 2 and scopes <@ array['content:read', 'sync:run']),
  expires_at timestamptz,
  created_by uuid references public.profiles (id) on delete set null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at timestamptz,
  revoked_by uuid references public.profiles (id) on delete set null,
  unique (organization_id, id)
);
comment on table public.api_keys is 'A key of the public API, by its prefix; the key itself was shown once.';
comment on column public.api_keys.last_used_at is 'To ten seconds.';
create index api_keys_recent_idx on public.api_keys (organization_id, created_at desc);
create index api_keys_created_by_idx on public.api_keys (created_by);
create index api_keys_revoked_by_idx on public.api_keys (revoked_by);

create table private.api_key_hashes (
  key_id uuid primary key,
  organization_id uuid not null,
  hash bytea not null unique check (length(hash) = 32),
  window_start timestamptz not null default '-infinity',
  used integer not null default 0,
  foreign key (organization_id, key_id) references public.api_keys (organization_id, id) on delete cascade
);
comment on table private.api_key_hashes is 'SHA-256 of each key, and its requests in the minute that began with window_start.';
create index api_key_hashes_key_idx on private.api_key_hashes (organization_id, key_id);

create table private.idempotency_keys (
  key_id uuid not null,
  organization_id uuid not null,
  idempotency_key text not null check (length(idempotency_key) between 1 and 255),
  request_hash text not null,
  answer jsonb,
  created_at timestamptz not null default now(),
  primary key (key_id, idempotency_key),
  foreign key (organization_id, key_id) references public.api_keys (organization_id, id) on delete cascade
);
comment on table private.idempotency_keys is 'What a request with an Idempotency-Key was answered, for 24 hours.';
create index idempotency_keys_key_idx on private.idempotency_keys (organization_id, key_id);
create index idempotency_keys_age_idx on private.idempotency_keys (created_at);

alter table public.sync_jobs add column api_key_id uuid;
alter table public.sync_jobs add column api_key_name text;
alter table public.sync_jobs add foreign key (organization_id, api_key_id) references public.api_keys (organization_id, id) on delete set null (api_key_id);
create index sync_jobs_api_key_idx on public.sync_jobs (organization_id, api_key_id) where api_key_id is not null;
comment on column public.sync_jobs.api_key_name is 'The key''s name when it started the run.';

alter table public.api_keys enable row level security;
alter table private.api_key_hashes enable row level security;
alter table private.idempotency_keys enable row level security;
create policy "admins read api keys" on public.api_keys
  for select to authenticated
  using (organization_id = (select private.organization_id()) and (select private.has_role('admin')));
grant select on public.api_keys to authenticated;

select private.audit_table('api_keys', 'id');
create trigger api_keys_nudge_insert after insert on public.api_keys
  referencing new table as changed for each statement execute function private.nudge();
create trigger api_keys_nudge_update after update on public.api_keys
  referencing new table as changed for each statement execute function private.nudge();

create function private.create_api_key(p_name text, p_scopes text[], p_expires_at timestamptz) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('admin', 'create API keys');
  v_name text := btrim(coalesce(p_name, ''));
  v_scopes text[] := array(select distinct s from unnest(p_scopes) s order by s);
  v_random text := private.random_token();
  v_key text := 'ds_' || left(v_random, 8) || '_' || substr(v_random, 9, 48);
  v_id uuid;
begin
  -- A key outlives the session that made it.
  perform private.require_recent_sign_in();
  if length(v_name) not between 1 and 120 then
    raise exception using errcode = 'DS055', message = 'A key needs a name of 1 to 120 characters.', hint = 'Name it after what uses it.';
  end if;
  if cardinality(v_scopes) = 0 or array_position(v_scopes, null) is not null or not v_scopes <@ array['content:read', 'sync:run'] then
    raise exception using errcode = 'DS055', message = 'A key needs at least one scope.', hint = 'Known scopes: content:read, sync:run.';
  end if;
  if p_expires_at <= now() then
    raise exception using errcode = 'DS055', message = 'The key would have expired already.', hint = 'Choose a time to come, or none.';
  end if;
  if (select count(*) from public.api_keys k where k.organization_id = v_organization and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())) >= 100 then
    raise exception using errcode = 'DS055', message = 'There are 100 keys in use already.', hint = 'Revoke those that nothing uses any more.';
  end if;
  insert into public.api_keys (organization_id, name, prefix, scopes, expires_at, created_by)
  values (v_organization, v_name, left(v_key, 11), v_scopes, p_expires_at, auth.uid()) returning id into v_id;
  insert into private.api_key_hashes (key_id, organization_id, hash) values (v_id, v_organization, private.token_hash(v_key));
  return jsonb_build_object('id', v_id, 'key', v_key, 'prefix', left(v_key, 11));
end $$;
create function public.create_api_key(name text, scopes text[], expires_at timestamptz default null) returns jsonb
language sql set search_path = '' as $$ select private.create_api_key(name, scopes, expires_at) $$;
comment on function public.create_api_key(text, text[], timestamptz) is 'A new key: {id, key, prefix}. The key is told this once and kept as a hash. Wants a recent sign-in.';

create function private.revoke_api_key(p_key uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('admin', 'revoke API keys');
begin
  update public.api_keys k set revoked_at = now(), revoked_by = auth.uid()
  where k.organization_id = v_organization and k.id = p_key and k.revoked_at is null;
  if not found then
    raise exception using errcode = 'DS056', message = 'There is no such key in use in this organization.', hint = 'It may have been revoked; reload the list.';
  end if;
end $$;
create function public.revoke_api_key(key_id uuid) returns void
language sql set search_path = '' as $$ select private.revoke_api_key(key_id) $$;
comment on function public.revoke_api_key(uuid) is 'From now on every request with this key is refused.';

-- What the function asks first.
create function public.take_api_request(p_hash text, p_scope text) returns jsonb
language plpgsql set search_path = '' as $$
declare
  c_limit constant integer := 60;
  c_window constant interval := '1 minute';
  v_now timestamptz := clock_timestamp();
  v_use private.api_key_hashes;
  v_key public.api_keys;
  v_limited boolean;
begin
  select h.* into v_use from private.api_key_hashes h
  join public.organizations o on o.id = h.organization_id and o.deleted_at is null
  where h.hash = decode(p_hash, 'hex') for update of h;
  if v_use.key_id is null then return '{"outcome": "unknown"}'; end if;
  if v_use.window_start <= v_now - c_window then
    v_use.window_start := v_now;
    v_use.used := 0;
  end if;
  v_limited := v_use.used >= c_limit;
  update private.api_key_hashes h set window_start = v_use.window_start, used = least(v_use.used + 1, c_limit) where h.key_id = v_use.key_id;
  select * into v_key from public.api_keys k where k.id = v_use.key_id;
  if v_key.revoked_at is null and (v_key.last_used_at is null or v_key.last_used_at < v_now - interval '10 seconds') then
    update public.api_keys k set last_used_at = v_now where k.id = v_key.id;
  end if;
  return jsonb_build_object(
    'outcome', case when v_key.revoked_at is not null then 'revoked' when v_key.expires_at <= v_now then 'expired'
      when v_limited then 'limited' when not p_scope = any (v_key.scopes) then 'scope' else 'ok' end,
    'key_id', v_key.id, 'key_name', v_key.name, 'organization_id', v_key.organization_id, 'limit', c_limit,
    'remaining', c_limit - least(v_use.used + 1, c_limit),
    'reset_s', ceil(extract(epoch from v_use.window_start + c_window - v_now))::integer);
end $$;
comment on function public.take_api_request(text, text) is
  'Counts a request of a key (SHA-256, hex) and judges it: {outcome (ok, unknown, expired, revoked, scope, limited), key_id, key_name, organization_id, limit, remaining, reset_s}. 60 requests in the minute that begins with the first.';

create function private.organization_of_key(p_key uuid) returns uuid
language sql stable set search_path = '' as $$ select k.organization_id from public.api_keys k where k.id = p_key $$;

create function public.api_content(p_key uuid, p_site text) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('body', e.body, 'hash', e.hash, 'item_count', e.item_count)
  from public.sites s
  cross join lateral private.effective_payloads(s.organization_id, array[s.id]) e
  where s.organization_id = private.organization_of_key(p_key) and s.slug = p_site
$$;
comment on function public.api_content(uuid, text) is 'What a site should show now: {body, hash, item_count}; null where the key''s organization has no such site.';

create function public.api_start_sync(p_key uuid, p_sites text[], p_options jsonb, p_idempotency_key text, p_request_hash text) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_organization uuid := private.organization_of_key(p_key);
  v_known private.idempotency_keys;
  v_unknown text;
  v_job jsonb;
begin
  if p_idempotency_key is not null then
    -- Of two requests with the same key the second waits here for what the first has to say.
    insert into private.idempotency_keys as k (key_id, organization_id, idempotency_key, request_hash)
    values (p_key, v_organization, p_idempotency_key, p_request_hash)
    on conflict (key_id, idempotency_key) do update set request_hash = excluded.request_hash, answer = null, created_at = now()
      where k.created_at < now() - interval '24 hours';
    if not found then
      select * into v_known from private.idempotency_keys k where k.key_id = p_key and k.idempotency_key = p_idempotency_key;
      return jsonb_build_object('replayed', v_known.request_hash = p_request_hash, 'conflict', v_known.request_hash <> p_request_hash,
        'job', case when v_known.request_hash = p_request_hash then v_known.answer end);
    end if;
  end if;
  select x into v_unknown from unnest(p_sites) x
  where not exists (select from public.sites s where s.organization_id = v_organization and s.slug = x) limit 1;
  if v_unknown is not null then
    raise exception using errcode = 'DS032', message = format('There is no site "%s".', left(v_unknown, 100)), hint = 'Name sites by their slug. Nothing was started.';
  end if;
  v_job := private.start_run(v_organization, null, 'api',
    case when p_sites is not null then array(select s.id from public.sites s where s.organization_id = v_organization and s.slug = any (p_sites)) end,
    jsonb_build_object('force', coalesce((p_options ->> 'force')::boolean, false)));
  update public.sync_jobs j set api_key_id = p_key, api_key_name = (select k.name from public.api_keys k where k.id = p_key)
  where j.id = (v_job ->> 'job_id')::uuid;
  update private.idempotency_keys k set answer = v_job where k.key_id = p_key and k.idempotency_key = p_idempotency_key;
  return jsonb_build_object('replayed', false, 'conflict', false, 'job', v_job);
end $$;
comment on function public.api_start_sync(uuid, text[], jsonb, text, text) is
  'Starts a run for a key: sites by slug (null: all that are enabled), {force}. The same idempotency key and request is answered what it was answered first (replayed); with another request, conflict. {replayed, conflict, job}.';

create function public.api_sync(p_key uuid, p_job uuid) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('id', j.id, 'number', j.number, 'status', j.status, 'trigger', j.trigger, 'message', j.message,
    'total', j.total, 'succeeded', j.succeeded, 'failed', j.failed, 'skipped', j.skipped, 'superseded', j.superseded, 'cancelled', j.cancelled,
    'created_at', j.created_at, 'started_at', j.started_at, 'finished_at', j.finished_at,
    'sites', (select coalesce(jsonb_agg(jsonb_build_object('slug', d.target_slug, 'name', d.target_name, 'status', d.status, 'reason', d.reason,
        'attempts', d.attempts, 'status_code', d.status_code, 'item_count', d.item_count, 'hash', d.body_hash,
        'started_at', d.started_at, 'finished_at', d.finished_at) order by d.target_name, d.id), '[]')
      from public.sync_deliveries d where d.organization_id = j.organization_id and d.job_id = j.id))
  from public.sync_jobs j
  where j.organization_id = private.organization_of_key(p_key) and j.id = p_job
$$;
comment on function public.api_sync(uuid, uuid) is 'A run with what became of each site, as the public API shows it; null where the key''s organization has no such run.';

grant execute on function private.create_api_key(text, text[], timestamptz), private.revoke_api_key(uuid),
  public.create_api_key(text, text[], timestamptz), public.revoke_api_key(uuid) to authenticated;
grant execute on function public.take_api_request(text, text), public.api_content(uuid, text),
  public.api_start_sync(uuid, text[], jsonb, text, text), public.api_sync(uuid, uuid) to service_role;
