import { MagnifyingGlassIcon } from '@phosphor-icons/react/MagnifyingGlass'
import { WarningIcon } from '@phosphor-icons/react/Warning'
import { XIcon } from '@phosphor-icons/react/X'
import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useId, useRef, useState, type KeyboardEvent } from 'react'
import { Chip } from '@/ui/chip'
import { cn } from '@/ui/cn'
import { controlClass } from '@/ui/control'
import { useFieldControl } from '@/ui/field-context'
import { IconButton } from '@/ui/icon-button'
import { Input } from '@/ui/input'
import { referenceKeys, useControlServices, type ReferencedItem } from '@/ui/schema-control/services'
import { useLandmark } from '@/ui/use-landmark'
import { preloadPopupList, usePopupList } from '@/ui/use-popup-list'

interface ReferenceInputProps {
  label: string
  value: string
  /** The type that the item must be of (its name or id); null: any. */
  type: string | null
  readOnly: boolean
  onChange: (id: string | undefined) => void
  onBlur?: (() => void) | undefined
}

/** Another item, found by its title. What is kept is its id. */
export function ReferenceInput({ label, value, type, readOnly, onChange, onBlur }: ReferenceInputProps) {
  const services = useControlServices()
  const listId = useId()
  const input = useRef<HTMLInputElement | null>(null)
  const anchor = useRef<HTMLSpanElement | null>(null)
  const { container, triggerRef } = useLandmark()
  const wiring = useFieldControl({})
  const [open, setOpen] = useState(false)
  const popup = usePopupList(open)
  const [typed, setTyped] = useState<string | null>(null)
  const [active, setActive] = useState(0)
  const asked = useDeferredValue(typed?.trim() ?? '')
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)

  const chosen = useQuery({
    queryKey: referenceKeys.one(value),
    queryFn: () => services?.itemById(value) ?? null,
    enabled: services !== null && isId,
  })
  const found = useQuery({
    queryKey: referenceKeys.found(asked, type),
    queryFn: () => services?.findItems(asked, type) ?? [],
    enabled: services !== null && open,
    placeholderData: (before) => before,
  })
  // Without anybody to ask, an id is all there is to write.
  if (services === null) return <Input mono value={value} readOnly={readOnly} onBlur={onBlur} onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.value)} />

  const items = found.data ?? []
  const current = Math.min(active, items.length - 1)
  const optionId = (index: number) => `${listId}-${index}`
  const gone = value !== '' && (!isId || (!chosen.isPending && chosen.data === null))
  const hide = () => {
    setOpen(false)
    setTyped(null)
  }
  const choose = (item: ReferencedItem | undefined) => {
    if (item !== undefined) onChange(item.id)
    hide()
  }
  const show = () => {
    if (readOnly) return
    setActive(0)
    setOpen(true)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (!open) show()
      else if (items.length > 0) setActive((current + (event.key === 'ArrowDown' ? 1 : -1) + items.length) % items.length)
    } else if (event.key === 'Enter' && open) {
      event.preventDefault()
      choose(items[current])
    } else if (event.key === 'Escape' && open && popup === null) {
      // The list is on its way; once it is there it hears this itself.
      hide()
    }
  }
  const shownValue = typed ?? (value === '' ? '' : (chosen.data?.title ?? (isId && chosen.isPending ? '…' : value)))

  return (
    <div className="flex flex-col gap-1.5">
      <span className="flex items-center gap-1">
        <span ref={anchor} className="relative block min-w-0 flex-1">
          <MagnifyingGlassIcon aria-hidden className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-ink-3" />
          <input
            {...wiring}
            ref={(element) => {
              input.current = element
              triggerRef(element)
            }}
            role="combobox"
            aria-autocomplete="list"
            aria-expanded={open}
            aria-controls={listId}
            aria-activedescendant={open && current >= 0 ? optionId(current) : undefined}
            autoComplete="off"
            spellCheck={false}
            readOnly={readOnly}
            placeholder="Find an item by its title"
            value={shownValue}
            onFocus={(event) => {
              event.target.select()
              preloadPopupList()
            }}
            onPointerEnter={preloadPopupList}
            onClick={show}
            onBlur={() => {
              hide()
              onBlur?.()
            }}
            onChange={(event) => {
              setTyped(event.target.value)
              setActive(0)
              setOpen(true)
            }}
            onKeyDown={onKeyDown}
            className={cn(controlClass, 'h-8 pr-2.5 pl-8')}
          />
        </span>
        {value !== '' && !readOnly && <IconButton label={`Clear ${label}`} icon={<XIcon aria-hidden />} onClick={() => onChange(undefined)} />}
      </span>
      {popup !== null && (
        <popup.PopupList
          anchor={anchor}
          field={input}
          container={container}
          className="min-w-64"
          onClose={hide}
        >
          <div id={listId} role="listbox" aria-label={`Items for ${label}`} aria-busy={found.isFetching} className="max-h-72 overflow-y-auto p-1">
            {items.map((item, index) => (
              // The keys are the field's (aria-activedescendant); the pointer's way is the click here.
              // eslint-disable-next-line jsx-a11y/click-events-have-key-events
              <div
                key={item.id}
                id={optionId(index)}
                role="option"
                tabIndex={-1}
                aria-selected={item.id === value}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => choose(item)}
                onPointerMove={() => setActive(index)}
                className={cn('flex min-h-9 cursor-default items-center justify-between gap-3 rounded-sm px-2 py-1 text-sm text-ink select-none', index === current && 'bg-hover')}
              >
                <span className="min-w-0 truncate">{item.title}</span>
                <span className="flex shrink-0 items-center gap-1.5 text-hint text-ink-3">
                  {type === null && item.type}
                  {item.status !== 'published' && <Chip>{item.status}</Chip>}
                </span>
              </div>
            ))}
          </div>
          {items.length === 0 && (
            <p role="status" className="px-3 py-2.5 text-hint text-ink-2">
              {found.error !== null ? services.describe(found.error) : found.isPending ? 'Looking…' : asked === '' ? 'There is no item to refer to yet.' : `No item is called “${asked}”.`}
            </p>
          )}
        </popup.PopupList>
      )}
      {gone ? (
        <Remark>The item that this referred to is no longer there. Choose another, or clear the field.</Remark>
      ) : (
        chosen.data && chosen.data.status !== 'published' && <Remark>“{chosen.data.title}” is not published: sites are not sent it until it is.</Remark>
      )}
    </div>
  )
}

function Remark({ children }: { children: React.ReactNode }) {
  return (
    <p className="flex items-start gap-1.5 text-hint text-warning">
      <WarningIcon aria-hidden weight="fill" className="mt-0.5 size-3.5 shrink-0" />
      <span>{children}</span>
    </p>
  )
}
