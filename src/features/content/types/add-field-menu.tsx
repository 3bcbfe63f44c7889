import type { FieldWidget } from '@core/content-schema'
import { PlusIcon } from '@phosphor-icons/react/Plus'
import { Popover } from 'radix-ui'
import { useState, type KeyboardEvent } from 'react'
import { KIND_GROUPS } from '@/features/content/types/field-kinds'
import { Button } from '@/ui/button'
import { useLandmark } from '@/ui/use-landmark'

/** Every kind with what it is for, so that the choice needs no manual. Arrow keys walk through them. */
export function AddFieldMenu({ onAdd }: { onAdd: (kind: FieldWidget) => void }) {
  const [open, setOpen] = useState(false)
  const [chosen, setChosen] = useState(false)
  const { container, triggerRef } = useLandmark()
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key]
    if (step === undefined && event.key !== 'Home' && event.key !== 'End') return
    event.preventDefault()
    const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('button')]
    const at = buttons.indexOf(document.activeElement as HTMLElement)
    const to = event.key === 'Home' ? 0 : event.key === 'End' ? buttons.length - 1 : (at + (step ?? 0) + buttons.length) % buttons.length
    buttons[to]?.focus()
  }
  return (
    <Popover.Root
      open={open}
      onOpenChange={(next) => {
        setOpen(next)
        if (next) setChosen(false)
      }}
    >
      <Popover.Trigger asChild>
        <Button ref={triggerRef} data-add-field className="mt-3 w-full border-dashed" icon={<PlusIcon aria-hidden />}>
          Add field
        </Button>
      </Popover.Trigger>
      <Popover.Portal container={container}>
        <Popover.Content
          side="top"
          sideOffset={6}
          collisionPadding={12}
          aria-label="Kinds of fields"
          // The label of the new field takes the focus instead.
          onCloseAutoFocus={(event) => {
            if (chosen) event.preventDefault()
          }}
          className="z-50 max-h-(--radix-popover-content-available-height) w-[min(44rem,calc(100vw-1.5rem))] overflow-y-auto rounded-lg border border-line-strong bg-panel p-2 shadow-lift data-[state=open]:animate-pop-in"
        >
          {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions -- arrow keys between the buttons in it, which are reached by Tab as well */}
          <div className="grid gap-x-2 gap-y-3 sm:grid-cols-3" onKeyDown={onKeyDown}>
            {KIND_GROUPS.map(({ label, kinds }) => (
              <section key={label} aria-label={label}>
                <h3 className="px-2 pt-1 pb-1 text-hint font-semibold text-ink-3">{label}</h3>
                <ul>
                  {kinds.map(({ kind, label: name, detail, icon: Icon }) => (
                    <li key={kind}>
                      <button
                        type="button"
                        className="flex w-full items-start gap-2.5 rounded-md px-2 py-1.5 text-left outline-offset-[-2px] hover:bg-hover focus-visible:bg-hover"
                        onClick={() => {
                          setChosen(true)
                          setOpen(false)
                          onAdd(kind)
                        }}
                      >
                        <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-accent-ink" />
                        <span>
                          <span className="block text-sm text-ink">{name}</span>
                          <span className="block text-hint text-ink-3">{detail}</span>
                        </span>
                      </button>
                    </li>
                  ))}
                </ul>
              </section>
            ))}
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
