import { CaretDownIcon } from '@phosphor-icons/react/CaretDown'
import { CheckIcon } from '@phosphor-icons/react/Check'
import { useId, useRef, useState, type KeyboardEvent } from 'react'
import { cn } from '@/ui/cn'
import { controlClass } from '@/ui/control'
import { useFieldControl } from '@/ui/field-context'
import { useLandmark } from '@/ui/use-landmark'
import { preloadPopupList, usePopupList } from '@/ui/use-popup-list'

interface ComboboxOption {
  value: string
  label: string
}

interface ComboboxProps {
  value: string
  onValueChange: (value: string) => void
  options: readonly ComboboxOption[]
  /** Said where nothing matches what was typed. */
  nothingFound: string
  /** Needed where no Field gives it a label. */
  'aria-label'?: string
  disabled?: boolean
  className?: string
}

/** One of many, found by typing (ARIA's combobox with a list that filters). For a handful of options, Select. */
export function Combobox({ value, onValueChange, options, nothingFound, disabled, className, ...rest }: ComboboxProps) {
  const listId = useId()
  const input = useRef<HTMLInputElement | null>(null)
  const anchor = useRef<HTMLSpanElement | null>(null)
  const { container, triggerRef } = useLandmark()
  const wiring = useFieldControl({})
  const [open, setOpen] = useState(false)
  const popup = usePopupList(open)
  // null: nothing typed since the last choice, so the field shows the chosen label and the list shows everything.
  const [typed, setTyped] = useState<string | null>(null)
  const [active, setActive] = useState(0)

  const chosen = options.find((option) => option.value === value)
  const found = typed === null ? options : matching(options, typed)
  const current = Math.min(active, found.length - 1)
  const optionId = (index: number) => `${listId}-${index}`

  const show = () => {
    if (disabled === true) return
    if (!open) setActive(Math.max(0, options.findIndex((option) => option.value === value)))
    setOpen(true)
  }
  const hide = () => {
    setOpen(false)
    setTyped(null)
  }
  const choose = (option: ComboboxOption | undefined) => {
    if (option !== undefined && option.value !== value) onValueChange(option.value)
    hide()
  }
  const move = (to: number) => {
    setActive(to)
    document.getElementById(optionId(to))?.scrollIntoView({ block: 'nearest' })
  }

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (!open) show()
      else if (found.length > 0) move((current + (event.key === 'ArrowDown' ? 1 : -1) + found.length) % found.length)
    } else if (event.key === 'Enter' && open) {
      // The form around it is not sent by choosing an option.
      event.preventDefault()
      choose(found[current])
    } else if (event.key === 'Escape' && open && popup === null) {
      // The list is on its way; once it is there it hears this itself.
      hide()
    } else if (event.key === 'Tab' && open) {
      if (typed === null || typed.trim() === '') hide()
      else choose(found[current])
    }
  }

  return (
    <>
      <span ref={anchor} className={cn('relative block', className)}>
        <input
          {...wiring}
          ref={(element) => {
            input.current = element
            triggerRef(element)
          }}
          role="combobox"
          aria-label={rest['aria-label']}
          aria-autocomplete="list"
          aria-expanded={open}
          aria-controls={listId}
          aria-activedescendant={open && current >= 0 ? optionId(current) : undefined}
          autoComplete="off"
          spellCheck={false}
          disabled={disabled}
          value={typed ?? chosen?.label ?? value}
          onFocus={(event) => {
            event.target.select()
            preloadPopupList()
          }}
          onPointerEnter={preloadPopupList}
          onClick={(event) => {
            // The next letter begins a new search instead of joining the name of what is chosen.
            if (typed === null) event.currentTarget.select()
            show()
          }}
          onBlur={hide}
          onChange={(event) => {
            setTyped(event.target.value)
            setActive(0)
            setOpen(true)
          }}
          onKeyDown={onKeyDown}
          className={cn(controlClass, 'h-8 pr-8 pl-2.5 pointer-coarse:h-11')}
        />
        <CaretDownIcon aria-hidden className="pointer-events-none absolute top-1/2 right-2.5 size-3.5 -translate-y-1/2 text-ink-3" />
      </span>
      {popup !== null && (
        <popup.PopupList
          anchor={anchor}
          field={input}
          container={container}
          onOpened={() => document.getElementById(optionId(active))?.scrollIntoView({ block: 'nearest' })}
          onClose={hide}
        >
          <div id={listId} role="listbox" aria-label={rest['aria-label'] ?? 'Options'} className="max-h-[min(18rem,var(--radix-popover-content-available-height))] overflow-y-auto p-1">
            {found.map((option, index) => (
              // The keys are the field's (aria-activedescendant); the pointer's way is the click here.
              // eslint-disable-next-line jsx-a11y/click-events-have-key-events
              <div
                key={option.value}
                id={optionId(index)}
                role="option"
                tabIndex={-1}
                aria-selected={option.value === value}
                // Pressing would take the focus out of the field, which closes the list before the click.
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => choose(option)}
                onPointerMove={() => setActive(index)}
                className={cn('flex min-h-8 cursor-default items-center justify-between gap-2 rounded-sm px-2 py-1 text-sm pointer-coarse:min-h-11 text-ink select-none', index === current && 'bg-hover')}
              >
                {option.label}
                {option.value === value && <CheckIcon className="size-3.5 shrink-0 text-accent-ink" weight="bold" aria-hidden />}
              </div>
            ))}
          </div>
          {found.length === 0 && (
            <p role="status" className="px-3 pb-2.5 text-hint text-ink-2">
              {nothingFound}
            </p>
          )}
        </popup.PopupList>
      )}
    </>
  )
}

/** Every word typed is somewhere in the label; labels that begin with what was typed come first. */
function matching(options: readonly ComboboxOption[], typed: string): ComboboxOption[] {
  const words = plain(typed).split(' ').filter((word) => word !== '')
  const found = options.filter(({ label }) => words.every((word) => plain(label).includes(word)))
  const begins = ({ label }: ComboboxOption) => plain(label).split(' ').some((word) => word.startsWith(words[0] ?? ''))
  return [...found.filter(begins), ...found.filter((option) => !begins(option))]
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}+-]+/gu, ' ').trim()
}
