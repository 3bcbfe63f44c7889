// @vitest-environment jsdom
import { describe, expect, it } from 'vitest'
import { readItem } from './item-view.ts'
import { offerItem } from './test-pages.ts'

const now = new Date(2026, 9, 5)
const read = (data: Record<string, unknown>) => readItem(offerItem('a', data), now)

describe('readItem', () => {
  it('takes a discount for percent off, where it is one', () => {
    expect([20, 12.5, 33.333, 0, -5, 101, '20', null].map((discount) => read({ discount }).discount)).toEqual([
      '20',
      '12.5',
      '33.3',
      null,
      null,
      null,
      null,
      null,
    ])
  })

  it('falls back to the neutral theme, and to the title without a headline', () => {
    expect(read({ theme: 'finance' }).theme).toBe('finance')
    expect(read({ theme: 'spring' }).theme).toBe('neutral')
    expect(read({ headline: '  ' }).title).toBe('Offer a')
  })

  it('finds the figure and the months that a title names', () => {
    const view = read({ headline: '0% Financing 12mo' })
    expect(view.titleParts).toEqual({ before: '', figure: '0%', after: ' Financing 12mo' })
    expect(view.term).toBe(12)
    expect(read({ headline: '100 months' }).term).toBeNull()
    expect(read({ headline: 'Free Installation' }).titleParts).toBeNull()
  })

  it('has a call to action only where it leads somewhere safe', () => {
    expect(read({ cta_text: 'Go', cta_url: 'https://example.com/' }).cta).toEqual({
      text: 'Go',
      link: { href: 'https://example.com/', external: true },
    })
    expect(read({ cta_url: '/a' }).cta?.text).toBe('Learn more')
    for (const url of ['javascript:alert(1)', 'mailto:a@example.com', '', undefined])
      expect(read({ cta_text: 'Go', cta_url: url }).cta).toBeNull()
  })

  it('reads the fields of any other type by what they hold', () => {
    const data = {
      theme: 'service',
      note: '**Bold**',
      open: false,
      hours: ['Mon', ''],
      site: 'https://example.com/',
      since: '2026-09-01',
      empty: null,
      at: { city: 'Oslo' },
    }
    const view = readItem({ id: 'n', type: 'notice', title: 'Notice', data }, now)
    expect(view).toMatchObject({ theme: 'service', title: 'Notice', cta: null, discount: null })
    expect(view.content).toEqual({
      kind: 'fields',
      fields: [
        { name: 'note', label: 'Note', value: { kind: 'markdown', source: '**Bold**' } },
        { name: 'open', label: 'Open', value: { kind: 'text', text: 'No' } },
        { name: 'hours', label: 'Hours', value: { kind: 'list', values: [{ kind: 'text', text: 'Mon' }] } },
        {
          name: 'site',
          label: 'Site',
          value: { kind: 'link', link: { href: 'https://example.com/', external: true }, text: 'example.com' },
        },
        { name: 'since', label: 'Since', value: { kind: 'text', text: '1 Sep 2026' } },
        {
          name: 'at',
          label: 'At',
          value: { kind: 'group', fields: [{ name: 'city', label: 'City', value: { kind: 'text', text: 'Oslo' } }] },
        },
      ],
    })
  })
})
