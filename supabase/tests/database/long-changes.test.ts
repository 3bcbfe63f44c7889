/** Changes that may take a minute have three places, and an organization one of them: the others' pages go on meanwhile. */
import type { TransactionSql } from 'postgres'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { actAs, expectRefusal, openDatabase, openWorld, rpc, type Member, type Person } from '../support/actors.ts'
import { openTransaction } from '../support/blocking.ts'
import { newItem, newType, only } from '../support/fixtures.ts'
import { startQuietStack } from '../support/quiet-stack.ts'

const stack = await startQuietStack()
const world = openWorld(stack)
const { sql } = world
const many = openDatabase(stack, 8)
afterAll(async () => {
  await Promise.all([world.close(), many.end()])
  await stack.close()
})

let admin: Member
let type: string
beforeEach(async () => {
  admin = await world.newAdmin()
  type = await newType(sql, admin.organization)
})

/** A long change of somebody that has begun and not ended. */
async function begin(who: Person): Promise<{ end: () => Promise<void> }> {
  const { session, commit } = await openTransaction(many)
  await actAs(session as unknown as TransactionSql, who)
  await session`select private.take_slot()`
  return { end: commit }
}
const rename = (to: string, from = 'headline', who = admin, of = type) => rpc<{ items: number }>(who, 'rename_field', { type_id: of, from_name: from, to_name: to })
const busy = async (attempt: PromiseLike<unknown>) => {
  const refusal = await expectRefusal(attempt, 'PT429', 'Another large change is under way.')
  expect(refusal).toMatchObject({ status: 429, hint: 'Try again when it is done; nothing was changed.' })
}
const fields = async (of = type) => Object.keys(only(await sql<{ schema: { properties: object } }[]>`select schema from public.content_types where id = ${of}`).schema.properties)

describe('a second long change of an organization', () => {
  it('is refused while the first is under way, whichever of the verbs it is, and changes nothing', async () => {
    const item = await newItem(sql, admin.organization, type)
    const editor = await world.newMember(admin.organization, 'editor')
    const { revision, schema } = only(await sql<{ revision: number; schema: object }[]>`select revision, schema from public.content_types where id = ${type}`)
    const rows = [{ line: 2, id: null, title: 'New', status: null, publish_at: null, unpublish_at: null, data: { headline: 'New' } }]
    const plan = () => rpc<{ id: string }>(editor, 'plan_item_import', { document: { type_id: type, key: null, rows } })
    const planned = await plan()
    const first = await begin(admin)
    await busy(rename('heading'))
    await busy(rename('heading', 'headline', editor))
    await busy(rpc(editor, 'save_type', { type_id: type, schema, expected_revision: revision }))
    await busy(plan())
    await busy(rpc(editor, 'import_items', { import_id: planned.id }))
    expect(await fields()).toContain('headline')
    await first.end()
    expect(await rename('heading')).toMatchObject({ items: 1 })
    expect(only(await sql<{ data: object }[]>`select data from public.content_items where id = ${item}`).data).toEqual({ heading: 'A note' })
  })

  it('is not made to wait by those who may make none: members who only look, people of no organization', async () => {
    const viewer = await world.newMember(admin.organization, 'viewer')
    const [stranger, another] = [await world.newUser(), await world.newUser()]
    const held = [await begin(viewer), await begin(stranger)]
    await rename('heading')
    expect(await fields()).toContain('heading')
    // Nor do they wait for one another, or hear of what is under way.
    await expectRefusal(rename('title', 'heading', { ...another, organization: admin.organization }), 'DS001', /./)
    held.push(await begin(admin))
    await expectRefusal(rename('title', 'heading', viewer), 'DS002', 'Your role does not allow you to rename fields.')
    for (const { end } of held) await end()
  })

  it('is nobody else’s, as long as there is one of three places', async () => {
    const others = [await world.newAdmin(), await world.newAdmin()]
    const begun = [await begin(admin), await begin(others[0]!)]
    const third = others[1]!
    const theirs = await newType(sql, third.organization)
    await rename('heading', 'headline', third, theirs)
    begun.push(await begin(third))
    const fourth = await world.newAdmin()
    const ours = await newType(sql, fourth.organization)
    await busy(rename('heading', 'headline', fourth, ours))
    await begun[0]!.end()
    await rename('heading', 'headline', fourth, ours)
    expect(await fields(ours)).toContain('heading')
    for (const { end } of begun.slice(1)) await end()
  })
})
