import { MagnifyingGlassIcon } from '@phosphor-icons/react/MagnifyingGlass'
import { useEffect, useEffectEvent, useState, type Ref } from 'react'
import { Input } from '@/ui/input'

/** A search is asked when the typing pauses, not with every letter. */
const PAUSE_MS = 250

interface SearchFieldProps {
  label: string
  /** What is searched for now; another one from outside (the back button, "Clear filters") replaces what is typed. */
  value: string
  onSearch: (text: string) => void
  placeholder?: string
  maxLength?: number
  className?: string
  ref?: Ref<HTMLInputElement>
}

export function SearchField({ label, value, onSearch, placeholder = label, maxLength = 200, className, ref }: SearchFieldProps) {
  const [typed, setTyped] = useState(value)
  const [asked, setAsked] = useState(value)
  if (value !== asked) {
    setAsked(value)
    setTyped(value)
  }
  const ask = useEffectEvent((next: string) => {
    setAsked(next)
    onSearch(next)
  })
  useEffect(() => {
    const next = typed.trim()
    if (next === asked) return
    const timer = setTimeout(() => ask(next), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [typed, asked])
  return (
    <Input
      ref={ref}
      type="search"
      aria-label={label}
      placeholder={placeholder}
      maxLength={maxLength}
      className={className}
      icon={<MagnifyingGlassIcon />}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
    />
  )
}
