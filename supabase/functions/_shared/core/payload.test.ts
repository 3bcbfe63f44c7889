import { describe, expect, it } from 'vitest'
import { maxBodyBytes, parsePayload } from './payload.ts'

const item = { id: 'a', type: 'offer_banner', title: 'A', data: { headline: 'Hi' } }
const payload = { version: 1, site: { slug: 'facebook', name: 'Facebook' }, items: [item] }

describe('parsePayload', () => {
  it('reads what SQL writes', () => {
    expect(parsePayload(JSON.stringify(payload))).toEqual({ ok: true, value: payload })
    expect(parsePayload(JSON.stringify({ ...payload, items: [] }))).toMatchObject({ ok: true })
    const referring = { ...payload, items: [{ ...item, references: { author: { id: 'b', type: 'team_member', title: 'B', data: { name: 'B' } } } }] }
    expect(parsePayload(JSON.stringify(referring))).toEqual({ ok: true, value: referring })
  })

  it.each([
    ['nothing', '', 'not_json', 'the body is not JSON'],
    ['half of it', '{"version":1', 'not_json', 'the body is not JSON'],
    ['a list', '[]', 'not_a_payload', 'the body is not a JSON object'],
    ['null', 'null', 'not_a_payload', 'the body is not a JSON object'],
    ['another version', JSON.stringify({ ...payload, version: 2 }), 'not_a_payload', 'version must be 1'],
    ['no site', JSON.stringify({ ...payload, site: 'x' }), 'not_a_payload', 'site must have a slug and a name'],
    ['no items', JSON.stringify({ ...payload, items: {} }), 'not_a_payload', 'items must be a list'],
    [
      'an item without data',
      JSON.stringify({ ...payload, items: [item, { ...item, data: [] }] }),
      'not_a_payload',
      'items[1] must have id, type, title and data',
    ],
    [
      'a reference without a title',
      JSON.stringify({ ...payload, items: [{ ...item, references: { author: { id: 'b', type: 't', data: {} } } }] }),
      'not_a_payload',
      'items[0] must have id, type, title and data',
    ],
  ])('refuses %s', (_, body, code, message) => {
    expect(parsePayload(body)).toEqual({ ok: false, error: { code, message } })
  })

  it('takes exactly 1 MB, counted in bytes', () => {
    const empty = JSON.stringify({ ...payload, items: [{ ...item, data: { body: '' } }] })
    const filled = (text: string) => JSON.stringify({ ...payload, items: [{ ...item, data: { body: text } }] })
    const room = maxBodyBytes - empty.length
    expect(parsePayload(filled('x'.repeat(room)))).toMatchObject({ ok: true })
    expect(parsePayload(filled('x'.repeat(room + 1)))).toMatchObject({ error: { code: 'too_large' } })
    expect(parsePayload(filled('é'.repeat(Math.ceil((room + 1) / 2))))).toEqual({
      ok: false,
      error: { code: 'too_large', message: 'the body is over 1 MB' },
    })
  })
})
