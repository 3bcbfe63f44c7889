import { useId } from 'react'
import type { ReplayContent } from '@/features/jobs/queries/replay'
import { cn } from '@/ui/cn'

interface ContentChoiceProps {
  value: ReplayContent
  onChange: (value: ReplayContent) => void
  /** What each of the two does here, in a sentence. */
  original: string
  current: string
  /** Why the original cannot be sent; it is then shown and cannot be chosen. */
  originalUnavailable?: string | undefined
}

/** The one decision of a replay: the bytes of then, or the content of now. */
export function ContentChoice({ value, onChange, original, current, originalUnavailable }: ContentChoiceProps) {
  const name = useId()
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 text-hint font-semibold text-ink">What is sent</legend>
      <div className="divide-y divide-line rounded-md border border-line">
        <Option name={name} checked={value === 'original'} onSelect={() => onChange('original')} label="Original content" words={originalUnavailable ?? original} disabled={originalUnavailable !== undefined} />
        <Option name={name} checked={value === 'current'} onSelect={() => onChange('current')} label="Current content" words={current} />
      </div>
    </fieldset>
  )
}

interface OptionProps {
  name: string
  checked: boolean
  onSelect: () => void
  label: string
  words: string
  disabled?: boolean
}

function Option({ name, checked, onSelect, label, words, disabled = false }: OptionProps) {
  const id = useId()
  return (
    <div className={cn('flex items-start gap-2.5 px-3 py-2.5', checked && 'bg-accent-ground')}>
      <input
        id={id}
        type="radio"
        name={name}
        checked={checked}
        disabled={disabled}
        onChange={onSelect}
        aria-describedby={`${id}-words`}
        className="mt-0.5 size-4 shrink-0 accent-accent"
      />
      <div className="min-w-0">
        <label htmlFor={id} className={cn('block text-sm font-semibold', disabled ? 'text-ink-3' : 'text-ink')}>
          {label}
        </label>
        <p id={`${id}-words`} className="text-hint text-ink-2">
          {words}
        </p>
      </div>
    </div>
  )
}
