import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { markdownToHtml } from '@/ui/markdown'
import { throughEditor, whatWouldBeLost } from '@/ui/schema-control/rich-text-markdown'

describe('what the editor keeps', () => {
  it.each([
    'Cooler nights are coming. Book your furnace tune-up now and take **20% off** any heating service.\n\n- Certified technicians, on time\n- Every visit ends with a written report\n- Evening and Saturday visits at no extra charge',
    'The date is yours to pick. Most homes are done in *one day*.',
    '## Heading\n\nText with ***both***, ~~gone~~ and `code`.\n\n> A quote\n\n1. One\n2. Two',
    'A [link](https://example.com/a?b=c) in a line.',
    '',
    'Prices from $1,000 & up, 5 < 7.',
  ])('%j', (markdown) => {
    expect(whatWouldBeLost(markdown)).toBeNull()
  })

  it.each([
    ['| a | b |\n|---|---|\n| 1 | 2 |', 'a table'],
    ['![alt](https://example.com/x.png)', 'a picture'],
    ['```js\nx\n```', 'a block of code'],
    ['Text[^1]\n\n[^1]: Note', 'a footnote'],
    ['- [ ] open\n- [x] done', 'a list with boxes to tick'],
    ['above\n\n---\n\nbelow', 'a dividing line'],
    ['one  \ntwo', 'a line break within a paragraph'],
    ['Some <b class="x">bold</b> text', 'HTML'],
    ['<!-- a remark -->', 'HTML'],
  ])('is not all of it: %j', (markdown, lost) => {
    expect(whatWouldBeLost(markdown)).toBe(lost)
  })
})

const word = fc.constantFrom('heat', 'pump', 'twenty', 'percent', 'a*b', '2_000', 'don’t', '#1', '50%', 'x<y', 'R&D')
const words = fc.array(word, { minLength: 1, maxLength: 5 }).map((list) => list.join(' '))
const plainWords = fc.array(fc.constantFrom('heat', 'pump', 'twenty', 'percent'), { minLength: 1, maxLength: 3 }).map((list) => list.join(' '))
const span = fc.oneof(words, plainWords.map((text) => `**${text}**`), plainWords.map((text) => `*${text}*`), plainWords.map((text) => `[${text}](https://example.com/)`))
const line = fc.array(span, { minLength: 1, maxLength: 3 }).map((spans) => spans.join(' '))
const block = fc.oneof(
  line,
  line.map((text) => `## ${text}`),
  line.map((text) => `> ${text}`),
  fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => lines.map((text) => `- ${text}`).join('\n')),
  fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => lines.map((text, index) => `${index + 1}. ${text}`).join('\n')),
)
const pieces = ['*', '**', '_', '`', '~~', '#', '- ', '1. ', '> ', '\n', '\n\n', '[', '](', ')', '<b>', '|', '---', '\\', '&amp;', 'word', ' ', '  \n', '    ', '![', 'https://a.b/']

describe('a round trip', () => {
  it('means the same, whatever was written, or the text is not opened in the editor', () => {
    const anything = fc.oneof(fc.array(block, { maxLength: 4 }).map((blocks) => blocks.join('\n\n')), fc.array(fc.constantFrom(...pieces), { maxLength: 16 }).map((list) => list.join('')))
    fc.assert(
      fc.property(anything, (markdown) => {
        if (whatWouldBeLost(markdown) !== null) return
        const written = throughEditor(markdown)
        const plain = (text: string) => markdownToHtml(text).replace(/\s+/g, ' ').replace(/> </g, '><').trim()
        expect(plain(written)).toBe(plain(markdown))
        // And what the editor writes, it opens again, and writes no differently.
        expect(whatWouldBeLost(written)).toBeNull()
        expect(plain(throughEditor(written))).toBe(plain(markdown))
      }),
      { numRuns: 400 },
    )
  })

  it('of what people write mostly stays in the editor', () => {
    const documents = fc.sample(fc.array(block, { minLength: 1, maxLength: 4 }).map((blocks) => blocks.join('\n\n')), 200)
    const kept = documents.filter((markdown) => whatWouldBeLost(markdown) === null).length
    expect(kept).toBeGreaterThan(120)
  })
})
