import { CaretUpDownIcon } from '@phosphor-icons/react/CaretUpDown'
import { PlusIcon } from '@phosphor-icons/react/Plus'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from 'react-router-dom'
import { useTokenInLine } from '@/app/use-token-in-line'
import { errorLine } from '@/lib/errors'
import { myOrganizationsQuery, switchOrganization } from '@/lib/organizations'
import { paths } from '@/lib/paths'
import { useSession } from '@/lib/session'
import { cn } from '@/ui/cn'
import { DropdownMenu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from '@/ui/dropdown-menu'
import { Skeleton } from '@/ui/skeleton'
import { toast } from '@/ui/toaster'

/** Which organization this is, and the way to the others. `compact` is the mark alone, for a narrow bar. */
export function OrganizationSwitcher({ compact = false }: { compact?: boolean }) {
  const userId = useSession((state) => state.user?.id ?? '')
  const organizationId = useSession((state) => state.organizationId) ?? ''
  const navigate = useNavigate()
  const { data: organizations, dataUpdatedAt } = useQuery(myOrganizationsQuery(userId))
  const active = organizations?.find(({ id }) => id === organizationId)
  // Both switchers, of the wide and of the narrow screen, are on the page; one of them sees to this.
  useTokenInLine(compact || organizations === undefined ? undefined : (active?.role ?? null), dataUpdatedAt)
  const change = useMutation({
    mutationFn: switchOrganization,
    // An address of the organization before would be a "not found" in the next.
    onSuccess: () => navigate(paths.home.getHref()),
    onError: (error) => toast.error(errorLine(error)),
  })
  const name = active?.name ?? 'Organization'

  return (
    <DropdownMenu
      align="start"
      className="w-60"
      trigger={
        <button
          type="button"
          aria-busy={change.isPending || undefined}
          className={cn('flex items-center gap-2 rounded-md text-sm font-semibold hover:bg-hover', compact ? 'h-8 px-1 pointer-coarse:h-10' : 'h-9 w-full px-2')}
        >
          <span aria-hidden className="flex size-5.5 shrink-0 items-center justify-center rounded-sm bg-accent text-xs text-on-accent">
            {active === undefined ? '' : name.trim().charAt(0).toUpperCase()}
          </span>
          {compact || active === undefined ? <span className="sr-only">{name}</span> : <span className="truncate">{name}</span>}
          {!compact && active === undefined && <Skeleton className="w-24" />}
          <span className="sr-only">, switch organization</span>
          <CaretUpDownIcon aria-hidden className={cn('size-4 shrink-0 text-ink-2', !compact && 'ml-auto')} />
        </button>
      }
    >
      <MenuLabel>Organizations</MenuLabel>
      <MenuChoice
        value={organizationId}
        onValueChange={(id) => {
          if (id !== organizationId) change.mutate(id)
        }}
        options={(organizations ?? []).map(({ id, name: label, role }) => ({ value: id, label, detail: role }))}
      />
      <MenuSeparator />
      <MenuItem asChild>
        <Link to={paths.onboarding.getHref()}>
          <PlusIcon aria-hidden className="size-4" />
          Create another organization
        </Link>
      </MenuItem>
    </DropdownMenu>
  )
}
