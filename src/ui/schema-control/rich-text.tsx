import { $isLinkNode, TOGGLE_LINK_COMMAND } from '@lexical/link'
import { $isListNode, INSERT_ORDERED_LIST_COMMAND, INSERT_UNORDERED_LIST_COMMAND, REMOVE_LIST_COMMAND } from '@lexical/list'
import { LexicalComposer } from '@lexical/react/LexicalComposer'
import { useLexicalComposerContext } from '@lexical/react/LexicalComposerContext'
import { ContentEditable } from '@lexical/react/LexicalContentEditable'
import { LexicalErrorBoundary } from '@lexical/react/LexicalErrorBoundary'
import { HistoryPlugin } from '@lexical/react/LexicalHistoryPlugin'
import { LinkPlugin } from '@lexical/react/LexicalLinkPlugin'
import { ListPlugin } from '@lexical/react/LexicalListPlugin'
import { MarkdownShortcutPlugin } from '@lexical/react/LexicalMarkdownShortcutPlugin'
import { OnChangePlugin } from '@lexical/react/LexicalOnChangePlugin'
import { RichTextPlugin } from '@lexical/react/LexicalRichTextPlugin'
import { $createHeadingNode, $createQuoteNode, $isHeadingNode, $isQuoteNode } from '@lexical/rich-text'
import { $setBlocksType } from '@lexical/selection'
import {
  $createParagraphNode, $getSelection, $isRangeSelection, $isRootOrShadowRoot, COMMAND_PRIORITY_HIGH, COMMAND_PRIORITY_LOW, FORMAT_TEXT_COMMAND, INSERT_LINE_BREAK_COMMAND,
  INSERT_PARAGRAPH_COMMAND, KEY_DOWN_COMMAND, SELECTION_CHANGE_COMMAND, type EditorThemeClasses, type LexicalEditor, type LexicalNode, type TextFormatType,
} from 'lexical'
import { useContext, useEffect, useEffectEvent, useRef, useState } from 'react'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { FieldContext } from '@/ui/field-context'
import { Input } from '@/ui/input'
import { MarkdownInput } from '@/ui/schema-control/markdown-input'
import { NOTHING, RichTextBar, type Formats, type RichTextAct } from '@/ui/schema-control/rich-text-bar'
import type { RichTextEntry, RichTextInputProps } from '@/ui/schema-control/rich-text-input'
import { $readMarkdown, $writeMarkdown, NODES, TRANSFORMERS, whatWouldBeLost } from '@/ui/schema-control/rich-text-markdown'

interface RichTextProps extends RichTextInputProps {
  /** How it was entered; without one it takes no focus. */
  entry?: RichTextEntry
}

/** Formatted text that is kept as Markdown. What the editor could not keep exactly opens as its source. */
export function RichText(props: RichTextProps) {
  const { value, readOnly } = props
  // What this control wrote last: anything else comes from outside and is looked at anew.
  const [own, setOwn] = useState(value)
  const [lost, setLost] = useState(() => whatWouldBeLost(value))
  const [asSource, setAsSource] = useState(lost !== null || props.entry?.act === 'source')
  if (value !== own) {
    const found = whatWouldBeLost(value)
    setOwn(value)
    setLost(found)
    if (found !== null) setAsSource(true)
  }
  const write = (markdown: string) => {
    setOwn(markdown)
    props.onChange(markdown)
  }
  if (asSource) {
    return (
      <div className="flex flex-col gap-1.5">
        <div className="flex flex-wrap items-center justify-between gap-2">
          <p role={lost === null ? undefined : 'status'} className="text-hint text-ink-3">
            {lost === null ? 'Markdown source' : `Shown as its Markdown source: it has ${lost}, which the editor could not keep as it is.`}
          </p>
          {!readOnly && (
            <Button
              size="sm"
              variant="ghost"
              disabled={lost !== null}
              onClick={() => setAsSource(false)}
            >
              Back to the editor
            </Button>
          )}
        </div>
        <MarkdownInput
          value={value}
          readOnly={readOnly}
          onBlur={props.onBlur}
          onChange={(markdown) => {
            write(markdown)
            setLost(whatWouldBeLost(markdown))
          }}
        />
      </div>
    )
  }
  return <Editor {...props} onChange={write} onSource={() => setAsSource(true)} />
}

const THEME: EditorThemeClasses = {
  text: { bold: 'font-bold', italic: 'italic', strikethrough: 'line-through', code: 'rounded-sm bg-sunk px-1 font-mono text-[0.92em]' },
}
const FROM_OUTSIDE = 'from-outside'

function Editor({ label, value, onChange, onBlur, readOnly, entry, onSource }: RichTextProps & { onSource: () => void }) {
  const field = useContext(FieldContext)
  const [first] = useState(value)
  return (
    // Its successor takes extensions, and loads more with them than these plugins are.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    <LexicalComposer
      initialConfig={{
        namespace: label,
        nodes: NODES,
        theme: THEME,
        editable: !readOnly,
        editorState: () => $readMarkdown(first),
        onError: (error) => {
          throw error
        },
      }}
    >
      <div className={cn('rounded-md border bg-panel', field?.invalid === true ? 'border-failure' : 'border-control', readOnly && 'bg-sunk')}>
        {!readOnly && <Toolbar label={label} entry={entry} onSource={onSource} />}
        <RichTextPlugin
          contentEditable={
            <ContentEditable
              id={field?.id}
              ariaLabel={label}
              ariaRequired={field?.required === true ? true : undefined}
              aria-describedby={field?.describedBy}
              aria-invalid={field?.invalid === true ? true : undefined}
              aria-multiline
              onBlur={onBlur}
              className="prose max-h-96 min-h-28 max-w-none overflow-y-auto rounded-md px-3 py-2 text-sm outline-offset-[-2px]"
            />
          }
          placeholder={null}
          ErrorBoundary={LexicalErrorBoundary}
        />
      </div>
      <HistoryPlugin />
      <ListPlugin />
      <LinkPlugin attributes={{ rel: 'noopener noreferrer', target: '_blank' }} validateUrl={isAddress} />
      <MarkdownShortcutPlugin transformers={TRANSFORMERS} />
      <Changes value={value} first={first} readOnly={readOnly} onChange={onChange} />
    </LexicalComposer>
  )
}

const isAddress = (address: string) => /^(https?:\/\/\S+|mailto:\S+|\/(?!\/)\S*|#\S*)$/i.test(address)

/** Out with what was written, in with what comes from outside. */
function Changes({ value, first, readOnly, onChange }: { value: string; first: string; readOnly: boolean; onChange: (markdown: string) => void }) {
  const [editor] = useLexicalComposerContext()
  const last = useRef(first)
  /** What would be written of it as it came: entering a text is not changing it. */
  const untouched = useRef<string | null>(null)
  useEffect(() => {
    untouched.current ??= editor.getEditorState().read($writeMarkdown)
  }, [editor])
  useEffect(() => editor.setEditable(!readOnly), [editor, readOnly])
  useEffect(() => {
    if (value === last.current) return
    last.current = value
    editor.update(() => $readMarkdown(value), { tag: FROM_OUTSIDE })
  }, [editor, value])
  useEffect(
    () =>
      // A line break within a paragraph has no meaning on most pages; a new paragraph has.
      editor.registerCommand(INSERT_LINE_BREAK_COMMAND, () => editor.dispatchCommand(INSERT_PARAGRAPH_COMMAND, undefined), COMMAND_PRIORITY_HIGH),
    [editor],
  )
  return (
    <OnChangePlugin
      ignoreSelectionChange
      onChange={(state, _, tags) => {
        if (tags.has(FROM_OUTSIDE)) return
        const markdown = state.read($writeMarkdown)
        if (markdown === last.current || (last.current === first && markdown === untouched.current)) return
        last.current = markdown
        onChange(markdown)
      }}
    />
  )
}

function $readFormats(): Formats {
  const selection = $getSelection()
  if (!$isRangeSelection(selection)) return NOTHING
  const anchor = selection.anchor.getNode()
  let block: Formats['block'] = 'paragraph'
  let link: string | null = null
  for (let node: LexicalNode | null = anchor; node !== null && !$isRootOrShadowRoot(node); node = node.getParent()) {
    if ($isLinkNode(node)) link = node.getURL()
    if ($isHeadingNode(node)) block = node.getTag() === 'h3' ? 'h3' : 'h2'
    else if ($isQuoteNode(node)) block = 'quote'
    else if ($isListNode(node)) block = node.getListType() === 'number' ? 'number' : 'bullet'
  }
  return { bold: selection.hasFormat('bold'), italic: selection.hasFormat('italic'), strikethrough: selection.hasFormat('strikethrough'), code: selection.hasFormat('code'), block, link }
}

function setBlock(editor: LexicalEditor, block: Formats['block'], now: Formats['block']): void {
  const target = block === now ? 'paragraph' : block
  if (target === 'bullet') return void editor.dispatchCommand(INSERT_UNORDERED_LIST_COMMAND, undefined)
  if (target === 'number') return void editor.dispatchCommand(INSERT_ORDERED_LIST_COMMAND, undefined)
  if (now === 'bullet' || now === 'number') editor.dispatchCommand(REMOVE_LIST_COMMAND, undefined)
  editor.update(() => {
    const selection = $getSelection()
    if ($isRangeSelection(selection)) $setBlocksType(selection, () => (target === 'quote' ? $createQuoteNode() : target === 'paragraph' ? $createParagraphNode() : $createHeadingNode(target)))
  })
}

/** Where the text was pressed while it rested: it stands in the same place. */
function setCaret(root: HTMLElement | null, { x, y }: { x: number; y: number }): void {
  // Not in every Safari: there it begins at the start.
  const caret = (document as Partial<Document>).caretPositionFromPoint?.(x, y) ?? null
  if (caret !== null && root?.contains(caret.offsetNode) === true) getSelection()?.collapse(caret.offsetNode, caret.offset)
}

/** As if it were typed: each line is a paragraph. */
function $type(text: string): void {
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const selection = $getSelection()
    if (!$isRangeSelection(selection)) return
    if (index > 0) selection.insertParagraph()
    selection.insertText(line)
  }
}

const begun = new WeakSet<RichTextEntry>()

function Toolbar({ label, entry, onSource }: { label: string; entry: RichTextEntry | undefined; onSource: () => void }) {
  const [editor] = useLexicalComposerContext()
  const [formats, setFormats] = useState(NOTHING)
  const [linking, setLinking] = useState<string | null>(null)
  const format = (kind: TextFormatType) => editor.dispatchCommand(FORMAT_TEXT_COMMAND, kind)
  const block = (kind: Formats['block']) => setBlock(editor, kind, formats.block)

  useEffect(() => {
    const look = () => setFormats((before) => {
      const next = editor.getEditorState().read($readFormats)
      return JSON.stringify(before) === JSON.stringify(next) ? before : next
    })
    const stops = [
      editor.registerUpdateListener(look),
      editor.registerCommand(SELECTION_CHANGE_COMMAND, () => {
        look()
        return false
      }, COMMAND_PRIORITY_LOW),
    ]
    return () => stops.forEach((stop) => stop())
  }, [editor])

  const onKey = useEffectEvent((event: globalThis.KeyboardEvent): boolean => {
    if (!(event.ctrlKey || event.metaKey)) return false
    const act =
      event.altKey && !event.shiftKey
        ? { Digit2: () => block('h2'), Digit3: () => block('h3'), Digit0: () => setBlock(editor, 'paragraph', formats.block) }[event.code]
        : event.shiftKey
          ? { Digit7: () => block('number'), Digit8: () => block('bullet'), Digit9: () => block('quote'), KeyX: () => format('strikethrough'), KeyU: () => setLinking(formats.link ?? '') }[event.code]
          : { KeyE: () => format('code') }[event.code]
    if (act === undefined) return false
    event.preventDefault()
    act()
    return true
  })
  useEffect(() => editor.registerCommand(KEY_DOWN_COMMAND, (event) => onKey(event), COMMAND_PRIORITY_HIGH), [editor])

  const act = (what: RichTextAct) => {
    if (what === 'source') onSource()
    else if (what === 'link') setLinking(formats.link ?? '')
    else if (what === 'bold' || what === 'italic' || what === 'strikethrough' || what === 'code') format(what)
    else block(what)
  }

  const begin = useEffectEvent(() => {
    // Once: it may come back from its source.
    if (entry === undefined || begun.has(entry)) return
    begun.add(entry)
    editor.focus(
      () => {
        // Lexical sets the selection; the focus follows it in some browsers, and where nothing had it before not in all.
        editor.getRootElement()?.focus({ preventScroll: true })
        if (entry.point !== null) setCaret(editor.getRootElement(), entry.point)
        const typed = entry.typed()
        if (typed !== '') editor.update(() => $type(typed))
        if (entry.act !== null && entry.act !== 'source') act(entry.act)
      },
      { defaultSelection: 'rootStart' },
    )
  })
  useEffect(() => begin(), [])

  return (
    <>
      <RichTextBar label={label} formats={formats} onAct={act} />
      {linking !== null && (
        <LinkRow
          address={linking}
          isLink={formats.link !== null}
          onDone={(address) => {
            setLinking(null)
            if (address !== undefined) editor.dispatchCommand(TOGGLE_LINK_COMMAND, address)
            editor.focus()
          }}
        />
      )}
    </>
  )
}

/** undefined: it stays as it is; null: it is no link any more. */
function LinkRow({ address, isLink, onDone }: { address: string; isLink: boolean; onDone: (address: string | null | undefined) => void }) {
  const [text, setText] = useState(address)
  const [wrong, setWrong] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus(), [])
  const apply = () => {
    const typed = text.trim()
    const whole = /^[\w-]+(\.[\w-]+)+(\/|$)/.test(typed) ? `https://${typed}` : typed
    if (isAddress(whole)) onDone(whole)
    else setWrong(true)
  }
  return (
    // Its own wiring: it is not the field that it stands in.
    <FieldContext value={null}>
      <div className="flex flex-wrap items-center gap-1.5 border-b border-line bg-sunk px-2 py-1.5">
        <Input
          ref={input}
          mono
          aria-label="Address of the link"
          aria-invalid={wrong || undefined}
          placeholder="https://…"
          className="min-w-40 flex-1"
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setWrong(false)
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') {
              event.preventDefault()
              apply()
            } else if (event.key === 'Escape') {
              event.stopPropagation()
              event.preventDefault()
              onDone(undefined)
            }
          }}
        />
        <Button size="sm" variant="primary" onClick={apply}>
          Set link
        </Button>
        {isLink && (
          <Button size="sm" onClick={() => onDone(null)}>
            Remove link
          </Button>
        )}
        <Button size="sm" variant="ghost" onClick={() => onDone(undefined)}>
          Cancel
        </Button>
        {wrong && <p role="alert" className="w-full text-hint text-failure">A link leads to https://…, mailto:… or a path such as /offers.</p>}
      </div>
    </FieldContext>
  )
}
