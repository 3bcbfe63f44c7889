import type { Companion } from '@/features/content/editor/use-company'
import { stableHue } from '@/ui/hue'

/** The first letters of first and last name; of an address, its first two. */
export function initials(name: string): string {
  const words = name.split('@')[0]?.split(/[\s._-]+/).filter(Boolean) ?? []
  const letters = words.length > 1 ? [words[0], words.at(-1)].map((word) => Array.from(word ?? '')[0] ?? '') : Array.from(words[0] ?? name).slice(0, 2)
  return letters.join('').toUpperCase()
}

function sentence(companions: readonly Companion[]): string {
  const names = companions.map(({ name }) => name)
  if (names.length === 1) return names[0] === 'You, in another window' ? 'You are editing this in another window' : `${names[0] ?? ''} is editing this too`
  const last = names.at(-1) ?? ''
  return names.length <= 3 ? `${names.slice(0, -1).join(', ')} & ${last} are editing this too` : `${names.slice(0, 2).join(', ')} & ${names.length - 2} others are editing this too`
}

/** Who else is editing, beside the title. */
export function Company({ companions }: { companions: readonly Companion[] }) {
  return (
    <span role="status" className="inline-flex items-center gap-2 text-hint text-ink-2">
      {companions.length > 0 && (
        <>
          <span aria-hidden className="flex -space-x-1.5">
            {companions.slice(0, 4).map((companion) => (
              <Avatar key={companion.userId} companion={companion} />
            ))}
          </span>
          {sentence(companions)}
        </>
      )}
    </span>
  )
}

function Avatar({ companion: { userId, name } }: { companion: Companion }) {
  return (
    <span
      title={name}
      className="grid size-6 place-items-center rounded-full border border-panel text-[10px] font-semibold text-term-ground ring-1 ring-line-strong"
      style={{ background: stableHue(userId) }}
    >
      {initials(name)}
    </span>
  )
}

/** At a field's label. */
export function FieldCompany({ companions, field }: { companions: readonly Companion[]; field: string }) {
  const here = companions.filter(({ fields }) => fields.includes(field))
  if (here.length === 0) return null
  return (
    <span className="inline-flex items-center gap-1.5 text-xs text-running">
      <span aria-hidden className="size-1.5 rounded-full bg-current" />
      {here.map(({ name }) => name).join(', ')} {here.length === 1 && here[0]?.name !== 'You, in another window' ? 'is' : 'are'} here
    </span>
  )
}
