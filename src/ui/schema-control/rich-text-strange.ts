const STRANGE: readonly (readonly [RegExp, string])[] = [
  [/<table/, 'a table'],
  [/<img/, 'a picture'],
  [/<pre/, 'a block of code'],
  [/data-footnote/, 'a footnote'],
  [/<input/, 'a list with boxes to tick'],
  [/<hr/, 'a dividing line'],
  [/<br/, 'a line break within a paragraph'],
]

export const RAW_HTML = /<!--|<\/?[a-z][a-z0-9-]*(\s+[a-z-]+(\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?)*\s*\/?>/i

/** What a text has that the editor knows nothing of, told by its HTML alone, as it completes "It has …". */
export function strangeIn(markdown: string, html: string): string | null {
  for (const [sign, words] of STRANGE) if (sign.test(html)) return words
  return RAW_HTML.test(markdown) ? 'HTML' : null
}
