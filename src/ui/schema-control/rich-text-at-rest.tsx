import { useContext, useEffect, useEffectEvent, useMemo, useRef } from 'react'
import { cn } from '@/ui/cn'
import { FieldContext } from '@/ui/field-context'
import { markdownToHtml } from '@/ui/markdown'
import { NOTHING, RichTextBar, type RichTextAct } from '@/ui/schema-control/rich-text-bar'
import type { RichTextEntry, RichTextInputProps } from '@/ui/schema-control/rich-text-input'
import { strangeIn } from '@/ui/schema-control/rich-text-strange'

interface RichTextAtRestProps extends RichTextInputProps {
  /** Somebody may be about to enter it. */
  onNear: () => void
  onEnter: (entry: RichTextEntry | undefined) => void
}

/** A text as its editor shows it, to the pixel, while nobody edits it. */
export function RichTextAtRest({ label, value, readOnly, onNear, onEnter }: RichTextAtRestProps) {
  const field = useContext(FieldContext)
  const typed = useRef('')
  // Links are words here: in an editor they are pressed to be edited.
  const html = useMemo(() => markdownToHtml(value).replace(/(<a )[^>]*/g, '$1data-address'), [value])
  const isStrange = useMemo(() => strangeIn(value, html) !== null, [value, html])
  const showSource = useEffectEvent(() => onEnter(undefined))
  useEffect(() => {
    if (isStrange) showSource()
  }, [isStrange])

  const enter = (point: RichTextEntry['point'], act: RichTextAct | null = null) => {
    if (!readOnly) onEnter({ point, act, typed: () => typed.current })
  }
  return (
    <div
      onPointerEnter={readOnly ? undefined : onNear}
      onFocus={readOnly ? undefined : onNear}
      className={cn('rounded-md border bg-panel', field?.invalid === true ? 'border-failure' : 'border-control', readOnly && 'bg-sunk')}
    >
      {!readOnly && <RichTextBar label={label} formats={NOTHING} onAct={(act) => enter(null, act)} />}
      <div
        id={field?.id}
        role="textbox"
        aria-label={label}
        aria-multiline
        aria-readonly={readOnly || undefined}
        aria-required={field?.required === true ? true : undefined}
        aria-describedby={field?.describedBy}
        aria-invalid={field?.invalid === true ? true : undefined}
        tabIndex={0}
        // The focus would go with this element; the editor takes it, where it was pressed.
        onMouseDown={(event) => {
          if (!readOnly) event.preventDefault()
        }}
        onClick={({ clientX, clientY, detail }) => enter(detail === 0 ? null : { x: clientX, y: clientY })}
        onFocus={() => enter(null)}
        onKeyDown={(event) => {
          if (readOnly || event.ctrlKey || event.metaKey || event.altKey) return
          if (event.key === 'Enter') typed.current += '\n'
          else if (event.key === 'Backspace') typed.current = Array.from(typed.current).slice(0, -1).join('')
          else if (event.key.length === 1) typed.current += event.key
          else return
          event.preventDefault()
        }}
        onPaste={(event) => {
          if (readOnly) return
          event.preventDefault()
          typed.current += event.clipboardData.getData('text/plain')
        }}
        className={cn('prose max-h-96 min-h-28 max-w-none overflow-y-auto rounded-md px-3 py-2 text-sm outline-offset-[-2px]', !readOnly && 'cursor-text')}
        dangerouslySetInnerHTML={{ __html: html }}
      />
    </div>
  )
}
