import { useId } from 'react'
import { ROLES } from '@/features/team/roles'
import type { Role } from '@/lib/claims'
import { cn } from '@/ui/cn'

interface RoleChoiceProps {
  value: Role
  onChange: (role: Role) => void
}

/** One of the roles, each with what it may do. */
export function RoleChoice({ value, onChange }: RoleChoiceProps) {
  const name = useId()
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 text-hint font-semibold text-ink">Role</legend>
      <div className="divide-y divide-line overflow-hidden rounded-md border border-line">
        {ROLES.map((role) => {
          const id = `${name}-${role.value}`
          return (
            <div key={role.value} className={cn('relative flex items-start gap-2.5 px-3 py-2.5', value === role.value && 'bg-accent-ground')}>
              <input
                id={id}
                type="radio"
                name={name}
                checked={value === role.value}
                onChange={() => onChange(role.value)}
                aria-describedby={`${id}-may`}
                className="relative z-10 mt-0.5 size-4 shrink-0 accent-accent"
              />
              <div className="min-w-0">
                {/* The label's own ground covers the row, so the whole row is its target. */}
                <label htmlFor={id} className="block text-sm font-semibold text-ink after:absolute after:inset-0 after:content-['']">
                  {role.label}
                </label>
                <p id={`${id}-may`} className="text-hint text-ink-2">
                  {role.may}
                </p>
              </div>
            </div>
          )
        })}
      </div>
    </fieldset>
  )
}
