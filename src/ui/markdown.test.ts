import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { markdownToHtml } from './markdown.tsx'
import { pieces, vectors } from './markdown.vectors.ts'

const dom = (text: string) => {
  const box = document.createElement('div')
  box.innerHTML = markdownToHtml(text)
  return box
}

describe('markdownToHtml', () => {
  it('writes what people write', () => {
    expect(markdownToHtml('**Save** 20 %\n\n- one\n- two')).toBe('<p><strong>Save</strong> 20 %</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>')
  })

  it('gives raw HTML no meaning', () => {
    const box = dom('<script>alert(1)</script>\n\nhi <img src=x onerror=alert(1)> <b onclick="x">b</b>')
    expect(box.querySelector('script, img, b')).toBeNull()
    expect(box.textContent).toContain('<b onclick="x">')
  })

  it.each(['[x](javascript:alert(1))', '[x](JaVaScRiPt:alert(1))', '[x](data:text/html,hi)', '[x](vbscript:x)', '[x](irc://x)', '<xmpp:a@b.test>'])('empties %s', (text) => {
    expect(dom(text).querySelector('a')?.getAttribute('href') ?? '').toBe('')
  })

  it.each([['[x](https://a.test)', 'https://a.test'], ['https://b.test', 'https://b.test'], ['[x](/offers)', '/offers'], ['me@a.test', 'mailto:me@a.test']])('keeps %s, and lets it not reach back', (text, href) => {
    const link = dom(text).querySelector('a')
    expect(link?.getAttribute('href')).toBe(href)
    expect(link?.rel).toBe('noopener noreferrer')
  })
})

/** Everything that Markdown may become here; what is found beyond it is a hole. */
const elements = new Set('p br em strong del code pre blockquote ul ol li hr sup h1 h2 h3 h4 h5 h6 table thead tbody tr th td a img input section'.split(' '))
const attributes = new Set('href rel target src alt title align start class id type checked disabled dir data-footnotes data-footnote-ref data-footnote-backref aria-describedby aria-label'.split(' '))
const schemes = new Set(['http:', 'https:', 'mailto:'])

/** An address that is none leads nowhere. */
const isHarmless = (address: string): boolean => {
  const base = 'https://here.example'
  return !URL.canParse(address, base) || schemes.has(new URL(address, base).protocol)
}

function holes(text: string): string[] {
  const html = markdownToHtml(text)
  const box = document.createElement('div')
  box.innerHTML = html
  const found: string[] = []
  for (const element of box.querySelectorAll('*')) {
    if (!elements.has(element.localName)) found.push(`<${element.localName}>`)
    for (const { name, value } of element.attributes) {
      if (!attributes.has(name)) found.push(`${element.localName} ${name}="${value}"`)
      if ((name === 'href' || name === 'src') && !isHarmless(value)) found.push(`${name}="${value}"`)
      // Names of ours that a page's scripts may look for are out of reach of what is written.
      if (name === 'id' && !/^(user-content-|footnote-label$)/.test(value)) found.push(`id="${value}"`)
      if (name === 'class' && !/^(contains-task-list|task-list-item|sr-only|data-footnote-backref|footnotes|language-.*)$/s.test(value)) found.push(`class="${value}"`)
    }
  }
  // Read once more it means the same: nothing changes its place when a browser mends it.
  const again = document.createElement('div')
  again.innerHTML = box.innerHTML
  if (again.innerHTML !== box.innerHTML) found.push(`changes when it is read again: ${html}`)
  return found
}

describe('whatever somebody writes', () => {
  it.each(vectors)('%j runs nothing', (text) => {
    expect(holes(text)).toEqual([])
    expect(holes(`before ${text} *after* ${text}`)).toEqual([])
  })

  it('and whatever they put together from it', () => {
    const part = fc.oneof(fc.constantFrom(...pieces), fc.constantFrom(...vectors), fc.string({ maxLength: 8 }))
    fc.assert(
      fc.property(fc.array(part, { maxLength: 14 }), (parts) => {
        expect(holes(parts.join(''))).toEqual([])
      }),
      { numRuns: 2_000 },
    )
  })
})
