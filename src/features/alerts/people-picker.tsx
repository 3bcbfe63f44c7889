import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { peopleQuery } from '@/features/alerts/queries/people'
import { errorLine } from '@/lib/errors'
import { useOrganizationId, useSession } from '@/lib/session'
import { Checkbox } from '@/ui/checkbox'
import { Input } from '@/ui/input'
import { Skeleton } from '@/ui/skeleton'

interface PeoplePickerProps {
  value: readonly string[]
  onChange: (ids: string[]) => void
}

/** From here on somebody would rather type than scroll. */
const SEARCHED = 8

/** Which members get a mail. */
export function PeoplePicker({ value, onChange }: PeoplePickerProps) {
  const userId = useSession((state) => state.user?.id)
  const { data: people, error, refetch } = useQuery(peopleQuery(useOrganizationId()))
  const [words, setWords] = useState('')
  if (error !== null && people === undefined) {
    return (
      <p role="alert" className="text-hint text-failure">
        Members could not be read: {errorLine(error)}{' '}
        <button type="button" className="underline underline-offset-2" onClick={() => void refetch()}>
          Try again
        </button>
      </p>
    )
  }
  if (people === undefined) return <Skeleton className="h-8" />
  const found = people.filter(({ name, email }) => `${name} ${email}`.toLowerCase().includes(words.trim().toLowerCase()))
  return (
    <div className="rounded-md border border-control bg-panel">
      {people.length > SEARCHED && (
        <div className="border-b border-line p-1.5">
          <Input type="search" aria-label="Search members" placeholder="Search members" value={words} onChange={(event) => setWords(event.target.value)} />
        </div>
      )}
      <div role="group" aria-label="Members who get a mail" className="flex max-h-48 flex-col gap-2 overflow-y-auto p-2.5">
        {found.map(({ id, name, email }) => (
          <Checkbox
            key={id}
            checked={value.includes(id)}
            onCheckedChange={(checked) => onChange(checked ? [...value, id] : value.filter((other) => other !== id))}
            label={id === userId ? `${name} (you)` : name}
            hint={name === email ? undefined : email}
          />
        ))}
        {found.length === 0 && <p className="text-hint text-ink-3">Nobody is called that.</p>}
      </div>
    </div>
  )
}
