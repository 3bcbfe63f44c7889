import { useSortable } from '@dnd-kit/sortable'
import { CSS } from '@dnd-kit/utilities'
import { ArrowDownIcon } from '@phosphor-icons/react/ArrowDown'
import { ArrowUpIcon } from '@phosphor-icons/react/ArrowUp'
import { CaretDownIcon } from '@phosphor-icons/react/CaretDown'
import { CopyIcon } from '@phosphor-icons/react/Copy'
import { DotsSixVerticalIcon } from '@phosphor-icons/react/DotsSixVertical'
import { DotsThreeIcon } from '@phosphor-icons/react/DotsThree'
import { TrashIcon } from '@phosphor-icons/react/Trash'
import { WarningCircleIcon } from '@phosphor-icons/react/WarningCircle'
import { useEffect, useRef } from 'react'
import { draftLabel, isFaulty, type DraftProblem, type FieldDraft } from '@/features/content/types/field-drafts'
import { kindOf } from '@/features/content/types/field-kinds'
import { FieldSettings } from '@/features/content/types/field-settings'
import type { ContentType } from '@/lib/queries/content-types'
import { Chip } from '@/ui/chip'
import { cn } from '@/ui/cn'
import { DropdownMenu, MenuItem, MenuSeparator } from '@/ui/dropdown-menu'
import { IconButton } from '@/ui/icon-button'
import { widgetOf } from '@/ui/schema-control/widget'

interface FieldCardProps {
  draft: FieldDraft
  place: number
  count: number
  problem: DraftProblem | undefined
  open: boolean
  readOnly: boolean
  types: readonly ContentType[]
  onToggle: () => void
  onChange: (draft: FieldDraft) => void
  onMove: (to: number) => void
  onDuplicate: () => void
  onRemove: () => void
}

/** One field: a line that can be dragged, with its settings under it when it is open. */
export function FieldCard({ draft, place, count, problem, open, readOnly, types, onToggle, onChange, onMove, onDuplicate, onRemove }: FieldCardProps) {
  const { setNodeRef, setActivatorNodeRef, attributes, listeners, transform, transition, isDragging } = useSortable({ id: draft.id, disabled: readOnly })
  const card = useRef<HTMLLIElement | null>(null)
  const label = draftLabel(draft)
  const { icon: Icon, label: kindLabel } = kindOf(widgetOf(draft.schema))
  const faulty = isFaulty(problem)
  const isNew = draft.savedName === null && draft.name === ''

  // Whoever opens a field means to change it, and a new one begins with its label.
  useEffect(() => {
    if (open && isNew) card.current?.querySelector<HTMLInputElement>('[data-field-label]')?.focus()
    // Only when it opens.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [open])

  return (
    <li
      ref={(element) => {
        card.current = element
        setNodeRef(element)
      }}
      style={{ transform: CSS.Translate.toString(transform), transition: transition ?? undefined }}
      className={cn('rounded-md border bg-panel', faulty ? 'border-failure' : open ? 'border-line-strong' : 'border-line', isDragging && 'relative z-10 border-accent shadow-lift')}
    >
      <div className="flex min-h-10 items-center gap-1 pr-1.5 pl-1">
        {!readOnly && (
          <button
            type="button"
            ref={setActivatorNodeRef}
            {...attributes}
            {...listeners}
            aria-roledescription="Sortable field"
            aria-label={`Move “${label}”`}
            className="flex h-8 w-6 shrink-0 cursor-grab touch-none items-center justify-center rounded-sm text-ink-3 hover:text-ink active:cursor-grabbing"
          >
            <DotsSixVerticalIcon aria-hidden weight="bold" />
          </button>
        )}
        <button
          type="button"
          data-open-field
          aria-expanded={open}
          onClick={onToggle}
          className="flex min-w-0 flex-1 items-center gap-2.5 self-stretch rounded-sm px-1 py-1.5 text-left outline-offset-[-2px]"
        >
          <Icon aria-hidden className="size-4 shrink-0 text-ink-3" />
          <span className="min-w-0 flex-1">
            <span className="flex flex-wrap items-center gap-x-2">
              <span className={cn('truncate text-sm font-semibold', isNew && label === 'New field' ? 'text-ink-3' : 'text-ink')}>{label}</span>
              <span className="truncate font-mono text-xs text-ink-3">{draft.name}</span>
            </span>
          </span>
          {faulty && (
            <span className="flex items-center gap-1 text-hint text-failure">
              <WarningCircleIcon aria-hidden weight="fill" className="size-3.5" />
              <span className="max-sm:sr-only">To correct</span>
            </span>
          )}
          {draft.savedName !== null && draft.savedName !== draft.name && !faulty && <Chip tone="running">renamed</Chip>}
          {draft.savedName === null && !isNew && <Chip tone="success">new</Chip>}
          {draft.required && <span className="text-hint text-ink-3 max-sm:hidden">required</span>}
          <span className="w-28 shrink-0 truncate text-right text-hint text-ink-3 max-md:hidden">{kindLabel}</span>
          <CaretDownIcon aria-hidden className={cn('size-3.5 shrink-0 text-ink-3 transition-transform duration-150', open && 'rotate-180')} />
        </button>
        {!readOnly && (
          <DropdownMenu align="end" trigger={<IconButton size="sm" label={`More for “${label}”`} icon={<DotsThreeIcon aria-hidden weight="bold" />} />}>
            <MenuItem icon={<ArrowUpIcon />} disabled={place === 0} onSelect={() => onMove(place - 1)}>
              Move up
            </MenuItem>
            <MenuItem icon={<ArrowDownIcon />} disabled={place === count - 1} onSelect={() => onMove(place + 1)}>
              Move down
            </MenuItem>
            <MenuItem icon={<CopyIcon />} onSelect={onDuplicate}>
              Duplicate
            </MenuItem>
            <MenuSeparator />
            <MenuItem tone="danger" icon={<TrashIcon />} onSelect={onRemove}>
              Remove
            </MenuItem>
          </DropdownMenu>
        )}
      </div>
      {open && (
        <div className="border-t border-line px-3 pt-3 pb-4 sm:px-4">
          <FieldSettings draft={draft} problem={problem ?? {}} readOnly={readOnly} types={types} onChange={onChange} />
        </div>
      )}
    </li>
  )
}
