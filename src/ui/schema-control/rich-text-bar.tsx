import { CodeSimpleIcon } from '@phosphor-icons/react/CodeSimple'
import { LinkSimpleIcon } from '@phosphor-icons/react/LinkSimple'
import { ListBulletsIcon } from '@phosphor-icons/react/ListBullets'
import { ListNumbersIcon } from '@phosphor-icons/react/ListNumbers'
import { MarkdownLogoIcon } from '@phosphor-icons/react/MarkdownLogo'
import { QuotesIcon } from '@phosphor-icons/react/Quotes'
import { TextBIcon } from '@phosphor-icons/react/TextB'
import { TextHThreeIcon } from '@phosphor-icons/react/TextHThree'
import { TextHTwoIcon } from '@phosphor-icons/react/TextHTwo'
import { TextItalicIcon } from '@phosphor-icons/react/TextItalic'
import { TextStrikethroughIcon } from '@phosphor-icons/react/TextStrikethrough'
import { useRef, type KeyboardEvent, type ReactNode } from 'react'
import { cn } from '@/ui/cn'
import { IconButton } from '@/ui/icon-button'

export type RichTextAct = 'bold' | 'italic' | 'strikethrough' | 'code' | 'link' | 'h2' | 'h3' | 'bullet' | 'number' | 'quote' | 'source'

export interface Formats {
  bold: boolean
  italic: boolean
  strikethrough: boolean
  code: boolean
  block: 'h2' | 'h3' | 'quote' | 'bullet' | 'number' | 'paragraph'
  link: string | null
}

export const NOTHING: Formats = { bold: false, italic: false, strikethrough: false, code: false, block: 'paragraph', link: null }

const MOD = typeof navigator !== 'undefined' && /Mac|iP(hone|ad)/.test(navigator.platform) ? '⌘' : 'Ctrl+'

/** The buttons over the text: the same while it rests and while it is edited. */
export function RichTextBar({ label, formats, onAct }: { label: string; formats: Formats; onAct: (act: RichTextAct) => void }) {
  const bar = useRef<HTMLDivElement>(null)

  /** One stop for Tab; arrows go on from there. */
  const onArrow = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.key !== 'ArrowRight' && event.key !== 'ArrowLeft') return
    const buttons = [...(bar.current?.querySelectorAll<HTMLElement>('button') ?? [])]
    const at = buttons.indexOf(document.activeElement as HTMLElement)
    if (at < 0) return
    event.preventDefault()
    buttons[(at + (event.key === 'ArrowRight' ? 1 : -1) + buttons.length) % buttons.length]?.focus()
  }

  let place = 0
  const button = (name: string, keys: string, icon: ReactNode, pressed: boolean, act: RichTextAct) => (
    <IconButton
      key={name}
      size="sm"
      label={keys === '' ? name : `${name} (${keys})`}
      icon={icon}
      aria-pressed={pressed}
      tabIndex={place++ === 0 ? 0 : -1}
      className={cn('size-7', pressed && 'bg-accent-ground text-accent-ink')}
      // The selection in the text must stay.
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => onAct(act)}
    />
  )
  return (
    <div
      ref={bar}
      role="toolbar"
      aria-label={`Format ${label}`}
      tabIndex={-1}
      onKeyDown={onArrow}
      className="flex flex-wrap items-center gap-0.5 border-b border-line px-1 py-1"
    >
      {button('Bold', `${MOD}B`, <TextBIcon aria-hidden weight="bold" />, formats.bold, 'bold')}
      {button('Italic', `${MOD}I`, <TextItalicIcon aria-hidden />, formats.italic, 'italic')}
      {button('Strikethrough', `${MOD}Shift+X`, <TextStrikethroughIcon aria-hidden />, formats.strikethrough, 'strikethrough')}
      {button('Code', `${MOD}E`, <CodeSimpleIcon aria-hidden />, formats.code, 'code')}
      {button('Link', `${MOD}Shift+U`, <LinkSimpleIcon aria-hidden />, formats.link !== null, 'link')}
      <span aria-hidden className="mx-1 h-4 w-px bg-line" />
      {button('Heading', `${MOD}Alt+2`, <TextHTwoIcon aria-hidden />, formats.block === 'h2', 'h2')}
      {button('Small heading', `${MOD}Alt+3`, <TextHThreeIcon aria-hidden />, formats.block === 'h3', 'h3')}
      {button('Bulleted list', `${MOD}Shift+8`, <ListBulletsIcon aria-hidden />, formats.block === 'bullet', 'bullet')}
      {button('Numbered list', `${MOD}Shift+7`, <ListNumbersIcon aria-hidden />, formats.block === 'number', 'number')}
      {button('Quote', `${MOD}Shift+9`, <QuotesIcon aria-hidden />, formats.block === 'quote', 'quote')}
      <span className="ml-auto">{button('Markdown source', '', <MarkdownLogoIcon aria-hidden />, false, 'source')}</span>
    </div>
  )
}
