import type { LandingItem, LandingPage } from './page-data.ts'

/** Pages for the tests of this folder, in the shape that `landing_page` answers. */

export function offerItem(id: string, data: Record<string, unknown> = {}): LandingItem {
  return { id, type: 'offer_banner', title: `Offer ${id}`, data: { headline: `Headline ${id}`, ...data } }
}

export function landingPage(sequence: number, items: LandingItem[] | null = [offerItem('a')]): LandingPage {
  return {
    organization: { name: 'Acme Holdings', slug: 'acme' },
    site: { name: 'Facebook Campaign', slug: 'facebook' },
    sequence,
    received_at: items && '2026-10-05T10:00:00Z',
    payload: items && { items },
  }
}
