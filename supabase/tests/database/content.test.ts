/** Content: drafts that may be incomplete, publishing that may not, a revision for every save. */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { validate, type ContentSchema, type FieldProblem } from '../../functions/_shared/core/content-schema.ts'
import vectors from '../../functions/_shared/core/content-schema.vectors.json' with { type: 'json' }
import { expectRefusal, openWorld, read, rpc, type Member, type Refusal } from '../support/actors.ts'
import { json, noteSchema, only, unique } from '../support/fixtures.ts'

const world = openWorld(inject('stack'))
const { sql } = world
afterAll(world.close)

interface Item {
  id: string
  title: string
  data: Record<string, unknown>
  status: string
  revision: number
  published_at: string | null
  created_by: string
  updated_by: string
  updated_at: string
  organization_id: string
}

let admin: Member
let editor: Member
let type: string

beforeAll(async () => {
  admin = await world.newAdmin()
  editor = await world.newMember(admin.organization, 'editor')
  type = await newType()
})

async function newType(schema: object = noteSchema, name = unique('note')): Promise<string> {
  return (await read<{ id: string }>(admin.client.from('content_types').insert({ name, title: 'Note', schema }).select().single())).id
}

const items = () => admin.client.from('content_items')
const newItem = (values: object = {}) => read<Item>(items().insert({ type_id: type, title: 'A note', ...values }).select().single())
const change = (id: string, values: object, who = admin) => read<Item>(who.client.from('content_items').update(values).eq('id', id).select().single())
const revisions = (id: string) => read<Record<string, unknown>[]>(admin.client.from('content_item_revisions').select().eq('item_id', id).order('revision'))
const problems = (refusal: Refusal): unknown => JSON.parse(refusal.details ?? 'null')

describe('an item', () => {
  it('is a draft of its author at first, empty if need be', async () => {
    const item = await newItem()
    expect(item).toMatchObject({
      status: 'draft', data: {}, revision: 1, published_at: null, organization_id: admin.organization.id, created_by: admin.userId, updated_by: admin.userId,
    })
    expect(await newItem({ data: { text: 'without its headline' } })).toMatchObject({ status: 'draft' })
  })

  it('is not published while its data does not satisfy its type, and is told every reason', async () => {
    const item = await newItem({ title: 'Half done', data: { count: -1, tags: ['a', 7], strange: true } })
    const refusal = await expectRefusal(change(item.id, { status: 'published' }), 'DS020', '"Half done" cannot be published: headline is required (and 3 more).')
    expect(refusal).toMatchObject({ status: 400, hint: 'Correct the fields that are named, or keep it as a draft.' })
    expect(problems(refusal)).toEqual([
      { path: 'headline', message: 'is required' },
      { path: 'count', message: 'must be at least 0' },
      { path: 'tags.1', message: 'must be text' },
      { path: 'strange', message: 'is not a field of this type' },
    ])
    expect(await read(items().select('status, revision').eq('id', item.id))).toEqual([{ status: 'draft', revision: 1 }])
    const one = await expectRefusal(newItem({ title: 'At once', status: 'published' }), 'DS020', '"At once" cannot be published: headline is required.')
    expect(problems(one)).toEqual([{ path: 'headline', message: 'is required' }])
  })

  it('that is published stays valid: an edit that breaks it is refused', async () => {
    const item = await newItem({ data: { headline: 'Good' }, status: 'published' })
    expect(item.published_at).not.toBeNull()
    await expectRefusal(change(item.id, { data: {} }), 'DS020', 'headline is required')
    const edited = await change(item.id, { data: { headline: 'Better' } })
    expect(edited).toMatchObject({ revision: 2, published_at: item.published_at })
    await change(item.id, { status: 'archived', data: {} })
    const again = await change(item.id, { status: 'published', data: { headline: 'Back' } })
    expect(Date.parse(again.published_at ?? '')).toBeGreaterThan(Date.parse(item.published_at ?? ''))
  })

  it('keeps every save as a revision, with its author and the schema of that moment', async () => {
    const name = unique('kept')
    const own = await newType(noteSchema, name)
    const item = await newItem({ type_id: own, title: 'First', data: { headline: 'One' } })
    await change(item.id, { title: 'Second' }, editor)
    const wider = { ...noteSchema, properties: { ...noteSchema.properties, extra: { type: 'boolean', 'x-field-id': 'f_extra' } } }
    await rpc(admin, 'save_type', { type_id: own, schema: wider, expected_revision: 1 })
    const last = await change(item.id, { data: { headline: 'One', extra: true }, status: 'published' })
    expect(last).toMatchObject({ revision: 3, created_by: admin.userId, updated_by: admin.userId })
    expect(await revisions(item.id)).toMatchObject([
      { revision: 1, title: 'First', data: { headline: 'One' }, status: 'draft', type_revision: 1, created_by: admin.userId },
      { revision: 2, title: 'Second', data: { headline: 'One' }, status: 'draft', type_revision: 1, created_by: editor.userId },
      { revision: 3, title: 'Second', data: { headline: 'One', extra: true }, status: 'published', type_revision: 2, created_by: admin.userId },
    ])
    const kept = await read<object[]>(admin.client.from('content_type_revisions').select('revision, schema').eq('type_id', own).order('revision'))
    expect(kept).toEqual([{ revision: 1, schema: noteSchema }, { revision: 2, schema: wider }])
  })

  it('makes no revision when nothing has changed', async () => {
    const item = await newItem({ data: { headline: 'Same', count: 1 } })
    const same = await change(item.id, { title: 'A note', data: { count: 1, headline: 'Same' }, status: 'draft' }, editor)
    expect(same).toEqual(item)
    expect(await revisions(item.id)).toHaveLength(1)
  })

  it('makes no revision, and other bytes, when a number is only written otherwise', async () => {
    const item = await newItem({ data: { headline: 'Same', count: 1 } })
    await sql`update public.content_items set data = '{"headline": "Same", "count": 1.0}' where id = ${item.id}`
    const kept = only(await sql<{ revision: number; text: string }[]>`
      select revision, data::text as text from public.content_items where id = ${item.id}`)
    expect(kept).toEqual({ revision: 1, text: '{"count": 1, "headline": "Same"}' })
  })

  it('makes no revision when a type is saved as it is', async () => {
    const own = await newType()
    await rpc(admin, 'save_type', { type_id: own, schema: noteSchema, expected_revision: 1, options: { title: 'Renamed' } })
    expect(await read(admin.client.from('content_types').select('revision, title').eq('id', own))).toEqual([{ revision: 1, title: 'Renamed' }])
    expect(await read(admin.client.from('content_type_revisions').select('revision').eq('type_id', own))).toEqual([{ revision: 1 }])
  })

  it('lets nobody write what is not theirs to write', async () => {
    const item = await newItem()
    const foreign = { organization_id: randomUUID(), revision: 7, published_at: '2020-01-01', created_by: editor.userId, updated_by: editor.userId, created_at: '2020-01-01', updated_at: '2020-01-01' }
    for (const [column, value] of Object.entries(foreign)) {
      await expectRefusal(change(item.id, { [column]: value }), '42501', 'permission denied for table content_items')
      await expectRefusal(newItem({ [column]: value }), '42501', 'permission denied for table content_items')
    }
    await expectRefusal(change(item.id, { id: randomUUID() }), '42501', 'permission denied for table content_items')
    await expectRefusal(read(admin.client.from('content_item_revisions').delete().eq('item_id', item.id)), '42501', 'permission denied')
  })

  it('has a title, a state that exists, and data that is an object', async () => {
    await expectRefusal(newItem({ title: '   ' }), '23514', 'content_items_title_check')
    await expectRefusal(newItem({ status: 'live' }), '23514', 'content_items_status_check')
    for (const data of [[], 7]) {
      const attempt = sql`insert into public.content_items (organization_id, type_id, title, data) values (${admin.organization.id}, ${type}, 'A', ${sql.json(data)})`
      await expectRefusal(attempt, '23514', 'content_items_data_check')
    }
    await expectRefusal(newItem({ data: { text: 'x'.repeat(500_001) } }), '23514', 'content_items_data_check')
  })

  it('that goes takes its revisions along', async () => {
    const item = await newItem()
    await read(items().delete().eq('id', item.id))
    expect(await revisions(item.id)).toEqual([])
  })
})

describe('a type', () => {
  it('in use cannot be deleted, an unused one can', async () => {
    const own = await newType()
    const item = await newItem({ type_id: own })
    const removal = () => read<object[]>(admin.client.from('content_types').delete().eq('id', own).select('id'))
    const refusal = await expectRefusal(removal(), 'DS075', '"Note" cannot be deleted: 1 item is written in it.')
    expect(refusal.status).toBe(400)
    await read(items().delete().eq('id', item.id))
    expect(await removal()).toEqual([{ id: own }])
    expect(await read(admin.client.from('content_type_revisions').select().eq('type_id', own))).toEqual([])
  })

  it('needs a schema that is an object with properties', async () => {
    for (const schema of [[], {}, { type: 'object' }, { type: 'array', properties: {} }, { type: 'object', properties: [] }]) {
      await expectRefusal(newType(schema), 'DS021', 'The schema of a content type is an object with properties.')
    }
  })

  it('needs fields that DataSync understands', async () => {
    const good = { type: 'string', 'x-field-id': 'f_1' }
    const bad = {
      Headline: good,
      '1st': good,
      'with space': good,
      text: { type: 'object', 'x-field-id': 'f_1' },
      list: { type: 'string' },
      empty: { type: 'string', 'x-field-id': '' },
      word: 'string',
    }
    for (const [field, definition] of Object.entries(bad)) {
      await expectRefusal(newType({ type: 'object', properties: { [field]: definition } }, 'bad_type'), 'DS022', `The field "${field}" of "bad_type" is not one`)
    }
  })

  it('has a name of its own in the organization', async () => {
    const name = unique('twice')
    await newType(noteSchema, name)
    await expectRefusal(newType(noteSchema, name), '23505', 'content_types_organization_id_name_key')
    await expectRefusal(newType(noteSchema, 'Not a name'), '23514', 'content_types_name_check')
    const other = await world.newAdmin()
    expect(await read(other.client.from('content_types').insert({ name, title: 'Theirs', schema: noteSchema }).select())).toHaveLength(1)
  })
})

interface Vector {
  name: string
  schema: ContentSchema
  data: Record<string, unknown>
  partial: boolean
  errors: FieldProblem[]
}

/** All at once: one statement, one answer per case. */
async function validateInSql(cases: readonly Omit<Vector, 'name' | 'errors'>[]): Promise<FieldProblem[][]> {
  const rows = await sql<{ errors: FieldProblem[] }[]>`
    select private.validate_data(c -> 'schema', c -> 'data', (c ->> 'partial')::boolean) as errors
    from jsonb_array_elements(${sql.json(json(cases))}) with ordinality x(c, place) order by place`
  return rows.map(({ errors }) => errors)
}

describe('the validator', () => {
  it('agrees with every vector that it shares with TypeScript', async () => {
    const cases = vectors as unknown as Vector[]
    expect(cases.length).toBeGreaterThanOrEqual(165)
    const found = await validateInSql(cases)
    expect(cases.map(({ name }, index) => ({ name, errors: found[index] }))).toEqual(cases.map(({ name, errors }) => ({ name, errors })))
  })

  it('agrees with its TypeScript twin on anything else', async () => {
    const text = fc.oneof(fc.constantFrom('', '#aabbcc', '2026-02-29', '2024-02-29', 'a@b.c', '/path', 'https://x.y/z', '10:00'), fc.string({ unit: 'grapheme', maxLength: 6 }))
    // JavaScript prints very large and very small numbers with an exponent, numeric does not; nobody types those.
    const cents = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((count) => count / 100)
    const scalar = fc.oneof(text, fc.integer(), cents, fc.boolean(), fc.constant(null))
    const value = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), fc.dictionary(fc.constantFrom('a', 'b'), scalar, { maxKeys: 2 }))
    const field = fc.record(
      {
        type: fc.constantFrom('string', 'number', 'integer', 'boolean', 'array'),
        format: fc.constantFrom('uri', 'email', 'date', 'date-time', 'color', 'markdown', 'unknown'),
        enum: fc.array(scalar, { maxLength: 3 }),
        minLength: fc.nat(4),
        maxLength: fc.nat(4),
        minimum: fc.integer({ min: -9, max: 9 }),
        maximum: fc.integer({ min: -9, max: 9 }),
        items: fc.record({ type: fc.constantFrom('string', 'number'), maxLength: fc.nat(3) }, { requiredKeys: ['type'] }),
      },
      { requiredKeys: ['type'] },
    )
    const name = fc.constantFrom('a', 'b', 'ab', 'B', 'z1')
    const example = fc.record({
      schema: fc.record({ type: fc.constant('object'), properties: fc.dictionary(name, field, { maxKeys: 4 }), required: fc.uniqueArray(name), 'x-order': fc.array(name, { maxLength: 4 }) }),
      data: fc.dictionary(name, value, { maxKeys: 4 }),
      partial: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(example, { maxLength: 20 }), async (generated) => {
        // Through JSON, as a browser's data comes: no -0, no undefined; jsonb knows no NUL. The schema is one of ours, field by field.
        const cases = JSON.parse(JSON.stringify(generated).replaceAll('\\u0000', '')) as unknown as Vector[]
        expect(await validateInSql(cases)).toEqual(cases.map(({ schema, data, partial }) => validate(schema, data, { partial })))
      }),
      { numRuns: 40 },
    )
  })
})
