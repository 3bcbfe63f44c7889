// @vitest-environment jsdom
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pieces, vectors } from '@/ui/markdown.vectors'
import { h } from './dom.ts'
import { markdownToText, renderMarkdown } from './markdown.ts'

const html = (source: string, under = 1) => h('div', {}, renderMarkdown(source, under)).innerHTML.replace(/\n/g, '')

describe('renderMarkdown', () => {
  it('renders what Markdown is for', () => {
    expect(html('Save **20%** and *more*.\n\n- one\n- two')).toBe(
      '<p>Save <strong>20%</strong> and <em>more</em>.</p><ul><li>one</li><li>two</li></ul>',
    )
    expect(html('3. three')).toBe('<ol start="3"><li>three</li></ol>')
    expect(html('~~old~~')).toBe('<p><del>old</del></p>')
    expect(html('| a | b |\n|---|--:|\n| 1 | 2 |')).toContain('<td align="right">2</td>')
    expect(html('- [x] done\n- [ ] open')).toBe('<ul><li>☑ done</li><li>☐ open</li></ul>')
  })

  it('gives raw HTML no meaning', () => {
    expect(html('<script>alert(1)</script>')).toBe('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(html('a <img src=x onerror=alert(1)> b')).toBe('<p>a &lt;img src=x onerror=alert(1)&gt; b</p>')
    expect(html('<svg onload=alert(1)>')).not.toContain('<svg')
  })

  it.each([
    'javascript:alert(1)',
    'JAVASCRIPT:alert(1)',
    '&#106;avascript:alert(1)',
    'data:text/html;base64,x',
    'vbscript:x',
    'irc://x',
    '#user-content-fn-1',
  ])('makes a link to %s inert', (address) => {
    expect(html(`[here](<${address}>)`)).toBe('<p>here</p>')
    expect(html(`![pic](<${address.replace(/^#.*/, 'javascript:1')}>)`)).toBe('<p>pic</p>')
  })

  it('keeps good links, and tells other origins apart', () => {
    expect(html('[site](https://example.com/x)')).toBe('<p><a href="https://example.com/x" rel="noopener">site</a></p>')
    expect(html('[call](tel:+15550100)')).toContain('href="tel:+15550100"')
    expect(html('[terms](/terms)')).toBe(`<p><a href="${window.location.origin}/terms">terms</a></p>`)
  })

  it('continues the outline below its heading without a gap', () => {
    expect(html('# One\n\n### Deep\n\n# Two')).toBe('<h2>One</h2><h3>Deep</h3><h2>Two</h2>')
    expect(html('###### Deep', 2)).toBe('<h3>Deep</h3>')
  })

  it('has plain words for descriptions', () => {
    expect(markdownToText('**Save** now\n\n- one\n- [two](javascript:x)')).toBe('Save now one two')
  })
})

const elements = new Set('p br em strong del code pre blockquote ul ol li hr sup h1 h2 h3 h4 h5 h6 table thead tbody tr th td a img'.split(' '))
const attributes = new Set(['href', 'rel', 'src', 'alt', 'loading', 'align', 'start'])
const schemes = { href: ['http:', 'https:', 'mailto:', 'tel:'], src: ['http:', 'https:'] }

/** What Markdown must not become, of what it has become. */
function holes(source: string): string[] {
  const box = h('div', {}, renderMarkdown(source, 1))
  const found: string[] = []
  for (const element of box.querySelectorAll('*')) {
    if (!elements.has(element.localName)) found.push(`<${element.localName}>`)
    for (const { name, value } of element.attributes) {
      if (!attributes.has(name)) found.push(`${element.localName} ${name}="${value}"`)
      if ((name === 'href' || name === 'src') && !schemes[name].includes(new URL(value).protocol)) found.push(`${name}="${value}"`)
    }
  }
  return found
}

describe('whatever somebody writes', () => {
  it.each(vectors)('%j runs nothing', (source) => {
    expect(holes(source)).toEqual([])
    expect(holes(`before ${source} *after* ${source}`)).toEqual([])
    // What is put into the page's head is words.
    expect(() => markdownToText(source)).not.toThrow()
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
