import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { useMemo } from 'react'
import { cn } from '@/ui/cn'

interface MarkdownProps {
  text: string
  className?: string
}

const OPTIONS = { extensions: [gfm()], htmlExtensions: [gfmHtml()] }

/**
 * Markdown to safe HTML. Raw HTML in it has no meaning: micromark escapes it, and empties the address of a link or image whose
 * protocol is not http(s), mailto or none (both are its defaults; `allowDangerousHtml`/`allowDangerousProtocol` stay off).
 * What micromark wrote is ours alone, so that one plain replacement may open links in a tab that cannot reach back.
 */
export function markdownToHtml(text: string): string {
  return micromark(text, OPTIONS)
    // micromark also lets irc:, ircs: and xmpp: through.
    .replace(/<a href="(?:ircs?|xmpp):[^"]*"/gi, '<a href=""')
    .replaceAll('<a href="', '<a rel="noopener noreferrer" target="_blank" href="')
}

export function Markdown({ text, className }: MarkdownProps) {
  const html = useMemo(() => markdownToHtml(text), [text])
  return <div className={cn('prose', className)} dangerouslySetInnerHTML={{ __html: html }} />
}
