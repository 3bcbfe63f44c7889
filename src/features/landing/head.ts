import type { ItemView } from './item-view.ts'
import { markdownToText } from './markdown.ts'

export interface HeadText {
  title: string
  description: string | null
}

const descriptionLength = 160

/** What a tab, a search result and a shared link say of the page: its first offer, in the content's own words. */
export function describePage(first: ItemView | undefined, organization: string, site: string): HeadText {
  if (!first) return { title: `${organization} · ${site}`, description: null }
  const text = first.content.kind === 'markdown' ? markdownToText(first.content.source) : ''
  return { title: `${first.title} · ${organization}`, description: shorten(text) || first.validity }
}

export function applyHead({ title, description }: HeadText): void {
  document.title = title
  const existing = document.querySelector<HTMLMetaElement>('meta[name="description"]')
  if (!description) {
    existing?.remove()
    return
  }
  const meta = existing ?? document.head.appendChild(document.createElement('meta'))
  meta.name = 'description'
  meta.content = description
}

function shorten(text: string): string {
  if (text.length <= descriptionLength) return text
  const cut = text.slice(0, descriptionLength)
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), descriptionLength / 2)).replace(/[\s,;:.]+$/, '')} …`
}
