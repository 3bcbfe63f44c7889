import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from 'react-router-dom'
import { errorLine } from '@/lib/errors'
import { myOrganizationsQuery, switchOrganization } from '@/lib/organizations'
import { paths } from '@/lib/paths'
import { useSession } from '@/lib/session'
import { Button } from '@/ui/button'
import { Notice } from '@/ui/notice'

/** Somebody who belongs to one already and only has none open needs no new one. Without any there is nothing to see here. */
export function YourOrganizations() {
  const userId = useSession((state) => state.user?.id ?? '')
  const active = useSession((state) => state.organizationId)
  const navigate = useNavigate()
  const { data } = useQuery(myOrganizationsQuery(userId))
  const open = useMutation({
    mutationFn: switchOrganization,
    onSuccess: () => navigate(paths.home.getHref(), { replace: true }),
  })
  if (active !== null || data === undefined || data.length === 0) return null
  return (
    <div className="mt-5 rounded-lg border border-line bg-panel p-4">
      <h2 className="text-sm font-semibold">You belong to {data.length === 1 ? 'this one' : 'these'} already</h2>
      <ul className="mt-2 flex flex-wrap gap-2">
        {data.map(({ id, name }) => (
          <li key={id}>
            <Button busy={open.isPending && open.variables === id} onClick={() => open.mutate(id)}>
              Open {name}
            </Button>
          </li>
        ))}
      </ul>
      {open.isError && (
        <Notice tone="failure" className="mt-2">
          {errorLine(open.error)}
        </Notice>
      )}
    </div>
  )
}
