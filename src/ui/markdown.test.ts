import { describe, expect, it } from 'vitest'
import { markdownToHtml } from './markdown.tsx'

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
