import { MagnifyingGlassIcon } from '@phosphor-icons/react/MagnifyingGlass'
import { WarningIcon } from '@phosphor-icons/react/Warning'
import { XIcon } from '@phosphor-icons/react/X'
import { useQuery } from '@tanstack/react-query'
import { useDeferredValue } from 'react'
import { Chip } from '@/ui/chip'
import { cn } from '@/ui/cn'
import { controlClass } from '@/ui/control'
import { IconButton } from '@/ui/icon-button'
import { Input } from '@/ui/input'
import { referenceKeys, useControlServices } from '@/ui/schema-control/services'
import { useListField } from '@/ui/use-list-field'

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
  const { listId, anchor, popup, popupProps, open, typed, show, hide, over } = useListField()
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
  const gone = value !== '' && (!isId || (!chosen.isPending && chosen.data === null))
  const begin = () => {
    if (!readOnly) show(0)
  }
  const { current, inputProps, optionProps } = over(items.length, {
    onShow: begin,
    onChoose: (index) => {
      const item = items[index]
      if (item !== undefined) onChange(item.id)
      hide()
    },
  })
  const shownValue = typed ?? (value === '' ? '' : (chosen.data?.title ?? (isId && chosen.isPending ? '…' : value)))

  return (
    <div className="flex flex-col gap-1.5">
      <span className="flex items-center gap-1">
        <span ref={anchor} className="relative block min-w-0 flex-1">
          <MagnifyingGlassIcon aria-hidden className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-ink-3" />
          <input
            {...inputProps}
            readOnly={readOnly}
            placeholder="Find an item by its title"
            value={shownValue}
            onClick={begin}
            onBlur={() => {
              hide()
              onBlur?.()
            }}
            className={cn(controlClass, 'h-8 pr-2.5 pl-8')}
          />
        </span>
        {value !== '' && !readOnly && <IconButton label={`Clear ${label}`} icon={<XIcon aria-hidden />} onClick={() => onChange(undefined)} />}
      </span>
      {popup !== null && (
        <popup.PopupList {...popupProps} className="min-w-64">
          <div id={listId} role="listbox" aria-label={`Items for ${label}`} aria-busy={found.isFetching} className="max-h-72 overflow-y-auto p-1">
            {items.map((item, index) => (
              <div
                key={item.id}
                {...optionProps(index)}
                aria-selected={item.id === value}
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
