import { CaretDownIcon } from '@phosphor-icons/react/CaretDown'
import { useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { cn } from '@/ui/cn'
import { controlClass } from '@/ui/control'
import { useFieldControl } from '@/ui/field-context'
import { toast } from '@/ui/toaster'

// Radix' list and its positioning (25 kB) come when one is about to be opened, not with every page that has a filter.
type View = typeof import('@/ui/select-view')
const load = (): Promise<View> => import('@/ui/select-view')

export interface SelectOption<Value extends string = string> {
  /** Not empty: Radix keeps the empty string for "nothing chosen". */
  value: Value
  label: string
  icon?: ReactNode
  disabled?: boolean
}

export interface SelectProps<Value extends string> {
  value: Value | undefined
  onValueChange: (value: Value) => void
  options: readonly SelectOption<Value>[]
  placeholder?: string
  /** Needed where no Field gives it a label. */
  'aria-label'?: string
  size?: 'sm' | 'md'
  disabled?: boolean
  id?: string
  className?: string
}

export const selectClass = (size: 'sm' | 'md', className: string | undefined): string =>
  cn(
    controlClass,
    'inline-flex items-center justify-between gap-2 text-left data-placeholder:text-ink-3',
    size === 'sm' ? 'h-7 px-2 text-hint' : 'h-8 px-2.5 pointer-coarse:h-11',
    className,
  )

const OPENS = new Set(['Enter', ' ', 'ArrowDown', 'ArrowUp'])
/** How long letters typed one after another are one word. */
const PAUSE_MS = 1000

export function Select<Value extends string>(props: SelectProps<Value>) {
  const [view, setView] = useState<View | null>(null)
  return view === null ? <Closed {...props} onOpen={setView} /> : <view.SelectView {...props} />
}

/** What Radix shows and hears of a list that is closed: letters choose, as in the browser's own. */
function Closed<Value extends string>({
  value, onValueChange, options, placeholder = 'Choose', size = 'md', disabled, className, onOpen, ...rest
}: SelectProps<Value> & { onOpen: (view: View) => void }) {
  const { required, ...wiring } = useFieldControl({ id: rest.id })
  const typed = useRef({ text: '', at: 0 })
  const isEmpty = value === undefined
  const preload = () => void load().catch(() => undefined)
  const open = () => void load().then((view) => onOpen(view), () => toast.error('The list could not be loaded. Check your connection and try again.'))

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    const isTyping = event.timeStamp - typed.current.at < PAUSE_MS && typed.current.text !== ''
    if (OPENS.has(event.key) && !(event.key === ' ' && isTyping)) {
      event.preventDefault()
      return open()
    }
    if (event.key.length !== 1) return
    event.preventDefault()
    const text = (isTyping ? typed.current.text : '') + event.key.toLowerCase()
    typed.current = { text, at: event.timeStamp }
    const found = typedFor(options, value, text)
    if (found !== undefined) onValueChange(found.value)
  }

  return (
    <button
      type="button"
      role="combobox"
      {...wiring}
      aria-label={rest['aria-label']}
      aria-required={required}
      aria-expanded={false}
      aria-autocomplete="none"
      // There is no list yet to point to.
      aria-controls={undefined}
      data-state="closed"
      data-placeholder={isEmpty ? '' : undefined}
      disabled={disabled}
      onPointerEnter={preload}
      onFocus={preload}
      onClick={open}
      onKeyDown={onKeyDown}
      className={selectClass(size, className)}
    >
      <span className="truncate">
        {isEmpty ? placeholder : options.find((option) => option.value === value)?.label}
      </span>
      <span aria-hidden>
        <CaretDownIcon className="size-3.5 text-ink-3" aria-hidden />
      </span>
    </button>
  )
}

/** The next option that begins so, from the chosen one on; one letter again and again goes through all of them. */
function typedFor<Value extends string>(options: readonly SelectOption<Value>[], value: Value | undefined, text: string): SelectOption<Value> | undefined {
  const isOneLetter = new Set(text).size === 1
  const search = isOneLetter ? text.charAt(0) : text
  const at = options.findIndex((option) => option.value === value)
  const from = Math.max(0, at)
  const inTurn = [...options.slice(from), ...options.slice(0, from)].filter((option) => option.disabled !== true && !(isOneLetter && option.value === value))
  return inTurn.find((option) => option.label.toLowerCase().startsWith(search))
}
