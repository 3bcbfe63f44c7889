import { closestCenter, DndContext, KeyboardSensor, PointerSensor, useSensor, useSensors, type Announcements, type DragEndEvent, type Modifier } from '@dnd-kit/core'
import { arrayMove, SortableContext, sortableKeyboardCoordinates, verticalListSortingStrategy } from '@dnd-kit/sortable'
import { useRef } from 'react'
import { AddFieldMenu } from '@/features/content/types/add-field-menu'
import { FieldCard } from '@/features/content/types/field-card'
import { draftLabel, newField, newFieldId, type DraftProblem, type FieldDraft } from '@/features/content/types/field-drafts'
import type { ContentType } from '@/lib/queries/content-types'
import { toast } from '@/ui/toaster'

interface FieldListProps {
  drafts: readonly FieldDraft[]
  /** By the field's place; empty while they are not to be shown. */
  problems: readonly DraftProblem[]
  /** The field whose settings are open. */
  openId: string | null
  onOpen: (id: string | null) => void
  onChange: (change: (drafts: readonly FieldDraft[]) => FieldDraft[]) => void
  types: readonly ContentType[]
  readOnly: boolean
}

const upAndDown: Modifier = ({ transform }) => ({ ...transform, x: 0 })

/** The fields of a type, in the order in which their form shows them. */
export function FieldList({ drafts, problems, openId, onOpen, onChange, types, readOnly }: FieldListProps) {
  const sensors = useSensors(
    // A press that moves is a drag, one that does not is a click.
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  )
  const named = (id: string | number) => {
    const draft = drafts.find((candidate) => candidate.id === id)
    return draft === undefined ? 'The field' : `“${draftLabel(draft)}”`
  }
  const placeOf = (id: string | number) => drafts.findIndex((draft) => draft.id === id) + 1
  const moved = useRef(false)
  const announcements: Announcements = {
    onDragStart: ({ active }) => {
      moved.current = false
      return `${named(active.id)} is lifted from place ${placeOf(active.id)} of ${drafts.length}.`
    },
    onDragOver: ({ active, over }) => {
      // It is over its own place at first, which has just been said.
      if (over === null || (over.id === active.id && !moved.current)) return undefined
      moved.current = true
      return `${named(active.id)} is over place ${placeOf(over.id)} of ${drafts.length}.`
    },
    onDragEnd: ({ active, over }) => (over === null ? `${named(active.id)} stays where it was.` : `${named(active.id)} is at place ${placeOf(over.id)} of ${drafts.length}.`),
    onDragCancel: ({ active }) => `${named(active.id)} stays where it was.`,
  }
  const move = (from: number, to: number) => onChange((before) => arrayMove([...before], from, to))
  const onDragEnd = ({ active, over }: DragEndEvent) => {
    if (over === null || active.id === over.id) return
    onChange((before) => arrayMove([...before], before.findIndex(({ id }) => id === active.id), before.findIndex(({ id }) => id === over.id)))
  }
  const remove = (draft: FieldDraft, place: number) => {
    onChange((before) => before.filter(({ id }) => id !== draft.id))
    if (openId === draft.id) onOpen(null)
    // The focus was in what has just gone.
    requestAnimationFrame(() => (document.querySelector<HTMLElement>(`[data-field-list] > li:nth-child(${Math.max(1, place)}) [data-open-field]`) ?? document.querySelector<HTMLElement>('[data-add-field]'))?.focus())
    toast.success(`“${draftLabel(draft)}” was taken out of the form`, {
      action: { label: 'Undo', onClick: () => onChange((before) => (before.some(({ id }) => id === draft.id) ? [...before] : [...before.slice(0, place), draft, ...before.slice(place)])) },
    })
  }
  const duplicate = (draft: FieldDraft, place: number) => {
    const id = newFieldId()
    const taken = new Set(drafts.map(({ name }) => name))
    let name = `${draft.name}_copy`.slice(0, 63)
    for (let n = 2; taken.has(name); n++) name = `${draft.name.slice(0, 54)}_copy_${n}`
    const copy: FieldDraft = { id, name, savedName: null, required: draft.required, schema: { ...draft.schema, title: `${draftLabel(draft)} (copy)`, 'x-field-id': id } }
    onChange((before) => [...before.slice(0, place + 1), copy, ...before.slice(place + 1)])
    onOpen(id)
  }

  return (
    <section aria-labelledby="fields-heading" className="min-w-0">
      <div className="mb-2 flex items-center justify-between gap-3">
        <h2 id="fields-heading" className="text-sm font-semibold text-ink">
          Fields <span className="font-normal text-ink-3 tabular-nums">{drafts.length}</span>
        </h2>
        {!readOnly && drafts.length > 0 && <p className="text-hint text-ink-3 max-sm:hidden">Drag, or press Space on a handle and use the arrow keys</p>}
      </div>
      <DndContext
        sensors={sensors}
        collisionDetection={closestCenter}
        modifiers={[upAndDown]}
        onDragEnd={onDragEnd}
        accessibility={{
          announcements,
          screenReaderInstructions: { draggable: 'Press Space to lift the field, the arrow keys to move it, Space again to put it down, Escape to leave it where it was.' },
        }}
      >
        <SortableContext items={drafts.map(({ id }) => id)} strategy={verticalListSortingStrategy}>
          <ol data-field-list className="flex flex-col gap-1.5">
            {drafts.map((draft, place) => (
              <FieldCard
                key={draft.id}
                draft={draft}
                place={place}
                count={drafts.length}
                problem={problems[place]}
                open={openId === draft.id}
                readOnly={readOnly}
                types={types}
                onToggle={() => onOpen(openId === draft.id ? null : draft.id)}
                onChange={(next) => onChange((before) => before.map((other) => (other.id === draft.id ? next : other)))}
                onMove={(to) => move(place, to)}
                onDuplicate={() => duplicate(draft, place)}
                onRemove={() => remove(draft, place)}
              />
            ))}
          </ol>
        </SortableContext>
      </DndContext>
      {drafts.length === 0 && (
        <p className="text-hint text-ink-2">
          {readOnly ? 'This type has no fields.' : 'No fields yet. Add the first: what must an item of this type say?'}
        </p>
      )}
      {!readOnly && (
        <AddFieldMenu
          onAdd={(kind) => {
            const field = newField(kind)
            onChange((before) => [...before, field])
            onOpen(field.id)
          }}
        />
      )}
    </section>
  )
}
