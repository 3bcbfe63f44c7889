// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from 'vitest'
import { noChanges } from './changes.ts'
import { themes } from './item-view.ts'
import type { LandingItem, LandingPage } from './page-data.ts'
import { screenOf, show } from './screen.ts'
import type { View } from './store.ts'
import { landingPage, offerItem } from './test-pages.ts'

const now = new Date('2026-10-05T10:02:30Z')
const viewOf = (page: LandingPage, more: Partial<Extract<View, { kind: 'page' }>> = {}): View => ({
  kind: 'page',
  page,
  changes: noChanges,
  update: 0,
  unreachable: false,
  ...more,
})
const notice: LandingItem = {
  id: 'n',
  type: 'notice',
  title: 'Opening hours',
  data: { days: ['Mon', 'Tue'], hint: '# Note\n\nCall [us](javascript:alert(1))' },
}
const full = offerItem('a', {
  headline: '0% Financing 12mo',
  body: 'Save **now**',
  cta_text: 'Go',
  cta_url: 'https://example.com/',
  discount: 0,
  start_date: '2026-09-01',
  end_date: '2026-11-30',
})

let root: HTMLElement
const draw = (view: View) => show(screenOf(view, now), root)

beforeEach(() => {
  document.head.innerHTML = '<title>Offers</title>'
  document.body.innerHTML = '<div id="root"></div>'
  root = document.getElementById('root') ?? document.body
})

describe('page', () => {
  it.each(themes)('in the %s look has one main heading, all that the item says, and the stamp', (theme) => {
    draw(viewOf(landingPage(1, [{ ...full, data: { ...full.data, theme } }, offerItem('b'), notice])))
    expect(root.querySelector('.page')?.getAttribute('data-theme')).toBe(theme)
    expect([...root.querySelectorAll('h1')].map((heading) => heading.textContent)).toEqual(['0% Financing 12mo'])
    expect([...root.querySelectorAll('h2')].map((heading) => heading.textContent)).toEqual(['Headline b', 'Opening hours'])
    expect(root.querySelector('.hero')?.textContent).toContain('Offer valid 1 Sep to 30 Nov')
    expect(root.querySelector<HTMLAnchorElement>('.hero .cta')?.href).toBe('https://example.com/')
    expect(root.querySelector('.hero strong')?.textContent).toBe('now')
    expect(root.querySelector('footer')?.textContent).toBe('Acme Holdings · Facebook CampaignLast synced 2 min ago')
    expect(root.querySelector('time')?.title).toMatch(/5 October 2026/)
    expect(document.title).toBe('0% Financing 12mo · Acme Holdings')
    expect(document.querySelector('meta[name="description"]')?.getAttribute('content')).toBe('Save now')
  })

  it('shows an item of an unknown type by its fields, links in it checked', () => {
    draw(viewOf(landingPage(1, [notice])))
    expect([...root.querySelectorAll('dt')].map((term) => term.textContent)).toEqual(['Days', 'Hint'])
    expect([...root.querySelectorAll('dd ul li')].map((entry) => entry.textContent)).toEqual(['Mon', 'Tue'])
    expect(root.querySelector('a')).toBeNull()
    expect(root.querySelector('h2')?.textContent).toBe('Note')
  })

  it('says what it waits for, that it has nothing, and that it is an older version', () => {
    draw(viewOf(landingPage(0, null)))
    expect(root.textContent).toContain('fills itself when the first sync arrives')
    draw(viewOf(landingPage(2, [])))
    expect(root.querySelector('h1')?.textContent).toBe('No offers at the moment')
    draw(viewOf(landingPage(2), { unreachable: true }))
    expect(root.querySelector('footer')?.textContent).toContain('Showing the last version received')
  })

  it('morphs: what stays is the same element and keeps the focus, what changed is marked', () => {
    const before = landingPage(1, [full, offerItem('b')])
    draw(viewOf(before))
    const heading = root.querySelector('h1')
    const link = root.querySelector<HTMLAnchorElement>('.hero .cta')
    link?.focus()
    const after = landingPage(2, [{ ...full, data: { ...full.data, cta_text: 'Go now' } }, offerItem('b')])
    draw(viewOf(after, { update: 1, changes: new Map([['a', new Set(['cta_text'])]]) }))
    expect(root.querySelector('h1')).toBe(heading)
    expect(document.activeElement).toBe(link)
    expect(link?.textContent).toBe('Go now')
    expect([...root.querySelectorAll('[data-fresh]')]).toEqual([link])
    expect(root.querySelector('[role="status"]')?.textContent).toBe('This page was updated.')
  })
})

describe('without a page', () => {
  it('says so in words, in the tab too', () => {
    draw({ kind: 'unknown' })
    expect(root.querySelector('h1')?.textContent).toBe('There is no page here')
    expect(document.title).toBe('Page not found')
  })

  it('offers to try again', () => {
    draw({ kind: 'failed', failure: { reason: 'refused', status: 502 }, retrying: false })
    expect(root.textContent).toContain('(502)')
    const button = root.querySelector<HTMLButtonElement>('[data-retry]')
    button?.focus()
    draw({ kind: 'failed', failure: { reason: 'refused', status: 502 }, retrying: true })
    expect(document.activeElement).toBe(button)
    expect(button?.getAttribute('aria-disabled')).toBe('true')
  })
})
