import { CaretDownIcon } from '@phosphor-icons/react/CaretDown'
import { CheckIcon } from '@phosphor-icons/react/Check'
import { cn } from '@/ui/cn'
import { controlClass } from '@/ui/control'
import { useListField } from '@/ui/use-list-field'

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
  const { listId, anchor, popup, popupProps, open, typed, show, hide, revealActive, over } = useListField()
  const chosen = options.find((option) => option.value === value)
  const found = typed === null ? options : matching(options, typed)
  const begin = () => {
    if (disabled !== true && !open) show(Math.max(0, options.findIndex((option) => option.value === value)))
  }
  const choose = (option: ComboboxOption | undefined) => {
    if (option !== undefined && option.value !== value) onValueChange(option.value)
    hide()
  }
  const { current, inputProps, optionProps } = over(found.length, {
    onShow: begin,
    onChoose: (index) => choose(found[index]),
  })

  return (
    <>
      <span ref={anchor} className={cn('relative block', className)}>
        <input
          {...inputProps}
          aria-label={rest['aria-label']}
          disabled={disabled}
          value={typed ?? chosen?.label ?? value}
          onClick={(event) => {
            // The next letter begins a new search instead of joining the name of what is chosen.
            if (typed === null) event.currentTarget.select()
            begin()
          }}
          onKeyDown={(event) => {
            inputProps.onKeyDown(event)
            if (event.key !== 'Tab' || !open) return
            if (typed === null || typed.trim() === '') hide()
            else choose(found[current])
          }}
          className={cn(controlClass, 'h-8 pr-8 pl-2.5 pointer-coarse:h-11')}
        />
        <CaretDownIcon aria-hidden className="pointer-events-none absolute top-1/2 right-2.5 size-3.5 -translate-y-1/2 text-ink-3" />
      </span>
      {popup !== null && (
        <popup.PopupList {...popupProps} onOpened={revealActive}>
          <div id={listId} role="listbox" aria-label={rest['aria-label'] ?? 'Options'} className="max-h-[min(18rem,var(--radix-popover-content-available-height))] overflow-y-auto p-1">
            {found.map((option, index) => (
              <div
                key={option.value}
                {...optionProps(index)}
                aria-selected={option.value === value}
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
