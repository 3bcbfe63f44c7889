/** Signing secrets and their rotation. SQL sees sealed bytes only; here they are any bytes. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { openDatabase, openWorld } from '../support/actors.ts'
import { openTransaction, untilBlocked } from '../support/blocking.ts'
import { expectBetween, newSite, only } from '../support/fixtures.ts'

const stack = inject('stack')
const world = openWorld(stack)
const { sql } = world
const many = openDatabase(stack)
afterAll(async () => {
  await Promise.all([world.close(), many.end()])
})
const admin = await world.newAdmin()

let site: string
beforeEach(async () => {
  site = await newSite(sql, admin.organization)
})

const nonce = (version: number) => Buffer.alloc(12, version)
const sealed = (version: number) => Buffer.alloc(48, version)
const store = async (version: number, of = site, bytes = version) =>
  only(await sql<{ stored: boolean }[]>`select public.store_site_secret(${of}, ${version}, 1, ${nonce(bytes)}, ${sealed(bytes)}) as stored`).stored

interface Rotated {
  stored: boolean
  overlap_until: string | null
}
const rotate = async (version: number, overlap: string, of = site, db = sql) =>
  only(await db<{ answer: Rotated }[]>`select public.rotate_site_secret(${of}, ${version}, 2, ${nonce(version)}, ${sealed(version)}, ${overlap}::text::interval) as answer`).answer
const endOverlap = () => sql`select public.end_secret_overlap(${site})`

/** The versions that sign and verify now, newest first. */
const signing = async () =>
  only(await sql<{ secrets: { version: number; key_version: number; nonce: string; ciphertext: string }[] }[]>`select public.site_signing_secrets(${site}) as secrets`).secrets
const versions = async () => (await signing()).map(({ version }) => version)
const state = async () =>
  only(await sql<{ secret_set_at: Date | null; secret_version: number | null; secret_overlap_until: Date | null }[]>`
    select secret_set_at, secret_version, secret_overlap_until from public.site_states where site_id = ${site}`)
/** As if the overlap were over. */
const pass = (days: number) => sql`update private.site_secrets set retired_at = retired_at - make_interval(days => ${days}) where site_id = ${site}`

describe('the first secret', () => {
  it('is stored once: of two that are made at the same moment one counts', async () => {
    expect(await state()).toEqual({ secret_set_at: null, secret_version: null, secret_overlap_until: null })
    const before = Date.now()
    expect(await store(1)).toBe(true)
    const { secret_set_at, secret_version } = await state()
    expectBetween(secret_set_at?.getTime() ?? 0, before, Date.now())
    expect(secret_version).toBe(1)
    expect(await store(1, site, 9)).toBe(false)
    expect(await signing()).toEqual([{ version: 1, key_version: 1, nonce: nonce(1).toString('base64'), ciphertext: sealed(1).toString('base64') }])
    expect(await store(1, randomUUID())).toBe(false)
  })
})

describe('a rotation', () => {
  it('lets both secrets sign until the overlap ends, the new one first', async () => {
    await store(1)
    const before = Date.now()
    const answer = await rotate(2, '24 hours')
    const after = Date.now()
    expect(answer).toEqual({ stored: true, overlap_until: expect.any(String) as string })
    expectBetween(Date.parse(answer.overlap_until ?? ''), before + 86_400_000, after + 86_400_000)
    expect(await versions()).toEqual([2, 1])
    const { secret_set_at, secret_version, secret_overlap_until } = await state()
    expectBetween(secret_set_at?.getTime() ?? 0, before, after)
    expect(secret_version).toBe(2)
    expectBetween(secret_overlap_until?.getTime() ?? 0, before + 86_400_000, after + 86_400_000)
    await pass(1)
    expect(await versions()).toEqual([2])
  })

  it('ends the old secret at once without an overlap', async () => {
    await store(1)
    expect(await rotate(2, '0')).toEqual({ stored: true, overlap_until: null })
    expect(await versions()).toEqual([2])
    expect(await state()).toMatchObject({ secret_version: 2, secret_overlap_until: null })
  })

  it('ends an overlap that is under way when it allows none, and shortens a longer one', async () => {
    await store(1)
    await rotate(2, '7 days')
    const before = Date.now()
    const shorter = await rotate(3, '1 hour')
    expect(await versions()).toEqual([3, 2, 1])
    expectBetween(Date.parse(shorter.overlap_until ?? ''), before + 3_600_000, Date.now() + 3_600_000)
    expect(await rotate(4, '0')).toEqual({ stored: true, overlap_until: null })
    expect(await versions()).toEqual([4])
  })

  it('never lets an old secret live longer than it was to', async () => {
    await store(1)
    const first = await rotate(2, '1 hour')
    const second = await rotate(3, '7 days')
    expect(Date.parse(second.overlap_until ?? '')).toBeGreaterThan(Date.parse(first.overlap_until ?? ''))
    await sql`update private.site_secrets set retired_at = retired_at - interval '1 hour' where site_id = ${site}`
    expect(await versions()).toEqual([3, 2])
  })

  it('is made once: the second of two at the same moment finds its version taken', async () => {
    await store(1)
    const first = await openTransaction(many)
    await first.session`select public.rotate_site_secret(${site}, 2, 2, ${nonce(2)}, ${sealed(2)}, '24 hours')`
    const second = rotate(2, '0', site, many)
    await untilBlocked(sql, first.pid, 1)
    await first.commit()
    expect(await second).toEqual({ stored: false, overlap_until: null })
    // The one that lost has ended nothing.
    expect(await versions()).toEqual([2, 1])
    expect((await state()).secret_overlap_until).not.toBeNull()
  })

  it('of a site that has gone stores nothing', async () => {
    expect(await rotate(1, '24 hours', randomUUID())).toEqual({ stored: false, overlap_until: null })
  })

  it('and the deletion of its site get along', async () => {
    await store(1)
    const holder = await openTransaction(many)
    await holder.session`select from public.site_states where site_id = ${site} for update`
    const rotation = rotate(2, '24 hours', site, many).then(({ stored }) => stored, (error: unknown) => String(error))
    await untilBlocked(sql, holder.pid, 1)
    const removal = many`delete from public.sites where id = ${site}`.then(() => 'done', (error: unknown) => String(error))
    await untilBlocked(sql, holder.pid, 2)
    await holder.commit()
    expect([await rotation, await removal]).toEqual([true, 'done'])
  })
})

describe('the end of an overlap by hand', () => {
  it('leaves the newest secret alone, and is harmless where there is none', async () => {
    await endOverlap()
    await store(1)
    await endOverlap()
    expect(await versions()).toEqual([1])
    await rotate(2, '7 days')
    await rotate(3, '7 days')
    await endOverlap()
    expect(await versions()).toEqual([3])
    expect(await state()).toMatchObject({ secret_version: 3, secret_overlap_until: null })
  })
})
