import { useId, useRef, useState, type ChangeEvent, type FocusEvent, type KeyboardEvent, type MouseEvent } from 'react'
import { useFieldControl } from '@/ui/field-context'
import { useLandmark } from '@/ui/use-landmark'
import { preloadPopupList, usePopupList } from '@/ui/use-popup-list'

interface ListActs {
  /** An arrow was pressed while the list is closed. */
  onShow: () => void
  onChoose: (index: number) => void
}

/** A field that is typed in with a list under it (ARIA's combobox): what is typed, where one is in the list, and what ties the two. */
export function useListField() {
  const listId = useId()
  const input = useRef<HTMLInputElement | null>(null)
  const anchor = useRef<HTMLSpanElement | null>(null)
  const { container, triggerRef } = useLandmark()
  const wiring = useFieldControl({})
  const [open, setOpen] = useState(false)
  const popup = usePopupList(open)
  // null: nothing typed since the last choice, so the field shows what is chosen and the list shows everything.
  const [typed, setTyped] = useState<string | null>(null)
  const [active, setActive] = useState(0)

  const optionId = (index: number) => `${listId}-${index}`
  const show = (at: number) => {
    setActive(at)
    setOpen(true)
  }
  const reveal = (index: number) => document.getElementById(optionId(index))?.scrollIntoView({ block: 'nearest' })
  const hide = () => {
    setOpen(false)
    setTyped(null)
  }

  /** With so many options in the list. */
  const over = (count: number, { onShow, onChoose }: ListActs) => {
    const current = Math.min(active, count - 1)
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault()
        if (!open) onShow()
        else if (count > 0) {
          const to = (current + (event.key === 'ArrowDown' ? 1 : -1) + count) % count
          setActive(to)
          reveal(to)
        }
      } else if (event.key === 'Enter' && open) {
        // The form around it is not sent by choosing an option.
        event.preventDefault()
        onChoose(current)
      } else if (event.key === 'Escape' && open && popup === null) {
        // The list is on its way; once it is there it hears this itself.
        hide()
      }
    }
    return {
      current,
      inputProps: {
        ...wiring,
        ref: (element: HTMLInputElement | null) => {
          input.current = element
          triggerRef(element)
        },
        role: 'combobox',
        'aria-autocomplete': 'list',
        'aria-expanded': open,
        'aria-controls': listId,
        'aria-activedescendant': open && current >= 0 ? optionId(current) : undefined,
        autoComplete: 'off',
        spellCheck: false,
        onFocus: (event: FocusEvent<HTMLInputElement>) => {
          event.target.select()
          preloadPopupList()
        },
        onPointerEnter: preloadPopupList,
        onBlur: hide,
        onChange: (event: ChangeEvent<HTMLInputElement>) => {
          setTyped(event.target.value)
          show(0)
        },
        onKeyDown,
      } as const,
      // The keys are the field's (aria-activedescendant); the pointer's way is the click here.
      optionProps: (index: number) => ({
        id: optionId(index),
        role: 'option',
        tabIndex: -1,
        // Pressing would take the focus out of the field, which closes the list before the click.
        onMouseDown: (event: MouseEvent) => event.preventDefault(),
        onClick: () => onChoose(index),
        onPointerMove: () => setActive(index),
      }),
    }
  }

  return { listId, anchor, popup, popupProps: { anchor, field: input, container, onClose: hide }, open, typed, show, hide, revealActive: () => reveal(active), over }
}
