-- The `realtime` schema as applications see it on hosted Supabase: the table behind broadcasts from
-- the database, its grants, and the functions that policies and triggers call.
--
-- Run as a superuser named supabase_admin (or a member of it), after these roles exist:
--   supabase_admin, supabase_realtime_admin, postgres, authenticator, anon, authenticated, service_role
-- `authenticator` must be a member of the last three: the endpoint checks policies as a role that it may become.
-- Idempotent: safe to run at every start.
--
-- Two differences from hosted Supabase, neither visible to an application: the table is not partitioned
-- by day (retention deletes rows instead of dropping partitions), and the publication carries inserts only
-- (so that retention's deletes are not streamed).

create schema if not exists realtime authorization supabase_admin;

create table if not exists realtime.messages (
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  -- UTC whatever the session's time zone is: catching up and retention compare these across sessions.
  updated_at timestamp without time zone not null default (now() at time zone 'utc'),
  inserted_at timestamp without time zone not null default (now() at time zone 'utc'),
  id uuid not null default gen_random_uuid(),
  binary_payload bytea,
  constraint messages_pkey primary key (id, inserted_at),
  constraint messages_payload_exclusive check (payload is null or binary_payload is null)
);
-- For a table that an earlier version made with the session's time zone.
alter table realtime.messages
  alter column updated_at set default (now() at time zone 'utc'),
  alter column inserted_at set default (now() at time zone 'utc');
alter table realtime.messages owner to supabase_realtime_admin;
alter table realtime.messages enable row level security;

-- Serves catching up and retention (by time) and replay (by time within a topic).
create index if not exists messages_by_time_index on realtime.messages (inserted_at desc, topic);

-- The topic that is being joined or written to, for policies on realtime.messages.
create or replace function realtime.topic() returns text
language sql stable
as $$ select nullif(current_setting('realtime.topic', true), '') $$;

-- A broadcast must never fail the transaction that reports something: an error is a warning.
-- Security invoker, as on hosted Supabase: the caller's own policies decide, so a trigger that
-- broadcasts on behalf of users belongs in a security definer function.
create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true)
returns void
language plpgsql
set search_path = ''
as $$
declare
  message_id constant uuid := gen_random_uuid();
begin
  perform set_config('realtime.topic', topic, true);
  insert into realtime.messages (id, topic, extension, event, private, payload)
  values (
    message_id, topic, 'broadcast', event, private,
    -- Receivers of hosted Supabase find the message's id in the payload unless the sender put one there.
    case when payload ? 'id' then payload else jsonb_set(payload, '{id}', to_jsonb(message_id)) end
  );
exception when others then
  raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
end;
$$;

create or replace function realtime.send_binary(payload bytea, event text, topic text, private boolean default true)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform set_config('realtime.topic', topic, true);
  insert into realtime.messages (topic, extension, event, private, binary_payload)
  values (topic, 'broadcast', event, private, payload);
exception when others then
  raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
end;
$$;

alter function realtime.topic() owner to supabase_realtime_admin;
alter function realtime.send(jsonb, text, text, boolean) owner to supabase_realtime_admin;
alter function realtime.send_binary(bytea, text, text, boolean) owner to supabase_realtime_admin;

-- Membership lets migrations, which run as postgres, put policies on realtime.messages.
grant supabase_realtime_admin to postgres;
grant usage on schema realtime to postgres, anon, authenticated, service_role;
grant all on schema realtime to supabase_realtime_admin;
grant all on table realtime.messages to postgres;
grant select, insert, update on table realtime.messages to anon, authenticated, service_role;
grant execute on function realtime.topic(), realtime.send(jsonb, text, text, boolean),
  realtime.send_binary(bytea, text, text, boolean) to postgres, anon, authenticated, service_role;

do $$
begin
  if not exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime_messages_publication') then
    create publication supabase_realtime_messages_publication
      for table realtime.messages with (publish = 'insert');
  end if;
end
$$;
