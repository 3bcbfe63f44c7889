import { AlertDialog as Radix } from 'radix-ui'
import { useState, type ReactNode } from 'react'
import { Button } from '@/ui/button'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { cn } from '@/ui/cn'
import { overlayClass } from '@/ui/dialog'

interface ConfirmDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  /** Names its object: `Delete the site "Google Campaign"?` */
  title: string
  /** What will be gone, and what will not. */
  description: ReactNode
  /** The act in words, never "OK": "Delete site". */
  confirmLabel: string
  cancelLabel?: string
  tone?: 'danger' | 'primary'
  /** What cannot be undone is confirmed by typing a name: the act waits for `expected`. */
  typed?: { label: string; expected: string }
  /** May be async: the dialog stays, busy, until it ends, and stays open with `describeFailure`'s words when it throws. */
  onConfirm: () => void | Promise<void>
  describeFailure?: (error: unknown) => string
}

export function ConfirmDialog({
  open, onOpenChange, title, description, confirmLabel, cancelLabel = 'Cancel', tone = 'danger', typed, onConfirm, describeFailure,
}: ConfirmDialogProps) {
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const [text, setText] = useState('')
  const [missing, setMissing] = useState(false)

  const change = (next: boolean) => {
    if (busy) return
    setFailure(null)
    setText('')
    setMissing(false)
    onOpenChange(next)
  }

  const confirm = async () => {
    if (typed !== undefined && text.trim() !== typed.expected) return setMissing(true)
    setBusy(true)
    setFailure(null)
    try {
      await onConfirm()
      onOpenChange(false)
    } catch (error) {
      setFailure(describeFailure?.(error) ?? (error instanceof Error ? error.message : 'It did not work. Try again.'))
    } finally {
      setBusy(false)
    }
  }

  return (
    <Radix.Root open={open} onOpenChange={change}>
      <Radix.Portal>
        {/* A drawer may be open already: later in the document, and at the same height, lies above. */}
        <Radix.Overlay className={cn(overlayClass, 'z-50')} />
        <Radix.Content
          className={cn(
            'fixed inset-x-0 top-[18vh] z-50 mx-auto w-[calc(100%-2rem)] max-w-md rounded-lg border border-line-strong bg-panel p-4 shadow-lift data-[state=open]:animate-pop-in',
          )}
        >
          <Radix.Title className="text-base font-semibold text-ink">{title}</Radix.Title>
          <Radix.Description asChild>
            <div className="mt-1 text-sm text-ink-2">{description}</div>
          </Radix.Description>
          {typed !== undefined && (
            <Field label={typed.label} required className="mt-4" error={missing ? `Type ${typed.expected} exactly.` : undefined}>
              <Input
                mono
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                value={text}
                onChange={(event) => {
                  setText(event.target.value)
                  setMissing(false)
                }}
              />
            </Field>
          )}
          {failure !== null && (
            <p role="alert" className="mt-3 rounded-md bg-failure-ground px-3 py-2 text-hint text-failure">
              {failure}
            </p>
          )}
          <div className="mt-4 flex flex-wrap justify-end gap-2">
            <Radix.Cancel asChild>
              <Button disabled={busy}>{cancelLabel}</Button>
            </Radix.Cancel>
            <Button variant={tone} busy={busy} onClick={() => void confirm()}>
              {confirmLabel}
            </Button>
          </div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
