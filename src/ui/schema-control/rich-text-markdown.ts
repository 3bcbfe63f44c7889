import { LinkNode } from '@lexical/link'
import { ListItemNode, ListNode } from '@lexical/list'
import {
  $convertFromMarkdownString, $convertToMarkdownString, BOLD_ITALIC_STAR, BOLD_STAR, BOLD_UNDERSCORE, HEADING, INLINE_CODE, ITALIC_STAR, ITALIC_UNDERSCORE, LINK, ORDERED_LIST, QUOTE,
  STRIKETHROUGH, UNORDERED_LIST, type ElementTransformer, type Transformer,
} from '@lexical/markdown'
import { HeadingNode, QuoteNode } from '@lexical/rich-text'
import { $isParagraphNode, createEditor, ParagraphNode } from 'lexical'
import { markdownToHtml } from '@/ui/markdown'
import { RAW_HTML, strangeIn } from '@/ui/schema-control/rich-text-strange'

/** A paragraph that happens to begin like a heading, a list or a quote is still a paragraph when it is read again. */
const PARAGRAPH: ElementTransformer = {
  type: 'element',
  dependencies: [ParagraphNode],
  regExp: /(?!)/,
  replace: () => false,
  export: (node, exportChildren) =>
    $isParagraphNode(node)
      ? exportChildren(node).replace(/^(\s*)(?=(#{1,6}|[-+>])(\s|$)|={3,}|-{3,})/gm, '$1\\').replace(/^(\s*\d+)([.)])(?=\s)/gm, '$1\\$2')
      : null,
}

/** What the editor can show, and with it what it can keep. Tables, pictures, code blocks and HTML are not in it. */
export const TRANSFORMERS: Transformer[] = [
  PARAGRAPH, HEADING, QUOTE, UNORDERED_LIST, ORDERED_LIST, INLINE_CODE, BOLD_ITALIC_STAR, BOLD_STAR, BOLD_UNDERSCORE, ITALIC_STAR, ITALIC_UNDERSCORE, STRIKETHROUGH, LINK,
]

export const NODES = [HeadingNode, QuoteNode, ListNode, ListItemNode, LinkNode]

/** Inside an update or a read of an editor. */
export const $readMarkdown = (markdown: string): void => $convertFromMarkdownString(markdown, TRANSFORMERS)
export const $writeMarkdown = (): string => $convertToMarkdownString(TRANSFORMERS)

/** What the editor would write of a text that nobody has touched. */
export function throughEditor(markdown: string): string {
  const failures: unknown[] = []
  const editor = createEditor({ namespace: 'round-trip', nodes: NODES, onError: (error) => failures.push(error) })
  let written = ''
  // Read and written within one update: nothing of it is ever shown.
  editor.update(() => {
    $readMarkdown(markdown)
    written = $writeMarkdown()
  })
  if (failures.length > 0) throw failures[0] instanceof Error ? failures[0] : new Error('The text could not be read')
  return written
}

/**
 * What the editor could not keep of a text, as it completes "It has …"; null: it keeps all of it, for what it would write means the
 * same, to the last tag of its HTML. What it can only show as its marks (a table, a picture, HTML) is none of its business either.
 */
export function whatWouldBeLost(markdown: string): string | null {
  if (markdown.trim() === '') return null
  const html = markdownToHtml(markdown)
  const strange = strangeIn(markdown, html)
  if (strange !== null) return strange
  try {
    const written = throughEditor(markdown)
    // And it must go on writing the same: what is opened once is opened again.
    return sameMeaning(html, markdownToHtml(written)) && throughEditor(written) === written && !RAW_HTML.test(written) ? null : 'marks that the editor would write otherwise'
  } catch {
    return 'something that the editor cannot read'
  }
}

/** Where a line of the source ends within a paragraph says nothing. */
function sameMeaning(one: string, other: string): boolean {
  const plain = (html: string) => html.replace(/\s+/g, ' ').replace(/> </g, '><').trim()
  return plain(one) === plain(other)
}
