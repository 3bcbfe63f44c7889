// @vitest-environment jsdom
import { describe, expect, it } from 'vitest'
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
