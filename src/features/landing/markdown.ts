import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { h } from './dom.ts'
import { safeLink, textSchemes, webSchemes } from './links.ts'

/** Elements that Markdown may become. What is not listed loses its element and keeps its words. */
const allowed = [
  'p',
  'br',
  'em',
  'strong',
  'del',
  'code',
  'pre',
  'blockquote',
  'ul',
  'ol',
  'li',
  'hr',
  'sup',
  'table',
  'thead',
  'tbody',
  'tr',
  'th',
  'td',
] as const
type AllowedTag = (typeof allowed)[number]

const headings = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'] as const

const extensions = [gfm()]
const htmlExtensions = [gfmHtml()]

/**
 * Markdown to nodes. micromark escapes raw HTML; its own check of addresses is switched off only because ours replaces it
 * (micromark drops `tel:` and lets `irc:` through). Its result is read as an inert document, in which nothing loads or runs,
 * and rebuilt from the list above, so that no HTML string ever reaches the page.
 *
 * @param under Level of the heading that the text stands under; its own headings continue below it.
 */
export function renderMarkdown(source: string, under: number): Node[] {
  const html = micromark(source, { extensions, htmlExtensions, allowDangerousProtocol: true })
  return renderChildren(parseInert(html), { under, last: under })
}

/** The plain words of a Markdown text, for descriptions. */
export function markdownToText(source: string): string {
  return parseInert(micromark(source, { extensions, htmlExtensions })).textContent.replace(/\s+/g, ' ').trim()
}

function parseInert(html: string): DocumentFragment {
  const template = document.createElement('template')
  template.innerHTML = html
  return template.content
}

interface Outline {
  under: number
  /** Level of the heading before. */
  last: number
}

function renderChildren(parent: Node, outline: Outline): Node[] {
  return [...parent.childNodes].flatMap((node) => {
    if (node.nodeType === Node.TEXT_NODE) return [document.createTextNode(node.nodeValue ?? '')]
    return isElement(node) ? renderElement(node, outline) : []
  })
}

function isElement(node: Node): node is Element {
  return node.nodeType === Node.ELEMENT_NODE
}

function renderElement(element: Element, outline: Outline): Node[] {
  const tag = element.localName
  if (tag === 'img') return renderImage(element)
  if (tag === 'input') return [document.createTextNode(element.hasAttribute('checked') ? '☑' : '☐')]
  // The way back from a footnote: ids are not carried over, so it would lead nowhere.
  if (element.hasAttribute('data-footnote-backref')) return []

  const children = renderChildren(element, outline)
  if (tag === 'a') return renderLink(element, children)
  const heading = headings.findIndex((name) => name === tag) + 1
  if (heading > 0) return [renderHeading(heading, children, outline)]
  const known = allowed.find((name) => name === tag)
  return known ? [h(known, ownAttributes(element, known), children)] : children
}

function ownAttributes(element: Element, tag: AllowedTag) {
  if (tag === 'ol') return { start: element.getAttribute('start') }
  if (tag === 'th' || tag === 'td') return { align: element.getAttribute('align') }
  return {}
}

/** Continues the page's outline without a gap, whatever level the author began with. */
function renderHeading(level: number, children: Node[], outline: Outline): Node {
  outline.last = Math.min(outline.under + level, outline.last + 1, headings.length)
  return h(headings[outline.last - 1] ?? 'h6', {}, children)
}

function renderLink(element: Element, children: Node[]): Node[] {
  const address = element.getAttribute('href') ?? ''
  const link = address.startsWith('#') ? null : safeLink(address, textSchemes)
  return link ? [h('a', { href: link.href, rel: link.external && 'noopener' }, children)] : children
}

function renderImage(element: Element): Node[] {
  const alt = element.getAttribute('alt') ?? ''
  const link = safeLink(element.getAttribute('src') ?? '', webSchemes)
  return [link ? h('img', { src: link.href, alt, loading: 'lazy' }) : document.createTextNode(alt)]
}
