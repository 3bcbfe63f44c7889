/** A function that says how long it may take is given that, as PostgREST gives it; every other statement ends where the role's own time does. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Stack } from '../../embedded/stack.ts'
import { client, config, hookMigration, throwawayProject, type Project } from './support.ts'

let project: Project
let stack: Stack

// The setting of a function itself comes too late for the statement that calls it: its clock is running by then.
const schema = `
create function public.impatient() returns text language sql volatile set statement_timeout = '300ms' as $$ select pg_sleep(60)::text $$;
create function public.patient() returns text language sql volatile set statement_timeout = '30s' as $$ select 'slept' || pg_sleep(9) $$;
create function public.plain() returns text language sql volatile as $$ select 'slept' || pg_sleep(60) $$;
create function public.my_time() returns text language sql stable as $$ select current_setting('statement_timeout') $$;
`

beforeAll(async () => {
  project = throwawayProject({ 'config.toml': config, 'migrations/20260101000000_hook.sql': hookMigration, 'migrations/20260101000001_schema.sql': schema })
  stack = await project.start()
})

afterAll(async () => {
  await stack.close()
  project.remove()
})

const cut = { code: '57014', message: 'canceling statement due to statement timeout' }

test('its own time stands in for the role’s, be it shorter or longer', async () => {
  const api = client(stack, stack.secret_key)
  const begun = performance.now()
  const [short, long, none] = await Promise.all([
    api.rpc('impatient').then(({ error }) => ({ error, ms: performance.now() - begun })),
    api.rpc('patient'),
    api.rpc('plain'),
  ])
  expect(short.error).toMatchObject(cut)
  // Long before the eight seconds that everybody has.
  expect(short.ms).toBeLessThan(7_000)
  expect(long).toMatchObject({ error: null, data: 'slept' })
  expect(none.error).toMatchObject(cut)
})

test('it is theirs for that one request: whoever comes after on the same connection has the usual time', async () => {
  const api = client(stack, stack.secret_key)
  const usual = (await api.rpc('my_time')).data as unknown
  expect(usual).toBe('8s')
  // More than there are connections.
  await Promise.all(Array.from({ length: 12 }, () => api.rpc('impatient')))
  const after = await Promise.all(Array.from({ length: 24 }, async () => (await api.rpc('my_time')).data as unknown))
  expect(new Set(after)).toEqual(new Set([usual]))
})
