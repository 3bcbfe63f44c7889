import { Slot } from 'radix-ui'
import { useCallback, useEffect, useId, useRef, type KeyboardEvent, type ReactNode } from 'react'

interface TooltipProps {
  content: ReactNode
  /** One element that can be focused, or keyboards never see the tooltip. */
  children: ReactNode
  /** False where the trigger's own name says the same already. */
  describes?: boolean
}

const DELAY_MS = 400
const GAP = 6

/**
 * On the browser's own popover (top layer, so no box clips it) instead of Radix, whose tooltip brings 20 kB of positioning
 * to a first load for one line of text. Stays while pointed at and goes with Escape (WCAG 1.4.13).
 */
export function Tooltip({ content, children, describes = true }: TooltipProps) {
  const id = useId()
  const tip = useRef<HTMLSpanElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)

  const hide = useCallback(() => {
    clearTimeout(timer.current)
    if (tip.current?.matches(':popover-open') === true) tip.current.hidePopover()
  }, [])
  useEffect(() => () => clearTimeout(timer.current), [])

  const show = (trigger: Element, delay: number) => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      const element = tip.current
      if (element === null || !element.isConnected || !('showPopover' in element)) return
      element.showPopover()
      place(element, trigger.getBoundingClientRect())
    }, delay)
  }
  // A moment's grace, in which the pointer may reach the tooltip itself.
  const leave = () => {
    clearTimeout(timer.current)
    timer.current = setTimeout(hide, 100)
  }

  return (
    <>
      <Slot.Root
        {...(describes ? { 'aria-describedby': id } : {})}
        onPointerEnter={(event) => {
          if (event.pointerType !== 'touch') show(event.currentTarget, DELAY_MS)
        }}
        onPointerLeave={leave}
        onPointerDown={hide}
        onFocus={(event) => {
          if (event.currentTarget.matches(':focus-visible')) show(event.currentTarget, 0)
        }}
        onBlur={hide}
        onKeyDown={(event: KeyboardEvent) => {
          if (event.key === 'Escape') hide()
        }}
      >
        {children}
      </Slot.Root>
      <span
        ref={tip}
        id={id}
        role="tooltip"
        popover="manual"
        onPointerEnter={() => clearTimeout(timer.current)}
        onPointerLeave={leave}
        className="pointer-events-auto fixed inset-auto m-0 max-w-72 rounded-sm bg-ink px-2 py-1 text-left font-sans text-xs font-normal whitespace-normal text-ground open:animate-fade-in"
      >
        {content}
      </span>
    </>
  )
}

/** Above, or below where there is no room above. */
function place(element: HTMLElement, anchor: DOMRect): void {
  const { width, height } = element.getBoundingClientRect()
  const left = anchor.left + anchor.width / 2 - width / 2
  const above = anchor.top - height - GAP
  const top = above < GAP ? anchor.bottom + GAP : above
  element.style.left = `${Math.max(GAP, Math.min(left, window.innerWidth - width - GAP))}px`
  element.style.top = `${Math.max(GAP, Math.min(top, window.innerHeight - height - GAP))}px`
}
