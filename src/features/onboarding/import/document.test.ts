import { describe, expect, it } from 'vitest'
import { readDocument } from './document.ts'

const item = { ref: 'i1', type: 'offer', title: 'Free installation', data: { headline: 'Free' }, status: 'published', publish_at: null, unpublish_at: null }
const whole = {
  format: 'datasync.organization',
  version: 1,
  exported_at: '2026-11-01T10:00:00Z',
  organization: { name: 'Acme', slug: 'acme', retention_days: 90, audit_retention_days: null, approval_required: true },
  content_types: [{ name: 'offer', title: 'Offer', description: '', schema: { type: 'object' } }],
  content_type_templates: [{ name: 'offer', title: 'Offer to begin with', description: '', schema: { type: 'object' }, example: {}, source: 'offer' }],
  content_items: [item],
  sites: [{ slug: 'google', name: 'Google', region: null, destination_url: null, enabled: true, max_attempts: 4 }],
  mappings: [{ site: 'google', item: 'i1', mode: 'full', overrides: {}, override_bases: null, position: 0 }],
  schedules: [{ kind: 'publish', name: 'Nightly', cron: '0 3 * * *', time_zone: 'UTC', all_sites: false, enabled: true, sites: ['google'] }],
}

const problemsOf = (document: unknown): string[] => {
  const reading = readDocument(typeof document === 'string' ? document : JSON.stringify(document))
  return reading.ok ? [] : reading.problems.map(({ place, problem }) => `${place}: ${problem}`)
}

describe('readDocument', () => {
  it('counts what an import will make, and hands on fields that it does not look at', () => {
    const reading = readDocument(JSON.stringify(whole))
    expect(reading).toMatchObject({
      ok: true,
      document: { name: 'Acme', exportedAt: '2026-11-01T10:00:00Z', counts: { content_types: 1, content_type_templates: 1, content_items: 1, sites: 1, mappings: 1, schedules: 1 } },
    })
    expect(reading.ok && reading.document.json).toEqual(whole)
  })

  it.each([
    ['{', 'The file: it is not JSON'],
    ['[]', 'The file: it is not an export of a DataSync organization'],
    ['null', 'The file: it is not an export of a DataSync organization'],
    [{ ...whole, format: 'something' }, 'format: this is not an export of a DataSync organization'],
    [{ ...whole, version: 2 }, 'version: this DataSync reads version 1'],
    [{ ...whole, content_items: [item, { ...item, ref: 'i2', status: 'gone' }] }, 'content_items[1].status: must be draft, published or archived'],
    [{ ...whole, content_items: [{ ...item, data: [] }] }, 'content_items[0].data: must be an object'],
    [{ ...whole, content_items: [{ ...item, title: undefined }] }, 'content_items[0].title: it is missing'],
    [{ ...whole, content_items: { item } }, 'content_items: must be a list'],
    [{ ...whole, organization: { name: 'Acme', retention_days: 'long' } }, 'organization.retention_days: must be a number'],
    [{ ...whole, organization: { ...whole.organization, approval_required: 'on' } }, 'organization.approval_required: must be true or false'],
    [{ ...whole, content_type_templates: [{ ...whole.content_type_templates[0], source: 'page' }] }, 'content_type_templates[0].source: there is no content type "page" in the file'],
    [{ ...whole, content_type_templates: Array.from({ length: 201 }, () => whole.content_type_templates[0]) }, 'content_type_templates: has more than 200 entries'],
    [{ ...whole, mappings: [{ ...whole.mappings[0], override_bases: 'x' }] }, 'mappings[0].override_bases: must be an object'],
    [{ ...whole, content_items: [item, item] }, 'content_items[1].ref: "i1" is there already'],
    [{ ...whole, content_items: [{ ...item, type: 'page' }] }, 'content_items[0].type: there is no content type "page" in the file'],
    [{ ...whole, mappings: [{ ...whole.mappings[0], site: 'bing' }] }, 'mappings[0].site: there is no site "bing" in the file'],
    [{ ...whole, mappings: [{ ...whole.mappings[0], item: 'i9' }] }, 'mappings[0].item: there is no item "i9" in the file'],
    [{ ...whole, schedules: [{ ...whole.schedules[0], sites: ['bing'] }] }, 'schedules[0].sites: there is no site "bing" in the file'],
    [{ ...whole, sites: [{ ...whole.sites[0], name: '' }] }, 'sites[0].name: must not be empty'],
    [{ ...whole, content_types: Array.from({ length: 1001 }, (_, n) => ({ ...whole.content_types[0], name: `t${n}` })) }, 'content_types: has more than 1,000 entries'],
  ])('names what is wrong and where (%#)', (document, expected) => {
    const [first] = problemsOf(document)
    expect(first).toBe(expected)
  })

  it('takes files of before, which have no templates', () => {
    const { content_type_templates: _, ...older } = whole
    expect(readDocument(JSON.stringify(older))).toMatchObject({ ok: true, document: { counts: { content_types: 1, content_type_templates: 0 } } })
  })

  it('does not drown anybody in problems', () => {
    expect(problemsOf({ ...whole, mappings: Array.from({ length: 500 }, () => ({ ...whole.mappings[0], site: 'bing' })) })).toHaveLength(50)
  })
})
