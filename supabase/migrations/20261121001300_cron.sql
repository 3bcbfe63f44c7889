-- The tick, where the server has pg_cron, pg_net and Vault (hosted Supabase). Elsewhere a ticker beside the server calls it.
-- The project's URL and the tick's secret come from Vault, under the names below; until they are there the job does nothing.

do $$
begin
  if (select count(*) from pg_catalog.pg_available_extensions e where e.name in ('pg_cron', 'pg_net', 'supabase_vault')) < 3 then
    return;
  end if;
  create extension if not exists pg_cron with schema pg_catalog;
  create extension if not exists pg_net with schema extensions;
  create extension if not exists supabase_vault with schema vault;
  perform cron.schedule('datasync-tick', '10 seconds', $cron$
    select net.http_post(
      url := u.decrypted_secret || '/functions/v1/tick',
      headers := jsonb_build_object('content-type', 'application/json', 'x-tick-secret', s.decrypted_secret),
      body := '{}'::jsonb,
      timeout_milliseconds := 5000)
    from vault.decrypted_secrets u, vault.decrypted_secrets s
    where u.name = 'datasync_project_url' and s.name = 'datasync_tick_secret'
  $cron$);
end $$;
