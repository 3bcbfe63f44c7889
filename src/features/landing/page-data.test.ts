import { describe, expect, it } from 'vitest'
import { parsePage } from './page-data.ts'
import { landingPage, offerItem } from './test-pages.ts'

describe('parsePage', () => {
  it('takes what the backend answers, without what the page has no use for', () => {
    const answer = { ...landingPage(4), item_count: 1, site: { name: 'Facebook Campaign', slug: 'facebook', region: 'North' } }
    expect(parsePage(answer)).toEqual(landingPage(4))
  })

  it('drops an item that is none and keeps the others', () => {
    const items = [null, 'x', { id: 1, type: 't' }, { id: 'b', type: 'note', data: [] }, offerItem('a')]
    const parsed = parsePage({ ...landingPage(1), payload: { items } })
    expect(parsed?.payload?.items).toEqual([{ id: 'b', type: 'note', title: '', data: {} }, offerItem('a')])
  })

  it.each([null, undefined, 'page', [], {}, { ...landingPage(1), site: null }, { ...landingPage(1), payload: { items: {} } }])(
    'refuses what is no page: %j',
    (value) => {
      expect(parsePage(value)).toBeNull()
    },
  )
})
